//! The names of this service's database accesses, for metrics and traces.

use dialtone_db::OpName;

/// One per access.
#[derive(Clone, Copy, Debug)]
pub enum Op {
    TemplateCreate,
    TemplateGet,
    TemplateList,
    TemplateUpdate,
    TemplateReview,
    TemplateSubmit,
    RevisionList,
    ProvisioningIdResolve,
    PackageList,
}

impl OpName for Op {
    fn name(self) -> &'static str {
        match self {
            Self::TemplateCreate => "template_create",
            Self::TemplateGet => "template_get",
            Self::TemplateList => "template_list",
            Self::TemplateUpdate => "template_update",
            Self::TemplateReview => "template_review",
            Self::TemplateSubmit => "template_submit",
            Self::RevisionList => "revision_list",
            Self::ProvisioningIdResolve => "provisioning_id_resolve",
            Self::PackageList => "package_list",
        }
    }
}
