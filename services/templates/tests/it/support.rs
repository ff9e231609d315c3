//! A templates service and an org-finder of this test's own, each with a database of its own, and callers with real grants.

use std::net::SocketAddr;

use dialtone_authz::Role;
use dialtone_ids::{OrganizationId, ServiceName};
use dialtone_proto::orgfinder::v1::access_service_client::AccessServiceClient;
use dialtone_proto::orgfinder::v1::organization_service_client::OrganizationServiceClient;
use dialtone_proto::orgfinder::v1::{
    CreateOrganizationRequest, Grant, GrantRoleRequest, LinkPartnerRequest, Organization, OrganizationRole,
};
use dialtone_proto::templates::v1::catalog_service_client::CatalogServiceClient;
use dialtone_proto::templates::v1::reseller_offer_service_client::ResellerOfferServiceClient;
use dialtone_proto::templates::v1::settings_service_client::SettingsServiceClient;
use dialtone_proto::templates::v1::template_service_client::TemplateServiceClient;
use dialtone_proto::templates::v1::{CreateTemplateRequest, SubmitTemplateRequest, Template, UpdateTemplateRequest};
use dialtone_server::Server;
use dialtone_server::program::Program;
use dialtone_testkit::{Database, Keys, LogGuard, Template as DatabaseTemplate, fresh, log_guard, request};
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::transport::Channel;

pub const PAGING_KEY: &str = "a key of thirty-two characters, or more";

/// Everything that one test needs.
pub struct World {
    pub keys: Keys,
    pub database: Database,
    pub channel: Channel,
    org_finder: Channel,
    config: templates::Config,
    stopping: CancellationToken,
    _stop: DropGuard,
    _org_finder_database: Database,
    _log: LogGuard,
}

impl World {
    pub async fn new() -> World {
        World::with_events_from(Keys::generate(), ([127, 0, 0, 1], 9).into()).await
    }

    /// A world whose subscriptions are told at this address, whether somebody listens there or not.
    pub async fn with_events_from(keys: Keys, subscriptions: SocketAddr) -> World {
        let log = log_guard();
        let stopping = CancellationToken::new();
        let org_finder_database = fresh(&DatabaseTemplate::of_service(
            ServiceName::OrgFinder,
            vec![&dialtone_events::MIGRATIONS, &dialtone_operations::MIGRATIONS, &org_finder::MIGRATIONS],
        ))
        .await;
        let database = fresh(&database_template()).await;
        let config = settings::<org_finder::OrgFinder>(&keys, &org_finder_database, &[]);
        let (server, _) = org_finder::bind(config, None, &stopping).await.expect("org-finder starts");
        let org_finder = serve(server, &stopping);
        let peers = [
            ("PEERS__ORG_FINDER__TARGET", org_finder.to_string()),
            ("PEERS__SUBSCRIPTIONS__TARGET", subscriptions.to_string()),
        ];
        let config = settings::<templates::Templates>(&keys, &database, &peers);
        let templates = serve(templates::bind(config.clone(), &stopping).await.expect("templates starts"), &stopping);
        World {
            keys,
            database,
            channel: channel(templates),
            org_finder: channel(org_finder),
            config,
            _stop: stopping.clone().drop_guard(),
            stopping,
            _org_finder_database: org_finder_database,
            _log: log,
        }
    }

    /// Starts another replica on the same database.
    pub async fn another_replica(&self) {
        serve(templates::bind(self.config.clone(), &self.stopping).await.expect("templates starts"), &self.stopping);
    }

    pub fn templates(&self) -> TemplateServiceClient<Channel> {
        TemplateServiceClient::new(self.channel.clone())
    }

    pub fn catalog(&self) -> CatalogServiceClient<Channel> {
        CatalogServiceClient::new(self.channel.clone())
    }

    pub fn offers(&self) -> ResellerOfferServiceClient<Channel> {
        ResellerOfferServiceClient::new(self.channel.clone())
    }

    /// Loads a catalogue as the program's command does.
    pub async fn load(&self, text: &str, rehearse: bool) -> Result<Vec<String>, String> {
        templates::load_catalogue(&self.config, text, rehearse).await.map_err(|error| error.to_string())
    }

    pub fn settings(&self) -> SettingsServiceClient<Channel> {
        SettingsServiceClient::new(self.channel.clone())
    }

    /// A new organization with this role.
    pub async fn organization(&self, name: &str, role: OrganizationRole) -> OrganizationId {
        let organization = Organization {
            display_name: name.into(),
            region_code: "SE".into(),
            roles: vec![role.into()],
            ..Organization::default()
        };
        let message = CreateOrganizationRequest { organization: Some(organization), ..Default::default() };
        let made = OrganizationServiceClient::new(self.org_finder.clone())
            .create_organization(request(&self.keys.platform(), message))
            .await
            .expect("the organization is created");
        OrganizationId::parse(&made.into_inner().name).expect("org-finder gives names")
    }

    /// Puts a partner above another organization.
    pub async fn link(&self, partner: OrganizationId, below: OrganizationId) {
        let message = LinkPartnerRequest {
            parent: partner.to_string(),
            customer: below.to_string(),
            role: Role::FullAdmin.into(),
            ..Default::default()
        };
        AccessServiceClient::new(self.org_finder.clone())
            .link_partner(request(&self.keys.platform(), message))
            .await
            .expect("the partner is linked");
    }

    /// A partner, and the token of its administrator.
    pub async fn partner(&self, name: &str) -> (OrganizationId, String) {
        let partner = self.organization(name, OrganizationRole::Partner).await;
        let token = self.person(partner, Role::ProvisioningAdmin).await;
        (partner, token)
    }

    /// The token of somebody with this role.
    pub async fn person(&self, organization: OrganizationId, role: Role) -> String {
        let subject = format!("{role:?} of {organization}");
        let grant = Grant { subject: subject.clone(), role: role.into(), ..Grant::default() };
        let message = GrantRoleRequest { parent: organization.to_string(), grant: Some(grant), ..Default::default() };
        AccessServiceClient::new(self.org_finder.clone())
            .grant_role(request(&self.keys.platform(), message))
            .await
            .expect("the role is granted");
        self.keys.token_for(&subject)
    }

    /// A draft.
    pub async fn draft(&self, partner: OrganizationId, token: &str) -> Template {
        self.templates().create_template(request(token, creation(partner))).await.expect("a draft").into_inner()
    }

    /// Submits a template as it is.
    pub async fn submit(&self, token: &str, template: &Template) -> Template {
        let (name, etag) = (template.name.clone(), template.etag.clone());
        let message = SubmitTemplateRequest { name, etag, ..Default::default() };
        self.templates().submit_template(request(token, message)).await.expect("it is submitted").into_inner()
    }

    /// A submitted template.
    pub async fn submitted(&self, partner: OrganizationId, token: &str) -> Template {
        let draft = self.draft(partner, token).await;
        self.submit(token, &draft).await
    }

    /// Takes over the fields of the mask from `new`; the etag is that of `template`.
    pub async fn edit(&self, token: &str, template: &Template, new: Template, mask: &[&str]) -> Template {
        let message = edit(template, new, mask);
        self.templates().update_template(request(token, message)).await.expect("it is edited").into_inner()
    }

    /// One number by SQL, as the owner.
    pub async fn count(&self, sql: &str) -> i64 {
        self.owner().await.query_one(sql, &[]).await.expect("one row").get(0)
    }

    /// Changes rows by SQL, as the owner.
    pub async fn execute(&self, sql: &str) {
        self.owner().await.batch_execute(sql).await.expect("the statement is right");
    }

    async fn owner(&self) -> tokio_postgres::Client {
        sql(&self.database.owner_url(ServiceName::Templates)).await
    }

    /// Rows of everything that a mutation writes.
    pub async fn footprint(&self) -> Vec<i64> {
        let mut rows = Vec::new();
        for table in [
            "templates",
            "template_revisions",
            "template_uses",
            "setting_values",
            "plans",
            "reseller_offers",
            "reseller_offer_plans",
            "plan_uses",
            "history",
            "outbox",
            "idempotency_keys",
        ] {
            rows.push(self.count(&format!("SELECT count(*) FROM {table}")).await);
        }
        for table in ["templates", "plans", "reseller_offers"] {
            rows.push(self.count(&format!("SELECT coalesce(sum(version), 0)::bigint FROM {table}")).await);
        }
        rows
    }
}

/// A connection.
pub async fn sql(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("the database answers");
    tokio::spawn(connection);
    client
}

/// A JSON object as the wire carries it.
pub fn object(json: serde_json::Value) -> Option<prost_types::Struct> {
    Some(dialtone_proto::json::to_struct(json))
}

/// A request that takes over the fields of the mask from `new`; the etag is that of `template`.
pub fn edit(template: &Template, new: Template, mask: &[&str]) -> UpdateTemplateRequest {
    UpdateTemplateRequest {
        template: Some(Template { name: template.name.clone(), etag: template.etag.clone(), ..new }),
        update_mask: Some(prost_types::FieldMask { paths: mask.iter().map(|path| (*path).to_owned()).collect() }),
        ..Default::default()
    }
}

/// The tables of the service.
pub fn database_template() -> DatabaseTemplate {
    DatabaseTemplate::of_service(ServiceName::Templates, vec![&dialtone_events::MIGRATIONS, &templates::MIGRATIONS])
}

/// A request for a draft that breaks no rule.
pub fn creation(partner: OrganizationId) -> CreateTemplateRequest {
    let template = Template {
        display_name: "Small offices".into(),
        administrator_email: "noc@partner.example".into(),
        region_code: "SE".into(),
        ..Template::default()
    };
    CreateTemplateRequest { parent: partner.to_string(), template: Some(template), ..Default::default() }
}

/// The defaults, what every service of a test needs, and `more`.
fn settings<P: Program>(keys: &Keys, database: &Database, more: &[(&str, String)]) -> P::Config {
    let prefix = format!("DIALTONE_{}__", P::SERVICE.as_str().to_uppercase().replace('-', "_"));
    let identity = keys.identity(P::SERVICE);
    let mut variables = vec![
        ("SERVER__LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
        ("DATABASE__URL".to_owned(), database.app_url(P::SERVICE)),
        ("PAGING__KEY".to_owned(), PAGING_KEY.to_owned()),
        ("IDENTITY__PRIVATE_KEY".to_owned(), private_key(&identity)),
    ];
    for (issuer, key) in identity.trusted {
        variables.push((format!("IDENTITY__TRUSTED__{}", issuer.to_uppercase().replace('-', "_")), key));
    }
    variables.extend(more.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
    let variables = variables.into_iter().map(|(key, value)| (format!("{prefix}{key}"), value));
    let loaded = dialtone_config::load_from(P::SERVICE.as_str(), P::DEFAULTS, None, variables);
    loaded.unwrap_or_else(|faults| panic!("{faults}")).config
}

fn private_key(identity: &dialtone_authz::IdentityConfig) -> String {
    use secrecy::ExposeSecret as _;
    identity.private_key.as_ref().map(|key| key.expose_secret().to_owned()).unwrap_or_default()
}

fn serve(server: Server, stopping: &CancellationToken) -> SocketAddr {
    let address = server.local_addr().expect("it is bound");
    tokio::spawn(server.run(stopping.clone().cancelled_owned()));
    address
}

fn channel(address: SocketAddr) -> Channel {
    Channel::from_shared(format!("http://{address}")).expect("an address is a URL").connect_lazy()
}
