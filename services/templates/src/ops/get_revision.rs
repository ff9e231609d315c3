//! Reads one revision.

use dialtone_authz::Ctx;
use dialtone_db::Conn;

use super::found_revision;
use crate::App;
use crate::error::Error;
use crate::model::revision::{Revision, RevisionName};
use crate::store::{op::Op, revision};

pub async fn run(app: &App, ctx: &Ctx, name: RevisionName) -> Result<Revision, Error> {
    app.store
        .read(Op::RevisionGet, ctx, async |c: &mut Conn| {
            revision::revision_get(c, name).await.map_err(|fault| found_revision(fault, name))
        })
        .await
}
