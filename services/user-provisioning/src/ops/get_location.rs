//! Reads a location.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::LocationName;

use super::found;
use crate::App;
use crate::error::Error;
use crate::model::location::Location;
use crate::store::{location, op::Op};

/// The location of this name.
pub async fn run(app: &App, ctx: &Ctx, name: LocationName) -> Result<Location, Error> {
    app.store
        .read(Op::LocationGet, ctx, async |c: &mut Conn| {
            location::location_get(c, name).await.map_err(|fault| found(fault, name))
        })
        .await
}
