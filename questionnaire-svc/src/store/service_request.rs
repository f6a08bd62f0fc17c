//! Rows of requests for services of colleges.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use chassis::identifier::Bin;
use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::{by_ids, json, time, unexpected, write_json};
use crate::domain::academic_year::AcademicYear;
use crate::domain::service_request::{Kind, Service, ServiceRequest, State, Stay};

/// A request is read with the campaign and the number of its application, and the code of its specialty.
const COLUMNS: &str = "service_request.*,
    (SELECT s.code FROM specialty s WHERE s.id = service_request.specialty) AS specialty_code,
    (SELECT a.campaign FROM application a WHERE a.id = service_request.application) AS campaign,
    (SELECT a.number FROM application a WHERE a.id = service_request.application) AS number";

/// Those that stand in the way of another one of the same.
const OPEN: &str = "('REQUESTED', 'ACKNOWLEDGED', 'GRANTED')";

/// A request with what only the row knows.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: String,
    /// Who made it.
    pub account: Uuid,
    /// The id, without `campaigns/`.
    pub campaign: String,
    pub application: String,
    /// The number of the application.
    pub number: String,
    /// A code of `specialties`; empty where none is asked for.
    pub specialty_code: String,
    pub request: ServiceRequest,
    pub create_time: Timestamp,
    /// When it came into its state.
    pub state_time: Timestamp,
    pub version: i64,
}

impl Kept {
    /// `colleges/{bin}/serviceRequests/{service_request}`.
    pub fn name(&self) -> String {
        let college = self.request.college_name();
        format!("{college}/serviceRequests/{}", self.id)
    }

    pub fn application_name(&self) -> String {
        format!(
            "campaigns/{}/applications/{}",
            self.campaign, self.application
        )
    }

    pub fn applicant(&self) -> String {
        format!("accounts/{}", self.account)
    }
}

/// A request that is about to be made.
pub struct New<'a> {
    pub id: &'a str,
    pub account: Uuid,
    pub application: &'a str,
    pub request: &'a ServiceRequest,
    /// From 1: so often the person asked for the same.
    pub turn: i32,
    pub now: Timestamp,
}

/// False where the person has an open one of the same, or had this turn.
pub async fn insert(tx: &Tx, new: &New<'_>) -> Result<bool> {
    let it = new.request;
    let (specialty, stay, quota_category) = match &it.service {
        Service::PaidStudy { specialty } => (Some(specialty.clone()), None, ""),
        Service::Dormitory(stay) => (None, Some(*stay), ""),
        Service::Meals { quota_category } => (None, None, quota_category.as_str()),
    };
    let inserted = execute(
        tx,
        "INSERT INTO service_request (id, bin, account, application, kind, academic_year, turn,
            specialty, from_day, until_day, quota_category, note, state, reason_codes, comment,
            created_us, state_us, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16, 1)
         ON CONFLICT DO NOTHING",
        [
            new.id.into(),
            it.bin.to_string().into(),
            new.account.to_string().into(),
            new.application.into(),
            it.service.kind().code().into(),
            it.academic_year.year().into(),
            new.turn.into(),
            specialty.into(),
            stay.map(|it| it.from.to_string()).into(),
            stay.map(|it| it.until.to_string()).into(),
            quota_category.into(),
            it.note.as_str().into(),
            it.state.code().into(),
            write_json(&it.reason_codes)?.into(),
            it.comment.as_str().into(),
            to_us(new.now).into(),
        ],
    )
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// What the same person asked for of the same college, kind and year: how often, and the name of the one
/// that is open.
pub struct Asked {
    pub count: i64,
    pub open: Option<Kept>,
}

pub async fn asked(tx: &Tx, account: Uuid, request: &ServiceRequest) -> Result<Asked> {
    let values = || -> [Value; 4] {
        [
            account.to_string().into(),
            request.bin.to_string().into(),
            request.service.kind().code().into(),
            request.academic_year.year().into(),
        ]
    };
    let same = "account = $1 AND bin = $2 AND kind = $3 AND academic_year = $4";
    let sql = format!("SELECT COUNT(*) AS requests FROM service_request WHERE {same}");
    let count = match query_one(tx, &sql, values()).await? {
        Some(row) => row.try_get("", "requests")?,
        None => 0,
    };
    let sql = format!("SELECT {COLUMNS} FROM service_request WHERE {same} AND state IN {OPEN}");
    let open = query_one(tx, &sql, values()).await?;
    Ok(Asked {
        count,
        open: open.as_ref().map(read).transpose()?,
    })
}

/// Keeps what became of what was locked. False where somebody was faster.
pub async fn save(tx: &Tx, kept: &mut Kept, now: Timestamp) -> Result<bool> {
    let it = &kept.request;
    let saved = execute(
        tx,
        "UPDATE service_request SET state = $2, reason_codes = $3, comment = $4, state_us = $5,
            version = version + 1
         WHERE id = $1 AND version = $6",
        [
            kept.id.as_str().into(),
            it.state.code().into(),
            write_json(&it.reason_codes)?.into(),
            it.comment.as_str().into(),
            to_us(now).into(),
            kept.version.into(),
        ],
    )
    .await?;
    kept.version += 1;
    kept.state_time = now;
    Ok(saved.rows_affected() == 1)
}

pub async fn find<C: ConnectionTrait>(on: &C, id: &str) -> Result<Option<Kept>> {
    let sql = format!("SELECT {COLUMNS} FROM service_request WHERE id = $1");
    let row = query_one(on, &sql, [id.into()]).await?;
    row.as_ref().map(read).transpose()
}

/// Finds them and holds them until the transaction ends, in the order of their ids. Who is not found is
/// not among them.
pub async fn lock(tx: &Tx, ids: &[String]) -> Result<Vec<Kept>> {
    let select = format!("SELECT {COLUMNS} FROM service_request");
    let rows = by_ids(tx, &select, ids, for_update(tx)).await?;
    rows.iter().map(read).collect()
}

/// Which requests a list shows. Empty texts and `None` are no filter.
#[derive(Default)]
pub struct Filter<'a> {
    pub bin: Option<Bin>,
    pub account: Option<Uuid>,
    pub kind: Option<Kind>,
    pub state: Option<State>,
    /// The id of a specialty.
    pub specialty: &'a str,
    pub academic_year: Option<AcademicYear>,
}

/// In the order in which they came, after the id of the last one seen.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    filter: &Filter<'_>,
    after: Option<String>,
    limit: u64,
) -> Result<Vec<Kept>> {
    let mut values: Vec<Value> = vec![
        after.unwrap_or_default().into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
    ];
    let specialty = (!filter.specialty.is_empty()).then_some(filter.specialty);
    let wanted: [(&str, Option<Value>); 6] = [
        ("bin", filter.bin.map(|it| it.to_string().into())),
        ("account", filter.account.map(|it| it.to_string().into())),
        ("kind", filter.kind.map(|it| it.code().into())),
        ("state", filter.state.map(|it| it.code().into())),
        ("specialty", specialty.map(Value::from)),
        (
            "academic_year",
            filter.academic_year.map(|it| it.year().into()),
        ),
    ];
    let mut wheres = String::new();
    for (column, value) in wanted {
        if let Some(value) = value {
            values.push(value);
            wheres += &format!(" AND {column} = ${}", values.len());
        }
    }
    let sql =
        format!("SELECT {COLUMNS} FROM service_request WHERE id > $1{wheres} ORDER BY id LIMIT $2");
    query_all(on, &sql, values)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// How many requests of a kind are in a state.
pub struct Counted {
    pub academic_year: AcademicYear,
    pub kind: Kind,
    pub state: State,
    pub count: i64,
}

/// The last academic year first.
pub async fn count<C: ConnectionTrait>(on: &C, bin: Bin) -> Result<Vec<Counted>> {
    let rows = query_all(
        on,
        "SELECT academic_year, kind, state, COUNT(*) AS requests FROM service_request
         WHERE bin = $1 GROUP BY academic_year, kind, state
         ORDER BY academic_year DESC, kind, state",
        [bin.to_string().into()],
    )
    .await?;
    let read = |row: &QueryResult| {
        Ok(Counted {
            academic_year: academic_year(row)?,
            kind: kind(row)?,
            state: state(row)?,
            count: row.try_get("", "requests")?,
        })
    };
    rows.iter().map(read).collect()
}

fn academic_year(row: &QueryResult) -> Result<AcademicYear> {
    let year = AcademicYear::new(row.try_get("", "academic_year")?);
    year.ok_or_else(|| unexpected("academic year"))
}

fn kind(row: &QueryResult) -> Result<Kind> {
    let code: String = row.try_get("", "kind")?;
    Kind::of_code(&code).ok_or_else(|| unexpected("kind of a request for a service"))
}

fn state(row: &QueryResult) -> Result<State> {
    let code: String = row.try_get("", "state")?;
    State::of_code(&code).ok_or_else(|| unexpected("state of a request for a service"))
}

fn day(row: &QueryResult, column: &str) -> Result<Date> {
    let text: String = row.try_get("", column)?;
    text.parse().map_err(|_| unexpected("day"))
}

fn service(row: &QueryResult) -> Result<Service> {
    Ok(match kind(row)? {
        Kind::PaidStudy => Service::PaidStudy {
            specialty: row.try_get("", "specialty")?,
        },
        Kind::Dormitory => Service::Dormitory(Stay {
            from: day(row, "from_day")?,
            until: day(row, "until_day")?,
        }),
        Kind::Meals => Service::Meals {
            quota_category: row.try_get("", "quota_category")?,
        },
    })
}

fn read(row: &QueryResult) -> Result<Kept> {
    let text = |column: &str| row.try_get::<String>("", column);
    Ok(Kept {
        id: text("id")?,
        account: Uuid::parse_str(&text("account")?).map_err(|_| unexpected("account"))?,
        campaign: text("campaign")?,
        application: text("application")?,
        number: row
            .try_get::<Option<String>>("", "number")?
            .unwrap_or_default(),
        specialty_code: row
            .try_get::<Option<String>>("", "specialty_code")?
            .unwrap_or_default(),
        request: ServiceRequest {
            bin: Bin::parse(&text("bin")?).map_err(|_| unexpected("BIN"))?,
            academic_year: academic_year(row)?,
            service: service(row)?,
            note: text("note")?,
            state: state(row)?,
            reason_codes: json(row, "reason_codes")?,
            comment: text("comment")?,
        },
        create_time: time(row, "created_us")?,
        state_time: time(row, "state_us")?,
        version: row.try_get("", "version")?,
    })
}
