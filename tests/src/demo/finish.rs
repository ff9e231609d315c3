//! Chapters: sets calling up, shows the order summary, and ends with figures and what to try next.

use std::time::Duration;

use anyhow::Context;
use dialtone_proto::subscriptions::v1::subscription_service_client::SubscriptionServiceClient;
use dialtone_proto::subscriptions::v1::{
    CallingSetup, GetOrderSummaryRequest, PreviewSetupRequest, SetUpServiceRequest, Subscription, SummaryFormat,
    set_up_service_request::Service,
};
use dialtone_proto::userprovisioning::v1::{Location, LocationKind, PostalAddress};
use prost::Message;

use super::customer::{self, Mapped};
use super::directory::Loaded;
use super::people::Provisioned;
use super::stage::{Stage, request_id};

/// `PreviewSetup`, then `SetUpService(calling)` to its end.
pub async fn set_up_calling(stage: &mut Stage<'_>, mapped: &Mapped) -> anyhow::Result<()> {
    let mut client = SubscriptionServiceClient::new(mapped.contact.clone());
    let preview = client.preview_setup(PreviewSetupRequest { name: mapped.subscription.clone() }).await?.into_inner();
    for change in &preview.changes {
        stage.voice.say(format!("PreviewSetup: {} {} now, {} after", change.sku, change.now, change.after));
    }
    let begun = client
        .set_up_service(SetUpServiceRequest {
            name: mapped.subscription.clone(),
            service: Some(Service::Calling(CallingSetup { headquarters: Some(headquarters()) })),
            etag: customer::current(mapped.contact.clone(), &mapped.subscription).await?.etag,
            request_id: request_id(),
            validate_only: false,
        })
        .await
        .context("setting calling up")?
        .into_inner();
    let mut told = String::new();
    let voice = &stage.voice;
    let response = stage
        .follow(mapped.contact.clone(), begun, |seen| {
            let steps: Vec<String> = seen.steps.iter().map(|s| format!("{} {:?}", s.name, s.state())).collect();
            let line = format!("{}% {}", seen.percent, steps.join(", "));
            if line != told {
                voice.say(&line);
                told = line;
            }
        })
        .await?;
    let subscription = Subscription::decode(response.value.as_ref())?;
    stage.voice.say(format!(
        "the subscription is {:?}; headquarters {}",
        subscription.state(),
        subscription.headquarters
    ));
    Ok(())
}

fn headquarters() -> Location {
    Location {
        display_name: "Headquarters".into(),
        kind: LocationKind::Headquarters.into(),
        address: Some(PostalAddress {
            region_code: "SE".into(),
            locality: "Uppsala".into(),
            postal_code: "753 10".into(),
            address_lines: vec!["Dragarbrunnsgatan 1".into()],
            ..PostalAddress::default()
        }),
        time_zone: "Europe/Stockholm".into(),
        language_code: "sv".into(),
        ..Location::default()
    }
}

/// `GetOrderSummary` as text.
pub async fn show_summary(stage: &mut Stage<'_>, mapped: &Mapped) -> anyhow::Result<()> {
    let request = GetOrderSummaryRequest { name: mapped.subscription.clone(), format: SummaryFormat::Text.into() };
    let mut client = SubscriptionServiceClient::new(mapped.contact.clone());
    let mut chunks = client.get_order_summary(request).await.context("the order summary")?.into_inner();
    let mut text = Vec::new();
    while let Some(chunk) = chunks.message().await? {
        text.extend_from_slice(&chunk.data);
    }
    stage.voice.quote(&String::from_utf8(text)?);
    Ok(())
}

/// How many, how long.
pub fn figures(stage: &Stage<'_>, loaded: &Loaded, provisioned: &Provisioned, took: Duration) {
    let seconds = provisioned.took.as_secs_f64();
    println!("\nDone in {:.1} s.", took.as_secs_f64());
    stage.voice.say(format!("organizations loaded   {:>6} in {:.1} s", loaded.lines, loaded.took.as_secs_f64()));
    stage.voice.say(format!(
        "people provisioned     {:>6} in {seconds:.1} s, {} calls to the target, {:.0} people a second",
        provisioned.people,
        provisioned.calls,
        provisioned.people as f64 / seconds.max(0.001)
    ));
}

/// Four commands to go on with.
pub fn what_to_try(stage: &Stage<'_>, mapped: &Mapped) {
    let port = stage.suite.ports.gateway;
    println!("\nTry next (grpcurl needs no proto files):");
    println!("   export T=$(make -s token ROLE=partner-admin ORG={})", mapped.partner);
    let call = "grpcurl -plaintext -H \"authorization: Bearer $T\"";
    println!("   {call} localhost:{port} list");
    println!("   {call} localhost:{port} describe dialtone.subscriptions.v1.SubscriptionService");
    println!(
        "   {call} -d '{{\"name\": \"{}\"}}' localhost:{port} dialtone.subscriptions.v1.SubscriptionService/GetSubscription",
        mapped.subscription
    );
    println!(
        "   {call} -d '{{\"parent\": \"{}\", \"page_size\": 3}}' localhost:{port} dialtone.userprovisioning.v1.UserService/ListUsers",
        mapped.customer
    );
}
