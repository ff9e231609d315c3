//! Reads a subscription.

use dialtone_authz::Ctx;
use dialtone_db::Conn;

use super::read;
use crate::App;
use crate::error::Error;
use crate::model::access::Access;
use crate::model::subscription::Subscription;
use crate::store::op::Op;

pub async fn run(app: &App, ctx: &Ctx, access: &Access) -> Result<Subscription, Error> {
    app.store
        .read(Op::SubscriptionGet, ctx, async |c: &mut Conn| Ok(read(c, ctx, access.subscription).await?.subscription))
        .await
}
