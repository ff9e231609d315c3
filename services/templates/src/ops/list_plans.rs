//! Lists an owner's plans of one kind, oldest first.

use dialtone_authz::Ctx;
use dialtone_db::Conn;

use super::{cut, page_size};
use crate::App;
use crate::error::Error;
use crate::model::plan::{Kind, Owner, Plan};
use crate::store::template::Place;
use crate::store::{op::Op, plan};

/// One page, and the token of the next; empty on the last.
pub async fn run(
    app: &App,
    ctx: &Ctx,
    owner: Owner,
    kind: Kind,
    asked: i32,
    token: &str,
) -> Result<(Vec<Plan>, String), Error> {
    let scope = format!("{kind:?} plans of {owner}");
    let after: Option<Place> = app.pager.open(token, &scope).map_err(|_| Error::BadPageToken)?;
    let size = page_size(asked);
    let mut page = app
        .store
        .read(Op::PlanList, ctx, async |c: &mut Conn| {
            plan::plan_list(c, owner, kind, after.as_ref(), size as i64 + 1).await.map_err(Error::Db)
        })
        .await?;
    let place = cut(&mut page, size).map(|last| Place { created: last.created, id: last.name.id });
    Ok((page, place.map_or_else(String::new, |place| app.pager.seal(&place, &scope))))
}
