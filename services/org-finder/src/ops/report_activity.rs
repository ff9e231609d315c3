//! Takes reports of when people were last seen, from a stream, in flat memory.
//!
//! Reports of one person are put together and written in chunks, each in a transaction of its own, while the stream lasts: what was
//! written of a stream that breaks off stays, and writing it again changes nothing. What is told at the end, under the stream's
//! request id, is history, event and answer; a request id that has an answer is seen before anything is written.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use chrono::{DateTime, Utc};
use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Mutation, idempotency};
use dialtone_ids::{OrganizationId, PersonId};
use futures::{Stream, StreamExt as _};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use crate::App;
use crate::error::Error;
use crate::model::activity::{Pending, Refusal, Seen, Sight, Tally, Who, dormant_before};
use crate::model::domain;
use crate::store::activity::{self, Newcomer};
use crate::store::op::Op;

/// People of one transaction.
const AT_ONCE: usize = 2_000;
/// How long a report waits for others.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whose people may be reported; who may is decided before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Only of this organization, which every report names.
    One(OrganizationId),
    /// Of any.
    All,
    /// Of the organizations that reports name; every report names one.
    Named,
}

/// How to take the reports.
pub struct Options {
    pub scope: Scope,
    /// Platform that reports; may be empty.
    pub source: String,
    /// Take unknown people at verified domains into the directory.
    pub add_unknown: bool,
    pub request_id: Option<Uuid>,
    pub validate_only: bool,
}

/// Some reports.
pub struct Batch {
    pub reports: Vec<Result<Sight, Refusal>>,
    /// The reports as they came, of a stream with a request id: what a repeat must be equal to.
    pub encoded: Vec<u8>,
}

pub async fn run(
    app: &App,
    ctx: &Ctx,
    options: Options,
    batches: impl Stream<Item = Result<Batch, Error>> + Send,
) -> Result<Tally, Error> {
    let mut intake = Intake::new(app, ctx, &options).await?;
    let mut batches = std::pin::pin!(batches);
    let mut flush_at = None;
    loop {
        let next = match flush_at {
            None => Ok(batches.next().await),
            Some(flush_at) => timeout_at(flush_at, batches.next()).await,
        };
        match next {
            Ok(Some(batch)) => intake.take(batch?).await?,
            Ok(None) => break,
            Err(_) => intake.flush().await?,
        }
        // Counted from the first that waits.
        flush_at = (intake.pending.len() > 0).then(|| flush_at.unwrap_or_else(|| Instant::now() + PATIENCE));
    }
    intake.flush().await?;
    intake.close().await
}

/// The stream on its way in: holds one batch and fewer than [`AT_ONCE`] people.
struct Intake<'a> {
    app: &'a App,
    ctx: &'a Ctx,
    options: &'a Options,
    /// The request id has an answer already: nothing is written, only compared.
    answered: bool,
    hash: Sha256,
    pending: Pending,
    tally: Tally,
}

impl<'a> Intake<'a> {
    async fn new(app: &'a App, ctx: &'a Ctx, options: &'a Options) -> Result<Self, Error> {
        let answered = match options.request_id {
            Some(id) if !options.validate_only => {
                let look = async |c: &mut Conn| idempotency::is_taken(c, &ctx.caller.key(), ctx.method.path, id).await;
                app.store.read(Op::ActivityPrepare, ctx, look).await.map_err(Error::Db)?
            }
            Some(_) | None => false,
        };
        // What is asked is part of what a repeat must be equal to.
        let asked = format!("{:?} {} {}\n", options.scope, options.source, options.add_unknown);
        let hash = Sha256::new_with_prefix(asked);
        Ok(Self { app, ctx, options, answered, hash, pending: Pending::default(), tally: Tally::default() })
    }

    async fn take(&mut self, batch: Batch) -> Result<(), Error> {
        self.hash.update(&batch.encoded);
        if self.answered {
            return Ok(());
        }
        for report in batch.reports {
            let index = self.tally.reports;
            self.tally.reports += 1;
            match report {
                Ok(sight) => self.pending.add(sight, index),
                Err(refusal) => self.tally.refuse(index, refusal),
            }
            if self.pending.len() == AT_ONCE {
                self.flush().await?;
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Error> {
        let chunk = self.pending.take();
        if chunk.is_empty() {
            return Ok(());
        }
        let ctx = self.seeing(&chunk);
        let mutation = Mutation { request_id: None, ..self.mutation() };
        let write = async |c: &mut Conn| write(c, &chunk, self.options.add_unknown, Utc::now()).await;
        let written = self.app.store.mutate(Op::ActivityReport, &ctx, &mutation, write).await.map_err(Error::Db)?;
        self.tally.updated += written.moved;
        self.tally.added += written.added;
        for (place, (who, seen)) in chunk.iter().enumerate() {
            match written.unknown.binary_search(&place) {
                Ok(_) => self.tally.miss(who, seen),
                Err(_) => self.tally.accept(seen),
            }
        }
        Ok(())
    }

    /// The organizations that the chunk may be about, and no others.
    fn seeing(&self, chunk: &[(Who, Seen)]) -> Ctx {
        match self.options.scope {
            Scope::One(organization) => self.ctx.within(organization),
            Scope::All => self.ctx.everywhere(),
            Scope::Named => {
                let named: BTreeSet<_> = chunk.iter().filter_map(|(who, _)| who.organization()).collect();
                self.ctx.within_all(named)
            }
        }
    }

    async fn close(self) -> Result<Tally, Error> {
        let mutation = Mutation { body_hash: self.hash.clone().finalize().into(), ..self.mutation() };
        let tell = async |c: &mut Conn| self.tell(c).await;
        // The event of a stream about many organizations belongs to none of them.
        let ctx = self.ctx.everywhere();
        self.app.store.mutate(Op::ActivityClose, &ctx, &mutation, tell).await.map_err(Error::Db)
    }

    async fn tell(&self, c: &mut Conn) -> Result<Tally, DbFault> {
        let tally = &self.tally;
        if tally.updated + tally.added > 0 {
            let (tenant, resource) = match self.options.scope {
                Scope::One(organization) => (Some(organization.uuid()), organization.to_string()),
                Scope::All | Scope::Named => (None, "organizations/-".to_owned()),
            };
            let after = json!({
                "source": self.options.source,
                "report_count": tally.reports,
                "updated_people_count": tally.updated,
                "added_people_count": tally.added,
            });
            let verb = "activity.reported";
            let change = dialtone_db::history::Change { tenant, resource, verb, before: None, after: Some(after) };
            dialtone_events::record_change(c, self.ctx, change).await?;
        }
        Ok(tally.clone())
    }

    fn mutation(&self) -> Mutation {
        Mutation {
            method: self.ctx.method.path,
            caller: self.ctx.caller.key(),
            request_id: self.options.request_id,
            body_hash: [0; 32],
            validate_only: self.options.validate_only,
        }
    }
}

/// What a chunk did.
#[derive(Serialize, Deserialize)]
struct Written {
    moved: i64,
    added: i64,
    /// Places in the chunk of people who are not there, ascending.
    unknown: Vec<usize>,
}

async fn write(c: &mut Conn, chunk: &[(Who, Seen)], add_unknown: bool, now: DateTime<Utc>) -> Result<Written, DbFault> {
    let (mut known, mut moving) = (vec![false; chunk.len()], BTreeMap::new());
    for found in activity::activity_known(c, chunk).await? {
        known[found.place] = true;
        if found.moves {
            // The same person may be meant by an address and by a name.
            let at = chunk[found.place].1.at;
            moving.entry(found.person).and_modify(|latest| at.max(*latest).clone_into(latest)).or_insert(at);
        }
    }
    let moving: Vec<_> = moving.into_iter().collect();
    let moved = if moving.is_empty() { 0 } else { activity::activity_move(c, &moving, dormant_before(now)).await? };
    let newcomers = if add_unknown { newcomers(chunk, &known) } else { HashMap::new() };
    let added = if newcomers.is_empty() { Vec::new() } else { add(c, &newcomers, now).await? };
    for person in &added {
        known[newcomers[person].0] = true;
    }
    let unknown = known.iter().enumerate().filter(|(_, known)| !**known).map(|(place, _)| place).collect();
    Ok(Written { moved, added: added.len() as i64, unknown })
}

async fn add(
    c: &mut Conn,
    newcomers: &HashMap<PersonId, (usize, Newcomer)>,
    now: DateTime<Utc>,
) -> Result<Vec<PersonId>, DbFault> {
    let newcomers: Vec<_> = newcomers.values().map(|(_, newcomer)| newcomer.clone()).collect();
    activity::activity_add(c, &newcomers, dormant_before(now)).await
}

/// The unknown addresses of which an organization is named, with their places.
fn newcomers(chunk: &[(Who, Seen)], known: &[bool]) -> HashMap<PersonId, (usize, Newcomer)> {
    let unknown = chunk.iter().enumerate().filter(|(place, _)| !known[*place]);
    let newcomer = |(place, (who, seen)): (usize, &(Who, Seen))| match who {
        Who::At { email, organization: Some(organization) } => {
            let (_, host) = email.rsplit_once('@')?;
            let lineage: Vec<_> = domain::lineage(host).into_iter().map(str::to_owned).collect();
            let (person, organization, email) = (PersonId::new(), *organization, email.clone());
            Some((person, (place, Newcomer { person, organization, email, lineage, at: seen.at })))
        }
        Who::At { organization: None, .. } | Who::Named(_) => None,
    };
    unknown.filter_map(newcomer).collect()
}
