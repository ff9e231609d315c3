//! Sends the welcome mail again, with a new link.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};
use dialtone_ids::Etag;

use super::{lock, record_order, welcome};
use crate::App;
use crate::error::Error;
use crate::model::access::Access;
use crate::model::order::Order;
use crate::store::{case, op::Op};

pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, access: &Access, etag: Etag) -> Result<Order, Error> {
    let resent = app
        .store
        .mutate(Op::OrderResend, ctx, mutation, async |c: &mut Conn| {
            let before = lock(c, ctx, access.subscription).await?;
            if !etag.matches(before.order.version) {
                return Err(Error::Stale(before.order.name.to_string()));
            }
            let mut after = before.clone();
            after.resend().map_err(Error::Refused)?;
            let after = case::case_save(c, &before, &after).await.map_err(Error::Db)?;
            welcome::start(app, c, ctx, &after).await?;
            record_order(c, ctx, "order.welcome_resent", Some(&before), &after).await?;
            Ok(after.order)
        })
        .await?;
    app.operations.wake();
    Ok(resent)
}
