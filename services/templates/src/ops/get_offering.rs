//! Reads one offering.

use dialtone_authz::Ctx;
use dialtone_db::Conn;

use super::found_entry;
use crate::App;
use crate::error::Error;
use crate::model::offering::Offering;
use crate::store::{offering, op::Op};

pub async fn run(app: &App, ctx: &Ctx, id: &str) -> Result<Offering, Error> {
    app.store
        .read(Op::OfferingGet, ctx, async |c: &mut Conn| {
            offering::offering_get(c, id).await.map_err(|fault| found_entry(fault, || format!("offerings/{id}")))
        })
        .await
}
