//! Reads an order.

use dialtone_authz::Ctx;
use dialtone_db::Conn;

use super::read;
use crate::App;
use crate::error::Error;
use crate::model::access::Access;
use crate::model::order::Order;
use crate::store::op::Op;

pub async fn run(app: &App, ctx: &Ctx, access: &Access) -> Result<Order, Error> {
    app.store.read(Op::OrderGet, ctx, async |c: &mut Conn| Ok(read(c, ctx, access.subscription).await?.order)).await
}
