//! What the operation that sends a welcome mail reads and writes.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Store};

use super::{lock, read, record_order};
use crate::error::Error;
use crate::model::order::{MailState, Order};
use crate::model::setup_link::{LinkState, SetupLink};
use crate::store::{case, op::Op, setup_link};

pub use super::welcome::Welcome;

/// The order and the link to be sent; none if a newer link took its place meanwhile.
pub async fn find(store: &Store, ctx: &Ctx, welcome: Welcome) -> Result<Option<(Order, SetupLink)>, Error> {
    store
        .read(Op::WelcomeGet, ctx, async |c: &mut Conn| {
            let link = setup_link::link_get(c, welcome.link).await.map_err(Error::Db)?;
            if link.state == LinkState::Replaced {
                return Ok(None);
            }
            Ok(Some((read(c, ctx, welcome.subscription).await?.order, link)))
        })
        .await
}

/// Notes how far the mail got, unless a newer one is under way.
pub async fn note(c: &mut Conn, ctx: &Ctx, welcome: Welcome, state: MailState) -> Result<(), Error> {
    let before = lock(c, ctx, welcome.subscription).await?;
    let link = setup_link::link_get(c, welcome.link).await.map_err(Error::Db)?;
    if link.state == LinkState::Replaced {
        return Ok(());
    }
    let verb = match state {
        MailState::Sent => "order.welcome_sent",
        MailState::Failed => "order.welcome_failed",
        MailState::Pending => return Err(Error::Db(DbFault::Other("a mail does not become pending".to_owned()))),
    };
    if case::mail_state_set(c, before.order.name, state).await.map_err(Error::Db)? {
        let after = read(c, ctx, welcome.subscription).await?;
        record_order(c, ctx, verb, Some(&before), &after).await?;
    }
    Ok(())
}
