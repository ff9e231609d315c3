//! Sets or removes values of an organization or a user.

use dialtone_authz::Ctx;
use dialtone_db::history::Change;
use dialtone_db::{Conn, Mutation};
use dialtone_ids::{Etag, OrganizationId};

use super::unless_repeated;
use crate::App;
use crate::error::Error;
use crate::model::setting::{Owned, Owner, Values, apply};
use crate::store::{op::Op, setting};

/// What to change.
pub struct Edit {
    pub owner: Owner,
    pub etag: Etag,
    /// New values, which fit the schema.
    pub values: Values,
    /// What to take over: `values`, or `values.{key}`.
    pub mask: Vec<String>,
}

pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, edit: Edit) -> Result<Owned, Error> {
    let owner = edit.owner;
    let organization = owner.organization();
    // Staff and services may write anywhere: what does not exist must not get settings by a slip.
    if let Err(refusal) = must_exist(app, ctx, organization).await {
        return unless_repeated(app, Op::SettingsUpdate, ctx, mutation, refusal).await;
    }
    app.store
        .mutate(Op::SettingsUpdate, ctx, mutation, async |c: &mut Conn| {
            let before = setting::setting_values_get(c, owner).await.map_err(Error::Db)?;
            if !edit.etag.matches(before.version) {
                return Err(Error::SettingsStale(owner));
            }
            let mut values = before.values.clone();
            apply(&mut values, &edit.values, &edit.mask, "values");
            let after = setting::setting_values_put_if(c, owner, before.version, &values).await.map_err(Error::Db)?;
            let after = after.ok_or(Error::SettingsStale(owner))?;
            let change = Change {
                tenant: Some(organization.uuid()),
                resource: owner.to_string(),
                verb: "settings.updated",
                before: Some(before.view()),
                after: Some(after.view()),
            };
            dialtone_events::record_change(c, ctx, change).await.map_err(Error::Db)?;
            Ok(after)
        })
        .await
}

async fn must_exist(app: &App, ctx: &Ctx, organization: OrganizationId) -> Result<(), Error> {
    let found = app.org_finder.is_partner(ctx, organization).await.map_err(Error::Peer)?;
    found.map(|_| ()).ok_or(Error::OrganizationNotFound(organization))
}
