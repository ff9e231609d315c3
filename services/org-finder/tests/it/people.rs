//! The directory of people: fed by another service's events, listed by address.

use std::time::Duration;

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Store};
use dialtone_events::{EventServer, Feed, NewEvent, append_all};
use dialtone_ids::{OrganizationId, ServiceName};
use dialtone_proto::annotations::v1::Role;
use dialtone_proto::orgfinder::v1::*;
use dialtone_server::{ServeConfig, Server, Services};
use dialtone_status::Code;
use dialtone_testkit::{Database, FixedAccess, Template, eventually, fresh};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::support::*;

/// Stands for user-provisioning: its outbox on a database of its own, served as it would be.
struct Source {
    store: Store,
    _database: Database,
    stop: CancellationToken,
}

const SOURCE: ServiceName = ServiceName::UserProvisioning;

impl Source {
    async fn new() -> Source {
        let database = fresh(&Template::of_service(SOURCE, vec![&dialtone_events::MIGRATIONS])).await;
        let store = database.store(SOURCE).await;
        Source { store, _database: database, stop: CancellationToken::new() }
    }

    async fn bind(&self, suite_keys: &dialtone_testkit::Keys, port: u16) -> Server {
        let feed = Feed::start(self.store.clone(), SOURCE, self.stop.clone());
        let events = EventServer::new(feed, FixedAccess::default().guard()).into_service();
        let config = ServeConfig { lame_duck_ms: 0, ..ServeConfig::new(([127, 0, 0, 1], port).into()) };
        let verifier = suite_keys.identity(SOURCE).verifier().expect("the keys are right");
        Server::bind(SOURCE, config, verifier, Services::new().add(events)).await.expect("the port is free")
    }

    async fn tell(&self, events: &[(&'static str, &str, &str)]) {
        let ctx = Ctx::job(SOURCE, "test");
        let events: Vec<_> = events
            .iter()
            .map(|(kind, organization, email)| NewEvent {
                tenant: OrganizationId::parse(organization).ok().map(OrganizationId::uuid),
                kind,
                resource: format!("{organization}/users/of-{email}"),
                data: json!({"email": email, "given_name": "Anna", "family_name": "Berg"}),
            })
            .collect();
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

fn list(parent: &str) -> ListPeopleRequest {
    ListPeopleRequest { parent: parent.into(), ..Default::default() }
}

async fn people(suite: &Suite, organization: &str) -> Vec<(String, bool)> {
    let answer = suite.activity().list_people(suite.staff(list(organization))).await.expect("staff may");
    answer.into_inner().people.into_iter().map(|person| (person.email, person.active)).collect()
}

async fn until_people(suite: &Suite, organization: &str, expected: &[(&str, bool)]) {
    let expected: Vec<_> = expected.iter().map(|(email, active)| ((*email).to_owned(), *active)).collect();
    let arrived = async || (people(suite, organization).await == expected).then_some(());
    eventually("the directory has learnt it", Duration::from_secs(30), arrived).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_learnt_from_events_also_of_a_peer_that_comes_up_later() {
    let source = Source::new().await;
    // The port is known before anybody listens on it.
    let reserved = std::net::TcpListener::bind("127.0.0.1:0").expect("the loopback has free ports");
    let address = reserved.local_addr().expect("it is bound");
    drop(reserved);
    let suite = Suite::start_with_events_from(address).await;
    let own = suite.create(customer("Own", &["own.example"])).await.name;
    source.tell(&[("user.provisioned", &own, "anna@own.example"), ("user.provisioned", &own, "bo@own.example")]).await;
    source.tell(&[("user.refused", &own, "carl@own.example"), ("user.provisioned", &nowhere(), "x@x.example")]).await;
    let server = source.bind(&suite.keys, address.port()).await;
    tokio::spawn(server.run(source.stop.clone().cancelled_owned()));

    until_people(&suite, &own, &[("anna@own.example", true), ("bo@own.example", true)]).await;
    let question = MatchOrganizationsRequest {
        contact_email: "Bo@own.example".into(),
        role: OrganizationRole::Customer.into(),
        company_name: String::new(),
    };
    let answer = suite.finder().match_organizations(suite.staff(question)).await.unwrap().into_inner();
    assert_eq!(answer.outcome(), MatchOutcome::Matched);
    assert_eq!(answer.candidates[0].evidence.as_ref().map(|evidence| evidence.active_users), Some(2));

    // Repeats, and somebody who leaves without ever having been there, change nothing.
    let again = ("user.provisioned", own.as_str(), "anna@own.example");
    let left = ("user.deleted", own.as_str(), "bo@own.example");
    source.tell(&[("user.deleted", &own, "never@own.example"), left, left, again]).await;
    until_people(&suite, &own, &[("anna@own.example", true), ("bo@own.example", false)]).await;
    let rollup = "SELECT sum(active_users)::bigint FROM organization_activity";
    let active: i64 = suite.admin.query_one(rollup, &[]).await.unwrap().get(0);
    assert_eq!(active, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_listed_by_address_to_those_who_may_read() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &[])).await.name;
    let other = suite.create(customer("Other", &[])).await.name;
    for email in ["c@own.example", "a@own.example", "b@own.example"] {
        crate::matching::add_person(&suite, &own, email, 1).await;
    }
    suite.grant(&own, "anna", Role::ReadOnly).await;
    let mut request = ListPeopleRequest { page_size: 2, ..list(&own) };
    let page = suite.activity().list_people(suite.person("anna", request.clone())).await.unwrap().into_inner();
    let emails: Vec<_> = page.people.iter().map(|person| person.email.as_str()).collect();
    assert_eq!(emails, ["a@own.example", "b@own.example"]);
    assert!(page.people[0].name.starts_with(&format!("{own}/people/")));
    request.page_token = page.next_page_token;
    let page = suite.activity().list_people(suite.person("anna", request.clone())).await.unwrap().into_inner();
    assert_eq!((page.people.len(), page.next_page_token.as_str()), (1, ""));

    let elsewhere = ListPeopleRequest { parent: other.clone(), ..request };
    let refused = suite.activity().list_people(suite.staff(elsewhere)).await;
    assert_refused(refused, Code::InvalidArgument, "INVALID_PAGE_TOKEN", &[]);
    for name in [other, nowhere()] {
        assert_denied(suite.activity().list_people(suite.person("anna", list(&name))).await, "people.list");
    }
    assert_invalid(suite.activity().list_people(suite.staff(list("x"))).await, &["parent"]);
}
