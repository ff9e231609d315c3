//! Reads a user.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::UserName;

use super::found;
use crate::App;
use crate::error::Error;
use crate::model::user::User;
use crate::store::{op::Op, user};

/// The user of this name.
pub async fn run(app: &App, ctx: &Ctx, name: UserName) -> Result<User, Error> {
    app.store
        .read(Op::UserGet, ctx, async |c: &mut Conn| user::user_get(c, name).await.map_err(|fault| found(fault, name)))
        .await
}
