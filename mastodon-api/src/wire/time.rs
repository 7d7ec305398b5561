//! Times and dates.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::de::Deserializer;
use serde::ser::Serializer;

use super::{Depth, Place, Read, Trouble, Wire, reads_fast, shape_into, wrong};

impl Wire for DateTime<Utc> {
    const EXPECTED: &'static str = "a time such as 2026-01-31T12:00:00.000Z";

    reads_fast!();

    fn from_u64(value: u64) -> Read<Self> {
        match i64::try_from(value).ok().and_then(since_1970) {
            Some(time) => Read::Value(time),
            None => wrong::<Self>(value),
        }
    }

    fn from_i64(value: i64) -> Read<Self> {
        match since_1970(value) {
            Some(time) => Read::Value(time),
            None => wrong::<Self>(value),
        }
    }

    fn from_f64(value: f64) -> Read<Self> {
        // The cast ends at the largest number, which is no time.
        match Self::from_timestamp_millis((value * 1000.0).round() as i64) {
            Some(time) => Read::Value(time),
            None => wrong::<Self>(value),
        }
    }

    fn from_text(value: &str) -> Read<Self> {
        match parse_time(value) {
            Some(time) => Read::Value(time),
            None if value.is_empty() => Read::Null,
            None => wrong::<Self>(value),
        }
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Mastodon always writes milliseconds, and some apps read nothing else.
        serializer.collect_str(&self.format("%Y-%m-%dT%H:%M:%S%.3fZ"))
    }
}

fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    usual_time(text).or_else(|| odd_time(text))
}

/// What nearly all servers write, `2026-01-31T12:00:00.000Z`. A page has hundreds, and a parser for all forms of
/// RFC 3339 takes six times as long.
fn usual_time(text: &str) -> Option<DateTime<Utc>> {
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_u32, |number, digit| {
            digit
                .is_ascii_digit()
                .then(|| number * 10 + u32::from(digit - b'0'))
        })
    };
    let (start, rest) = text.as_bytes().split_first_chunk::<19>()?;
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        o1,
        o2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        m1,
        m2,
        b':',
        s1,
        s2,
    ] = *start
    else {
        return None;
    };
    let nanoseconds = match rest {
        b"Z" | b"+00:00" => 0,
        [b'.', digits @ .., b'Z'] | [b'.', digits @ .., b'+', b'0', b'0', b':', b'0', b'0']
            if (1..=9).contains(&digits.len()) =>
        {
            let zeros = 9 - u32::try_from(digits.len()).ok()?;
            number(digits)? * 10_u32.pow(zeros)
        }
        _ => return None,
    };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(&[o1, o2])?, number(&[d1, d2])?)?;
    let (hour, minute, second) = (number(&[h1, h2])?, number(&[m1, m2])?, number(&[s1, s2])?);
    let time = date.and_hms_nano_opt(hour, minute, second, nanoseconds)?;
    Some(time.and_utc())
}

/// RFC 3339; also with a space, with a zone without colon or without one (then it is UTC), a bare date (then it is
/// midnight), or a number.
fn odd_time(text: &str) -> Option<DateTime<Utc>> {
    // No form is longer.
    if text.len() > 64 {
        return None;
    }
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    if let Ok(number) = text.parse() {
        return since_1970(number);
    }
    let text = text
        .strip_suffix(" UTC")
        .unwrap_or(text)
        .replacen(' ', "T", 1);
    if let Ok(time) = DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f%z") {
        return Some(time.to_utc());
    }
    if let Ok(time) = text.parse::<NaiveDateTime>() {
        return Some(time.and_utc());
    }
    Some(
        text.parse::<NaiveDate>()
            .ok()?
            .and_hms_opt(0, 0, 0)?
            .and_utc(),
    )
}

/// Seconds, or milliseconds where seconds would lie beyond the year 5000.
fn since_1970(number: i64) -> Option<DateTime<Utc>> {
    if number.unsigned_abs() < 100_000_000_000 {
        DateTime::from_timestamp(number, 0)
    } else {
        DateTime::from_timestamp_millis(number)
    }
}

impl Wire for NaiveDate {
    const EXPECTED: &'static str = "a date such as 2026-01-31";

    fn from_text(value: &str) -> Read<Self> {
        match value
            .parse::<Self>()
            .ok()
            .or_else(|| Some(parse_time(value)?.date_naive()))
        {
            Some(date) => Read::Value(date),
            None if value.is_empty() => Read::Null,
            None => wrong::<Self>(value),
        }
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
