//! The messages of a report of activity: options, and batches of which each report is authorised and read.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use dialtone_authz::{Admission, Ctx, Guard, admission};
use dialtone_ids::OrganizationId;
use dialtone_proto::orgfinder::v1::report_activity_request::Payload;
use dialtone_proto::orgfinder::v1::{ActivityReport, ReportActivityRequest};
use dialtone_proto::time::from_timestamp;
use dialtone_status::{Code, Fault};
use futures::{Stream, StreamExt as _};
use prost::Message as _;
use tonic::{Status, Streaming};
use uuid::Uuid;

use super::convert::{bad_name, violation};
use super::upload::{broken, checked};
use crate::error::Error;
use crate::model::activity::{Refusal, Sight, Who, kept};
use crate::ops::report_activity::{Batch, Options, Scope};

/// The parent of a stream about more than one organization.
const ANY: &str = "organizations/-";

/// What the first message means for this caller, who may at least begin.
pub(super) async fn begin(
    guard: &Guard,
    ctx: &Ctx,
    first: Result<Option<ReportActivityRequest>, Status>,
) -> Result<Options, Error> {
    let first = first.map_err(|status| broken(&status))?.ok_or(Error::ActivityOptionsMissing)?;
    let Some(Payload::Options(options)) = &first.payload else {
        return Err(Error::ActivityOptionsMissing);
    };
    let scope = scope(guard, ctx, &options.parent, &first).await?;
    checked(&first)?;
    Ok(Options {
        scope,
        source: options.source.clone(),
        add_unknown: options.add_unknown_people,
        // The proto's rule has let nothing else through.
        request_id: Uuid::try_parse(&options.request_id).ok(),
        validate_only: options.validate_only,
    })
}

async fn scope(guard: &Guard, ctx: &Ctx, parent: &str, first: &ReportActivityRequest) -> Result<Scope, Error> {
    if parent != ANY {
        let organization = OrganizationId::parse(parent).map_err(|bad| {
            // Of a name that is none nothing can be authorised; then everything is told that is wrong.
            let proto = checked(first).err();
            proto.unwrap_or_else(|| Error::Upload(Fault::invalid_fields([bad_name("options.parent", &bad)])))
        })?;
        guard.on_organization(ctx, organization).await.map_err(Error::Upload)?;
        return Ok(Scope::One(organization));
    }
    match admission(ctx.method, &ctx.caller).map_err(Error::Upload)? {
        Admission::Everywhere => Ok(Scope::All),
        Admission::ByRole(_) => Ok(Scope::Named),
        Admission::BySubscription | Admission::Open => {
            Err(Error::Upload(Fault::permission_denied(ctx.method.permission.name)))
        }
    }
}

/// The reports, from what comes after.
pub(super) fn batches(
    messages: Streaming<ReportActivityRequest>,
    guard: Guard,
    ctx: Ctx,
    options: &Options,
) -> impl Stream<Item = Result<Batch, Error>> + Send + use<> {
    let reader = Arc::new(Reader { guard, ctx, scope: options.scope, encodes: options.request_id.is_some() });
    messages.then(move |message| {
        let reader = Arc::clone(&reader);
        async move { reader.batch(message).await }
    })
}

struct Reader {
    guard: Guard,
    ctx: Ctx,
    scope: Scope,
    encodes: bool,
}

impl Reader {
    async fn batch(&self, message: Result<ReportActivityRequest, Status>) -> Result<Batch, Error> {
        let message = message.map_err(|status| broken(&status))?;
        checked(&message)?;
        let Some(Payload::Batch(batch)) = message.payload else {
            let description = "may only be sent first; send batches of reports after it";
            return Err(Error::Upload(Fault::invalid_fields([violation("options", "first_only", description)])));
        };
        let now = Utc::now();
        let mut encoded = Vec::new();
        if self.encodes {
            for report in &batch.reports {
                report.encode_length_delimited(&mut encoded).expect("a vector grows");
            }
        }
        let reports = batch.reports.iter().map(|report| self.read(report, now)).collect();
        Ok(Batch { reports: self.authorised(reports).await?, encoded })
    }

    fn read(&self, report: &ActivityReport, now: DateTime<Utc>) -> Result<Sight, Refusal> {
        let who = Who::read(&report.person, &report.organization)?;
        let time = report.time.as_ref().and_then(|time| from_timestamp(time).ok()).ok_or(Refusal::Time)?;
        let who = match self.scope {
            Scope::One(own) => who.within(own)?,
            Scope::Named if who.organization().is_none() => return Err(Refusal::NotYours),
            Scope::All | Scope::Named => who,
        };
        Ok(Sight { who, at: kept(time, now)? })
    }

    /// Asks about the caller's role again with each batch: a stream may outlast it. What the guard remembers makes that cheap.
    async fn authorised(&self, reports: Vec<Result<Sight, Refusal>>) -> Result<Vec<Result<Sight, Refusal>>, Error> {
        match self.scope {
            Scope::All => return Ok(reports),
            Scope::One(own) => {
                self.guard.on_organization(&self.ctx, own).await.map_err(Error::Upload)?;
                return Ok(reports);
            }
            Scope::Named => {}
        }
        let organization = |report: &Result<Sight, Refusal>| report.as_ref().ok().and_then(|s| s.who.organization());
        let mut denied = HashSet::new();
        for named in reports.iter().filter_map(organization).collect::<HashSet<_>>() {
            match self.guard.on_organization(&self.ctx, named).await {
                Ok(_) => {}
                Err(fault) if fault.code == Code::PermissionDenied => {
                    denied.insert(named);
                }
                Err(fault) => return Err(Error::Upload(fault)),
            }
        }
        let refuse = |report| match organization(&report) {
            Some(named) if denied.contains(&named) => Err(Refusal::NotYours),
            Some(_) | None => report,
        };
        Ok(reports.into_iter().map(refuse).collect())
    }
}
