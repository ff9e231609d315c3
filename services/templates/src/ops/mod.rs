//! What each method means: one file per verb. Knows neither the wire nor SQL.

pub mod apply_offer;
pub mod archive_template;
pub mod check_offered;
pub mod count_template_use;
pub mod create_plan;
pub mod create_template;
pub mod delete_plan;
pub mod delete_template;
pub mod diff_revisions;
pub mod effective_settings;
pub mod get_offer;
pub mod get_offering;
pub mod get_package;
pub mod get_plan;
pub mod get_product;
pub mod get_revision;
pub mod get_settings;
pub mod get_template;
pub mod list_offered_plans;
pub mod list_offerings;
pub mod list_packages;
pub mod list_plans;
pub mod list_products;
pub mod list_revisions;
pub mod list_setting_definitions;
pub mod list_templates;
pub mod load_catalogue;
pub mod note_subscription;
mod offers;
mod plans;
pub mod provision_offer;
pub mod purge_templates;
pub mod record_plan_use;
pub mod record_template_use;
pub mod release_plan_use;
pub mod release_template_use;
pub mod resolve_provisioning_id;
pub mod review_template;
pub mod submit_template;
pub mod unarchive_template;
pub mod undelete_template;
pub mod update_plan;
pub mod update_settings;
pub mod update_template;
pub mod validate_packages;
pub mod withdraw_offer;

use dialtone_authz::Ctx;
use dialtone_db::{Cas, Conn, DbFault, Mutation, history::Change};
use dialtone_ids::{Etag, OrganizationId, SubscriptionId, TemplateName};
use serde::de::DeserializeOwned;

use crate::App;
use crate::error::Error;
use crate::model::revision::{RevisionName, Use};
use crate::model::template::Template;
use crate::store::{op::Op, subscription, template};

/// Rows of one page: what was asked for, 50 where nothing was.
fn page_size(asked: i32) -> usize {
    if asked == 0 { 50 } else { usize::try_from(asked).unwrap_or(50) }
}

/// Cuts the one row too many that says whether there is a next page; the last row of this page in that case.
fn cut<T: Clone>(rows: &mut Vec<T>, size: usize) -> Option<T> {
    if rows.len() <= size {
        return None;
    }
    rows.truncate(size);
    rows.last().cloned()
}

/// Refuses an organization that is not there, or may not resell.
async fn must_be_partner(app: &App, ctx: &Ctx, organization: OrganizationId) -> Result<(), Error> {
    match app.org_finder.is_partner(ctx, organization).await.map_err(Error::Peer)? {
        Some(true) => Ok(()),
        Some(false) => Err(Error::NotAPartner(organization)),
        None => Err(Error::OrganizationNotFound(organization)),
    }
}

/// The answer to a request that is refused by what another service says now: a repetition gets what the first was answered.
async fn unless_repeated<T: DeserializeOwned + Send>(
    app: &App,
    op: Op,
    ctx: &Ctx,
    mutation: &Mutation,
    refusal: Error,
) -> Result<T, Error> {
    app.store.answered(op, ctx, mutation).await?.ok_or(refusal)
}

/// A missing entry of the catalogue, which anybody may know.
fn found_entry(fault: DbFault, name: impl FnOnce() -> String) -> Error {
    if fault == DbFault::NotFound { Error::EntryNotFound(name()) } else { Error::Db(fault) }
}

/// What a compare-and-set on a template means.
fn updated(answer: Cas<Template>, name: TemplateName) -> Result<Template, Error> {
    match answer {
        Cas::Updated(template) => Ok(template),
        Cas::Stale => Err(Error::Stale(name)),
        Cas::Missing => Err(Error::NotFound(name)),
    }
}

/// A missing template, where the caller may know that it is missing.
fn found(fault: DbFault, name: TemplateName) -> Error {
    if fault == DbFault::NotFound { Error::NotFound(name) } else { Error::Db(fault) }
}

/// A missing revision, where the caller may know that it is missing.
fn found_revision(fault: DbFault, name: RevisionName) -> Error {
    if fault == DbFault::NotFound { Error::RevisionNotFound(name) } else { Error::Db(fault) }
}

/// The template, if it is there and as the caller saw it.
async fn current(c: &mut Conn, name: TemplateName, etag: &Etag) -> Result<Template, Error> {
    let template = template::template_get(c, name).await.map_err(|fault| found(fault, name))?;
    if etag.matches(template.version) { Ok(template) } else { Err(Error::Stale(name)) }
}

/// Refuses what is deleted.
fn not_deleted(template: &Template) -> Result<(), Error> {
    if template.deleted.is_some() { Err(Error::Deleted(template.name)) } else { Ok(()) }
}

/// Refuses what is deleted or closed.
fn editable(template: &Template) -> Result<(), Error> {
    not_deleted(template)?;
    if template.archived.is_some() { Err(Error::Archived(template.name)) } else { Ok(()) }
}

/// Refuses a subscription that is not a wholesale one of the partner, whether it is another's or nobody's.
async fn own_subscription(
    c: &mut Conn,
    partner: OrganizationId,
    subscription: Option<SubscriptionId>,
) -> Result<(), Error> {
    let Some(subscription) = subscription else { return Ok(()) };
    let own = subscription::subscription_is_of(c, subscription, partner).await.map_err(Error::Db)?;
    if own { Ok(()) } else { Err(Error::SubscriptionNotOfPartner { subscription, partner }) }
}

/// Appends a change of who is made with a revision to history and events.
async fn record_use(
    c: &mut Conn,
    ctx: &Ctx,
    verb: &'static str,
    before: Option<&Use>,
    after: Option<&Use>,
) -> Result<(), Error> {
    let Some(revision) = before.or(after).map(|used| used.revision) else { return Ok(()) };
    let change = Change {
        tenant: Some(revision.template.organization.uuid()),
        resource: revision.template.to_string(),
        verb,
        before: before.map(Use::view),
        after: after.map(Use::view),
    };
    dialtone_events::record_change(c, ctx, change).await.map_err(Error::Db)
}

/// Appends a change of a template to history and events.
async fn record(
    c: &mut Conn,
    ctx: &Ctx,
    verb: &'static str,
    before: Option<&Template>,
    after: &Template,
) -> Result<(), Error> {
    let change = Change {
        tenant: Some(after.name.organization.uuid()),
        resource: after.name.to_string(),
        verb,
        before: before.map(Template::view),
        after: Some(after.view()),
    };
    dialtone_events::record_change(c, ctx, change).await.map_err(Error::Db)
}
