//! What each method means: one file per verb. Knows neither the wire nor SQL.

pub mod add_domain;
pub mod carry_people;
pub mod check_access;
pub mod claim_domain;
pub mod create_organization;
pub mod decay_activity;
pub mod decide_access_request;
pub mod delete_organization;
mod end_access_request;
pub mod expire_access_requests;
pub mod explain_match;
pub mod find_domains;
pub mod find_names;
pub mod finish_merge;
pub mod get_access_request;
pub mod get_domain_challenge;
pub mod get_organization;
pub mod give_back;
pub mod grant_role;
pub mod import_organizations;
pub mod index_names;
pub mod link_partner;
pub mod list_access;
pub mod list_access_requests;
pub mod list_domains;
pub mod list_grants;
pub mod list_organizations;
pub mod list_partner_links;
pub mod list_people;
pub mod match_organizations;
pub mod merge_organizations;
pub mod plan_merge;
pub mod purge_merges;
pub mod purge_organizations;
pub mod record_person;
pub mod record_setup;
pub mod release_domain;
pub mod report_activity;
pub mod request_full_admin;
pub mod revoke_role;
pub mod search_organizations;
pub mod sweep_imports;
pub mod take_over;
pub mod undelete_organization;
pub mod undo_merge;
pub mod unlink_partner;
pub mod update_organization;
pub mod verify_domain;

use dialtone_db::{Cas, Conn, DbFault, history::Change};
use dialtone_ids::{Etag, OrganizationId};
use serde_json::Value;

use crate::error::Error;
use crate::model::challenge::Challenge;
use crate::model::held_domain::{DomainName, HeldDomain};
use crate::store::{domain, organization};

/// Rows of one page: what was asked for, 50 where nothing was.
fn page_size(asked: i32) -> usize {
    if asked == 0 { 50 } else { usize::try_from(asked).unwrap_or(50) }
}

/// Cuts the one row too many that says whether there is a next page; the last row of this page in that case.
fn cut<T>(rows: &mut Vec<T>, size: usize) -> Option<&T> {
    if rows.len() <= size {
        return None;
    }
    rows.truncate(size);
    rows.last()
}

/// A missing resource, where the caller may know that it is missing.
fn found(fault: DbFault, name: impl ToString) -> Error {
    if fault == DbFault::NotFound { Error::NotFound(name.to_string()) } else { Error::Db(fault) }
}

/// Refuses a caller that has seen another version; one that sends no etag means whatever there is.
fn unless_stale(etag: &Etag, version: i64, name: impl ToString) -> Result<(), Error> {
    if etag.is_empty() || etag.matches(version) { Ok(()) } else { Err(Error::Stale(name.to_string())) }
}

/// A domain and what proves it; a deleted organization has none.
async fn held_by(c: &mut Conn, name: &DomainName) -> Result<(HeldDomain, Challenge), Error> {
    if !organization::organization_exists(c, name.organization).await.map_err(Error::Db)? {
        return Err(Error::NotFound(name.to_string()));
    }
    domain::domain_get_challenge(c, name).await.map_err(|fault| found(fault, name))
}

/// As [`held_by`], and keeps the organization from being merged or deleted until the transaction ends.
async fn held_for_change(c: &mut Conn, name: &DomainName) -> Result<(HeldDomain, Challenge), Error> {
    organization::organization_lock(c, name.organization).await.map_err(|fault| found(fault, name))?;
    domain::domain_get_challenge(c, name).await.map_err(|fault| found(fault, name))
}

/// What a compare-and-set means.
fn updated<T>(answer: Cas<T>, name: impl ToString) -> Result<T, Error> {
    match answer {
        Cas::Updated(value) => Ok(value),
        Cas::Stale => Err(Error::Stale(name.to_string())),
        Cas::Missing => Err(Error::NotFound(name.to_string())),
    }
}

/// A change as history and events tell it.
fn change(
    tenant: OrganizationId,
    resource: impl ToString,
    verb: &'static str,
    before: Option<Value>,
    after: Option<Value>,
) -> Change {
    Change { tenant: Some(tenant.uuid()), resource: resource.to_string(), verb, before, after }
}
