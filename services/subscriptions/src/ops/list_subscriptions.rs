//! Lists the subscriptions of an organization, or all of them, newest first.

use dialtone_authz::Ctx;
use dialtone_ids::OrganizationId;

use super::page;
use crate::App;
use crate::error::Error;
use crate::model::subscription::Subscription;
use crate::store::op::Op;

/// One page, and the token of the next; empty on the last.
pub async fn run(
    app: &App,
    ctx: &Ctx,
    organization: Option<OrganizationId>,
    asked: i32,
    token: &str,
) -> Result<(Vec<Subscription>, String), Error> {
    let (cases, next) = page(app, ctx, Op::SubscriptionList, organization, asked, token).await?;
    Ok((cases.into_iter().map(|case| case.subscription).collect(), next))
}
