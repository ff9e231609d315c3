//! The names of this service's database accesses, for metrics and traces.

use dialtone_db::OpName;

/// One per access.
#[derive(Clone, Copy, Debug)]
pub enum Op {
    OrganizationGet,
    OrganizationList,
    OrganizationCreate,
    OrganizationUpdate,
    OrganizationMatch,
    ImportStage,
    ImportMerge,
    ImportDiscard,
    ImportSweep,
    GrantCreate,
    GrantRevoke,
    GrantList,
    AccessCheck,
    AccessList,
    PartnerLinkCreate,
    PersonList,
    ActivityPrepare,
    ActivityReport,
    ActivityClose,
    ActivityDecay,
    DomainAdd,
    DomainList,
    DomainChallenge,
    DomainVerify,
    DomainClaim,
    DomainRelease,
    OrganizationDelete,
    OrganizationUndelete,
    OrganizationPurge,
}

impl OpName for Op {
    fn name(self) -> &'static str {
        match self {
            Self::OrganizationGet => "organization_get",
            Self::OrganizationList => "organization_list",
            Self::OrganizationCreate => "organization_create",
            Self::OrganizationUpdate => "organization_update",
            Self::OrganizationMatch => "organization_match",
            Self::ImportStage => "import_stage",
            Self::ImportMerge => "import_merge",
            Self::ImportDiscard => "import_discard",
            Self::ImportSweep => "import_sweep",
            Self::GrantCreate => "grant_create",
            Self::GrantRevoke => "grant_revoke",
            Self::GrantList => "grant_list",
            Self::AccessCheck => "access_check",
            Self::AccessList => "access_list",
            Self::PartnerLinkCreate => "partner_link_create",
            Self::PersonList => "person_list",
            Self::ActivityPrepare => "activity_prepare",
            Self::ActivityReport => "activity_report",
            Self::ActivityClose => "activity_close",
            Self::ActivityDecay => "activity_decay",
            Self::DomainAdd => "domain_add",
            Self::DomainList => "domain_list",
            Self::DomainChallenge => "domain_challenge",
            Self::DomainVerify => "domain_verify",
            Self::DomainClaim => "domain_claim",
            Self::DomainRelease => "domain_release",
            Self::OrganizationDelete => "organization_delete",
            Self::OrganizationUndelete => "organization_undelete",
            Self::OrganizationPurge => "organization_purge",
        }
    }
}
