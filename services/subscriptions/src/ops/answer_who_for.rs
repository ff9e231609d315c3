//! Answers the first question, or hands it over to somebody else.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};
use dialtone_ids::Etag;

use super::{lock, record_order, record_subscription, welcome};
use crate::App;
use crate::error::Error;
use crate::model::access::Access;
use crate::model::order::{Order, WhoFor};
use crate::store::{case, op::Op, setup_link};

/// The answer.
pub struct Answer {
    pub who_for: WhoFor,
    /// Who completes it, with SOMEONE_ELSE.
    pub next_contact: Option<String>,
    pub etag: Etag,
}

pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, access: &Access, answer: Answer) -> Result<Order, Error> {
    let answered = app
        .store
        .mutate(Op::OrderAnswer, ctx, mutation, async |c: &mut Conn| {
            let before = lock(c, ctx, access.subscription).await?;
            if !answer.etag.matches(before.order.version) {
                return Err(Error::Stale(before.order.name.to_string()));
            }
            let mut after = before.clone();
            after.answer(answer.who_for, answer.next_contact.clone()).map_err(Error::Refused)?;
            let after = case::case_save(c, &before, &after).await.map_err(Error::Db)?;
            if let Some(next) = &answer.next_contact {
                let from = &before.order.contact_email;
                setup_link::handover_append(c, after.order.name, from, next).await.map_err(Error::Db)?;
                welcome::start(app, c, ctx, &after).await?;
            }
            record_order(c, ctx, "order.answered", Some(&before), &after).await?;
            if before.subscription != after.subscription {
                record_subscription(c, ctx, "subscription.updated", &before, &after).await?;
            }
            Ok(after.order)
        })
        .await?;
    app.operations.wake();
    Ok(answered)
}
