//! What each method means: one file per verb. Knows neither the wire nor SQL.

pub mod create_template;
pub mod get_template;
pub mod list_packages;
pub mod list_revisions;
pub mod list_templates;
pub mod resolve_provisioning_id;
pub mod review_template;
pub mod submit_template;
pub mod update_template;

use dialtone_authz::Ctx;
use dialtone_db::{Cas, Conn, DbFault, history::Change};
use dialtone_ids::TemplateName;

use crate::error::Error;
use crate::model::template::Template;

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
