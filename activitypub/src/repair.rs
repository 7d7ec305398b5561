//! Known deviations that are accepted when reading, each with who sends it.
//!
//! A value is repaired only if it can mean but one thing. The field then holds what it means, `problems()` names the deviation, and as long
//! as the field is not changed the value is written back as it came. Ids and addressees are never repaired: two readers must not see two
//! of them.
//!
//! | deviation | reason | seen from |
//! | --- | --- | --- |
//! | `"true"`, `"false"` | [`BooleanAsText`](Reason::BooleanAsText) | Osada, forks of Mastodon |
//! | `"37.45"` for a number | [`NumberAsText`](Reason::NumberAsText) | Pixelfed (places) |
//! | `3` for a text | [`TextAsNumber`](Reason::TextAsNumber) | Pixelfed and Funkwhale (seconds in `duration`) |
//! | `["…"]` for a single value | [`ListOfOne`](Reason::ListOfOne) | activitypub-express (Immers) |
//! | `[]` for none | [`EmptyList`](Reason::EmptyList) | software in PHP, where an empty map and an empty list are one |
//! | `""` for none | [`EmptyId`](Reason::EmptyId), [`EmptyText`](Reason::EmptyText) | BookWyrm (`devices`, `inReplyTo`), reel2bits, Vernissage |
//! | `/media/1.png`, an address without a host; pictures are looked for on that of the thing | [`NoHost`](Reason::NoHost) | old versions of Mastodon (`missing.png`), Gancio (hashtags) |
//! | a time without a zone, also with a space for the `T` | [`NoZone`](Reason::NoZone) | old versions of the WordPress plugin, Socialhome, Bridgy Fed |
//! | a zone without a colon, or without minutes | [`ZoneWithoutColon`](Reason::ZoneWithoutColon) | Pixelfed, Communecter, Threads |
//! | `Mon, 25 May 2020 19:31:20 GMT` | [`MailDate`](Reason::MailDate) | BookWyrm, Emissary |
//! | `1700000000`, in seconds or milliseconds | [`UnixTime`](Reason::UnixTime) | XWiki |
//! | `2026-01-31` for a time | [`DayOnly`](Reason::DayOnly) | software that knows only the day of a publication |
//!
//! What the model reads anyway is no deviation here: one value or a list, an id or the thing itself, `null` for none.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use crate::error::Reason;
use crate::json::{Node, Shape};
use crate::property::Element;

/// A boolean as text; Python begins it with a capital.
pub(crate) fn boolean(node: Node<'_, '_>) -> Option<(bool, Reason)> {
    let value = match quoted(node)? {
        "true" | "True" => true,
        "false" | "False" => false,
        _ => return None,
    };
    Some((value, Reason::BooleanAsText))
}

/// A count as text.
pub(crate) fn count(node: Node<'_, '_>) -> Option<(u64, Reason)> {
    let digits = quoted(node).filter(|text| !text.starts_with('+'))?;
    Some((digits.parse().ok()?, Reason::NumberAsText))
}

/// A number as text: the text is one as JSON writes it.
pub(crate) fn number<'a>(node: Node<'_, 'a>) -> Option<&'a str> {
    let text = quoted(node)?;
    let begins = text.starts_with(|letter: char| letter == '-' || letter.is_ascii_digit());
    let ends = text.ends_with(|letter: char| letter.is_ascii_digit());
    let number: serde_json::Number = serde_json::from_str(text).ok()?;
    (begins && ends && number.as_f64().is_some_and(f64::is_finite)).then_some(text)
}

/// A text as number.
pub(crate) fn number_for_text(node: Node<'_, '_>) -> Option<(String, Reason)> {
    (node.shape() == Shape::Number).then(|| (node.raw().to_owned(), Reason::TextAsNumber))
}

/// A list of one for a single value that is no id.
pub(crate) fn list_of_one<T: Element>(node: Node<'_, '_>) -> Option<(T, Reason)> {
    let mut elements = node.elements();
    let only = elements.next().filter(|_| !T::IDS)?;
    if elements.next().is_some() {
        return None;
    }
    Some((T::read(only).ok()?, Reason::ListOfOne))
}

/// Why a value that a property refuses says that there is none.
pub(crate) fn nothing(node: Node<'_, '_>) -> Option<Reason> {
    match node.shape() {
        Shape::Array if node.elements().next().is_none() => Some(Reason::EmptyList),
        Shape::String if node.raw() == "\"\"" => Some(Reason::EmptyText),
        _ => None,
    }
}

/// The text of a string, if it stands there without escapes.
fn quoted<'a>(node: Node<'_, 'a>) -> Option<&'a str> {
    node.raw().strip_prefix('"')?.strip_suffix('"')
}

/// Reads a point in time: RFC 3339 with the liberties of the table.
pub(crate) fn time(text: &str) -> Option<DateTime<Utc>> {
    internet_time(text)
        .or_else(|| day(text))
        .or_else(|| mail_date(text))
}

/// What is odd in the spelling of a [`Timestamp`](crate::Timestamp).
pub(crate) fn oddity(text: &str) -> Option<Reason> {
    if unix_time(text).is_some() {
        return Some(Reason::UnixTime);
    }
    if day(text).is_some() {
        return Some(Reason::DayOnly);
    }
    if internet_time(text).is_none() {
        return Some(Reason::MailDate);
    }
    let clock = text.get(10..)?;
    let Some(zone) = clock.find(['Z', 'z', '+', '-']) else {
        return Some(Reason::NoZone);
    };
    let zone = clock.get(zone..)?;
    (zone.len() > 1 && !zone.contains(':')).then_some(Reason::ZoneWithoutColon)
}

/// A number of seconds or milliseconds since 1970. There is no number that could be both: before 1973 nobody wrote posts, and the seconds
/// end in the year 5138. Smaller numbers are no times.
pub(crate) fn unix_time(digits: &str) -> Option<DateTime<Utc>> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match digits.parse().ok()? {
        seconds @ 100_000_000..=99_999_999_999 => DateTime::from_timestamp(seconds, 0),
        milliseconds @ 100_000_000_000..=253_402_300_799_999 => {
            DateTime::from_timestamp_millis(milliseconds)
        }
        _ => None,
    }
}

fn mail_date(text: &str) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc2822(text).ok()?;
    Some(time.with_timezone(&Utc))
}

fn day(text: &str) -> Option<DateTime<Utc>> {
    Some(date(text)?.and_time(NaiveTime::MIN).and_utc())
}

/// RFC 3339, with or without seconds and zone.
fn internet_time(text: &str) -> Option<DateTime<Utc>> {
    let (day, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, zone) = rest.split_at(rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len()));

    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let [hour, minute, second] = fields(clock, ':').or_else(|| {
        let (hour, minute) = clock.split_once(':')?;
        Some([hour, minute, "00"])
    })?;
    let (second, leap) = match digits(second, 2)? {
        60 => (59, 1_000_000_000),
        second => (second, 0),
    };
    let nanoseconds = nanoseconds(fraction)?;
    let clock = NaiveTime::from_hms_nano_opt(
        digits(hour, 2)?,
        digits(minute, 2)?,
        second,
        leap + nanoseconds,
    )?;

    date(day)?
        .and_time(clock)
        .and_utc()
        .checked_sub_signed(offset(zone)?)
}

fn date(text: &str) -> Option<NaiveDate> {
    let [year, month, day] = fields(text, '-')?;
    NaiveDate::from_ymd_opt(
        i32::try_from(digits(year, 4)?).ok()?,
        digits(month, 2)?,
        digits(day, 2)?,
    )
}

fn offset(zone: &str) -> Option<TimeDelta> {
    let (sign, zone_digits) = match zone.as_bytes().first() {
        None => return Some(TimeDelta::zero()),
        Some(b'Z' | b'z') => return zone.get(1..)?.is_empty().then(TimeDelta::zero),
        Some(b'-') => (-1, zone.get(1..)?),
        Some(_) => (1, zone.get(1..)?),
    };
    let (hours, minutes) = zone_digits
        .split_once(':')
        .or_else(|| zone_digits.split_at_checked(2))?;
    let minutes = if minutes.is_empty() && zone_digits.len() == 2 {
        "00"
    } else {
        minutes
    };
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
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

fn digits(text: &str, length: usize) -> Option<u32> {
    (text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit()))
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
            ("2026-01-31 12:00:00+01", "2026-01-31T11:00:00+00:00"),
            ("2026-01-31", "2026-01-31T00:00:00+00:00"),
            ("Sat, 31 Jan 2026 12:00:00 GMT", "2026-01-31T12:00:00+00:00"),
            ("31 Jan 2026 12:00:00 +0100", "2026-01-31T11:00:00+00:00"),
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
            "2026-02-30T00:00:00Z",
            "2026-01-31T24:00:00Z",
            "2026-01-31T12:00:00+99:00",
            "2026-01-31T12:00:00Zjunk",
            "2026-01-31T12:00:00.Z",
            "+10000-01-01T00:00:00Z",
            "2026-01-31T12:00:61Z",
            "2026-01-31T12:00:00+1",
            "2026-01-31T12:00:00+01:",
            "Sun, 31 Jan 2026 12:00:00 GMT",
            "31 January 2026",
            "01/31/2026",
            "1769860800",
            "２０２６-01-31T12:00:00Z",
            "2026-01-31T1é:00:00Z",
        ] {
            assert_eq!(utc(text), None, "{text}");
        }
    }

    #[test]
    fn a_number_is_seconds_or_milliseconds() {
        let unix = |digits| unix_time(digits).map(|time| time.to_rfc3339());
        for (digits, expected) in [
            ("1769860800", Some("2026-01-31T12:00:00+00:00")),
            ("1769860800123", Some("2026-01-31T12:00:00.123+00:00")),
            ("951185225201", Some("2000-02-22T02:07:05.201+00:00")),
            ("0", None),
            ("3", None),
            ("-1769860800", None),
            ("1.7e9", None),
            ("999999999999999", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(unix(digits).as_deref(), expected, "{digits}");
        }
    }

    #[test]
    fn tells_an_odd_time() {
        assert_eq!(oddity("2026-01-31"), Some(Reason::DayOnly));
        assert_eq!(
            oddity("Sat, 31 Jan 2026 12:00:00 GMT"),
            Some(Reason::MailDate)
        );
        assert_eq!(oddity("1769860800"), Some(Reason::UnixTime));
        assert_eq!(
            oddity("2026-01-31T12:00:00+01"),
            Some(Reason::ZoneWithoutColon)
        );
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
            let _ = (time(&text), oddity(&text), time(&near), oddity(&near), unix_time(&text));
        }

        #[test]
        fn agrees_with_chrono(seconds in -62_000_000_000_i64..253_000_000_000, nanos in 0_u32..1_000_000_000) {
            let expected = DateTime::from_timestamp(seconds, nanos).unwrap();
            prop_assert_eq!(time(&expected.to_rfc3339()), Some(expected));
        }
    }
}
