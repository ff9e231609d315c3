//! Accepts a batch of users: everything about the request is checked, then users, rows and operation are written together.

use std::collections::HashSet;

use dialtone_authz::{CallerKind, Ctx};
use dialtone_db::{Conn, DbFault, Mutation};
use dialtone_ids::{LocationId, LocationName, OrganizationId, TargetName, UserId};
use dialtone_operations::{NewOperation, Started};
use serde_json::json;

use super::{batch_of, user_change};
use crate::App;
use crate::error::Error;
use crate::model::user::{NewUser, User};
use crate::store::{batch, location, op::Op, target, user};

/// The kind of the operation, which is also the name of the RPC.
pub const KIND: &str = "BatchCreateUsers";

/// Whom to create, and where.
pub struct Batch {
    /// The customer.
    pub customer: OrganizationId,
    /// Where they are provisioned.
    pub target: TargetName,
    /// Whom to create; addresses are not repeated.
    pub users: Vec<NewUser>,
}

/// The operation that provisions them.
pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, batch: Batch) -> Result<Started, Error> {
    // What others know is asked before the transaction, and judged inside it: a repeated request gets its first answer whatever
    // they say by now.
    let (packages, target) = tokio::join!(packages_known(app, ctx, &batch), target_usable(app, ctx, &batch));
    let ids: Vec<UserId> = batch.users.iter().map(|_| UserId::new()).collect();
    let started = app
        .store
        .mutate(Op::BatchCreate, ctx, mutation, async |c: &mut Conn| {
            packages.clone()?;
            locations_known(c, &batch).await?;
            target.clone()?;
            let created = insert_users(c, &batch, &ids).await?;
            let changes: Vec<_> = created.iter().map(|user| user_change(user, "user.created")).collect();
            dialtone_db::history::record_all(c, ctx, &changes).await.map_err(Error::Db)?;
            start(app, c, ctx, &batch, &ids).await.map_err(Error::Db)
        })
        .await?;
    app.operations.wake();
    Ok(started)
}

async fn start(app: &App, c: &mut Conn, ctx: &Ctx, batch: &Batch, ids: &[UserId]) -> Result<Started, DbFault> {
    let operation = NewOperation {
        kind: KIND,
        organization: batch.customer,
        target: batch.customer.to_string(),
        // Where to provision is a row of ours and no input: input may be replaced by whoever resumes a stuck operation.
        input: json!({}),
        units_total: i64::try_from(ids.len()).unwrap_or(i64::MAX),
        parent: None,
    };
    let started = app.operations.start(c, ctx, operation).await?;
    batch::batch_insert(c, batch_of(batch.customer, started.name.id), batch.target, ids).await?;
    Ok(started)
}

/// Every package must be a base package for users.
async fn packages_known(app: &App, ctx: &Ctx, batch: &Batch) -> Result<(), Error> {
    let known = app.templates.user_packages(ctx).await.map_err(Error::Peer)?;
    let unknown: Vec<(usize, String)> =
        places(&batch.users, |user| user.package.clone(), |package| known.contains(package));
    if unknown.is_empty() { Ok(()) } else { Err(Error::UnknownPackages(unknown)) }
}

/// Every location must be the customer's.
async fn locations_known(c: &mut Conn, batch: &Batch) -> Result<(), Error> {
    let wanted: HashSet<LocationId> = batch.users.iter().map(|user| user.location.location).collect();
    let wanted: Vec<LocationId> = wanted.into_iter().collect();
    let known = location::locations_known(c, batch.customer, &wanted).await.map_err(Error::Db)?;
    let is_known = |name: &LocationName| name.organization == batch.customer && known.contains(&name.location);
    let unknown = places(&batch.users, |user| user.location, is_known);
    if unknown.is_empty() { Ok(()) } else { Err(Error::UnknownLocations(unknown)) }
}

fn places<T>(users: &[NewUser], what: impl Fn(&NewUser) -> T, known: impl Fn(&T) -> bool) -> Vec<(usize, T)> {
    users.iter().map(what).enumerate().filter(|(_, value)| !known(value)).collect()
}

/// The target must be the customer's, or that of the partner through which the caller reaches the customer: so the partner is
/// linked to it, and the caller belongs to the partner. Nobody learns more than that it is not so. Staff have no partner and use
/// the customer's own.
async fn target_usable(app: &App, ctx: &Ctx, batch: &Batch) -> Result<(), Error> {
    let unknown = Error::UnknownTarget(batch.target);
    let owner = batch.target.organization;
    if owner != batch.customer {
        if ctx.caller.kind != CallerKind::Person {
            return Err(unknown);
        }
        let via = app.org_finder.via(ctx, batch.customer, &ctx.caller.subject).await.map_err(Error::Peer)?;
        if via != Some(owner) {
            return Err(unknown);
        }
    }
    let seeing = ctx.within(owner);
    let found = app.store.read(Op::TargetGet, &seeing, async |c: &mut Conn| target::target_get(c, batch.target).await);
    match found.await {
        Ok(_) => Ok(()),
        Err(DbFault::NotFound) => Err(unknown),
        Err(fault) => Err(Error::Db(fault)),
    }
}

/// Inserts all users or refuses all, naming those whose address the customer has already.
async fn insert_users(c: &mut Conn, batch: &Batch, ids: &[UserId]) -> Result<Vec<User>, Error> {
    let people: Vec<_> = ids.iter().copied().zip(&batch.users).collect();
    let created = user::users_insert(c, batch.customer, &people).await.map_err(Error::Db)?;
    if created.len() == people.len() {
        return Ok(created);
    }
    let created: HashSet<UserId> = created.into_iter().map(|user| user.name.user).collect();
    let missing = ids.iter().enumerate().filter(|(_, id)| !created.contains(id)).map(|(place, _)| place);
    Err(Error::UsersExist(missing.collect()))
}
