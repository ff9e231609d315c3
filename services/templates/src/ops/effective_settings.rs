//! Shows which value of every setting is in effect, and where it comes from.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::{OrganizationId, UserName};

use super::found_revision;
use crate::App;
use crate::error::Error;
use crate::model::revision::RevisionName;
use crate::model::setting::{Effective, Level, Owner, effective};
use crate::store::{op::Op, revision, setting, template_use};

/// For whom.
pub struct Scope {
    pub organization: OrganizationId,
    /// None for the revision that the organization is made with.
    pub revision: Option<RevisionName>,
    /// Whether the caller may read the templates of that revision's partner.
    pub may_read_partner: bool,
    pub user: Option<UserName>,
}

/// Every setting, and the revision that applies.
pub async fn run(app: &App, ctx: &Ctx, scope: &Scope) -> Result<(Vec<Effective>, Option<RevisionName>), Error> {
    let organization = scope.organization;
    let made_with = app
        .store
        .read(Op::SettingsEffective, ctx, async |c: &mut Conn| {
            template_use::template_use_list(c, organization).await.map_err(Error::Db)
        })
        .await?;
    let made_with: Vec<_> = made_with.into_iter().map(|used| used.revision).collect();
    let revision = match (scope.revision, made_with.as_slice()) {
        (Some(named), own) if scope.may_read_partner || own.contains(&named) => Some(named),
        (Some(_), _) => return Err(Error::RevisionDenied),
        (None, []) => None,
        (None, [one]) => Some(*one),
        (None, _) => return Err(Error::SeveralApply(organization)),
    };
    let partner = revision.map(|name| name.template.organization);
    let ctx = ctx.within_all([organization].into_iter().chain(partner));
    let settings = app.store.read(Op::SettingsEffective, &ctx, async |c: &mut Conn| layers(c, scope, revision).await);
    Ok((settings.await?, revision))
}

async fn layers(c: &mut Conn, scope: &Scope, revision: Option<RevisionName>) -> Result<Vec<Effective>, Error> {
    let definitions = setting::setting_definition_list(c).await.map_err(Error::Db)?;
    let owner = Owner::Organization(scope.organization);
    let mut layers =
        vec![(Level::Organization, setting::setting_values_get(c, owner).await.map_err(Error::Db)?.values)];
    if let Some(name) = revision {
        let found = revision::revision_get(c, name).await.map_err(|fault| found_revision(fault, name))?;
        layers.push((Level::Template, found.content.settings));
    }
    if let Some(user) = scope.user {
        let own = setting::setting_values_get(c, Owner::User(user)).await.map_err(Error::Db)?;
        layers.push((Level::User, own.values));
    }
    let layers: Vec<_> = layers.iter().map(|(level, values)| (*level, values)).collect();
    Ok(effective(&definitions, &layers))
}
