//! Chapter: an order comes in, a mail goes out, its link opens a session and the first question is answered.

use std::time::Duration;

use anyhow::Context;
use dialtone_proto::subscriptions::v1::order_service_client::OrderServiceClient;
use dialtone_proto::subscriptions::v1::{
    AnswerWhoForRequest, ItemKind, MappingFlow, OpenSetupLinkRequest, Order, OrderItem, PlaceOrderRequest,
    ServiceOffering, WhoFor,
};

use super::stage::{Stage, request_id};
use crate::caller::As;
use crate::mailbox;

/// An order whose contact has opened the link and said that it is for a customer.
pub struct Opened {
    pub subscription: String,
    /// The contact's calls: they carry the set-up session.
    pub contact: As,
    pub contact_email: String,
    /// The token of the link, used by now.
    pub token: String,
}

/// From `PlaceOrder` to `AnswerWhoFor`.
pub async fn place(stage: &mut Stage<'_>, partner_domain: &str, number: &str) -> anyhow::Result<Opened> {
    let contact_email = format!("nina@{partner_domain}");
    let order = place_order(stage, &contact_email, number).await?;
    stage
        .voice
        .say(format!("PlaceOrder {}: Meetings and Calling, 600 licences each ({})", order.order_number, order.name));

    let mails = stage.suite.layout.mail();
    let mail = mailbox::wait_for(&mails, &contact_email, &order.order_number, Duration::from_secs(20)).await?;
    let link = link_in(&mail)?;
    stage.voice.say(format!(
        "the welcome mail reached {contact_email} over SMTP; its link: {}...",
        &link[..link.len().min(72)]
    ));

    let token = link.split_once("token=").context("the link carries a token")?.1.to_owned();
    let opened = OrderServiceClient::new(stage.anonymous())
        .open_setup_link(OpenSetupLinkRequest { token: token.clone() })
        .await
        .context("opening the link")?
        .into_inner();
    stage.voice.say("OpenSetupLink exchanged it for a set-up session");
    refuse_second_use(stage, token.clone()).await?;

    let contact = stage.with_token(&opened.session_token)?;
    let order = opened.order.context("the session names its order")?;
    OrderServiceClient::new(contact.clone())
        .answer_who_for(AnswerWhoForRequest {
            name: order.name.clone(),
            answer: WhoFor::ForCustomer.into(),
            email: String::new(),
            etag: order.etag.clone(),
            request_id: request_id(),
            validate_only: false,
        })
        .await
        .context("answering the first question")?;
    stage.voice.say("AnswerWhoFor: for my customer");
    Ok(Opened { subscription: order.subscription, contact, contact_email, token })
}

async fn place_order(stage: &Stage<'_>, contact: &str, number: &str) -> anyhow::Result<Order> {
    let item = |sku: &str, offering: ServiceOffering| OrderItem {
        sku: sku.into(),
        offering: offering.into(),
        quantity: 600,
        kind: ItemKind::New.into(),
    };
    let order = Order {
        order_number: format!("{number}-{}", stage.run),
        seller_name: "Dialtone Sales".into(),
        seller_email: "sales@dialtone.example".into(),
        provisioning_contact_email: contact.into(),
        items: vec![
            item("MEETINGS-STD", ServiceOffering::WebexMeetings),
            item("CALLING-STD", ServiceOffering::WebexCalling),
        ],
        flow: MappingFlow::PartnerAndCustomer.into(),
        ..Order::default()
    };
    let request = PlaceOrderRequest { order: Some(order), request_id: request_id(), validate_only: false };
    Ok(OrderServiceClient::new(stage.platform()?).place_order(request).await.context("placing the order")?.into_inner())
}

/// The link of a welcome mail.
fn link_in(mail: &str) -> anyhow::Result<String> {
    let start = mail.split_whitespace().find(|word| word.contains("token=")).context("the mail carries a link")?;
    let link = start.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-');
    let from = link.find("http").unwrap_or(0);
    let link = &link[from..];
    Ok(link.split(['"', '<', '>']).next().unwrap_or(link).to_owned())
}

async fn refuse_second_use(stage: &Stage<'_>, token: String) -> anyhow::Result<()> {
    match OrderServiceClient::new(stage.anonymous()).open_setup_link(OpenSetupLinkRequest { token }).await {
        Ok(_) => anyhow::bail!("the link worked twice"),
        Err(status) => {
            let reason = dialtone_status::error_info(&status).map(|info| info.reason).unwrap_or_default();
            stage.voice.say(format!("opened again, it is refused: {:?} {reason}", status.code()));
            Ok(())
        }
    }
}
