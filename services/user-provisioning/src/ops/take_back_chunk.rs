//! Takes a batch back, chunk by chunk: the accounts are deleted on the target, then the users here.
//!
//! A row is taken back on the target whatever we know of it, unless the target refused it: a call may have had its effect without
//! our record.

use std::time::Duration;

use dialtone_authz::Ctx;
use dialtone_db::history::Change;
use dialtone_db::{Conn, DbFault};
use dialtone_ids::{TargetName, UserName};
use dialtone_operations::Job;
use futures::stream::{self, StreamExt as _};

use super::{Provisioner, batch_of, record_all, user_change};
use crate::connectors::{CallError, Guarded};
use crate::error::Error;
use crate::model::batch::{Row, RowTaken};
use crate::store::batch::{self, Of};
use crate::store::{op::Op, user};

/// What the calls of a chunk gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// These are no longer on the target. None, when none is left.
    Rows(Vec<RowTaken>),
    /// The target did not take any of them back; nobody need call it before this time.
    Silent {
        /// Which one.
        target: TargetName,
        /// How long it is left alone.
        wait: Duration,
    },
    /// The target does not want to take somebody back, and says this.
    Refused {
        /// Which one.
        target: TargetName,
        /// Its words.
        said: String,
    },
}

/// Deletes the next accounts.
pub async fn call(provisioner: &Provisioner, job: &Job) -> Result<Taken, Error> {
    let of = batch_of(job.organization, job.id());
    let config = provisioner.connectors.config();
    let read = provisioner.store.read(Op::BatchChunk, &job.ctx, async |c: &mut Conn| {
        batch::batch_left(c, of, i64::from(config.chunk.get())).await.map_err(Error::Db)
    });
    let rows = read.await?;
    if rows.is_empty() {
        return Ok(Taken::Rows(Vec::new()));
    }
    let (target, way) = provisioner.way(&job.ctx, of).await?;
    let calls = rows.into_iter().map(|(row, may_be_there)| delete(&way, job, row, may_be_there));
    let answers: Vec<_> = stream::iter(calls).buffer_unordered(config.concurrency.get()).collect().await;
    let mut taken = Vec::with_capacity(answers.len());
    for answer in answers {
        match answer {
            Ok(row) => taken.push(row),
            Err(CallError::Refused(said)) => return Ok(Taken::Refused { target: target.name, said }),
            Err(CallError::Transient(cause)) => tracing::debug!(cause, "call failed"),
            Err(CallError::NotCalled) => {}
        }
    }
    if taken.is_empty() {
        return Ok(Taken::Silent { target: target.name, wait: way.silent_for().unwrap_or_default() });
    }
    Ok(Taken::Rows(taken))
}

async fn delete(way: &Guarded, job: &Job, row: Row, may_be_there: bool) -> Result<RowTaken, CallError> {
    if may_be_there {
        // The step's name is in the key, and it is the same for doing and taking back.
        way.delete_account(&job.row_key(row.index), &row.account).await?;
    }
    Ok(RowTaken { index: row.index, user: row.user })
}

/// Removes rows and their users, in the transaction of the step; whether none is left.
pub async fn settle(c: &mut Conn, job: &Job, taken: &[RowTaken]) -> Result<bool, DbFault> {
    let of = batch_of(job.organization, job.id());
    let indexes: Vec<i32> = taken.iter().map(|row| row.index).collect();
    let left = batch::batch_remove(c, of, &indexes).await?;
    let users: Vec<UserName> = taken.iter().map(|row| row.user).collect();
    remove_users(c, &job.ctx, of, &users).await?;
    if left == 0 {
        batch::batch_end(c, of).await?;
    }
    Ok(left == 0)
}

/// Removes users whose rows are gone.
pub(super) async fn remove_users(c: &mut Conn, ctx: &Ctx, of: Of, users: &[UserName]) -> Result<(), DbFault> {
    let gone = user::users_delete(c, of.organization, users).await?;
    let change = |user| {
        let deleted = user_change(user, "user.deleted");
        Change { before: deleted.after, after: None, ..deleted }
    };
    let changes: Vec<Change> = gone.iter().map(change).collect();
    record_all(c, ctx, &changes).await
}
