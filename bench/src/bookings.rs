//! Rows 1 and 2: booking a seat, through HTTP and gRPC, against the same effect as one statement.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use uuid::Uuid;

use crate::backed::{access_token, account_sql, id_sql};
use crate::backed_testing::CAMPAIGN;
use crate::load::{self, AsyncCall, Connection, Done, Http};
use crate::options::Options;
use crate::pgbench::Pgbench;
use crate::postgres::Postgres;
use crate::report::Row;
use crate::stack::{DATABASE, Stack};
use crate::turns::{self, Side, in_turn};

const CALLERS: usize = 256;
/// pgbench reaches less with more of them.
const CLIENTS: usize = 64;
/// Sessions over which bookings are spread evenly; one more is wanted by all.
pub const SESSIONS: u64 = 1000;
/// More than any machine here books in all turns of a row together.
const PEOPLE_A_SECOND: u64 = 40_000;

/// The n-th session's id, as SQL makes it.
pub fn session_sql(number: &str) -> String {
    id_sql("01980000-0000-7000-8000", number)
}

fn session(number: u64) -> Uuid {
    Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0000 | u128::from(number))
}

/// A stage with its sessions and people.
pub struct Ground {
    pub stage: String,
}

impl Ground {
    /// The people from 1 on book through the suite, those after `people` through pgbench. `made` is the
    /// session that is there; the others are copies of it.
    pub fn fill(postgres: &Postgres, database: &str, made: &str, people: u64) -> Result<Self> {
        let (stage, made) = made.split_once("/sessions/").context("a session's name")?;
        let (account, copy) = (account_sql("n"), session_sql("n"));
        let campaign = CAMPAIGN.trim_start_matches("campaigns/");
        let everybody = 2 * people;
        let sql = |text: &str| postgres.sql(database, text).map(drop);
        sql(&format!(
            "INSERT INTO eligibilities (campaign, account, application, standing, stage_number,
                changed_us)
             SELECT '{campaign}', {account}, 'campaigns/bench/applications/none', 'GRANTED', 1, 0
             FROM generate_series(1, {everybody}) AS n"
        ))?;
        sql(&format!(
            "INSERT INTO test_sessions (id, campaign, stage, center, start_us, end_us, capacity,
                taken, check_in_required, version)
             SELECT {copy}, campaign, stage, center, start_us, end_us, 100000000, 0,
                check_in_required, version
             FROM test_sessions, generate_series(0, {SESSIONS}) AS n WHERE id = '{made}'"
        ))?;
        sql(&format!(
            "CREATE SEQUENCE bench_people START {}",
            people + 1
        ))?;
        sql("VACUUM ANALYZE")?;
        Ok(Self {
            stage: stage.to_owned(),
        })
    }

    pub fn session(&self, number: u64) -> String {
        format!("{}/sessions/{}", self.stage, session(number))
    }

    /// All that a booking writes, in one statement: the answer to the request id, the booking, the seat
    /// and the audit row, if the person is eligible and a seat is free.
    pub fn statement(&self, session: &str) -> String {
        let stage = self.stage.rsplit('/').next().unwrap_or_default();
        let (account, session) = (account_sql("n"), session_sql(session));
        format!(
            "WITH who AS (SELECT nextval('bench_people') AS n),
             person AS (SELECT n, {account} AS account FROM who),
             begun AS (
                INSERT INTO once (caller, rpc, request_id, request_hash, answer, created_us)
                SELECT 'accounts/' || account, 'CreateBooking', gen_random_uuid()::text,
                    decode(repeat('ab', 32), 'hex'), decode(repeat('cd', 450), 'hex'), n
                FROM person ON CONFLICT DO NOTHING RETURNING caller),
             able AS (
                SELECT p.n, p.account FROM person p JOIN eligibilities e ON e.account = p.account
                JOIN begun ON begun.caller = 'accounts/' || p.account
                WHERE e.campaign = 'bench' AND e.standing = 'GRANTED' AND e.stage_number >= 1),
             seat AS (
                UPDATE test_sessions SET taken = taken + 1
                WHERE id = {session} AND taken < capacity AND closed = FALSE
                    AND EXISTS (SELECT 1 FROM able) RETURNING id),
             booked AS (
                INSERT INTO bookings (id, campaign, stage, session, account, state, hold_until_us,
                    created_us, moves, sequence, version)
                SELECT '01990000-0000-7000-8000-' || lpad(to_hex(able.n), 12, '0'), 'bench',
                    '{stage}', seat.id, able.account, 'HELD', 4000000000000000, 0, 0, 0, 1
                FROM able, seat ON CONFLICT DO NOTHING RETURNING id, account)
             INSERT INTO audit (at_us, caller, action, resource, detail)
             SELECT 0, 'accounts/' || account, 'CreateBooking', 'campaigns/bench/bookings/' || id, 'HELD'
             FROM booked;\n"
        )
        .replace('\n', " ")
            + "\n"
    }
}

/// Books a seat for the next person.
#[derive(Clone)]
pub struct Book {
    next: Arc<AtomicU64>,
    most: u64,
    sessions: Arc<Vec<String>>,
}

impl Book {
    pub fn new(most: u64, sessions: Vec<String>) -> Self {
        Self {
            next: Arc::new(AtomicU64::new(1)),
            most,
            sessions: Arc::new(sessions),
        }
    }

    /// The next person, the session they want and the id of their request.
    pub fn next(&self) -> Result<(u64, &str, Uuid)> {
        let person = self.next.fetch_add(1, Ordering::Relaxed);
        ensure!(person <= self.most, "there are not people enough");
        // Spread without a pattern, and the same in every run.
        let drawn = person.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let at = usize::try_from(drawn)? % self.sessions.len();
        let id = uuid::Builder::from_random_bytes(((u128::from(person) << 64) | 7).to_be_bytes());
        Ok((person, &self.sessions[at], id.into_uuid()))
    }
}

impl AsyncCall<Connection> for Book {
    async fn once(&mut self, connection: &mut Connection) -> Result<()> {
        let (person, session, id) = self.next()?;
        let mut call = Http::post("/v1/campaigns/bench/bookings", &json!({"session": session}));
        call.token = access_token(person);
        call.request_id = id.to_string();
        call.once(connection).await
    }
}

/// Which seats are wanted.
#[derive(Clone, Copy)]
enum Wanted {
    Evenly,
    OneSession,
}

pub async fn measure(options: &Options) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (number, wanted) in [("1", Wanted::Evenly), ("2", Wanted::OneSession)] {
        if options.wants(&[number]) {
            rows.push(row(options, wanted).await?);
        }
    }
    Ok(rows)
}

async fn row(options: &Options, wanted: Wanted) -> Result<Row> {
    let stack = Stack::start("testing-svc").await?;
    let turns = u64::try_from(options.repeats)? + 1;
    let people = PEOPLE_A_SECOND * options.turn.as_secs() * turns;
    let made = stack.service.text("session")?;
    let ground = Ground::fill(&stack.postgres, DATABASE, made, people)?;
    let (sessions, script) = match wanted {
        Wanted::Evenly => (
            (1..=SESSIONS).map(|n| ground.session(n)).collect(),
            format!("\\set n random(1, {SESSIONS})\n") + &ground.statement(":n::int"),
        ),
        Wanted::OneSession => (vec![ground.session(0)], ground.statement("0")),
    };
    let other = Pgbench::new(DATABASE, CLIENTS, &script)?;
    let book = Book::new(people, sessions);
    let mut connections = Vec::new();
    for _ in 0..CALLERS {
        connections.push(load::connect(stack.gateway.text("http")?).await?);
    }
    let ours = async || -> Result<Done> {
        let callers = std::mem::take(&mut connections);
        let (done, back) = load::run(callers, options.turn, book.clone()).await?;
        connections = back;
        Ok(done)
    };
    let pgbench = async || other.run(&stack.postgres, options.turn).await;
    let (ours, theirs) = in_turn(options.repeats, &stack.probes(), ours, pgbench).await?;
    adds_up(&stack)?;
    Ok(written(wanted, &ours, &theirs))
}

/// Neither side may have skipped what it was measured for.
fn adds_up(stack: &Stack) -> Result<()> {
    let bookings = stack.number("SELECT COUNT(*) FROM bookings")?;
    let seats = stack.number("SELECT SUM(taken) FROM test_sessions")?;
    let answers = stack
        .number("SELECT COUNT(*) FROM once WHERE rpc = 'CreateBooking' AND answer IS NOT NULL")?;
    let audited = stack.number("SELECT COUNT(*) FROM audit WHERE action = 'CreateBooking'")?;
    ensure!(
        bookings > 0.0 && [seats, answers, audited].iter().all(|it| *it == bookings),
        "{bookings} bookings, {seats} seats, {answers} answers and {audited} audit rows"
    );
    Ok(())
}

fn written(wanted: Wanted, ours: &Side, theirs: &Side) -> Row {
    let (what, goal) = match wanted {
        Wanted::Evenly => ("1: book, 1000 sessions, 256 in flight", 1.0),
        Wanted::OneSession => ("2: book, one session, 256 in flight", 10.0),
    };
    let detail = format!(
        "{:.0} against {:.0} bookings/s; µs of CPU a booking: {}; against {}",
        ours.rate(),
        theirs.rate(),
        ours.spent(),
        theirs.spent(),
    );
    let against = "pgbench, the same effect as one statement, 64 clients";
    Row::at_least(what, against, turns::ratio(ours, theirs), goal, detail)
}
