//! The last step of a merge: it is done, and from now on can be undone for some time.

use chrono::{DateTime, Utc};
use dialtone_db::{Conn, DbFault};
use dialtone_ids::{OperationId, OrganizationId};
use serde::{Deserialize, Serialize};

use super::carry_people::Progress;
use crate::store::merge;

/// What a merge did: the result of its operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    pub survivor: OrganizationId,
    pub duplicate: OrganizationId,
    pub moved_people: i64,
    pub combined_people: i64,
    pub undo_until: DateTime<Utc>,
}

pub async fn run(c: &mut Conn, id: OperationId, progress: &Progress, undo_days: u16) -> Result<Merged, DbFault> {
    let merge = merge::merge_get(c, id).await?;
    let undo_until = merge::merge_finish(c, id, i32::from(undo_days)).await?;
    Ok(Merged {
        survivor: merge.survivor,
        duplicate: merge.duplicate,
        moved_people: progress.moved,
        combined_people: progress.combined,
        undo_until,
    })
}
