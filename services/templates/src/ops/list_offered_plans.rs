//! Lists the plans that a partner can give, whoever they belong to.

use dialtone_authz::Ctx;
use dialtone_db::Conn;

use super::{cut, page_size};
use crate::App;
use crate::error::Error;
use crate::model::offer::OfferName;
use crate::model::plan::{Kind, Plan};
use crate::store::offer::{self, OfferedPlace};
use crate::store::{offering, op::Op};

/// One page, and the token of the next; empty on the last.
pub async fn run(
    app: &App,
    ctx: &Ctx,
    name: &OfferName,
    asked: i32,
    token: &str,
) -> Result<(Vec<Plan>, String), Error> {
    let scope = format!("plans of {name}");
    let after: Option<OfferedPlace> = app.pager.open(token, &scope).map_err(|_| Error::BadPageToken)?;
    let size = page_size(asked);
    // The plans are of the tiers above; whoever may read the offer may read what is in it.
    let ctx = ctx.everywhere();
    let mut page = app
        .store
        .read(Op::OfferPlanList, &ctx, async |c: &mut Conn| {
            // What is not sold any more is given to nobody new.
            if !offering::offering_takes_plans(c, &name.offering).await? {
                return Ok(Vec::new());
            }
            offer::offer_plan_list(c, name, after.as_ref(), size as i64 + 1).await
        })
        .await
        .map_err(Error::Db)?;
    let place = cut(&mut page, size).map(|last| OfferedPlace { user: last.name.kind == Kind::User, id: last.name.id });
    Ok((page, place.map_or_else(String::new, |place| app.pager.seal(&place, &scope))))
}
