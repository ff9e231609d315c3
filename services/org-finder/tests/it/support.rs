//! One org-finder on a database of its own, and short ways to speak to it.

use std::net::SocketAddr;
use std::path::Path;

use dialtone_client::UpstreamSettings;
use dialtone_ids::{OrganizationId, ServiceName};
use dialtone_operations::Hook;
use dialtone_proto::annotations::v1::Role;
use dialtone_proto::orgfinder::v1::access_service_client::AccessServiceClient;
use dialtone_proto::orgfinder::v1::activity_service_client::ActivityServiceClient;
use dialtone_proto::orgfinder::v1::domain_service_client::DomainServiceClient;
use dialtone_proto::orgfinder::v1::org_finder_service_client::OrgFinderServiceClient;
use dialtone_proto::orgfinder::v1::organization_service_client::OrganizationServiceClient;
use dialtone_proto::orgfinder::v1::*;
use dialtone_server::program::Program as _;
use dialtone_status::{Code, Status};
use dialtone_testkit::{Database, Keys, Template, fresh, request};
use org_finder::{Config, Nameserver, OrgFinder, SERVICE};
use tokio_util::sync::CancellationToken;
use tonic::transport::{Channel, Endpoint};

/// The domain of every error.
pub const DOMAIN: &str = "org-finder.dialtone.internal";

/// The tables of the service.
pub fn sources() -> Vec<dialtone_testkit::database::Source> {
    vec![&dialtone_events::MIGRATIONS, &dialtone_operations::MIGRATIONS, &org_finder::MIGRATIONS]
}

pub fn template() -> Template {
    Template::of_service(SERVICE, sources())
}

/// A running service; it stops when this is dropped.
pub struct Suite {
    pub keys: Keys,
    /// Dropped with the suite, not before.
    database: Database,
    pub channel: Channel,
    pub admin: tokio_postgres::Client,
    stop: CancellationToken,
}

impl Drop for Suite {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A client of `database` as this role, in the service's schema, seeing every tenant.
pub async fn sql(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("the role may connect");
    tokio::spawn(connection);
    let setup = "SET search_path = org_finder, public; SET dialtone.tenants = '*'";
    client.batch_execute(setup).await.expect("settings");
    client
}

impl Suite {
    pub async fn start() -> Suite {
        Self::start_with(|_| ()).await
    }

    pub async fn start_with_events_from(user_provisioning: SocketAddr) -> Suite {
        Self::start_with(|config| config.peers.user_provisioning = UpstreamSettings::new(user_provisioning.to_string()))
            .await
    }

    /// One that asks this name server.
    pub async fn start_asking(server: SocketAddr) -> Suite {
        Self::start_with(|config| config.dns.servers = vec![Nameserver(server)]).await
    }

    /// One whose configuration differs.
    pub async fn start_with(differ: impl FnOnce(&mut Config)) -> Suite {
        Self::start_all(differ, None).await
    }

    /// One with a hook in the engine of its operations.
    pub async fn start_hooked(hook: Hook) -> Suite {
        Self::start_all(|_| {}, Some(hook)).await
    }

    async fn start_all(differ: impl FnOnce(&mut Config), hook: Option<Hook>) -> Suite {
        let (database, keys) = (fresh(&template()).await, Keys::generate());
        let stop = CancellationToken::new();
        let mut config = config(&database, &keys);
        differ(&mut config);
        let channel = serve(config, hook, &stop).await;
        let admin = sql(database.url()).await;
        Suite { keys, database, channel, admin, stop }
    }

    /// A second process on the same database; it stops when the answer is dropped.
    pub async fn start_another(&self) -> tokio_util::sync::DropGuard {
        let stop = CancellationToken::new();
        let config = config(&self.database, &self.keys);
        serve(config, None, &stop).await;
        stop.drop_guard()
    }

    pub fn organizations(&self) -> OrganizationServiceClient<Channel> {
        OrganizationServiceClient::new(self.channel.clone())
    }

    pub fn finder(&self) -> OrgFinderServiceClient<Channel> {
        OrgFinderServiceClient::new(self.channel.clone())
    }

    pub fn access(&self) -> AccessServiceClient<Channel> {
        AccessServiceClient::new(self.channel.clone())
    }

    pub fn domains(&self) -> DomainServiceClient<Channel> {
        DomainServiceClient::new(self.channel.clone())
    }

    pub fn activity(&self) -> ActivityServiceClient<Channel> {
        ActivityServiceClient::new(self.channel.clone())
    }

    /// `message` from the provider's staff.
    pub fn staff<T>(&self, message: T) -> tonic::Request<T> {
        request(&self.keys.platform(), message)
    }

    /// `message` from a person.
    pub fn person<T>(&self, subject: &str, message: T) -> tonic::Request<T> {
        request(&self.keys.token_for(subject), message)
    }

    /// `message` from a service of the suite.
    pub fn service<T>(&self, service: ServiceName, message: T) -> tonic::Request<T> {
        request(&self.keys.service(service), message)
    }

    /// Creates an organization.
    pub async fn create(&self, organization: Organization) -> Organization {
        let create = CreateOrganizationRequest { organization: Some(organization), ..Default::default() };
        let created = self.organizations().create_organization(self.staff(create)).await;
        created.expect("it can be created").into_inner()
    }

    /// Gives a person a role.
    pub async fn grant(&self, organization: &str, subject: &str, role: Role) -> Grant {
        let grant = Grant { subject: subject.into(), role: role.into(), ..Grant::default() };
        let grant = GrantRoleRequest { parent: organization.into(), grant: Some(grant), ..Default::default() };
        self.access().grant_role(self.staff(grant)).await.expect("it can be granted").into_inner()
    }

    /// Links a partner to a customer.
    pub async fn link(&self, partner: &str, customer: &str, role: Role) -> Result<PartnerLink, Status> {
        let link = LinkPartnerRequest {
            parent: partner.into(),
            customer: customer.into(),
            role: role.into(),
            ..Default::default()
        };
        Ok(self.access().link_partner(self.staff(link)).await?.into_inner())
    }

    /// Everything that a change would leave behind, as one number each.
    pub async fn footprint(&self) -> Vec<i64> {
        let tables = "organizations organization_domains grants partner_links access_requests completed_setups \
                      people organization_activity \
                      import_lines outbox history idempotency_keys \
                      organization_merges organization_merge_rows operations \
                      name_postings name_words name_spellings name_tails";
        let mut counts = Vec::new();
        for table in tables.split_whitespace() {
            let row = self.admin.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await;
            counts.push(row.expect("the table is there").get(0));
        }
        for table in ["organizations", "organization_domains", "partner_links", "access_requests"] {
            let versions = format!("SELECT coalesce(sum(version), 0)::bigint FROM {table}");
            counts.push(self.admin.query_one(&versions, &[]).await.expect("the table is there").get(0));
        }
        counts
    }
}

async fn serve(config: Config, hook: Option<Hook>, stop: &CancellationToken) -> Channel {
    let (server, _) = org_finder::bind(config, hook, stop).await.expect("it starts");
    let address = server.local_addr().expect("it is bound");
    tokio::spawn(server.run(stop.clone().cancelled_owned()));
    Endpoint::from_shared(format!("http://{address}")).expect("an address is a URI").connect_lazy()
}

fn config(database: &Database, keys: &Keys) -> Config {
    let key = "a secret of at least thirty-two characters";
    let variables = [
        ("DATABASE__URL", database.app_url(SERVICE)),
        ("PAGING__KEY", key.to_owned()),
        ("SERVER__LISTEN", "127.0.0.1:0".to_owned()),
        ("SERVER__LAME_DUCK_MS", "0".to_owned()),
        // Whoever dies in a test is missed soon.
        ("OPERATIONS__LEASE_MS", "600".to_owned()),
        ("OPERATIONS__POLL_MS", "20".to_owned()),
    ];
    let variables = variables.map(|(key, value)| (format!("DIALTONE_ORG_FINDER__{key}"), value));
    let loaded = dialtone_config::load_from::<Config>("org-finder", OrgFinder::DEFAULTS, None::<&Path>, variables);
    let mut config = loaded.expect("the defaults are a configuration").config;
    config.identity = keys.identity(SERVICE);
    // Nobody listens there: the service must not mind.
    config.peers.user_provisioning = UpstreamSettings::new("127.0.0.1:9");
    config.peers.subscriptions = UpstreamSettings::new("127.0.0.1:9");
    config
}

/// A customer in Sweden with these domains.
pub fn customer(name: &str, domains: &[&str]) -> Organization {
    Organization {
        display_name: name.into(),
        vertical: Vertical::IsicJ.into(),
        region_code: "SE".into(),
        roles: vec![OrganizationRole::Customer.into()],
        domains: domains.iter().map(|&domain| OrganizationDomain { domain: domain.into(), state: 0 }).collect(),
        ..Organization::default()
    }
}

/// The same as a partner.
pub fn partner(name: &str, domains: &[&str]) -> Organization {
    Organization { roles: vec![OrganizationRole::Partner.into()], ..customer(name, domains) }
}

/// A name of the right form that nothing has.
pub fn nowhere() -> String {
    OrganizationId::new().to_string()
}

/// Asserts code, reason and the metadata pairs, exactly.
pub fn assert_refused<T: std::fmt::Debug>(
    answer: Result<T, Status>,
    code: Code,
    reason: &str,
    metadata: &[(&str, &str)],
) -> Status {
    let status = answer.expect_err("it is refused");
    let info = dialtone_status::error_info(&status).unwrap_or_else(|| panic!("no ErrorInfo in {status:?}"));
    assert_eq!((status.code(), info.reason.as_str(), info.domain.as_str()), (code, reason, DOMAIN), "{status:?}");
    let mut given: Vec<_> = info.metadata.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let mut expected = metadata.to_vec();
    given.sort_unstable();
    expected.sort_unstable();
    assert_eq!(given, expected);
    status
}

/// Asserts INVALID_FIELDS of exactly these fields, in any order.
pub fn assert_invalid<T: std::fmt::Debug>(answer: Result<T, Status>, fields: &[&str]) {
    let status = assert_refused(answer, Code::InvalidArgument, "INVALID_FIELDS", &[]);
    let violations = dialtone_status::field_violations(&status);
    let mut broken: Vec<_> = violations.iter().map(|violation| violation.field.as_str()).collect();
    let mut expected = fields.to_vec();
    broken.sort_unstable();
    broken.dedup();
    expected.sort_unstable();
    assert_eq!(broken, expected, "{violations:?}");
}

/// Asserts that a permission is missing, with the text that tells nothing.
pub fn assert_denied<T: std::fmt::Debug>(answer: Result<T, Status>, permission: &str) {
    let status = assert_refused(answer, Code::PermissionDenied, "PERMISSION_DENIED", &[("permission", permission)]);
    assert_eq!(status.message(), dialtone_status::PERMISSION_DENIED_TEXT);
}
