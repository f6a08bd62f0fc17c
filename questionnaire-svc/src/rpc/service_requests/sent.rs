//! A request for a service as it was sent: read, and held against what is known of its sender, all that is
//! wrong at once.

use chassis::clock::astana_date;
use chassis::database::Tx;
use chassis::identifier::Bin;
use chassis::violation::Violations;
use chassis::{Error, Result};
use jiff::Timestamp;
use jiff::civil::Date;
use proto::google::r#type::Date as PbDate;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::service_request::Kind;
use uuid::Uuid;

use crate::Context;
use crate::domain::academic_year::AcademicYear;
use crate::domain::service_request::{Service, Stay, check_note, is_asked_for, not_paid_for};
use crate::domain::specialty::check_code;
use crate::rpc::name::ApplicationName;
use crate::rpc::{claims, name, wire};
use crate::store::{application, choice, specialty};

const PATH: &str = "service_request";
const CATEGORIES: &str = "quota-categories";

/// What could be read of it. What is lacking was noted.
pub struct Sent {
    pub application: Option<ApplicationName>,
    pub academic_year: Option<AcademicYear>,
    pub service: Option<Service>,
    pub note: String,
}

fn at(field: &str) -> String {
    format!("{PATH}.{field}")
}

pub fn read(wrong: &mut Violations, sent: &pb::ServiceRequest, now: Timestamp) -> Result<Sent> {
    let note = sent.note.trim();
    check_note(wrong, &at("note"), note);
    let application = match ApplicationName::parse(&at("application"), &sent.application) {
        Ok(name) => Some(name),
        Err(Error::Invalid(found)) => {
            wrong.extend(found);
            None
        }
        Err(error) => return Err(error),
    };
    let today = astana_date(now);
    let academic_year = match sent.academic_year {
        0 => Err("REQUIRED"),
        year => AcademicYear::new(year)
            .filter(|year| is_asked_for(*year, today))
            .ok_or("OUT_OF_RANGE"),
    };
    Ok(Sent {
        application,
        academic_year: wrong.take(&at("academic_year"), academic_year),
        service: service(wrong, sent),
        note: note.to_owned(),
    })
}

fn service(wrong: &mut Violations, sent: &pb::ServiceRequest) -> Option<Service> {
    let kind = match Kind::try_from(sent.kind) {
        Ok(Kind::Unspecified) => Err("REQUIRED"),
        Ok(kind) => Ok(kind),
        Err(_) => Err("UNKNOWN_VALUE"),
    };
    let kind = wrong.take(&at("kind"), kind)?;
    for (field, of, is_sent) in [
        ("specialty", Kind::PaidStudy, !sent.specialty.is_empty()),
        ("from_date", Kind::Dormitory, sent.from_date.is_some()),
        ("until_date", Kind::Dormitory, sent.until_date.is_some()),
        (
            "quota_category",
            Kind::Meals,
            !sent.quota_category.is_empty(),
        ),
    ] {
        if is_sent && kind != of {
            wrong.add(at(field), "NOT_ASKED");
        }
    }
    match kind {
        Kind::Unspecified => None,
        Kind::PaidStudy => {
            let id = name::id_of("specialties/*", &sent.specialty);
            let id = id.ok_or(name::reason(&sent.specialty));
            let specialty = wrong.take(&at("specialty"), id)?.to_owned();
            Some(Service::PaidStudy { specialty })
        }
        Kind::Dormitory => {
            let from = day(wrong, "from_date", sent.from_date.as_ref());
            let until = day(wrong, "until_date", sent.until_date.as_ref());
            let (from, until) = from.zip(until)?;
            Some(Service::Dormitory(Stay { from, until }))
        }
        Kind::Meals => Some(Service::Meals {
            quota_category: sent.quota_category.clone(),
        }),
    }
}

fn day(wrong: &mut Violations, field: &str, sent: Option<&PbDate>) -> Option<Date> {
    let read = match sent {
        None => Err("REQUIRED"),
        Some(date) => wire::date(date).ok_or("DATE_IMPOSSIBLE"),
    };
    wrong.take(&at(field), read)
}

/// Whose request it is, and to which college, at which moment.
#[derive(Clone, Copy)]
pub struct Asking {
    pub account: Uuid,
    pub bin: Bin,
    pub now: Timestamp,
}

/// What the rules have against it. The application is locked and the specialty held from here on, so that
/// neither ends while this is written. `None` where it is not the sender's, or never was sent to the college.
pub async fn judge(
    ctx: &Context,
    tx: &Tx,
    wrong: &mut Violations,
    asking: Asking,
    sent: &Sent,
) -> Result<Option<application::Kept>> {
    let Some(name) = &sent.application else {
        return Ok(None);
    };
    let found = application::lock(tx, &name.campaign, &name.id).await?;
    let own = found.filter(|kept| kept.account == asking.account);
    let kept = match own {
        Some(kept) if choice::stands(tx, &kept.id, asking.bin).await? => kept,
        _ => {
            wrong.add(at("application"), "APPLICATION_NOT_AT_COLLEGE");
            return Ok(None);
        }
    };
    match &sent.service {
        Some(Service::PaidStudy { specialty }) => {
            check_specialty(tx, wrong, asking.bin, specialty).await?;
        }
        Some(Service::Dormitory(stay)) => {
            if let Some(year) = sent.academic_year {
                wrong.extend(stay.violations(PATH, year));
            }
        }
        Some(Service::Meals { quota_category }) if !quota_category.is_empty() => {
            check_benefit(ctx, tx, wrong, &kept, (quota_category, asking.now)).await?;
        }
        Some(Service::Meals { .. }) | None => {}
    }
    Ok(Some(kept))
}

async fn check_specialty(tx: &Tx, wrong: &mut Violations, bin: Bin, id: &str) -> Result<()> {
    let found = specialty::hold(tx, id).await?.filter(|it| it.bin == bin);
    let reason = match found {
        None => Some("SPECIALTY_UNKNOWN"),
        Some(kept) => not_paid_for(&kept.specialty, kept.state),
    };
    if let Some(reason) = reason {
        wrong.add(at("specialty"), reason);
    }
    Ok(())
}

/// A benefit that the college can look up the proof of.
async fn check_benefit(
    ctx: &Context,
    tx: &Tx,
    wrong: &mut Violations,
    kept: &application::Kept,
    (code, now): (&str, Timestamp),
) -> Result<()> {
    let dictionaries = ctx.catalogue.dictionaries(tx, now).await?;
    let mut found = Violations::new();
    let field = at("quota_category");
    check_code(&mut found, field.clone(), &dictionaries, CATEGORIES, code);
    if found.is_empty() {
        let submission = kept.submission.as_deref().unwrap_or_default();
        let claimed = claims::of(ctx, tx, &kept.id, submission).await?;
        if !claimed.contains(code) {
            found.add(field, "QUOTA_NOT_PROVEN");
        }
    }
    wrong.extend(found);
    Ok(())
}
