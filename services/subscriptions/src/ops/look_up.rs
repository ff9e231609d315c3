//! Finds out whose an order or a subscription is, before it is known whether the caller may know.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::{OrderId, SubscriptionId};

use crate::App;
use crate::error::Error;
use crate::model::access::Access;
use crate::store::{access, op::Op};

/// Of an order; none if there is none.
pub async fn of_order(app: &App, ctx: &Ctx, order: OrderId) -> Result<Option<Access>, Error> {
    app.store
        .read(Op::AccessGet, &ctx.everywhere(), async |c: &mut Conn| {
            access::access_of_order(c, order).await.map_err(Error::Db)
        })
        .await
}

/// Of a subscription; none if there is none.
pub async fn of_subscription(app: &App, ctx: &Ctx, subscription: SubscriptionId) -> Result<Option<Access>, Error> {
    app.store
        .read(Op::AccessGet, &ctx.everywhere(), async |c: &mut Conn| {
            access::access_of_subscription(c, subscription).await.map_err(Error::Db)
        })
        .await
}
