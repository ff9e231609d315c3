//! JSON and time, to protobuf and back.

use chrono::{DateTime, Utc};
use dialtone_proto::{
    json::{from_struct, from_value, to_struct, to_value},
    time::{BadTimestamp, from_timestamp, to_timestamp},
};
use prost_types::{Timestamp, Value, value::Kind};
use serde_json::json;

#[test]
fn json_reads_back_as_it_was() {
    let json = json!({
        "null": null, "yes": true, "whole": 42, "negative": -7, "half": 0.5, "text": "é\n",
        "list": [1, "a", {}, []], "object": {"deep": {"deeper": [null]}}, "largest": 9_007_199_254_740_992_i64,
    });
    assert_eq!(from_struct(to_struct(json.clone())), json);
}

#[test]
fn json_that_is_no_object_is_put_into_one() {
    assert_eq!(from_struct(to_struct(json!([1]))), json!({"value": [1]}));
}

#[test]
fn numbers_that_json_cannot_say_become_null() {
    for number in [f64::NAN, f64::INFINITY] {
        assert_eq!(from_value(Value { kind: Some(Kind::NumberValue(number)) }), json!(null));
    }
    assert_eq!(from_value(Value { kind: None }), json!(null));
    assert_eq!(to_value(json!(1.5)).kind, Some(Kind::NumberValue(1.5)));
}

#[test]
fn times_read_back_as_they_were() {
    for text in [
        "2026-11-21T05:14:04.330519691Z",
        "1969-12-31T23:59:59.5Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999Z",
    ] {
        let time: DateTime<Utc> = text.parse().expect("a time");
        assert_eq!(from_timestamp(&to_timestamp(time)), Ok(time));
    }
}

#[test]
fn a_leap_second_stays_within_its_minute() {
    let leap: DateTime<Utc> = "2016-12-31T23:59:60.5Z".parse().expect("a leap second");
    assert_eq!(to_timestamp(leap), Timestamp { seconds: 1_483_228_799, nanos: 999_999_999 });
}

#[test]
fn times_that_do_not_exist_are_refused() {
    for (seconds, nanos) in [(0, -1), (0, 1_000_000_000), (-62_135_596_801, 0), (253_402_300_800, 0), (i64::MAX, 0)] {
        assert_eq!(from_timestamp(&Timestamp { seconds, nanos }), Err(BadTimestamp));
    }
}
