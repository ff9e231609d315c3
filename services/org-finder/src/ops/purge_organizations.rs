//! Removes organizations for good whose deletion cannot be undone any more.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault};
use dialtone_ids::OrganizationId;

use super::change;
use crate::App;
use crate::store::{op::Op, purge};

/// Organizations that are looked for at once.
const AT_ONCE: i64 = 100;
/// Rows of one transaction, so that its locks are short.
const ROWS_AT_ONCE: usize = 5_000;

/// Says how many were removed. One that cannot be removed now stays for the next time and keeps no other from it.
pub async fn run(app: &App, new_ctx: impl Fn() -> Ctx) -> Result<usize, DbFault> {
    let (mut removed, mut stuck) = (0, Vec::new());
    loop {
        let due = async |c: &mut Conn| purge::purge_due(c, &stuck, AT_ONCE).await;
        let due: Vec<OrganizationId> = app.store.read(Op::OrganizationPurge, &new_ctx(), due).await?;
        if due.is_empty() {
            return Ok(removed);
        }
        for organization in due {
            match one(app, &new_ctx, organization).await {
                Ok(count) => removed += count,
                Err(fault) => {
                    tracing::warn!(%organization, %fault, "a deleted organization cannot be removed yet");
                    stuck.push(organization);
                }
            }
        }
    }
}

/// The belongings first, in small transactions: nobody can bring the organization back meanwhile.
async fn one(app: &App, new_ctx: &impl Fn() -> Ctx, organization: OrganizationId) -> Result<usize, DbFault> {
    let all = async |c: &mut Conn| purge::purge_with_merged(c, organization).await;
    let all: Vec<OrganizationId> = app.store.read(Op::OrganizationPurge, &new_ctx(), all).await?;
    for belonging in purge::BELONGINGS {
        let some = async |c: &mut Conn| purge::purge_belongings(c, *belonging, &all, ROWS_AT_ONCE as i64).await;
        while app.store.tx(Op::OrganizationPurge, &new_ctx(), some).await? == ROWS_AT_ONCE {}
    }
    let ctx = new_ctx();
    let last = async |c: &mut Conn| {
        purge::purge_organizations(c, &all).await?;
        let changes = all.iter().map(|gone| change(*gone, gone, "organization.purged", None, None));
        dialtone_events::record_changes(c, &ctx, changes.collect()).await
    };
    app.store.tx(Op::OrganizationPurge, &ctx, last).await?;
    Ok(all.len())
}
