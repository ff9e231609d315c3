//! The context of one request: who calls what, until when, and whose rows it may see.

use std::time::Duration;

use dialtone_db::{Tenants, TxContext};
use dialtone_ids::{OrganizationId, ServiceName};
use dialtone_messages::Locale;
use dialtone_proto::{
    Method,
    methods::{Permission, Policy, Retry},
};
use tokio::time::Instant;
use uuid::Uuid;

use crate::{Caller, CallerKind, Role};

/// How long one turn of a background job may take.
pub const JOB_TIME: Duration = Duration::from_secs(30);

/// What a background job has in the place of a method. No request can reach it: it has no path, and its permission lets nobody in.
static JOB: Method = Method {
    path: "",
    service: "",
    name: "job",
    request: "",
    response: "",
    client_streaming: false,
    server_streaming: false,
    permission: Permission {
        name: "job.run",
        least_role: Role::Unspecified,
        services: &[],
        setup_contact: false,
        anonymous: false,
        any_caller: false,
    },
    policy: Policy { deadline: Some(JOB_TIME), retry: Retry::Unsent },
    http: &[],
};

/// Everything below the api layer gets this and nothing of the transport.
///
/// A fresh context sees no tenant's rows: [`crate::Guard`] narrows it to what the caller may see.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// Who calls.
    pub caller: Caller,
    /// What is called; for a background job, [`Ctx::job`] says what.
    pub method: &'static Method,
    /// The traceable id of the request, which logs and history carry.
    pub request_id: String,
    /// When the caller stops waiting.
    pub deadline: Instant,
    /// The caller's language.
    pub locale: Locale,
    tenants: Tenants,
    actor: String,
}

impl Ctx {
    /// The context of a request as it arrives; sees nothing yet.
    pub fn new(
        caller: Caller,
        method: &'static Method,
        request_id: impl Into<String>,
        deadline: Instant,
        locale: Locale,
    ) -> Self {
        Self {
            actor: caller.actor(),
            caller,
            method,
            request_id: request_id.into(),
            deadline,
            locale,
            tenants: Tenants::Only(Vec::new()),
        }
    }

    /// The context of one turn of a background job: the service itself, every tenant, [`JOB_TIME`] from now.
    pub fn job(service: ServiceName, name: &str) -> Self {
        let caller =
            Caller { subject: format!("{service}/{name}"), kind: CallerKind::Service(service), on_behalf_of: None };
        let request_id = format!("{name}-{}", Uuid::now_v7());
        Self::new(caller, &JOB, request_id, Instant::now() + JOB_TIME, Locale::default()).everywhere()
    }

    /// The same request, seeing the rows of one organization.
    pub fn within(&self, organization: OrganizationId) -> Self {
        self.within_all([organization])
    }

    /// The same request, seeing the rows of these organizations.
    pub fn within_all(&self, organizations: impl IntoIterator<Item = OrganizationId>) -> Self {
        let ids = organizations.into_iter().map(OrganizationId::uuid).collect();
        self.seeing(Tenants::Only(ids))
    }

    /// The same request, seeing every tenant's rows: for look-ups across organizations that were authorised as such, whose answer
    /// tells nothing that the caller may not know.
    pub fn everywhere(&self) -> Self {
        self.seeing(Tenants::All)
    }

    /// The same request with a nearer or farther deadline.
    pub fn until(&self, deadline: Instant) -> Self {
        Self { deadline, ..self.clone() }
    }

    /// The same request, acting for somebody else: an operation goes on for whoever began it.
    pub fn for_actor(&self, actor: impl Into<String>) -> Self {
        let mut ctx = self.clone();
        ctx.caller.on_behalf_of = Some(actor.into());
        ctx.actor = ctx.caller.actor();
        ctx
    }

    fn seeing(&self, tenants: Tenants) -> Self {
        Self { tenants, ..self.clone() }
    }
}

impl TxContext for Ctx {
    fn deadline(&self) -> Instant {
        self.deadline
    }

    fn tenants(&self) -> &Tenants {
        &self.tenants
    }

    fn actor(&self) -> &str {
        &self.actor
    }

    fn request_id(&self) -> &str {
        &self.request_id
    }
}
