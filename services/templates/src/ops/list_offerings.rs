//! Lists what can be set up.

use dialtone_authz::Ctx;
use dialtone_db::Conn;

use crate::App;
use crate::error::Error;
use crate::model::offering::Offering;
use crate::store::{offering, op::Op};

/// Retired ones too if `retired`.
pub async fn run(app: &App, ctx: &Ctx, retired: bool) -> Result<Vec<Offering>, Error> {
    app.store
        .read(Op::OfferingList, ctx, async |c: &mut Conn| offering::offering_list(c, retired).await.map_err(Error::Db))
        .await
}
