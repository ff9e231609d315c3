//! Starts a welcome mail: a new link in the place of the old, and the operation that sends it.

use chrono::{Duration, SubsecRound as _, Utc};
use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_operations::NewOperation;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::kind;
use crate::App;
use crate::error::Error;
use crate::model::access::UNMAPPED;
use crate::model::case::Case;
use crate::store::setup_link;

/// What the operation works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    pub link: Uuid,
    pub subscription: dialtone_ids::SubscriptionId,
}

/// In the transaction that asks for the mail. The case is locked and says to whom.
pub(super) async fn start(app: &App, c: &mut Conn, ctx: &Ctx, case: &Case) -> Result<(), Error> {
    let order = &case.order;
    // Whole seconds: the token's proof is over the expiry as seconds.
    let expires = (Utc::now() + Duration::hours(i64::from(app.link_life_hours))).trunc_subsecs(0);
    let link = setup_link::link_replace(c, Uuid::now_v7(), order.name, &order.contact_email, expires).await;
    let welcome = Welcome { link: link.map_err(Error::Db)?.id, subscription: case.subscription.name };
    let operation = NewOperation {
        kind: kind::SEND_WELCOME_MAIL,
        organization: case.subscription.tenant().unwrap_or(UNMAPPED),
        target: order.name.to_string(),
        input: serde_json::to_value(welcome).map_err(|e| Error::Db(dialtone_db::DbFault::Other(e.to_string())))?,
        units_total: 0,
        parent: None,
    };
    app.operations.start(c, ctx, operation).await.map_err(Error::Db)?;
    Ok(())
}
