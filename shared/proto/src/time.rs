//! `chrono::DateTime<Utc>` and `google.protobuf.Timestamp`, both ways.

use chrono::{DateTime, Utc};
use prost_types::Timestamp;

/// A Timestamp outside the years 1 to 9999, or with nanoseconds outside one second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid point in time: give one between the years 1 and 9999")]
pub struct BadTimestamp;

/// The message of a point in time.
pub fn to_timestamp(time: DateTime<Utc>) -> Timestamp {
    Timestamp {
        seconds: time.timestamp(),
        // chrono counts a leap second as nanoseconds beyond 10^9, which the message cannot say.
        nanos: time.timestamp_subsec_nanos().min(999_999_999).cast_signed(),
    }
}

/// The point in time of a message.
pub fn from_timestamp(message: &Timestamp) -> Result<DateTime<Utc>, BadTimestamp> {
    const FIRST: i64 = -62_135_596_800; // 0001-01-01T00:00:00Z
    const LAST: i64 = 253_402_300_799; // 9999-12-31T23:59:59Z
    let nanos = u32::try_from(message.nanos).ok().filter(|n| *n < 1_000_000_000).ok_or(BadTimestamp)?;
    if !(FIRST..=LAST).contains(&message.seconds) {
        return Err(BadTimestamp);
    }
    DateTime::from_timestamp(message.seconds, nanos).ok_or(BadTimestamp)
}
