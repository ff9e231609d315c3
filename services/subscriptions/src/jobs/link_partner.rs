//! The operation that links the partner of a mapped subscription to its customer.

use dialtone_authz::Role;
use dialtone_db::Conn;
use dialtone_operations::{Job, Next, Step, StepError};
use serde_json::Value;

use crate::ops::map_customer::Link;
use crate::peers::{OrgFinder, request_id};

/// Links them in org-finder. Linking what is linked changes nothing, so there is nothing to undo that a repetition would not want.
pub struct LinkPartner {
    pub org_finder: OrgFinder,
}

impl Step for LinkPartner {
    fn name(&self) -> &'static str {
        "link-partner"
    }

    async fn act(&self, job: &Job) -> Result<Value, StepError> {
        let link: Link = job.input_as()?;
        let role = if link.created { Role::FullAdmin } else { Role::ProvisioningAdmin };
        let ends = (link.partner, link.customer);
        let linked = self.org_finder.link_partner(&job.ctx, ends, role, request_id(&job.key())).await;
        linked.map(|()| Value::Null).map_err(StepError::upstream)
    }

    async fn commit(&self, _: &mut Conn, _: &Job, _: &Value) -> Result<Next, StepError> {
        Ok(Next::done())
    }
}
