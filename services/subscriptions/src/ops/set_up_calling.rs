//! Begins to set calling up.

use std::time::Duration;

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Mutation};
use dialtone_ids::{Etag, SubscriptionId};
use dialtone_operations::{NewOperation, Started};
use dialtone_status::Violation;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::{kind, lock, record_subscription};
use crate::App;
use crate::error::Error;
use crate::model::access::Access;
use crate::model::item::Offering;
use crate::model::location::Headquarters;
use crate::peers::NotLocated;
use crate::store::{case, op::Op};

/// What the operation works on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    pub subscription: SubscriptionId,
    pub headquarters: Headquarters,
}

pub async fn run(
    app: &App,
    ctx: &Ctx,
    mutation: &Mutation,
    access: &Access,
    etag: Etag,
    headquarters: Headquarters,
) -> Result<Started, Error> {
    check(app, ctx, access, &headquarters).await?;
    let started = app
        .store
        .mutate(Op::SetupBegin, ctx, mutation, async |c: &mut Conn| {
            let before = lock(c, ctx, access.subscription).await?;
            let name = before.subscription.name;
            if !etag.matches(before.subscription.version) {
                return Err(Error::Stale(name.to_string()));
            }
            let customer = before.may_set_up(Offering::Calling).map_err(Error::Refused)?;
            let setup = Setup { subscription: name, headquarters: headquarters.clone() };
            let operation = NewOperation {
                kind: kind::SET_UP_CALLING,
                organization: customer,
                target: name.to_string(),
                input: serde_json::to_value(setup).map_err(|e| Error::Db(DbFault::Other(e.to_string())))?,
                units_total: 0,
                parent: None,
            };
            let started = app.operations.start(c, ctx, operation).await.map_err(Error::Db)?;
            let mut after = before.clone();
            after.begin_setup(Offering::Calling, started.name.to_string()).map_err(Error::Refused)?;
            let after = case::case_save(c, &before, &after).await.map_err(Error::Db)?;
            record_subscription(c, ctx, "subscription.setup_started", &before, &after).await?;
            Ok(started)
        })
        .await?;
    app.operations.wake();
    Ok(started)
}

/// How long a caller waits for the check of its fields at most.
const CHECK_TIME: Duration = Duration::from_millis(1_500);

/// Asks the owner of locations whether the fields are good, so that a typing error is told at once. Whatever else it says, and that it
/// is away, is the operation's to find out: that one can wait.
async fn check(app: &App, ctx: &Ctx, access: &Access, headquarters: &Headquarters) -> Result<(), Error> {
    let Some(customer) = access.customer else { return Ok(()) };
    let ctx = &ctx.until(ctx.deadline.min(Instant::now() + CHECK_TIME));
    match app.user_provisioning.check_headquarters(ctx, customer, headquarters).await {
        Err(NotLocated::Invalid(violations)) => Err(Error::Invalid(violations.into_iter().map(renamed).collect())),
        Ok(()) | Err(NotLocated::Exists(_) | NotLocated::Fault(_)) => Ok(()),
    }
}

/// The field as our caller named it.
fn renamed(violation: Violation) -> Violation {
    let field = match violation.field.strip_prefix("location") {
        Some(rest) => format!("calling.headquarters{rest}"),
        None => "calling.headquarters".to_owned(),
    };
    Violation { field, ..violation }
}
