//! Says what proves an organization's control of a domain.

use dialtone_authz::Ctx;
use dialtone_db::Conn;

use super::held_by;
use crate::App;
use crate::error::Error;
use crate::model::challenge::Challenge;
use crate::model::held_domain::{DomainName, HeldDomain};
use crate::store::op::Op;

pub async fn run(app: &App, ctx: &Ctx, name: DomainName) -> Result<(HeldDomain, Challenge), Error> {
    app.store.read(Op::DomainChallenge, ctx, async |c: &mut Conn| held_by(c, &name).await).await
}
