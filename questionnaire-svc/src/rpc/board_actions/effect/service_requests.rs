//! What acts on requests for services do. All rows are looked at before anything is written; one that is
//! wrong stops them all. Requests are held before the dormitory is.

use std::collections::{BTreeMap, HashMap};

use chassis::name::capture;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::events::v1::ServiceRequestMoved;

use super::Acting;
use super::told::{self, Told};
use crate::domain::academic_year::AcademicYear;
use crate::domain::dormitory::Dormitory;
use crate::domain::refusal::Refusal;
use crate::domain::service_act::{REASONS, SeenServiceRequest};
use crate::domain::service_request::{Service, ServiceRequest};
use crate::rpc::etag;
use crate::rpc::service_requests::message;
use crate::store::dormitory;
use crate::store::service_request::{self, Kept};

pub async fn acknowledge(
    acting: &Acting<'_>,
    rows: &[SeenServiceRequest],
    wrong: Violations,
) -> Result<()> {
    let path = "acknowledge_service_requests";
    let done = each(acting, path, rows, wrong, ServiceRequest::acknowledge).await?;
    keep(acting, done).await
}

/// Each row for the dormitory takes a place of its year.
pub async fn grant(
    acting: &Acting<'_>,
    rows: &[SeenServiceRequest],
    wrong: Violations,
) -> Result<()> {
    let path = "grant_service_requests";
    let mut done = each(acting, path, rows, wrong, ServiceRequest::grant).await?;
    let Acting { tx, bin, .. } = *acting;
    let years = done.dormitory_rows();
    for (&year, rows) in &years {
        let found = dormitory::lock(tx, bin, year).await?;
        let unset = Dormitory::unset(year);
        let free = found.map_or(unset, |kept| kept.dormitory).free();
        let fit = usize::try_from(free).unwrap_or_default();
        for &row in rows.iter().skip(fit) {
            let field = done.field(row);
            let free = [("free", free.to_string())];
            done.wrong.add_with(field, "NO_DORMITORY_PLACE", free);
        }
    }
    done.wrong.clone().into_result()?;
    for (&year, rows) in &years {
        if !dormitory::take(tx, bin, year, count(rows)).await? {
            return Err(Error::InFlight);
        }
    }
    keep(acting, done).await
}

pub async fn refuse(
    acting: &Acting<'_>,
    rows: &[SeenServiceRequest],
    (reason_codes, comment): (&[String], &str),
    wrong: Violations,
) -> Result<()> {
    let path = "refuse_service_requests";
    let step =
        |request: &mut ServiceRequest| request.refuse(reason_codes.to_vec(), comment.to_owned());
    let done = each(acting, path, rows, wrong, step).await?;
    keep(acting, done).await
}

/// Each row for the dormitory gives its place back.
pub async fn end(
    acting: &Acting<'_>,
    rows: &[SeenServiceRequest],
    wrong: Violations,
) -> Result<()> {
    let path = "end_service_requests";
    let done = each(acting, path, rows, wrong, ServiceRequest::end).await?;
    done.wrong.clone().into_result()?;
    for (&year, rows) in &done.dormitory_rows() {
        if !dormitory::free(acting.tx, acting.bin, year, count(rows)).await? {
            return Err(Error::InFlight);
        }
    }
    keep(acting, done).await
}

pub async fn set_places(acting: &Acting<'_>, year: AcademicYear, places: i32) -> Result<()> {
    let Acting {
        tx,
        bin,
        content,
        now,
        ..
    } = *acting;
    let found = dormitory::lock(tx, bin, year).await?;
    let version = found.as_ref().map_or(0, |kept| kept.version);
    etag::must_be_as_seen(&content.object_etag, version, &content.object)?;
    let mut next = found.map_or(Dormitory::unset(year), |kept| kept.dormitory);
    next.set(places)?;
    match dormitory::put(tx, bin, &next, version, now).await? {
        true => Ok(()),
        false => Err(Error::InFlight),
    }
}

/// The rows of an act whose step was taken, by their places in it, and what is wrong with the others.
struct Done {
    path: &'static str,
    rows: Vec<(usize, Kept)>,
    wrong: Violations,
}

impl Done {
    fn field(&self, row: usize) -> String {
        format!("{}.service_requests[{row}].service_request", self.path)
    }

    /// Those that are for the dormitory, by academic year.
    fn dormitory_rows(&self) -> BTreeMap<AcademicYear, Vec<usize>> {
        let mut years: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (row, kept) in &self.rows {
            if matches!(kept.request.service, Service::Dormitory(_)) {
                let year = years.entry(kept.request.academic_year).or_default();
                year.push(*row);
            }
        }
        years
    }
}

fn count(rows: &[usize]) -> i32 {
    i32::try_from(rows.len()).unwrap_or(i32::MAX)
}

/// Takes one step with each request that the college has and somebody saw as it is. What is another
/// college's does not exist here.
async fn each(
    acting: &Acting<'_>,
    path: &'static str,
    rows: &[SeenServiceRequest],
    wrong: Violations,
    step: impl Fn(&mut ServiceRequest) -> Result<(), Refusal>,
) -> Result<Done> {
    let id = |row: &SeenServiceRequest| {
        let [_, id] = capture("colleges/*/serviceRequests/*", &row.service_request)?;
        Some(id.to_owned())
    };
    let ids: Vec<_> = rows.iter().filter_map(id).collect();
    let held = service_request::lock(acting.tx, &ids).await?;
    let own = held.into_iter().filter(|it| it.request.bin == acting.bin);
    let mut held: HashMap<_, _> = own.map(|it| (it.name(), it)).collect();
    let mut done = Done {
        path,
        rows: Vec::new(),
        wrong,
    };
    for (at, row) in rows.iter().enumerate() {
        let field = done.field(at);
        // A row that stands there twice was told before.
        let Some(mut kept) = held.remove(&row.service_request) else {
            done.wrong.add(field, "SERVICE_REQUEST_UNKNOWN");
            continue;
        };
        if etag::of(kept.version) != row.current_etag {
            let field = format!("{path}.service_requests[{at}].current_etag");
            done.wrong.add(field, "SERVICE_REQUEST_CHANGED");
            continue;
        }
        let state = [("state", kept.request.state.code().to_owned())];
        match step(&mut kept.request) {
            Ok(()) => done.rows.push((at, kept)),
            Err(_) => drop(
                done.wrong
                    .add_with(field, "SERVICE_REQUEST_STATE_WRONG", state),
            ),
        }
    }
    Ok(done)
}

/// Keeps what became of them, all or none, and tells who made each.
async fn keep(acting: &Acting<'_>, done: Done) -> Result<()> {
    done.wrong.into_result()?;
    let told = Told::prepare(acting).await?;
    for (_, mut kept) in done.rows {
        if !service_request::save(acting.tx, &mut kept, acting.now).await? {
            return Err(Error::InFlight);
        }
        let it = &kept.request;
        let codes = &it.reason_codes;
        let event = ServiceRequestMoved {
            service_request: kept.name(),
            college: it.college_name(),
            account: kept.applicant(),
            kind: message::kind(it.service.kind()).into(),
            state: message::state(it.state).into(),
            academic_year: it.academic_year.year(),
            college_title: Some(told.college()),
            reason_codes: codes.clone(),
            reason_titles: codes.iter().map(|it| told.title(REASONS, it)).collect(),
        };
        told::publish(acting, &kept.name(), &event).await?;
    }
    Ok(())
}
