//! Lists the accounts on a simulator, from its own ledger.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::TargetName;

use super::{cut, get_target, page_size, with_one_more};
use crate::App;
use crate::error::Error;
use crate::model::account::LedgerAccount;
use crate::store::{op::Op, simulator};

/// One page by address, and the token of the next; empty on the last.
pub async fn run(
    app: &App,
    ctx: &Ctx,
    name: TargetName,
    asked: i32,
    token: &str,
) -> Result<(Vec<LedgerAccount>, String), Error> {
    let scope = format!("simulator accounts of {name}");
    let after: Option<String> = app.pager.open(token, &scope).map_err(|_| Error::BadPageToken)?;
    let target = get_target::run(app, ctx, name).await?;
    target.simulator().ok_or(Error::NotASimulator(name))?;
    let size = page_size(asked);
    let mut page = app
        .ledger
        .read(Op::SimulatorList, ctx, async |c: &mut Conn| {
            simulator::simulator_list(c, name.target, after.as_deref(), with_one_more(size)).await.map_err(Error::Db)
        })
        .await?;
    let next = cut(&mut page, size).map(|last| app.pager.seal(&last.email, &scope));
    Ok((page, next.unwrap_or_default()))
}
