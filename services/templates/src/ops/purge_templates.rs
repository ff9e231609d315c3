//! Removes deleted drafts whose time is up.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, history::Change};

use crate::App;
use crate::store::{op::Op, template};

/// Rows of one transaction, so that its locks are short.
const BATCH: usize = 500;

/// How many were removed.
pub async fn run(app: &App, ctx: &Ctx) -> Result<usize, DbFault> {
    let mut removed = 0;
    loop {
        let batch = app
            .store
            .tx(Op::TemplatePurge, ctx, async |c: &mut Conn| {
                let gone = template::template_purge(c, BATCH as i64).await?;
                let changes = gone.iter().map(|name| Change {
                    tenant: Some(name.organization.uuid()),
                    resource: name.to_string(),
                    verb: "template.purged",
                    before: None,
                    after: None,
                });
                dialtone_events::record_changes(c, ctx, changes.collect()).await?;
                Ok::<_, DbFault>(gone.len())
            })
            .await?;
        removed += batch;
        if batch < BATCH {
            return Ok(removed);
        }
    }
}
