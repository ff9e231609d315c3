//! Exchanges a link, once, for a set-up session of its contact.

use chrono::Utc;
use dialtone_authz::Ctx;
use dialtone_db::{Cas, Conn, DbFault};

use super::{read, record_order};
use crate::App;
use crate::error::Error;
use crate::model::order::Order;
use crate::model::session::Session;
use crate::model::setup_link::{self, LinkState, Presented, SetupLink};
use crate::store::{access, op::Op, setup_link as links};

/// The link is the proof: the caller is nobody in particular, and sees what the link is for only after it has proved itself.
pub async fn run(app: &App, ctx: &Ctx, token: &str) -> Result<(Session, Order), Error> {
    let presented = setup_link::read(token).ok_or(Error::LinkInvalid)?;
    let now = Utc::now();
    let ctx = ctx.everywhere();
    let (contact, order) = app
        .store
        .tx(Op::LinkOpen, &ctx, async |c: &mut Conn| {
            let link = proven(app, c, &presented).await?;
            usable(&link, now)?;
            match links::link_use_if_open(c, link.id).await.map_err(Error::Db)? {
                Cas::Updated(()) => {}
                // Somebody else was first; what became of it is in the row.
                Cas::Stale => return Err(closed(&links::link_get(c, link.id).await.map_err(Error::Db)?)),
                Cas::Missing => return Err(Error::LinkInvalid),
            }
            let access = access::access_of_order(c, link.order).await.map_err(Error::Db)?.ok_or(Error::NotFound)?;
            let case = read(c, &ctx, access.subscription).await?;
            record_order(c, &ctx, "order.link_opened", Some(&case), &case).await?;
            Ok::<_, Error>((link.contact_email, case.order))
        })
        .await?;
    Ok((app.sessions.sign(&contact, order.subscription, now), order))
}

/// The link that was presented, if the token is its own.
async fn proven(app: &App, c: &mut Conn, presented: &Presented) -> Result<SetupLink, Error> {
    let link = links::link_get(c, presented.link).await.map_err(|fault| match fault {
        DbFault::NotFound => Error::LinkInvalid,
        other => Error::Db(other),
    })?;
    if app.link_key.proves(presented, &link) { Ok(link) } else { Err(Error::LinkInvalid) }
}

fn usable(link: &SetupLink, now: chrono::DateTime<Utc>) -> Result<(), Error> {
    match link.state {
        LinkState::Open if link.expires <= now => Err(Error::LinkExpired(link.order)),
        LinkState::Open => Ok(()),
        LinkState::Used | LinkState::Replaced => Err(closed(link)),
    }
}

fn closed(link: &SetupLink) -> Error {
    match link.state {
        LinkState::Replaced => Error::LinkReplaced(link.order),
        LinkState::Used | LinkState::Open => Error::LinkUsed(link.order),
    }
}
