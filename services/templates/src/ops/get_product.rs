//! Reads one product.

use dialtone_authz::Ctx;
use dialtone_db::Conn;

use super::found_entry;
use crate::App;
use crate::error::Error;
use crate::model::offering::Product;
use crate::store::{op::Op, product};

pub async fn run(app: &App, ctx: &Ctx, sku: &str) -> Result<Product, Error> {
    app.store
        .read(Op::ProductGet, ctx, async |c: &mut Conn| {
            product::product_get(c, sku).await.map_err(|fault| found_entry(fault, || format!("products/{sku}")))
        })
        .await
}
