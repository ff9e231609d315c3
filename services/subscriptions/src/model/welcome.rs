//! The welcome mail: what it says. How it travels is the mail connector's.

use chrono::{DateTime, Utc};

use super::order::Order;
use super::setup_link::SetupLink;

/// A mail with a text and an HTML part that say the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub to: String,
    /// Who answers questions.
    pub reply_to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// The same in every attempt, so that a mail sent twice is shown once.
    pub message_id: String,
    pub date: DateTime<Utc>,
}

/// The mail that carries `token` of `link`. The link stands alone on its line of the text part, so that no reader breaks it.
pub fn mail(order: &Order, link: &SetupLink, token: &str, setup_url: &str) -> Mail {
    let joint = if setup_url.contains('?') { '&' } else { '?' };
    let url = format!("{setup_url}{joint}token={token}");
    let number = &order.order_number;
    let until = link.expires.format("%Y-%m-%d %H:%M UTC");
    let (seller, address) = (one_line(&order.seller_name), &order.seller_email);
    let text = format!(
        "Welcome,\n\norder {number} from {seller} is ready to be set up. Open this link to begin:\n\n{url}\n\n\
         The link works once, until {until}. If somebody else completes the set-up, you can say so there.\n\n\
         Questions? Ask your seller: {seller}, {address}\n"
    );
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><body>\n<p>Welcome,</p>\n\
         <p>order {} from {} is ready to be set up.</p>\n<p><a href=\"{}\">Begin the set-up</a></p>\n\
         <p>The link works once, until {until}. If somebody else completes the set-up, you can say so there.</p>\n\
         <p>Questions? Ask your seller: {}, <a href=\"mailto:{}\">{}</a></p>\n</body></html>\n",
        escape(number),
        escape(&seller),
        escape(&url),
        escape(&seller),
        escape(address),
        escape(address),
    );
    Mail {
        to: link.contact_email.clone(),
        reply_to: address.clone(),
        subject: format!("Set up your order {number}"),
        text,
        html,
        message_id: link.id.to_string(),
        date: link.created,
    }
}

/// Somebody's text without line breaks and other control characters.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sellers_name_cannot_write_markup() {
        assert_eq!(escape("<b>A & \"B\"</b>"), "&lt;b&gt;A &amp; &quot;B&quot;&lt;/b&gt;");
        assert_eq!(one_line("A\r\nB"), "A  B");
    }
}
