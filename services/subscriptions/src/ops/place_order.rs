//! Takes an order in and starts its welcome mail.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Mutation};
use dialtone_ids::OrderId;

use super::{record_order, welcome};
use crate::App;
use crate::error::Error;
use crate::model::order::{NewOrder, Order};
use crate::store::{case, op::Op};

/// The key by which a seller's numbers are unique.
const NUMBER_KEY: &str = "orders_seller_number_key";

pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, new: NewOrder) -> Result<Order, Error> {
    let name = OrderId::new();
    let placed = app
        .store
        .mutate(Op::OrderPlace, ctx, mutation, async |c: &mut Conn| {
            let case = case::case_insert(c, name, &new).await.map_err(|fault| match fault {
                DbFault::Unique { constraint } if constraint == NUMBER_KEY => {
                    Error::OrderExists(new.order_number.clone())
                }
                other => Error::Db(other),
            })?;
            welcome::start(app, c, ctx, &case).await?;
            record_order(c, ctx, "order.placed", None, &case).await?;
            Ok(case.order)
        })
        .await?;
    app.operations.wake();
    Ok(placed)
}
