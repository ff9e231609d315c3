//! A subscriptions service of this test's own beside a real org-finder, a real user-provisioning and a real mail server.

use std::net::SocketAddr;
use std::time::Duration;

use dialtone_authz::{Role, keys::PemPair};
use dialtone_ids::{OrganizationId, SubscriptionId};
use dialtone_operations::Hook;
use dialtone_proto::google::longrunning::operations_client::OperationsClient;
use dialtone_proto::google::longrunning::{Operation, WaitOperationRequest};
use dialtone_proto::operations::v1::OperationMetadata;
use dialtone_proto::orgfinder::v1 as org;
use dialtone_proto::orgfinder::v1::access_service_client::AccessServiceClient;
use dialtone_proto::orgfinder::v1::organization_service_client::OrganizationServiceClient;
use dialtone_proto::subscriptions::v1::order_service_client::OrderServiceClient;
use dialtone_proto::subscriptions::v1::subscription_service_client::SubscriptionServiceClient;
use dialtone_server::Server;
use dialtone_server::program::Program;
use dialtone_testkit::database::Source;
use dialtone_testkit::tcp_proxy::TcpProxy;
use dialtone_testkit::{Database, Keys, LogGuard, Template, eventually, fresh, log_guard, request};
use prost::Message as _;
use subscriptions::{Config, SERVICE, Subscriptions};
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::transport::Channel;

use crate::mailbox::Mailbox;

/// How long anything may take before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(30);
const KEY: &str = "a key of thirty-two characters, or more";

/// Everything that one test needs.
pub struct World {
    pub keys: Keys,
    pub sessions: PemPair,
    pub database: Database,
    pub mail: Mailbox,
    /// Between the service and its peers, for tests that cut the wire.
    pub org_finder: TcpProxy,
    pub user_provisioning: TcpProxy,
    pub channel: Channel,
    peers: Peers,
    _stopping: DropGuard,
    _log: LogGuard,
}

struct Peers {
    org_finder: Channel,
    user_provisioning: Channel,
    _databases: [Database; 2],
}

impl World {
    pub async fn new() -> World {
        World::with(|_| {}, None).await
    }

    /// With another configuration, and a hook in the engine.
    pub async fn with(change: impl FnOnce(&mut Config), hook: Option<Hook>) -> World {
        let log = log_guard();
        let (keys, sessions, stopping) = (Keys::generate(), dialtone_authz::keys::generate(), CancellationToken::new());
        let (mail, database) = (Mailbox::start(), fresh(&database_template()).await);
        let (peers, org_finder, user_provisioning) = peers(&keys, &stopping).await;
        let mut config = settings::<Subscriptions>(
            &database,
            &[
                ("PEERS__ORG_FINDER__TARGET", org_finder.address().to_string()),
                ("PEERS__USER_PROVISIONING__TARGET", user_provisioning.address().to_string()),
                ("MAIL__HOST", "127.0.0.1".to_owned()),
                ("MAIL__PORT", mail.port.to_string()),
                ("MAIL__SETUP_URL", "https://suite.example/setup".to_owned()),
                ("SETUP_LINKS__KEY", KEY.to_owned()),
                ("SETUP_SESSIONS__PRIVATE_KEY", sessions.private.clone()),
                // Whoever dies in a test is missed soon.
                ("OPERATIONS__LEASE_MS", "600".to_owned()),
                ("OPERATIONS__POLL_MS", "20".to_owned()),
            ],
        );
        config.identity = keys.identity(SERVICE);
        change(&mut config);
        let (server, _) = subscriptions::bind(config, hook, &stopping).await.expect("the service starts");
        let channel = channel(serve(server, &stopping));
        let _stopping = stopping.drop_guard();
        World { keys, sessions, database, mail, org_finder, user_provisioning, channel, peers, _stopping, _log: log }
    }

    pub fn orders(&self) -> OrderServiceClient<Channel> {
        OrderServiceClient::new(self.channel.clone())
    }

    pub fn subscriptions(&self) -> SubscriptionServiceClient<Channel> {
        SubscriptionServiceClient::new(self.channel.clone())
    }

    pub fn operations(&self) -> OperationsClient<Channel> {
        OperationsClient::new(self.channel.clone())
    }

    /// user-provisioning itself, not through the proxy.
    pub fn user_provisioning(&self) -> Channel {
        self.peers.user_provisioning.clone()
    }

    /// org-finder itself, not through the proxy.
    pub fn org_finder_channel(&self) -> Channel {
        self.peers.org_finder.clone()
    }

    /// The set-up session of a contact, as the gateway passes it on.
    pub fn contact(&self, address: &str, subscription: &str) -> String {
        let subscription = SubscriptionId::parse(subscription).expect("a name");
        self.keys.setup_contact(address, subscription)
    }

    /// A new organization with this role.
    pub async fn organization(&self, name: &str, role: org::OrganizationRole) -> String {
        let organization = org::Organization { roles: vec![role.into()], ..draft(name) };
        let message = org::CreateOrganizationRequest { organization: Some(organization), ..Default::default() };
        let made = OrganizationServiceClient::new(self.peers.org_finder.clone())
            .create_organization(request(&self.keys.platform(), message))
            .await
            .expect("the organization is created");
        made.into_inner().name
    }

    /// Token of somebody with this role on the organization.
    pub async fn person(&self, organization: &str, role: Role) -> String {
        let subject = format!("{role:?} of {organization}");
        let grant = org::Grant { subject: subject.clone(), role: role.into(), ..org::Grant::default() };
        let message = org::GrantRoleRequest { parent: organization.into(), grant: Some(grant), ..Default::default() };
        let granting = AccessServiceClient::new(self.peers.org_finder.clone());
        granting.clone().grant_role(request(&self.keys.platform(), message)).await.expect("the role is granted");
        self.keys.token_for(&subject)
    }

    /// The role that somebody reaches an organization with.
    pub async fn role(&self, organization: &str, subject: &str) -> Role {
        let message = org::CheckAccessRequest { organization: organization.into(), subject: subject.into() };
        let answer = AccessServiceClient::new(self.peers.org_finder.clone())
            .check_access(request(&self.keys.platform(), message))
            .await;
        answer.expect("org-finder answers").into_inner().role()
    }

    /// The operation at its end.
    pub async fn ended(&self, token: &str, name: &str) -> (Operation, OperationMetadata) {
        let end = tokio::time::Instant::now() + PATIENCE;
        loop {
            let timeout = Some(prost_types::Duration { seconds: 5, nanos: 0 });
            let wait = WaitOperationRequest { name: name.to_owned(), timeout };
            let waited = self.operations().wait_operation(request(token, wait)).await;
            let operation = waited.expect("it is there").into_inner();
            let metadata = metadata(&operation);
            if operation.done {
                return (operation, metadata);
            }
            assert!(tokio::time::Instant::now() < end, "{name} has not ended: {metadata:?}");
        }
    }

    /// SQL as a superuser, whom no policy narrows.
    pub async fn sql(&self) -> tokio_postgres::Client {
        sql(self.database.url()).await
    }

    /// One number.
    pub async fn count(&self, statement: &str) -> i64 {
        self.sql().await.query_one(statement, &[]).await.expect("one row").get(0)
    }

    /// Everything that a change would leave behind, as one text, once no operation is under way.
    pub async fn footprint(&self) -> String {
        eventually("every operation has ended", PATIENCE, async || {
            (self.count("SELECT count(*) FROM operations").await == 0).then_some(())
        })
        .await;
        let all = "SELECT concat_ws(' ', (SELECT string_agg(o::text, '|' ORDER BY id) FROM orders o), \
            (SELECT string_agg(s::text, '|' ORDER BY id) FROM subscriptions s), \
            (SELECT string_agg(l::text, '|' ORDER BY id) FROM setup_links l), (SELECT count(*) FROM handovers), \
            (SELECT count(*) FROM outbox), (SELECT count(*) FROM history), (SELECT count(*) FROM idempotency_keys), \
            (SELECT count(*) FROM operations), (SELECT count(*) FROM operations_finished))";
        self.sql().await.query_one(all, &[]).await.expect("one row").get(0)
    }
}

/// SQL in the service's schema.
pub async fn sql(url: &str) -> tokio_postgres::Client {
    let mut config: tokio_postgres::Config = url.parse().expect("a URL");
    config.options("-c search_path=subscriptions,public");
    let (client, connection) = config.connect(tokio_postgres::NoTls).await.expect("the database answers");
    tokio::spawn(connection);
    client
}

/// The tables of the service.
pub fn database_template() -> Template {
    let sources: Vec<Source> =
        vec![&dialtone_events::MIGRATIONS, &dialtone_operations::MIGRATIONS, &subscriptions::MIGRATIONS];
    Template::of_service(SERVICE, sources)
}

/// org-finder and user-provisioning, each behind a proxy.
async fn peers(keys: &Keys, stopping: &CancellationToken) -> (Peers, TcpProxy, TcpProxy) {
    let sources: Vec<Source> =
        vec![&dialtone_events::MIGRATIONS, &dialtone_operations::MIGRATIONS, &org_finder::MIGRATIONS];
    let directory = fresh(&Template::of_service(org_finder::SERVICE, sources)).await;
    let mut config = settings::<org_finder::OrgFinder>(&directory, &[]);
    config.identity = keys.identity(org_finder::SERVICE);
    let (server, _) = org_finder::bind(config, None, stopping).await.expect("org-finder starts");
    let org_finder = serve(server, stopping);

    let sources: Vec<Source> =
        vec![&dialtone_events::MIGRATIONS, &dialtone_operations::MIGRATIONS, &user_provisioning::MIGRATIONS];
    let users = fresh(&Template::of_service(user_provisioning::SERVICE, sources)).await;
    let more = [("PEERS__ORG_FINDER__TARGET", org_finder.to_string())];
    let mut config = settings::<user_provisioning::UserProvisioning>(&users, &more);
    config.identity = keys.identity(user_provisioning::SERVICE);
    let (server, _) = user_provisioning::bind(config, None, stopping).await.expect("user-provisioning starts");
    let user_provisioning = serve(server, stopping);

    let proxies = [TcpProxy::start(org_finder).await, TcpProxy::start(user_provisioning).await];
    let [one, two] = proxies.map(|proxy| proxy.expect("a port is free"));
    let (org_finder, user_provisioning) = (channel(org_finder), channel(user_provisioning));
    (Peers { org_finder, user_provisioning, _databases: [directory, users] }, one, two)
}

/// The defaults, what every service of a test needs, and `more`.
fn settings<P: Program>(database: &Database, more: &[(&str, String)]) -> P::Config {
    let prefix = format!("DIALTONE_{}__", P::SERVICE.as_str().to_uppercase().replace('-', "_"));
    let common = [
        ("SERVER__LISTEN", "127.0.0.1:0".to_owned()),
        ("SERVER__LAME_DUCK_MS", "0".to_owned()),
        ("SERVER__DRAIN_MS", "0".to_owned()),
        ("DATABASE__URL", database.app_url(P::SERVICE)),
        ("PAGING__KEY", KEY.to_owned()),
    ];
    let variables = common.iter().chain(more).map(|(key, value)| (format!("{prefix}{key}"), value.clone()));
    let loaded = dialtone_config::load_from(P::SERVICE.as_str(), P::DEFAULTS, None, variables);
    loaded.unwrap_or_else(|faults| panic!("{faults}")).config
}

fn serve(server: Server, stopping: &CancellationToken) -> SocketAddr {
    let address = server.local_addr().expect("it is bound");
    tokio::spawn(server.run(stopping.clone().cancelled_owned()));
    address
}

fn channel(address: SocketAddr) -> Channel {
    Channel::from_shared(format!("http://{address}")).expect("an address is a URL").connect_lazy()
}

/// What an operation says of itself.
pub fn metadata(operation: &Operation) -> OperationMetadata {
    let any = operation.metadata.as_ref().expect("every operation has metadata");
    OperationMetadata::decode(any.value.as_slice()).expect("of this type")
}

/// An organization in Sweden without a role.
pub fn draft(name: &str) -> org::Organization {
    org::Organization { display_name: name.into(), region_code: "SE".into(), ..org::Organization::default() }
}

/// A new idempotency key.
pub fn request_id() -> String {
    dialtone_ids::OperationId::new().to_string()
}

/// A name of an organization that nothing has.
pub fn nowhere() -> String {
    OrganizationId::new().to_string()
}
