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
    OrganizationSearch,
    NameIndex,
    OrganizationExplain,
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
    PartnerLinkGet,
    PartnerLinkList,
    PartnerLinkDelete,
    AccessRequestCreate,
    AccessRequestGet,
    AccessRequestList,
    AccessRequestDecide,
    AccessRequestExpire,
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
    MergePlan,
    MergeStart,
    MergeUndo,
    MergePurge,
}

impl OpName for Op {
    fn name(self) -> &'static str {
        match self {
            Self::OrganizationGet => "organization_get",
            Self::OrganizationList => "organization_list",
            Self::OrganizationCreate => "organization_create",
            Self::OrganizationUpdate => "organization_update",
            Self::OrganizationMatch => "organization_match",
            Self::OrganizationSearch => "organization_search",
            Self::NameIndex => "name_index",
            Self::OrganizationExplain => "organization_explain",
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
            Self::PartnerLinkGet => "partner_link_get",
            Self::PartnerLinkList => "partner_link_list",
            Self::PartnerLinkDelete => "partner_link_delete",
            Self::AccessRequestCreate => "access_request_create",
            Self::AccessRequestGet => "access_request_get",
            Self::AccessRequestList => "access_request_list",
            Self::AccessRequestDecide => "access_request_decide",
            Self::AccessRequestExpire => "access_request_expire",
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
            Self::MergePlan => "merge_plan",
            Self::MergeStart => "merge_start",
            Self::MergeUndo => "merge_undo",
            Self::MergePurge => "merge_purge",
        }
    }

    fn keeps_plans(self) -> bool {
        // Limited look-ups by index, whatever is asked.
        matches!(
            self,
            Self::OrganizationMatch | Self::OrganizationExplain | Self::OrganizationSearch | Self::AccessCheck
        )
    }
}
