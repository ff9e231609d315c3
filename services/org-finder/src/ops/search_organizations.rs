//! Searches organizations by name or by domain.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault};
use dialtone_ids::OrganizationId;

use super::{cut, find_domains, find_names, page_size};
use crate::App;
use crate::error::Error;
use crate::model::domain_search::{self, DomainQuestion, FoundByDomain};
use crate::model::likeness::Sense;
use crate::model::search::{Filter, FoundByName, Place, Question};
use crate::ops::list_organizations::Visible;
use crate::store::{access, op::Op};

/// What is searched for.
pub enum Wanted {
    Name(String),
    Domain(DomainQuestion),
}

/// A page of what was found.
pub enum Found {
    ByName(Vec<FoundByName>),
    ByDomain(Vec<FoundByDomain>),
}

/// Which page.
pub struct Page<'a> {
    pub size: i32,
    pub token: &'a str,
}

/// One page, and the token of the next; empty on the last.
pub async fn run(
    app: &App,
    ctx: &Ctx,
    visible: &Visible,
    wanted: &Wanted,
    filter: &Filter,
    page: &Page<'_>,
) -> Result<(Found, String), Error> {
    let own = own(app, ctx, visible).await.map_err(Error::Db)?;
    // What is somebody's own is in the statement; row-level security stands behind it.
    let ctx = match &own {
        None => ctx.everywhere(),
        Some(own) => ctx.within_all(own.iter().copied()),
    };
    match wanted {
        Wanted::Name(text) => {
            let scope = format!("search of {visible:?} by name {text:?}, {filter:?}");
            let (found, next) = by_name(app, &ctx, own.as_deref(), text, filter, page, &scope).await?;
            Ok((Found::ByName(found), next))
        }
        Wanted::Domain(question) => {
            let scope = format!("search of {visible:?} by domain {question:?}, {filter:?}");
            let (found, next) = by_domain(app, &ctx, own.as_deref(), question, filter, page, &scope).await?;
            Ok((Found::ByDomain(found), next))
        }
    }
}

/// The organizations that the caller may find; none for all of them.
async fn own(app: &App, ctx: &Ctx, visible: &Visible) -> Result<Option<Vec<OrganizationId>>, DbFault> {
    match visible {
        Visible::All => Ok(None),
        Visible::None => Ok(Some(Vec::new())),
        Visible::Of(subject) => {
            // The grants that count are those of the partners above, too.
            let reach = async |c: &mut Conn| access::access_reach(c, subject).await;
            app.store.read(Op::OrganizationSearch, &ctx.everywhere(), reach).await.map(Some)
        }
    }
}

async fn by_name(
    app: &App,
    ctx: &Ctx,
    own: Option<&[OrganizationId]>,
    text: &str,
    filter: &Filter,
    page: &Page<'_>,
    scope: &str,
) -> Result<(Vec<FoundByName>, String), Error> {
    let after: Option<Place> = app.pager.open(page.token, scope).map_err(|_| Error::BadPageToken)?;
    let question = Question::new(text, Sense::Search);
    let read = async |c: &mut Conn| match own {
        None => find_names::everywhere(c, &question, filter).await,
        Some(own) => find_names::among(c, own, &question, filter).await,
    };
    let mut found = app.store.read(Op::OrganizationSearch, ctx, read).await.map_err(Error::Db)?;
    // All that are found are few: a page is a part of them.
    found.retain(|found| after.as_ref().is_none_or(|place| found.is_after(place)));
    let next = cut(&mut found, page_size(page.size)).map(|last| app.pager.seal(&last.place(), scope));
    Ok((found, next.unwrap_or_default()))
}

async fn by_domain(
    app: &App,
    ctx: &Ctx,
    own: Option<&[OrganizationId]>,
    question: &DomainQuestion,
    filter: &Filter,
    page: &Page<'_>,
    scope: &str,
) -> Result<(Vec<FoundByDomain>, String), Error> {
    let after: Option<domain_search::Place> = app.pager.open(page.token, scope).map_err(|_| Error::BadPageToken)?;
    let size = page_size(page.size);
    let read = async |c: &mut Conn| match own {
        None => find_domains::everywhere(c, question, filter, after.as_ref(), size).await,
        Some(own) => find_domains::among(c, own, question, filter, after.as_ref(), size).await,
    };
    let (found, next) = app.store.read(Op::OrganizationSearch, ctx, read).await.map_err(Error::Db)?;
    Ok((found, next.map(|place| app.pager.seal(&place, scope)).unwrap_or_default()))
}
