//! Reads a target.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::TargetName;

use super::found;
use crate::App;
use crate::error::Error;
use crate::model::target::Target;
use crate::store::{op::Op, target};

/// The target of this name.
pub async fn run(app: &App, ctx: &Ctx, name: TargetName) -> Result<Target, Error> {
    app.store
        .read(Op::TargetGet, ctx, async |c: &mut Conn| {
            target::target_get(c, name).await.map_err(|fault| found(fault, name))
        })
        .await
}
