//! Reads what a partner is offered of a hosted service.

use dialtone_authz::Ctx;
use dialtone_db::Conn;

use super::offers::found_offer;
use crate::App;
use crate::error::Error;
use crate::model::offer::{Offer, OfferName};
use crate::store::{offer, op::Op};

pub async fn run(app: &App, ctx: &Ctx, name: &OfferName) -> Result<Offer, Error> {
    app.store
        .read(Op::OfferGet, ctx, async |c: &mut Conn| {
            offer::offer_get(c, name).await.map_err(|fault| found_offer(fault, name))
        })
        .await
}
