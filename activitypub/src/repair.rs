//! Known deviations that are accepted when reading, each with who sends it.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use crate::error::Reason;

/// Reads a point in time: RFC 3339, with three liberties. ActivityStreams Core section 2.3 lets the seconds be missing; old
/// versions of the WordPress plugin leave out the zone, which then is UTC; Pixelfed and Communecter write `+0000` without a
/// colon, as ISO 8601 allows.
pub(crate) fn time(text: &str) -> Option<DateTime<Utc>> {
    let (date, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, zone) = rest.split_at(rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len()));

    let [year, month, day] = fields(date, '-')?;
    let date = NaiveDate::from_ymd_opt(
        i32::try_from(number(year, 4)?).ok()?,
        number(month, 2)?,
        number(day, 2)?,
    )?;

    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let [hour, minute, second] = fields(clock, ':').or_else(|| {
        let (hour, minute) = clock.split_once(':')?;
        Some([hour, minute, "00"])
    })?;
    let (second, leap) = match number(second, 2)? {
        60 => (59, 1_000_000_000),
        second => (second, 0),
    };
    let nanoseconds = nanoseconds(fraction)?;
    let clock = NaiveTime::from_hms_nano_opt(
        number(hour, 2)?,
        number(minute, 2)?,
        second,
        leap + nanoseconds,
    )?;

    date.and_time(clock)
        .and_utc()
        .checked_sub_signed(offset(zone)?)
}

/// What is odd in a text that [`time`] reads.
pub(crate) fn oddity(text: &str) -> Option<Reason> {
    let clock = text.get(10..)?;
    let Some(zone) = clock.find(['Z', 'z', '+', '-']) else {
        return Some(Reason::NoZone);
    };
    let zone = clock.get(zone..)?;
    (zone.len() > 1 && !zone.contains(':')).then_some(Reason::ZoneWithoutColon)
}

fn offset(zone: &str) -> Option<TimeDelta> {
    let (sign, digits) = match zone.as_bytes().first() {
        None => return Some(TimeDelta::zero()),
        Some(b'Z' | b'z') => return zone.get(1..)?.is_empty().then(TimeDelta::zero),
        Some(b'-') => (-1, zone.get(1..)?),
        Some(_) => (1, zone.get(1..)?),
    };
    let (hours, minutes) = digits
        .split_once(':')
        .or_else(|| digits.split_at_checked(2))?;
    let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    TimeDelta::try_minutes(sign * i64::from(hours * 60 + minutes))
}

/// Digits beyond a nanosecond are read as nothing, as RFC 3339 sets no limit to them.
fn nanoseconds(fraction: &str) -> Option<u32> {
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = fraction
        .bytes()
        .map(|byte| u32::from(byte - b'0'))
        .chain(std::iter::repeat(0))
        .take(9);
    Some(digits.fold(0, |sum, digit| sum * 10 + digit))
}

fn fields(text: &str, separator: char) -> Option<[&str; 3]> {
    let mut parts = text.split(separator);
    let fields = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(fields)
}

fn number(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn utc(text: &str) -> Option<String> {
        time(text).map(|time| time.to_rfc3339())
    }

    #[test]
    fn reads_what_is_sent() {
        for (text, expected) in [
            ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00+00:00"),
            (
                "2026-01-31T12:00:00.123456789012Z",
                "2026-01-31T12:00:00.123456789+00:00",
            ),
            ("2026-01-31T01:30:00+02:00", "2026-01-30T23:30:00+00:00"),
            ("2026-01-31T12:00Z", "2026-01-31T12:00:00+00:00"),
            ("2026-01-31T12:00:00+0100", "2026-01-31T11:00:00+00:00"),
            ("2026-01-31T12:00:00", "2026-01-31T12:00:00+00:00"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:60+00:00"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59+00:00"),
        ] {
            assert_eq!(utc(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "-1",
            "2026",
            "2026-01-31",
            "2026-02-30T00:00:00Z",
            "2026-01-31T24:00:00Z",
            "2026-01-31T12:00:00+01",
            "2026-01-31T12:00:00+99:00",
            "2026-01-31T12:00:00Zjunk",
            "2026-01-31T12:00:00.Z",
            "+10000-01-01T00:00:00Z",
            "Sat, 31 Jan 2026 12:00:00 GMT",
            "2026-01-31T12:00:61Z",
            "２０２６-01-31T12:00:00Z",
            "2026-01-31T1é:00:00Z",
        ] {
            assert_eq!(utc(text), None, "{text}");
        }
    }

    #[test]
    fn tells_an_odd_zone() {
        assert_eq!(oddity("2026-01-31T12:00:00"), Some(Reason::NoZone));
        assert_eq!(
            oddity("2026-01-31T12:00:00+0000"),
            Some(Reason::ZoneWithoutColon)
        );
        assert_eq!(oddity("2026-01-31T12:00:00-01:00"), None);
        assert_eq!(oddity("2026-01-31T12:00Z"), None);
    }

    proptest! {
        #[test]
        fn any_text_does_no_harm(text in any::<String>(), near in "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]?[0-9:.Z+-]{0,16}") {
            let _ = (time(&text), time(&near));
        }

        #[test]
        fn agrees_with_chrono(seconds in -62_000_000_000_i64..253_000_000_000, nanos in 0_u32..1_000_000_000) {
            let expected = DateTime::from_timestamp(seconds, nanos).unwrap();
            prop_assert_eq!(time(&expected.to_rfc3339()), Some(expected));
        }
    }
}
