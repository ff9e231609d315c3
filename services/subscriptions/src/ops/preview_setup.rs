//! Shows what set-up would change.

use dialtone_authz::Ctx;
use dialtone_db::Conn;

use super::read;
use crate::App;
use crate::error::Error;
use crate::model::access::Access;
use crate::model::licences::{self, Preview};
use crate::store::{case, op::Op};

pub async fn run(app: &App, ctx: &Ctx, access: &Access) -> Result<Preview, Error> {
    app.store
        .read(Op::SetupPreview, ctx, async |c: &mut Conn| {
            let case = read(c, ctx, access.subscription).await?;
            let customer = case.mapped().map_err(Error::Refused)?;
            let owned = case::items_of_customer(c, customer).await.map_err(Error::Db)?;
            Ok(licences::preview(&case.subscription, &owned))
        })
        .await
}
