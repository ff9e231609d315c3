//! Completed set-ups, learnt from the events of subscriptions.

use std::net::SocketAddr;
use std::time::Duration;

use dialtone_authz::Ctx;
use dialtone_client::UpstreamSettings;
use dialtone_db::{Conn, DbFault, Store};
use dialtone_events::{EventServer, Feed, NewEvent, append_all};
use dialtone_ids::{ServiceName, SubscriptionId};
use dialtone_proto::annotations::v1::Role;
use dialtone_proto::orgfinder::v1::*;
use dialtone_server::{ServeConfig, Server, Services};
use dialtone_testkit::{Database, FixedAccess, Keys, Template, eventually, fresh};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::*;

const SOURCE: ServiceName = ServiceName::Subscriptions;

/// Stands for subscriptions: its outbox on a database of its own, served as it would be.
struct Source {
    store: Store,
    _database: Database,
    stop: CancellationToken,
}

impl Source {
    async fn new() -> Source {
        let database = fresh(&Template::of_service(SOURCE, vec![&dialtone_events::MIGRATIONS])).await;
        let store = database.store(SOURCE).await;
        Source { store, _database: database, stop: CancellationToken::new() }
    }

    async fn serve(&self, keys: &Keys, address: SocketAddr) {
        let feed = Feed::start(self.store.clone(), SOURCE, self.stop.clone());
        let events = EventServer::new(feed, FixedAccess::default().guard()).into_service();
        let config = ServeConfig { lame_duck_ms: 0, ..ServeConfig::new(address) };
        let verifier = keys.identity(SOURCE).verifier().expect("the keys are right");
        let server = Server::bind(SOURCE, config, verifier, Services::new().add(events)).await;
        tokio::spawn(server.expect("the port is free").run(self.stop.clone().cancelled_owned()));
    }

    async fn tell(&self, kind: &'static str, resource: impl ToString, data: Value) {
        let ctx = Ctx::job(SOURCE, "test");
        let events = [NewEvent { tenant: None, kind, resource: resource.to_string(), data }];
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

fn view(partner: Option<&str>, customer: &str, active: bool) -> Value {
    let activate_time = active.then_some("2026-11-20T12:00:00.000000Z");
    json!({"partner": partner, "customer": customer, "activate_time": activate_time})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_may_ask_once_the_events_of_subscriptions_say_that_it_has_set_up() {
    let source = Source::new().await;
    // The port is known before anybody listens on it.
    let reserved = std::net::TcpListener::bind("127.0.0.1:0").expect("the loopback has free ports");
    let address = reserved.local_addr().expect("it is bound");
    drop(reserved);
    let suite =
        Suite::start_with(|config| config.peers.subscriptions = UpstreamSettings::new(address.to_string())).await;
    let reseller = suite.create(partner("Reseller", &[])).await.name;
    let [shop, early, merged] = ["Shop", "Early", "Merged"].map(|name| customer(name, &[]));
    let (shop, early) = (suite.create(shop).await.name, suite.create(early).await.name);
    let merged = suite.create(merged).await.name;
    for name in [&shop, &early] {
        suite.link(&reseller, name, Role::ProvisioningAdmin).await.expect("it works");
    }
    suite.grant(&reseller, "paul", Role::ProvisioningAdmin).await;
    suite.merge(&shop, &merged).await;
    let Organization { name: back, etag, .. } = suite.create(customer("Back", &[])).await;
    suite.link(&reseller, &back, Role::ProvisioningAdmin).await.expect("it works");
    let delete = DeleteOrganizationRequest { name: back.clone(), etag, force: true, ..Default::default() };
    suite.organizations().delete_organization(suite.staff(delete)).await.expect("staff may");

    let [first, second, third, fourth, fifth] = std::array::from_fn(|_| SubscriptionId::new());
    source.tell("subscription.setup_started", first, view(Some(&reseller), &early, false)).await;
    source.tell("subscription.activated", second, view(None, &early, true)).await;
    source.tell("subscription.activated", third, view(Some(&reseller), &nowhere(), true)).await;
    source.tell("site.created", format!("{first}/sites/a"), json!({"x": 1})).await;
    // Said of an organization while it is deleted.
    source.tell("subscription.activated", fifth, view(Some(&reseller), &back, true)).await;
    // Said of an organization that was merged since.
    source.tell("subscription.activated", fourth, view(Some(&reseller), &merged, true)).await;
    source.tell("subscription.updated", fourth, view(Some(&reseller), &merged, true)).await;
    source.serve(&suite.keys, address).await;

    let asking = |customer: &str| RequestFullAdminRequest {
        parent: customer.into(),
        partner: reseller.clone(),
        ..Default::default()
    };
    let learnt = async || suite.ask_as("paul", asking(&shop)).await.ok();
    let request = eventually("the set-up is known", Duration::from_secs(30), learnt).await;
    assert_eq!(request.state(), AccessRequestState::Pending);
    let refused = suite.ask_as("paul", asking(&early)).await.expect_err("nothing of it is set up by the partner");
    assert_eq!(dialtone_status::error_info(&refused).expect("every error has it").reason, "SETUP_NOT_COMPLETE");
    assert_eq!(suite.count("SELECT count(*) FROM completed_setups").await, 2);
    let undelete = UndeleteOrganizationRequest { name: back.clone(), ..Default::default() };
    suite.organizations().undelete_organization(suite.staff(undelete)).await.expect("it can be undeleted");
    suite.ask_as("paul", asking(&back)).await.expect("it was not forgotten");
}
