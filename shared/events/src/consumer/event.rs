//! Events as a consumer gets them.

use chrono::{DateTime, Utc};
use dialtone_ids::OrganizationId;
use dialtone_proto::{
    events::v1::{Event, WatchResponse, watch_response::Message},
    json, time,
};
use dialtone_status::Status;
use serde_json::Value;

/// One event of another service.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// Its position at the source.
    pub position: String,
    /// `<resource>.<past tense>`.
    pub kind: String,
    /// Full name of the resource that changed.
    pub resource: String,
    /// The organization it belongs to, if any.
    pub organization: Option<OrganizationId>,
    /// Who changed it, as history stores it.
    pub actor: String,
    /// When, by the source's clock.
    pub time: DateTime<Utc>,
    /// The resource after the change, an object.
    pub data: Value,
}

impl Received {
    fn of(event: Event) -> Received {
        let time = event.time.as_ref().and_then(|t| time::from_timestamp(t).ok());
        Received {
            position: event.position,
            kind: event.r#type,
            resource: event.resource,
            organization: OrganizationId::parse(&event.organization).ok(),
            actor: event.actor,
            time: time.unwrap_or(DateTime::UNIX_EPOCH),
            data: json::from_struct(event.data.unwrap_or_default()),
        }
    }
}

/// What moves the position.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Piece {
    /// An event.
    Event(Box<Received>),
    /// Nothing of interest up to this position.
    CaughtUp(String),
}

impl Piece {
    pub(super) fn time(&self) -> Option<DateTime<Utc>> {
        match self {
            Piece::Event(event) => Some(event.time),
            Piece::CaughtUp(_) => None,
        }
    }

    pub(super) fn position(&self) -> &str {
        match self {
            Piece::Event(event) => &event.position,
            Piece::CaughtUp(position) => position,
        }
    }
}

/// The pieces up to the first refusal.
pub(super) fn pieces(messages: Vec<Result<WatchResponse, Status>>) -> (Vec<Piece>, Option<Status>) {
    let mut pieces = Vec::with_capacity(messages.len());
    for message in messages {
        match message {
            Ok(response) => pieces.extend(response.message.map(|message| match message {
                Message::Event(event) => Piece::Event(Box::new(Received::of(event))),
                Message::CaughtUp(position) => Piece::CaughtUp(position),
            })),
            Err(status) => return (pieces, Some(status)),
        }
    }
    (pieces, None)
}
