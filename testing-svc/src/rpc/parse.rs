//! Reading requests: names, ids, times and texts, each wrong one noted with its field.

use std::ops::RangeInclusive;

use chassis::clock::from_pb;
use chassis::name;
use chassis::violation::Violations;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use proto::wire::v1::LocalizedText;
use uuid::Uuid;

use crate::domain::eligibility::is_number;
use crate::domain::localized::Localized;

/// Most characters of a title or an address.
const LONGEST_TEXT: usize = 200;

/// The ids of a name of this shape; noted where it is missing or has another.
fn ids<const N: usize>(
    violations: &mut Violations,
    field: &str,
    pattern: &str,
    text: &str,
) -> Option<[String; N]> {
    let found = if text.is_empty() {
        Err("REQUIRED")
    } else {
        name::capture::<N>(pattern, text)
            .map(|ids| ids.map(str::to_owned))
            .ok_or("INVALID_NAME")
    };
    violations.take(field, found)
}

fn uuid(violations: &mut Violations, field: &str, id: &str) -> Option<Uuid> {
    violations.take(field, Uuid::parse_str(id).map_err(|_| "INVALID_NAME"))
}

/// `campaigns/{campaign}`.
pub fn campaign(violations: &mut Violations, field: &str, text: &str) -> Option<String> {
    let [campaign] = ids(violations, field, "campaigns/*", text)?;
    let known = name::is_slug(&campaign).then_some(campaign);
    violations.take(field, known.ok_or("INVALID_NAME"))
}

/// `campaigns/{campaign}`, or `campaigns/-` for every one: then there is nothing inside.
pub fn any_campaign(violations: &mut Violations, text: &str) -> Option<Option<String>> {
    if text == "campaigns/-" {
        Some(None)
    } else {
        campaign(violations, "parent", text).map(Some)
    }
}

/// A thing with an id of ours below a campaign: the campaign and the id.
pub fn below_campaign(
    violations: &mut Violations,
    field: &str,
    pattern: &str,
    text: &str,
) -> Option<(String, Uuid)> {
    let [campaign, id] = ids(violations, field, pattern, text)?;
    Some((campaign, uuid(violations, field, &id)?))
}

/// `campaigns/{campaign}/candidates/{candidate}`: the campaign and the candidate's number.
pub fn candidate(violations: &mut Violations, field: &str, text: &str) -> Option<(String, String)> {
    let [campaign, number] = ids(violations, field, "campaigns/*/candidates/*", text)?;
    let known = is_number(&number).then_some((campaign, number));
    violations.take(field, known.ok_or("INVALID_NAME"))
}

/// `testCenters/{test_center}`.
pub fn test_center(violations: &mut Violations, field: &str, text: &str) -> Option<Uuid> {
    let [id] = ids(violations, field, "testCenters/*", text)?;
    uuid(violations, field, &id)
}

/// `redemptions/{redemption}`.
pub fn redemption(violations: &mut Violations, text: &str) -> Option<Uuid> {
    let [id] = ids(violations, "name", "redemptions/*", text)?;
    uuid(violations, "name", &id)
}

/// `memberships/{membership}`.
pub fn membership(violations: &mut Violations, text: &str) -> Option<Uuid> {
    let [id] = ids(violations, "name", "memberships/*", text)?;
    uuid(violations, "name", &id)
}

/// The one part of a stage that has no id of its own: the campaign and the stage.
pub fn part_of_stage(
    violations: &mut Violations,
    part: &str,
    text: &str,
) -> Option<(String, Uuid)> {
    below_campaign(violations, "name", &format!("{STAGE}/{part}"), text)
}

/// `campaigns/{campaign}/stages/-`: then there is no stage.
pub fn any_stage(violations: &mut Violations, text: &str) -> Option<(String, Option<Uuid>)> {
    match text.strip_suffix("/stages/-") {
        Some(of) => Some((campaign(violations, "parent", of)?, None)),
        None => {
            let (campaign, id) = below_campaign(violations, "parent", STAGE, text)?;
            Some((campaign, Some(id)))
        }
    }
}

/// The parts of a name two ids deep below a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nested {
    pub campaign: String,
    /// The stage of a session, the booking of an attempt.
    pub parent: Uuid,
    pub id: Uuid,
}

pub fn nested(
    violations: &mut Violations,
    field: &str,
    pattern: &str,
    text: &str,
) -> Option<Nested> {
    let [campaign, parent, id] = ids(violations, field, pattern, text)?;
    Some(Nested {
        campaign,
        parent: uuid(violations, field, &parent)?,
        id: uuid(violations, field, &id)?,
    })
}

pub const STAGE: &str = "campaigns/*/stages/*";
pub const SESSION: &str = "campaigns/*/stages/*/sessions/*";
pub const BOOKING: &str = "campaigns/*/bookings/*";
pub const WAITLIST_ENTRY: &str = "campaigns/*/waitlistEntries/*";
pub const ATTEMPT: &str = "campaigns/*/bookings/*/attempts/*";
pub const RESULT: &str = "campaigns/*/stages/*/results/*";
pub const APPEAL: &str = "campaigns/*/appeals/*";
pub const PROMO_CODE: &str = "campaigns/*/promoCodes/*";
pub const ALLOCATION_RUN: &str = "campaigns/*/allocationRuns/*";
pub const ADMISSION_RESULT: &str = "campaigns/*/admissionResults/*";
pub const ADMISSION_OFFER: &str = "campaigns/*/admissionOffers/*";
pub const LANGUAGE_RESULT: &str = "campaigns/*/promoCodes/*/languageResult";

/// Told together with all else that is wrong, not only once the rest is right.
pub fn request_id(violations: &mut Violations, text: &str) {
    if text.is_empty() {
        violations.add("request_id", "REQUIRED");
    } else if Uuid::parse_str(text).is_err() {
        violations.add("request_id", "INVALID_REQUEST_ID");
    }
}

/// The version of an etag; none where the caller doesn't ask for the check.
pub fn etag(violations: &mut Violations, text: &str) -> Option<i32> {
    if text.is_empty() {
        return None;
    }
    violations.take("etag", version(text))
}

/// The version that an etag names.
pub fn version(text: &str) -> Result<i32, &'static str> {
    let version = text.strip_prefix('v').and_then(|it| it.parse().ok());
    version.ok_or("INVALID_ETAG")
}

/// The etag inside a resource that is updated, where it is not one of ours.
pub fn inner_etag(violations: &mut Violations, field: &str, text: &str) {
    if etag(&mut Violations::new(), text).is_none() && !text.is_empty() {
        violations.add(field, "INVALID_ETAG");
    }
}

/// Whether the caller's etag is the newest; none asks for no check.
///
/// # Errors
/// `STALE_ETAG`.
pub fn fresh(name: &str, text: &str, version: i32) -> chassis::Result<()> {
    let current = written_etag(version);
    if text.is_empty() || text == current {
        Ok(())
    } else {
        Err(chassis::Error::Stale {
            name: name.to_owned(),
            current,
        })
    }
}

pub fn written_etag(version: i32) -> String {
    format!("v{version}")
}

/// A text in all three languages.
pub fn localized(
    violations: &mut Violations,
    field: &str,
    text: Option<LocalizedText>,
) -> Localized {
    localized_within(violations, field, text, LONGEST_TEXT)
}

/// The same, of so many characters in each language at most.
pub fn localized_within(
    violations: &mut Violations,
    field: &str,
    text: Option<LocalizedText>,
    most: usize,
) -> Localized {
    let Some(text) = text else {
        violations.add(field, "REQUIRED");
        return Localized::default();
    };
    let mut one = |code, text: &str| violations.text(&format!("{field}.{code}"), text, most);
    Localized {
        kk: one("kk", &text.kk),
        ru: one("ru", &text.ru),
        en: one("en", &text.en),
    }
}

/// Scores by the code of the subject, as they came.
pub fn subject_scores(scores: &[proto::testing::v1::SubjectScore]) -> Vec<(String, String)> {
    let pairs = scores.iter();
    pairs
        .map(|it| (it.subject.clone(), it.score.clone()))
        .collect()
}

/// `certificates/{certificate}`.
pub fn certificate(violations: &mut Violations, text: &str) -> Option<Uuid> {
    let [id] = ids(violations, "name", "certificates/*", text)?;
    uuid(violations, "name", &id)
}

/// `admissionSpecialties/{specialty}`.
pub fn admission_specialty(violations: &mut Violations, field: &str, text: &str) -> Option<Uuid> {
    let [id] = ids(violations, field, "admissionSpecialties/*", text)?;
    uuid(violations, field, &id)
}

/// A time that has to be there.
pub fn time(
    violations: &mut Violations,
    field: &str,
    time: Option<&prost_types::Timestamp>,
) -> Option<Timestamp> {
    let read = time
        .ok_or("REQUIRED")
        .and_then(|time| from_pb(time).ok_or("OUT_OF_RANGE"));
    violations.take(field, read)
}

/// A time that may be missing.
pub fn optional_time(
    violations: &mut Violations,
    field: &str,
    time: Option<&prost_types::Timestamp>,
) -> Option<Timestamp> {
    let time = time?;
    violations.take(field, from_pb(time).ok_or("OUT_OF_RANGE"))
}

/// A length of time within bounds; the usual one where it is missing.
pub fn length(
    violations: &mut Violations,
    field: &str,
    length: Option<prost_types::Duration>,
    usual: SignedDuration,
    bounds: RangeInclusive<SignedDuration>,
) -> SignedDuration {
    let Some(length) = length else {
        return usual;
    };
    let exact = SignedDuration::try_from_secs_and_nanos(length);
    match exact.filter(|it| bounds.contains(it)) {
        Some(length) => length,
        None => {
            violations.add(field, "OUT_OF_RANGE");
            usual
        }
    }
}

trait FromWire: Sized {
    fn try_from_secs_and_nanos(length: prost_types::Duration) -> Option<Self>;
}

impl FromWire for SignedDuration {
    fn try_from_secs_and_nanos(length: prost_types::Duration) -> Option<Self> {
        let nanos = SignedDuration::from_nanos(length.nanos.into());
        SignedDuration::from_secs(length.seconds).checked_add(nanos)
    }
}

/// A day of the calendar; none where it is missing or impossible, the second of which is noted.
pub fn date(
    violations: &mut Violations,
    field: &str,
    date: Option<proto::google::r#type::Date>,
) -> Option<Date> {
    let date = date?;
    let read = || {
        let (month, day) = (i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?);
        Date::new(i16::try_from(date.year).ok()?, month, day).ok()
    };
    let read = read().filter(|date| date.year() > 0);
    violations.take(field, read.ok_or("DATE_IMPOSSIBLE"))
}

/// A value of an enum of the wire that must be one of ours.
pub fn word<P: TryFrom<i32>, T>(
    violations: &mut Violations,
    field: &str,
    value: i32,
    read: fn(P) -> Option<T>,
) -> Option<T> {
    let found = if value == 0 {
        Err("REQUIRED")
    } else {
        optional(value, read).ok_or("UNKNOWN_VALUE")
    };
    violations.take(field, found)
}

/// The same for a value that may be left out.
pub fn optional_word<P: TryFrom<i32>, T>(
    violations: &mut Violations,
    field: &str,
    value: i32,
    read: fn(P) -> Option<T>,
) -> Option<T> {
    if value == 0 {
        return None;
    }
    violations.take(field, optional(value, read).ok_or("UNKNOWN_VALUE"))
}

fn optional<P: TryFrom<i32>, T>(value: i32, read: fn(P) -> Option<T>) -> Option<T> {
    P::try_from(value).ok().and_then(read)
}
