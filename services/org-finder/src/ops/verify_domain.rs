//! Looks up the record that proves an organization's control of a domain.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Mutation, TxError};
use dialtone_ids::Etag;

use super::{change, held_by, held_for_change, unless_stale, updated};
use crate::App;
use crate::error::Error;
use crate::model::challenge::{Challenge, record_name};
use crate::model::held_domain::{DomainName, HeldDomain};
use crate::store::{domain, op::Op};

/// The look-up stands between two transactions and holds no connection. The first finds out what to look for, unless the request was
/// answered before; the second writes what was found, unless the challenge is another one by then.
pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, name: DomainName, etag: Etag) -> Result<HeldDomain, Error> {
    let asked = app.store.mutate(Op::DomainVerify, ctx, mutation, async |c: &mut Conn| ask(c, &name, &etag).await);
    let challenge = match asked.await {
        Ok(answered) => return Ok(answered),
        Err(Pass::Refused(error)) => return Err(error),
        Err(Pass::LookUp(challenge)) => challenge,
    };
    look_up(app, ctx, &name.domain, challenge).await?;
    let write = async |c: &mut Conn| {
        let (before, _) = held_for_change(c, &name).await?;
        unless_stale(&etag, before.version, &name)?;
        let after = domain::domain_verify_if(c, &name, challenge).await.map_err(Error::Db)?;
        let after = updated(after, &name)?;
        let change = change(name.organization, &name, "domain.verified", Some(before.view()), Some(after.view()));
        dialtone_events::record_change(c, ctx, change).await.map_err(Error::Db)?;
        Ok(after)
    };
    app.store.mutate(Op::DomainVerify, ctx, mutation, write).await
}

/// How the first transaction ends when the request was not answered before: with nothing written, in either case.
enum Pass {
    LookUp(Challenge),
    Refused(Error),
}

impl From<Error> for Pass {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl TxError for Pass {
    fn from_fault(fault: DbFault) -> Self {
        Self::Refused(Error::Db(fault))
    }

    fn fault(&self) -> Option<&DbFault> {
        match self {
            Self::LookUp(_) => None,
            Self::Refused(error) => error.fault(),
        }
    }
}

async fn ask(c: &mut Conn, name: &DomainName, etag: &Etag) -> Result<HeldDomain, Pass> {
    let (held, challenge) = held_by(c, name).await?;
    unless_stale(etag, held.version, name)?;
    Err(Pass::LookUp(challenge))
}

async fn look_up(app: &App, ctx: &Ctx, domain: &str, challenge: Challenge) -> Result<(), Error> {
    let found = app.dns.texts(&record_name(domain), ctx.deadline).await;
    let texts = found.map_err(|why| Error::DnsUnavailable { domain: domain.to_owned(), why })?;
    challenge.proven_by(&texts).map_err(|why| Error::ChallengeUnproven { domain: domain.to_owned(), why })
}
