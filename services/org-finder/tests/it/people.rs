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
pub struct Source {
    store: Store,
    _database: Database,
    pub stop: CancellationToken,
}

const SOURCE: ServiceName = ServiceName::UserProvisioning;

impl Source {
    pub async fn new() -> Source {
        let database = fresh(&Template::of_service(SOURCE, vec![&dialtone_events::MIGRATIONS])).await;
        let store = database.store(SOURCE).await;
        Source { store, _database: database, stop: CancellationToken::new() }
    }

    pub async fn bind(&self, suite_keys: &dialtone_testkit::Keys, port: u16) -> Server {
        let feed = Feed::start(self.store.clone(), SOURCE, self.stop.clone());
        let events = EventServer::new(feed, FixedAccess::default().guard()).into_service();
        let config = ServeConfig { lame_duck_ms: 0, ..ServeConfig::new(([127, 0, 0, 1], port).into()) };
        let verifier = suite_keys.identity(SOURCE).verifier().expect("the keys are right");
        Server::bind(SOURCE, config, verifier, Services::new().add(events)).await.expect("the port is free")
    }

    /// A user as an event tells it.
    async fn tell_of(&self, kind: &'static str, organization: &str, user: &str, email: &str) {
        let ctx = Ctx::job(SOURCE, "test");
        let data =
            json!({"email": email, "given_name": "Anna", "family_name": "Berg", "state": "USER_STATE_PROVISIONED"});
        let tenant = OrganizationId::parse(organization).ok().map(OrganizationId::uuid);
        let event = NewEvent { tenant, kind, resource: user.to_owned(), data };
        let told: Result<(), DbFault> = self
            .store
            .tx("tell", &ctx, async |c: &mut Conn| append_all(c, &ctx, std::slice::from_ref(&event)).await)
            .await;
        told.expect("the outbox takes events");
    }

    pub async fn tell(&self, events: &[(&'static str, &str, &str)]) {
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

pub async fn people(suite: &Suite, organization: &str) -> Vec<(String, bool)> {
    let answer = suite.activity().list_people(suite.staff(list(organization))).await.expect("staff may");
    answer.into_inner().people.into_iter().map(|person| (person.email, person.active)).collect()
}

pub async fn until_people(suite: &Suite, organization: &str, expected: &[(&str, bool)]) {
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

#[tokio::test(flavor = "multi_thread")]
async fn people_are_listed_by_state_domain_and_beginning_of_the_address() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &[])).await.name;
    let emails = ["a_b@own.example", "anna@own.example", "anna@sub.own.example", "axel@own.example", "bo@own.example"];
    crate::activity::fill(&suite, &own, &emails.map(|email| (email, 1))).await;
    suite.admin.batch_execute("UPDATE people SET active = false WHERE email LIKE 'axel%'").await.unwrap();
    let listed = async |request: ListPeopleRequest| {
        let request = ListPeopleRequest { parent: own.clone(), ..request };
        let answer = suite.activity().list_people(suite.staff(request)).await.expect("staff may").into_inner();
        answer.people.into_iter().map(|person| person.email).collect::<Vec<_>>()
    };
    let every = ListPeopleRequest::default;
    assert_eq!(listed(every()).await, emails);
    assert_eq!(listed(ListPeopleRequest { active: Some(false), ..every() }).await, emails[3..4]);
    assert_eq!(
        listed(ListPeopleRequest { active: Some(true), email_prefix: "AN".into(), ..every() }).await,
        emails[1..3]
    );
    assert_eq!(listed(ListPeopleRequest { domain: "OWN.example.".into(), ..every() }).await.len(), 4);
    let both = ListPeopleRequest { domain: "own.example".into(), email_prefix: "a".into(), ..every() };
    assert_eq!(listed(both.clone()).await, [emails[0], emails[1], emails[3]]);
    // No pattern: `_` is a letter like any other.
    assert_eq!(listed(ListPeopleRequest { email_prefix: "a_".into(), ..every() }).await, emails[..1]);
    assert_eq!(listed(ListPeopleRequest { email_prefix: "a%".into(), ..every() }).await, [""; 0]);

    // Pages go on with the same filter only.
    let request = ListPeopleRequest { parent: own.clone(), page_size: 2, ..both };
    let page = suite.activity().list_people(suite.staff(request.clone())).await.unwrap().into_inner();
    let rest = ListPeopleRequest { page_token: page.next_page_token.clone(), ..request.clone() };
    let rest = suite.activity().list_people(suite.staff(rest)).await.unwrap().into_inner();
    assert_eq!((rest.people[0].email.as_str(), rest.next_page_token.as_str()), (emails[3], ""));
    let other = ListPeopleRequest { active: Some(true), page_token: page.next_page_token, ..request };
    let refused = suite.activity().list_people(suite.staff(other)).await;
    assert_refused(refused, Code::InvalidArgument, "INVALID_PAGE_TOKEN", &[]);
    for (request, field) in [
        (ListPeopleRequest { domain: "no domain".into(), ..list(&own) }, "domain"),
        (ListPeopleRequest { email_prefix: "a\0".into(), ..list(&own) }, "email_prefix"),
        (ListPeopleRequest { page_size: 1001, ..list(&own) }, "page_size"),
    ] {
        assert_invalid(suite.activity().list_people(suite.staff(request)).await, &[field]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_has_one_address_and_goes_back_and_forth_between_live_and_gone() {
    let source = Source::new().await;
    let reserved = std::net::TcpListener::bind("127.0.0.1:0").expect("the loopback has free ports");
    let address = reserved.local_addr().expect("it is bound");
    drop(reserved);
    let suite = Suite::start_with_events_from(address).await;
    let own = suite.create(customer("Own", &["own.example"])).await.name;
    let survivor = suite.create(customer("Survivor", &["survivor.example"])).await.name;
    let server = source.bind(&suite.keys, address.port()).await;
    tokio::spawn(server.run(source.stop.clone().cancelled_owned()));

    let user = format!("{own}/users/of-anna");
    let tell = async |kind, organization: &str, user: &str, email: &str| {
        source.tell_of(kind, organization, user, email).await;
    };
    tell("user.provisioned", &own, &user, "anna@own.example").await;
    // Renamed: the address before is nobody's any more, and the new one was not seen more recently.
    tell("user.updated", &own, &user, "anna.berg@own.example").await;
    until_people(&suite, &own, &[("anna.berg@own.example", true), ("anna@own.example", false)]).await;
    let sql = "SELECT count(DISTINCT last_activity) FROM people";
    assert_eq!(suite.admin.query_one(sql, &[]).await.unwrap().get::<_, i64>(0), 1);
    crate::activity::assert_rollup(&suite).await;
    // The address goes to somebody else: when the first user goes, it stays.
    let second = format!("{own}/users/of-second");
    tell("user.provisioned", &own, &second, "anna@own.example").await;
    tell("user.deleted", &own, &user, "anna.berg@own.example").await;
    until_people(&suite, &own, &[("anna.berg@own.example", false), ("anna@own.example", true)]).await;
    tell("user.undeleted", &own, &user, "anna.berg@own.example").await;
    until_people(&suite, &own, &[("anna.berg@own.example", true), ("anna@own.example", true)]).await;
    crate::activity::assert_rollup(&suite).await;
    // People of an organization that was merged are the survivor's, and go from there.
    let merge = format!(
        "UPDATE organizations SET deleted = now(), merged_into = '{}' WHERE id = '{}'",
        survivor.trim_start_matches("organizations/"),
        own.trim_start_matches("organizations/"),
    );
    suite.admin.batch_execute(&merge).await.unwrap();
    tell("user.provisioned", &own, &format!("{own}/users/of-third"), "third@own.example").await;
    until_people(&suite, &survivor, &[("third@own.example", true)]).await;
    tell("user.deleted", &own, &format!("{own}/users/of-third"), "third@own.example").await;
    until_people(&suite, &survivor, &[("third@own.example", false)]).await;
    crate::activity::assert_rollup(&suite).await;
}
