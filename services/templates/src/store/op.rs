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
    TemplateArchive,
    TemplateUnarchive,
    TemplateDelete,
    TemplateUndelete,
    TemplatePurge,
    TemplateUseCount,
    TemplateUseRecord,
    TemplateUseRelease,
    RevisionGet,
    RevisionDiff,
    SettingDefinitionList,
    SettingsGet,
    SettingsUpdate,
    SettingsEffective,
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
            Self::TemplateArchive => "template_archive",
            Self::TemplateUnarchive => "template_unarchive",
            Self::TemplateDelete => "template_delete",
            Self::TemplateUndelete => "template_undelete",
            Self::TemplatePurge => "template_purge",
            Self::TemplateUseCount => "template_use_count",
            Self::TemplateUseRecord => "template_use_record",
            Self::TemplateUseRelease => "template_use_release",
            Self::RevisionGet => "revision_get",
            Self::RevisionDiff => "revision_diff",
            Self::SettingDefinitionList => "setting_definition_list",
            Self::SettingsGet => "settings_get",
            Self::SettingsUpdate => "settings_update",
            Self::SettingsEffective => "settings_effective",
            Self::ProvisioningIdResolve => "provisioning_id_resolve",
            Self::PackageList => "package_list",
        }
    }
}
