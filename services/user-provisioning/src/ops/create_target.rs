//! Creates a target of an organization.

use dialtone_authz::Ctx;
use dialtone_db::history::Change;
use dialtone_db::{Conn, DbFault, Mutation};
use dialtone_ids::{OrganizationId, TargetId, TargetName};

use super::record_all;
use crate::App;
use crate::error::Error;
use crate::model::target::{NewTarget, Target};
use crate::store::{op::Op, target};

/// The target as created. Refused when the organization has one of this display name.
pub async fn run(
    app: &App,
    ctx: &Ctx,
    mutation: &Mutation,
    owner: OrganizationId,
    system: NewTarget,
) -> Result<Target, Error> {
    let name = TargetName::new(owner, TargetId::new());
    app.store
        .mutate(Op::TargetCreate, ctx, mutation, async |c: &mut Conn| {
            let inserted = target::target_insert(c, name, &system).await.map_err(Error::Db)?;
            let Some(created) = inserted else {
                let there = target::target_called(c, owner, &system.display_name).await.map_err(Error::Db)?;
                // Gone between the two statements: the whole transaction runs again.
                return Err(there.map_or(Error::Db(DbFault::Serialization), Error::TargetExists));
            };
            let change = Change {
                tenant: Some(owner.uuid()),
                resource: name.to_string(),
                verb: "target.created",
                before: None,
                after: Some(created.view()),
            };
            record_all(c, ctx, &[change]).await.map_err(Error::Db)?;
            Ok(created)
        })
        .await
}
