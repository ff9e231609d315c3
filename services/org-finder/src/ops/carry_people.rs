//! The second step of a merge: the duplicate's people go over to the survivor, a chunk at a time.

use dialtone_db::{Conn, DbFault};
use dialtone_ids::OperationId;
use serde::{Deserialize, Serialize};

use crate::store::{merge, merge_person};

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// The address after which it goes on.
    pub after: String,
    /// People who went over.
    pub moved: i64,
    /// People whom both had.
    pub combined: i64,
}

/// Carries the next `limit` people; none when there are no more.
pub async fn run(c: &mut Conn, id: OperationId, progress: &Progress, limit: i64) -> Result<Option<Progress>, DbFault> {
    let merge = merge::merge_get(c, id).await?;
    merge::standing_lock(c, [merge.survivor, merge.duplicate]).await?;
    let chunk = merge_person::merge_person_chunk(c, &merge, &progress.after, limit).await?;
    let Some(last) = chunk.last else { return Ok(None) };
    let moved = merge_person::merge_person_carry(c, &merge, &progress.after, &last).await?;
    let moved = i64::try_from(moved).unwrap_or(i64::MAX);
    Ok(Some(Progress {
        after: last,
        moved: progress.moved + moved,
        combined: progress.combined + chunk.people - moved,
    }))
}
