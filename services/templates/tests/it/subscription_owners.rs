//! A template names its own partner's wholesale subscription and no other: learnt from the events of subscriptions.

use std::net::SocketAddr;
use std::time::Duration;

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Store};
use dialtone_events::{EventServer, Feed, NewEvent, append_all};
use dialtone_ids::{OrganizationId, ServiceName, SubscriptionId};
use dialtone_proto::templates::v1::{ReviewTemplateRequest, SubmitTemplateRequest, Template};
use dialtone_server::{ServeConfig, Server, Services};
use dialtone_testkit::{
    Database, FixedAccess, Keys, Template as DatabaseTemplate, assert_fault, eventually, fresh, request,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::{World, creation, edit};

const SOURCE: ServiceName = ServiceName::Subscriptions;

/// Stands for subscriptions: its outbox on a database of its own, served as it would be.
struct Source {
    store: Store,
    keys: Keys,
    address: SocketAddr,
    stop: CancellationToken,
    _database: Database,
}

impl Source {
    async fn new() -> Source {
        let database = fresh(&DatabaseTemplate::of_service(SOURCE, vec![&dialtone_events::MIGRATIONS])).await;
        let (store, keys, stop) = (database.store(SOURCE).await, Keys::generate(), CancellationToken::new());
        let feed = Feed::start(store.clone(), SOURCE, stop.clone());
        let events = EventServer::new(feed, FixedAccess::default().guard()).into_service();
        let config = ServeConfig { lame_duck_ms: 0, ..ServeConfig::new(([127, 0, 0, 1], 0).into()) };
        let verifier = keys.identity(SOURCE).verifier().expect("the keys are right");
        let server = Server::bind(SOURCE, config, verifier, Services::new().add(events)).await.expect("a free port");
        let address = server.local_addr().expect("it is bound");
        tokio::spawn(server.run(stop.clone().cancelled_owned()));
        Source { store, keys, address, stop, _database: database }
    }

    async fn tell(&self, kind: &'static str, subscription: SubscriptionId, data: Value) {
        let ctx = Ctx::job(SOURCE, "test");
        let events = [NewEvent { tenant: None, kind, resource: subscription.to_string(), data }];
        let told: Result<(), DbFault> =
            self.store.tx("tell", &ctx, async |c: &mut Conn| append_all(c, &ctx, &events).await).await;
        told.expect("the outbox takes events");
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn mapped(partner: Option<OrganizationId>, offering: &str) -> Value {
    json!({ "partner": partner, "customer": null, "items": [{ "offering": format!("SERVICE_OFFERING_{offering}") }] })
}

async fn until(world: &World, known: i64) {
    let arrived = async || (world.count("SELECT count(*) FROM partner_subscriptions").await == known).then_some(());
    eventually("the subscriptions are known", Duration::from_secs(30), arrived).await;
}

fn naming(subscription: SubscriptionId) -> Template {
    Template { wholesale_subscription: subscription.to_string(), ..Template::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_wholesale_subscription_of_the_partner_can_be_named() {
    let source = Source::new().await;
    let world = World::with_events_from(source.keys.clone(), source.address).await;
    let (partner, token) = world.partner("Partner").await;
    let (other, _) = world.partner("Other").await;
    let [own, another, calling, nobody] = std::array::from_fn(|_| SubscriptionId::new());
    for (subscription, of, offering) in
        [(own, partner, "WEBEX_WHOLESALE"), (another, other, "WEBEX_WHOLESALE"), (calling, partner, "WEBEX_CALLING")]
    {
        source.tell("subscription.partner_mapped", subscription, mapped(Some(of), offering)).await;
    }
    until(&world, 3).await;

    let draft = world.draft(partner, &token).await;
    let footprint = world.footprint().await;
    let mut answers = Vec::new();
    for subscription in [another, calling, nobody] {
        let mut message = creation(partner);
        message.template.as_mut().expect("it has one").wholesale_subscription = subscription.to_string();
        let created = world.templates().create_template(request(&token, message)).await;
        let named = edit(&draft, naming(subscription), &["wholesale_subscription"]);
        let updated = world.templates().update_template(request(&token, named)).await;
        for refused in [created, updated] {
            let text = refused.as_ref().map_err(|status| status.message().to_owned()).err();
            assert_fault!(
                refused, FailedPrecondition, "SUBSCRIPTION_NOT_OF_PARTNER",
                { "subscription" => subscription.to_string(), "organization" => partner.to_string() }
            );
            answers.push(text);
        }
    }
    assert!(answers.iter().all(|text| *text == answers[0]), "another partner's is as one that does not exist");
    assert_eq!(world.footprint().await, footprint);

    let named = world.edit(&token, &draft, naming(own), &["wholesale_subscription"]).await;
    assert_eq!(named.wholesale_subscription, own.to_string());
    let review = ReviewTemplateRequest { name: named.name.clone() };
    let review = world.templates().review_template(request(&token, review)).await.unwrap().into_inner();
    assert_eq!(review.warnings, []);
    let submitted = world.submit(&token, &named).await;
    assert_eq!(submitted.wholesale_subscription, own.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_was_mapped_elsewhere_since_is_not_submitted() {
    let source = Source::new().await;
    let world = World::with_events_from(source.keys.clone(), source.address).await;
    let (partner, token) = world.partner("Partner").await;
    let own = SubscriptionId::new();
    source.tell("subscription.partner_mapped", own, mapped(Some(partner), "WEBEX_WHOLESALE")).await;
    until(&world, 1).await;
    let draft = world.draft(partner, &token).await;
    let named = world.edit(&token, &draft, naming(own), &["wholesale_subscription"]).await;
    source.tell("subscription.unmapped", own, mapped(None, "WEBEX_WHOLESALE")).await;
    until(&world, 0).await;
    let submit = SubmitTemplateRequest { name: named.name.clone(), etag: named.etag.clone(), ..Default::default() };
    let refused = world.templates().submit_template(request(&token, submit)).await;
    assert_fault!(refused, FailedPrecondition, "SUBSCRIPTION_NOT_OF_PARTNER", { "subscription" => own.to_string() });
    assert_eq!(world.count("SELECT count(*) FROM template_revisions").await, 0);
    // An edit of something else is no new naming, and taking the name back mends the draft.
    let renamed = Template { display_name: "Other".into(), ..Template::default() };
    let renamed = world.edit(&token, &named, renamed, &["display_name"]).await;
    let mended = world.edit(&token, &renamed, Template::default(), &["wholesale_subscription"]).await;
    assert_eq!(world.submit(&token, &mended).await.wholesale_subscription, "");
}
