//! Mail over SMTP. Knows how to say a mail, and nothing of why.

use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use secrecy::ExposeSecret as _;

use crate::config::{MailConfig, MailTls};
use crate::model::welcome::Mail;

/// Why a mail did not leave.
#[derive(Clone, Debug, thiserror::Error)]
pub enum MailFault {
    /// The server refused it for good, or it cannot be said as a mail at all.
    #[error("refused: {0}")]
    Refused(String),
    /// The server did not take it now.
    #[error("not taken now: {0}")]
    Later(String),
}

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("[mail]: {0}")]
pub struct BadMail(String);

/// Hands mails to the configured server.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    setup_url: String,
}

impl Mailer {
    /// A mailer of the configured server. Connects when there is something to send.
    pub fn new(config: &MailConfig) -> Result<Self, BadMail> {
        type Transport = AsyncSmtpTransport<Tokio1Executor>;
        let bad = |e: lettre::transport::smtp::Error| BadMail(e.to_string());
        let builder = match config.protection() {
            MailTls::None => Transport::builder_dangerous(&config.host),
            MailTls::Starttls => Transport::starttls_relay(&config.host).map_err(bad)?,
            MailTls::Implicit => Transport::relay(&config.host).map_err(bad)?,
        };
        let mut builder = builder.port(config.port).timeout(Some(Duration::from_millis(config.timeout_ms)));
        if let (Some(username), Some(password)) = (&config.username, &config.password) {
            builder = builder.credentials(Credentials::new(username.clone(), password.expose_secret().to_owned()));
        }
        let from = config.from.parse().map_err(|e: lettre::address::AddressError| BadMail(e.to_string()))?;
        Ok(Self { transport: builder.build(), from, setup_url: config.setup_url.clone() })
    }

    /// The page that links open.
    pub fn setup_url(&self) -> &str {
        &self.setup_url
    }

    /// Sends a mail: the server has taken it, or says why not.
    pub async fn send(&self, mail: &Mail) -> Result<(), MailFault> {
        let message = self.message(mail).map_err(MailFault::Refused)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(MailFault::Refused(error.to_string())),
            Err(error) => Err(MailFault::Later(error.to_string())),
        }
    }

    fn message(&self, mail: &Mail) -> Result<Message, String> {
        let address = |text: &str| text.parse::<Mailbox>().map_err(|e| format!("address {text}: {e}"));
        let builder = Message::builder()
            .from(self.from.clone())
            .reply_to(address(&mail.reply_to)?)
            .to(address(&mail.to)?)
            .subject(&mail.subject)
            .date(SystemTime::from(mail.date))
            .message_id(Some(format!("<{}@{}>", mail.message_id, self.from.email.domain())));
        let parts = MultiPart::alternative()
            .singlepart(part(ContentType::TEXT_PLAIN, &mail.text)?)
            .singlepart(part(ContentType::TEXT_HTML, &mail.html)?);
        builder.multipart(parts).map_err(|e| e.to_string())
    }
}

/// Quoted-printable always: it passes every server unchanged, and people can read it in a log of mails.
fn part(kind: ContentType, text: &str) -> Result<SinglePart, String> {
    let body = Body::new_with_encoding(text.to_owned(), ContentTransferEncoding::QuotedPrintable);
    let body = body.map_err(|_| "the text cannot be encoded".to_owned())?;
    Ok(SinglePart::builder().header(kind).body(body))
}
