//! Lists what can be ordered, by article number.

use dialtone_authz::Ctx;
use dialtone_db::Conn;

use super::{cut, page_size};
use crate::App;
use crate::error::Error;
use crate::model::offering::Product;
use crate::store::op::Op;
use crate::store::product::{self, Which};

/// One page of those of `offering`, or of all, and the token of the next; empty on the last. Retired ones too if `retired`.
pub async fn run(
    app: &App,
    ctx: &Ctx,
    offering: Option<&str>,
    retired: bool,
    asked: i32,
    token: &str,
) -> Result<(Vec<Product>, String), Error> {
    let scope = format!("products of {offering:?}, retired {retired}");
    let after: Option<String> = app.pager.open(token, &scope).map_err(|_| Error::BadPageToken)?;
    let size = page_size(asked);
    let which = Which { offering, retired, after: after.as_deref() };
    let mut page = app
        .store
        .read(Op::ProductList, ctx, async |c: &mut Conn| {
            product::product_list(c, which, size as i64 + 1).await.map_err(Error::Db)
        })
        .await?;
    let last = cut(&mut page, size);
    Ok((page, last.map_or_else(String::new, |last| app.pager.seal(&last.sku, &scope))))
}
