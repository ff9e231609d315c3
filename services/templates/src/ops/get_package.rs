//! Reads one package with its rules.

use dialtone_authz::Ctx;
use dialtone_db::Conn;

use super::found_entry;
use crate::App;
use crate::error::Error;
use crate::model::package::{self, Package};
use crate::store::{op::Op, package as packages};

pub async fn run(app: &App, ctx: &Ctx, id: &str) -> Result<Package, Error> {
    app.store
        .read(Op::PackageGet, ctx, async |c: &mut Conn| {
            packages::package_get(c, id).await.map_err(|fault| found_entry(fault, || package::name(id)))
        })
        .await
}
