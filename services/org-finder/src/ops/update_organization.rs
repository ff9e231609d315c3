//! Changes an organization's profile.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};
use dialtone_ids::{Etag, OrganizationId};

use super::{change, found, updated};
use crate::App;
use crate::error::Error;
use crate::model::organization::{Organization, Profile, apply};
use crate::store::{op::Op, organization};

/// What to change.
pub struct Edit {
    pub id: OrganizationId,
    pub etag: Etag,
    pub profile: Profile,
    /// Fields to take over from `profile`.
    pub mask: Vec<String>,
}

pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, edit: Edit) -> Result<Organization, Error> {
    let id = edit.id;
    app.store
        .mutate(Op::OrganizationUpdate, ctx, mutation, async |c: &mut Conn| {
            let before = organization::organization_get(c, id).await.map_err(|fault| found(fault, id))?;
            if !edit.etag.matches(before.version) {
                return Err(Error::Stale(id.to_string()));
            }
            let mut profile = before.profile.clone();
            apply(&mut profile, edit.profile.clone(), &edit.mask);
            let answer = organization::organization_update_if(c, &before, &profile).await;
            let after = updated(answer.map_err(Error::Db)?, id)?;
            let change = change(id, id, "organization.updated", Some(before.view()), Some(after.view()));
            dialtone_events::record_change(c, ctx, change).await.map_err(Error::Db)?;
            Ok(after)
        })
        .await
}
