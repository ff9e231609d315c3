//! A service of this test's own on a database of its own, with callers and what a batch needs.

use std::net::SocketAddr;
use std::time::Duration;

use dialtone_authz::Role;
use dialtone_ids::{LocationId, OrganizationId, ServiceName};
use dialtone_operations::Hook;
use dialtone_proto::google::longrunning::operations_client::OperationsClient;
use dialtone_proto::google::longrunning::{Operation, WaitOperationRequest, operation};
use dialtone_proto::operations::v1::operation_control_service_client::OperationControlServiceClient;
use dialtone_proto::operations::v1::{OperationMetadata, OperationState};
use dialtone_proto::userprovisioning::v1 as wire;
use dialtone_proto::userprovisioning::v1::location_service_client::LocationServiceClient;
use dialtone_proto::userprovisioning::v1::target_service_client::TargetServiceClient;
use dialtone_proto::userprovisioning::v1::user_service_client::UserServiceClient;
use dialtone_server::program::Program;
use dialtone_testkit::{Database, Keys, LogGuard, Template, fresh, log_guard, request};
use prost::Message as _;
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::transport::Channel;
use user_provisioning::{Config, SERVICE, UserProvisioning};

use crate::peers::Peers;

/// How long anything may take before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Everything that one test needs.
pub struct World {
    pub keys: Keys,
    pub database: Database,
    pub peers: Peers,
    pub customer: OrganizationId,
    /// Token of a full administrator of the customer.
    pub admin: String,
    pub channel: Channel,
    peers_at: SocketAddr,
    _stopping: DropGuard,
    pub log: LogGuard,
}

impl World {
    pub async fn new() -> World {
        World::with(|_| {}, None).await
    }

    /// With another configuration, and a hook in the engine.
    pub async fn with(change: impl FnOnce(&mut Config), hook: Option<Hook>) -> World {
        let log = log_guard();
        let (keys, peers) = (Keys::generate(), Peers::default());
        let database = fresh(&database_template()).await;
        let peers_at = peers.serve().await;
        let stopping = CancellationToken::new();
        let channel = start(&keys, &database, peers_at, change, hook, &stopping).await;
        let customer = OrganizationId::new();
        let admin = person(&keys, &peers, customer, Role::FullAdmin);
        World { keys, database, peers, customer, admin, channel, peers_at, _stopping: stopping.drop_guard(), log }
    }

    /// Another process of the service on the same database, until the guard is dropped.
    pub async fn another(&self, change: impl FnOnce(&mut Config), hook: Option<Hook>) -> (Channel, DropGuard) {
        let stopping = CancellationToken::new();
        let channel = start(&self.keys, &self.database, self.peers_at, change, hook, &stopping).await;
        (channel, stopping.drop_guard())
    }

    /// Token of somebody with this role on the organization.
    pub fn person(&self, organization: OrganizationId, role: Role) -> String {
        person(&self.keys, &self.peers, organization, role)
    }

    pub fn locations(&self) -> LocationServiceClient<Channel> {
        LocationServiceClient::new(self.channel.clone())
    }

    pub fn targets(&self) -> TargetServiceClient<Channel> {
        TargetServiceClient::new(self.channel.clone())
    }

    pub fn users(&self) -> UserServiceClient<Channel> {
        UserServiceClient::new(self.channel.clone())
    }

    pub fn operations(&self) -> OperationsClient<Channel> {
        OperationsClient::new(self.channel.clone())
    }

    pub fn control(&self) -> OperationControlServiceClient<Channel> {
        OperationControlServiceClient::new(self.channel.clone())
    }

    /// The customer's headquarters.
    pub async fn headquarters(&self) -> String {
        let made = self.locations().create_location(request(&self.admin, location(self.customer))).await;
        made.expect("a location").into_inner().name
    }

    /// A simulator of the customer.
    pub async fn simulator(&self, settings: wire::SimulatorSettings) -> String {
        let made = self.targets().create_target(request(&self.admin, simulator(self.customer, settings))).await;
        made.expect("a target").into_inner().name
    }

    /// A batch of so many people at new headquarters on a new simulator.
    pub async fn batch(&self, count: usize, settings: wire::SimulatorSettings) -> wire::BatchCreateUsersRequest {
        let (location, target) = (self.headquarters().await, self.simulator(settings).await);
        wire::BatchCreateUsersRequest {
            parent: self.customer.to_string(),
            users: (0..count).map(|i| someone(&format!("person{i:04}@x.example"), &location)).collect(),
            target,
            ..wire::BatchCreateUsersRequest::default()
        }
    }

    /// Starts a batch.
    pub async fn start(&self, batch: &wire::BatchCreateUsersRequest) -> Operation {
        let started = self.users().batch_create_users(request(&self.admin, batch.clone())).await;
        started.expect("the batch is accepted").into_inner()
    }

    /// The operation as it is.
    pub async fn operation(&self, name: &str) -> (Operation, OperationMetadata) {
        let get = dialtone_proto::google::longrunning::GetOperationRequest { name: name.to_owned() };
        let got = self.operations().get_operation(request(&self.admin, get)).await.expect("it is there").into_inner();
        let metadata = metadata(&got);
        (got, metadata)
    }

    /// The operation at its end.
    pub async fn ended(&self, name: &str) -> (Operation, OperationMetadata) {
        let timeout = Some(prost_types::Duration { seconds: 5, nanos: 0 });
        let end = tokio::time::Instant::now() + PATIENCE;
        loop {
            let wait = WaitOperationRequest { name: name.to_owned(), timeout };
            let waited = self.operations().wait_operation(request(&self.admin, wait)).await;
            let operation = waited.expect("it is there").into_inner();
            let metadata = metadata(&operation);
            if operation.done {
                return (operation, metadata);
            }
            assert!(tokio::time::Instant::now() < end, "{name} has not ended: {metadata:?}");
        }
    }

    /// The operation once it is in this state.
    pub async fn until(&self, name: &str, state: OperationState) -> OperationMetadata {
        dialtone_testkit::eventually(&format!("{name} is {state:?}"), PATIENCE, async || {
            let (_, metadata) = self.operation(name).await;
            (metadata.state() == state).then_some(metadata)
        })
        .await
    }

    /// Every account on a simulator.
    pub async fn ledger(&self, target: &str) -> Vec<wire::SimulatorAccount> {
        let list =
            wire::ListSimulatorAccountsRequest { parent: target.to_owned(), page_size: 1000, ..Default::default() };
        let page = self.targets().list_simulator_accounts(request(&self.admin, list)).await;
        page.expect("a ledger").into_inner().accounts
    }

    /// Every user of the customer.
    pub async fn everybody(&self) -> Vec<wire::User> {
        let list = wire::ListUsersRequest { parent: self.customer.to_string(), page_size: 1000, ..Default::default() };
        self.users().list_users(request(&self.admin, list)).await.expect("a list").into_inner().users
    }

    /// SQL as a superuser, whom no policy narrows.
    pub async fn sql(&self) -> tokio_postgres::Client {
        let mut config: tokio_postgres::Config = self.database.url().parse().expect("a URL");
        config.options("-c search_path=user_provisioning,public");
        let (client, connection) = config.connect(tokio_postgres::NoTls).await.expect("the database answers");
        tokio::spawn(connection);
        client
    }

    /// One number.
    pub async fn count(&self, sql: &str) -> i64 {
        self.sql().await.query_one(sql, &[]).await.expect("one row").get(0)
    }
}

/// The tables of the service.
pub fn database_template() -> Template {
    let sources: Vec<dialtone_testkit::database::Source> =
        vec![&dialtone_events::MIGRATIONS, &dialtone_operations::MIGRATIONS, &user_provisioning::MIGRATIONS];
    Template::of_service(SERVICE, sources)
}

async fn start(
    keys: &Keys,
    database: &Database,
    peers: SocketAddr,
    change: impl FnOnce(&mut Config),
    hook: Option<Hook>,
    stopping: &CancellationToken,
) -> Channel {
    let variables = [
        ("SERVER__LISTEN", "127.0.0.1:0".to_owned()),
        ("SERVER__LAME_DUCK_MS", "0".to_owned()),
        ("SERVER__DRAIN_MS", "0".to_owned()),
        ("DATABASE__URL", database.app_url(SERVICE)),
        ("PAGING__KEY", "a key of thirty-two characters, or more".to_owned()),
        ("PEERS__ORG_FINDER__TARGET", peers.to_string()),
        ("PEERS__TEMPLATES__TARGET", peers.to_string()),
        // Whoever dies in a test is missed soon.
        ("OPERATIONS__LEASE_MS", "600".to_owned()),
        ("OPERATIONS__POLL_MS", "20".to_owned()),
    ];
    let variables = variables.map(|(key, value)| (format!("DIALTONE_USER_PROVISIONING__{key}"), value));
    let loaded = dialtone_config::load_from(SERVICE.as_str(), UserProvisioning::DEFAULTS, None, variables);
    let mut config: Config = loaded.unwrap_or_else(|faults| panic!("{faults}")).config;
    config.identity = keys.identity(SERVICE);
    change(&mut config);
    let (server, _) = user_provisioning::bind(config, hook, stopping).await.expect("the service starts");
    let address = server.local_addr().expect("it is bound");
    tokio::spawn(server.run(stopping.clone().cancelled_owned()));
    Channel::from_shared(format!("http://{address}")).expect("an address is a URL").connect_lazy()
}

fn person(keys: &Keys, peers: &Peers, organization: OrganizationId, role: Role) -> String {
    let subject = format!("{role:?} of {organization}");
    peers.grant(&subject, organization, role, None);
    keys.token_for(&subject)
}

/// What an operation says of itself.
pub fn metadata(operation: &Operation) -> OperationMetadata {
    let any = operation.metadata.as_ref().expect("every operation has metadata");
    OperationMetadata::decode(any.value.as_slice()).expect("of this type")
}

/// What became of a batch that succeeded.
pub fn response(operation: &Operation) -> wire::BatchCreateUsersResponse {
    match &operation.result {
        Some(operation::Result::Response(any)) => {
            assert_eq!(any.type_url, "type.googleapis.com/dialtone.userprovisioning.v1.BatchCreateUsersResponse");
            wire::BatchCreateUsersResponse::decode(any.value.as_slice()).expect("of this type")
        }
        other => panic!("no response but {other:?}"),
    }
}

/// A request for headquarters that breaks no rule.
pub fn location(customer: OrganizationId) -> wire::CreateLocationRequest {
    let address = wire::PostalAddress {
        region_code: "SE".into(),
        locality: "Stockholm".into(),
        postal_code: "111 20".into(),
        address_lines: vec!["Vasagatan 1".into()],
        ..wire::PostalAddress::default()
    };
    let location = wire::Location {
        display_name: "Headquarters".into(),
        kind: wire::LocationKind::Headquarters.into(),
        address: Some(address),
        time_zone: "Europe/Stockholm".into(),
        language_code: "sv".into(),
        ..wire::Location::default()
    };
    wire::CreateLocationRequest { parent: customer.to_string(), location: Some(location), ..Default::default() }
}

/// A request for a simulator.
pub fn simulator(owner: OrganizationId, settings: wire::SimulatorSettings) -> wire::CreateTargetRequest {
    let target = wire::Target {
        display_name: "Simulator".into(),
        kind: Some(wire::target::Kind::Simulator(settings)),
        ..wire::Target::default()
    };
    wire::CreateTargetRequest { parent: owner.to_string(), target: Some(target), ..Default::default() }
}

/// Somebody at a location.
pub fn someone(email: &str, location: &str) -> wire::User {
    wire::User {
        given_name: "Ada".into(),
        family_name: "Lovelace".into(),
        email: email.into(),
        package: "packages/webex_calling".into(),
        location: location.into(),
        ..wire::User::default()
    }
}

/// A name of a location that does not exist.
pub fn no_location(of: OrganizationId) -> String {
    format!("{of}/{}", LocationId::new())
}

/// A new request id.
pub fn request_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// Token of a service that calls because of somebody.
pub fn subscriptions(world: &World) -> String {
    world.keys.service_for(ServiceName::Subscriptions, "anna")
}
