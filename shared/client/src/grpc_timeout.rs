//! The `grpc-timeout` header: at most eight digits and a unit.

use std::time::Duration;

use http::{HeaderName, HeaderValue};
use tokio::time::Instant;

/// Its name.
pub const HEADER: HeaderName = HeaderName::from_static("grpc-timeout");

const MOST: u128 = 99_999_999;

/// The time it grants; none if it is malformed.
pub fn parse(value: &HeaderValue) -> Option<Duration> {
    let (unit, digits) = value.as_bytes().split_last()?;
    if digits.is_empty() || digits.len() > 8 {
        return None;
    }
    let mut number = 0u64;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        number = number * 10 + u64::from(digit - b'0');
    }
    Some(match unit {
        b'H' => Duration::from_secs(number * 3_600),
        b'M' => Duration::from_secs(number * 60),
        b'S' => Duration::from_secs(number),
        b'm' => Duration::from_millis(number),
        b'u' => Duration::from_micros(number),
        b'n' => Duration::from_nanos(number),
        _ => return None,
    })
}

/// The time left until `deadline`, as a server further down is to know it. Never nothing: that would be malformed.
pub fn remaining(deadline: Instant) -> HeaderValue {
    format(deadline.saturating_duration_since(Instant::now()))
}

fn format(time: Duration) -> HeaderValue {
    let (number, unit) = match time.as_micros() {
        micros @ ..=MOST => (micros.max(1), b'u'),
        _ => match time.as_millis() {
            millis @ ..=MOST => (millis, b'm'),
            _ => (u128::from(time.as_secs()).min(MOST), b'S'),
        },
    };
    let mut text = [0; 9];
    let mut at = text.len() - 1;
    text[at] = unit;
    let mut left = number;
    while left > 0 {
        at -= 1;
        text[at] = b'0' + (left % 10) as u8;
        left /= 10;
    }
    HeaderValue::from_bytes(&text[at..]).expect("digits and a letter")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &'static str) -> Option<Duration> {
        parse(&HeaderValue::from_static(text))
    }

    #[test]
    fn every_unit_is_read_and_nothing_else() {
        assert_eq!(read("2H"), Some(Duration::from_secs(7_200)));
        assert_eq!(read("3M"), Some(Duration::from_secs(180)));
        assert_eq!(read("4S"), Some(Duration::from_secs(4)));
        assert_eq!(read("5m"), Some(Duration::from_millis(5)));
        assert_eq!(read("6u"), Some(Duration::from_micros(6)));
        assert_eq!(read("99999999n"), Some(Duration::from_nanos(99_999_999)));
        for bad in ["", "S", "5", "5s", "-5S", "123456789S", "5 S", "1.5S"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_written_fits_and_is_read_back() {
        for (time, text) in [
            (Duration::ZERO, "1u"),
            (Duration::from_millis(1_500), "1500000u"),
            (Duration::from_secs(300), "300000m"),
            (Duration::from_secs(200_000), "200000S"),
            (Duration::MAX, "99999999S"),
        ] {
            let written = format(time);
            assert_eq!(written, text);
            assert!(parse(&written).is_some());
        }
    }
}
