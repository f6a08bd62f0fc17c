//! Row 13: ten thousand people choose among a thousand sessions within a minute. Everybody comes when it is
//! their time, however slow the others are; looks for a seat at their place as their application says,
//! books one of those that are shown, confirms, and looks again where somebody was faster.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use chassis::clock::Stopwatch;
use http::StatusCode;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::backed::{access_token, account_sql, id_sql};
use crate::bookings::session_sql;
use crate::load::{self, Connection, Http};
use crate::options::Options;
use crate::report::Row;
use crate::stack::Stack;

/// Connections that a proxy before the gateway keeps.
const CONNECTIONS: usize = 256;
const SESSIONS_AT_A_PLACE: u64 = 50;
/// Five of six are wanted, and not every one by everybody: of twelve seats eight have a form in Kazakh, six
/// in Russian, five in each subject; one is accessible.
const SEATS: u64 = 12;
const QUOTAS: [(&str, &str, &str, u64); 6] = [
    ("kazakh", "LANGUAGE_FORM", "kk", 8),
    ("russian", "LANGUAGE_FORM", "ru", 6),
    ("physics", "SUBJECT", "PHYSICS", 5),
    ("history", "SUBJECT", "HISTORY", 5),
    ("biology", "SUBJECT", "BIOLOGY", 5),
    ("wide", "ACCESSIBLE_WORKSTATION", "", 1),
];
/// More often than this nobody is beaten to a seat.
const TRIES: usize = 20;

/// How large it is.
#[derive(Clone, Copy)]
struct Size {
    people: u64,
    places: u64,
    lasts: Duration,
}

impl Size {
    fn of(options: &Options) -> Self {
        let (people, places, seconds) = match options.is_smoke {
            true => (100, 1, 2),
            false => (10_000, 20, 60),
        };
        Self {
            people,
            places,
            lasts: Duration::from_secs(seconds),
        }
    }

    fn sessions(self) -> u64 {
        self.places * SESSIONS_AT_A_PLACE
    }
}

/// What one person went through, in milliseconds from when it was their time.
#[derive(Default)]
struct Told {
    /// Each call by itself.
    calls: Vec<f64>,
    whole: f64,
    /// How often somebody was faster.
    beaten: u64,
}

pub async fn measure(options: &Options) -> Result<Vec<Row>> {
    let (size, stack) = (Size::of(options), Stack::start("testing-svc").await?);
    let stage = fill(&stack, size)?;
    let gateway = stack.gateway.text("http")?;
    let mut kept = Vec::new();
    for _ in 0..CONNECTIONS {
        kept.push(load::connect(gateway).await?);
    }
    let kept = Arc::new(Kept {
        gateway: gateway.to_owned(),
        connections: Mutex::new(kept),
        free: tokio::sync::Semaphore::new(CONNECTIONS),
    });
    let watch = Arc::new(Stopwatch::start());
    let mut people = JoinSet::new();
    for number in 1..=size.people {
        let (kept, stage, watch) = (kept.clone(), stage.clone(), watch.clone());
        let due = size.lasts.mul_f64(number as f64 / size.people as f64);
        people.spawn(async move {
            load::pause(due.saturating_sub(watch.elapsed())).await;
            chooses(&kept, &stage, number, size, due, &watch).await
        });
    }
    let mut all = Vec::new();
    while let Some(told) = people.join_next().await {
        all.push(told??);
    }
    let seconds = watch.elapsed().as_secs_f64();
    nobody_was_wronged(&stack, size)?;
    Ok(vec![written(size, &all, seconds)])
}

/// Places, sessions with their quotas, and people with what their applications say.
fn fill(stack: &Stack, size: Size) -> Result<String> {
    let made = stack.service.text("session")?;
    let (stage, session) = made.split_once("/sessions/").context("a session's name")?;
    let (campaign, _) = stage.split_once("/stages/").context("a stage's name")?;
    let campaign = campaign.trim_start_matches("campaigns/");
    let (places, sessions, people) = (size.places, size.sessions(), size.people);
    let place = |n: &str| id_sql("01980000-0000-7000-9000", n);
    let (of_place, account) = (place(&format!("n % {places}")), account_sql("n"));
    stack.sql(&format!(
        "INSERT INTO test_centers (id, title, address, mode, time_zone, version)
         SELECT {}, title, address, mode, time_zone, version
         FROM test_centers, generate_series(0, {places} - 1) AS n",
        place("n")
    ))?;
    stack.sql(&format!(
        "INSERT INTO test_sessions (id, campaign, stage, center, start_us, end_us, capacity, taken,
            check_in_required, version)
         SELECT {}, campaign, stage, {of_place}, start_us + (n / {places}) * 7200000000,
            end_us + (n / {places}) * 7200000000, {SEATS}, 0, check_in_required, version
         FROM test_sessions, generate_series(0, {sessions} - 1) AS n WHERE id = '{session}'",
        session_sql("n")
    ))?;
    for (id, kind, value, seats) in QUOTAS {
        stack.sql(&format!(
            "INSERT INTO session_quotas (session, id, kind, value, size, taken)
             SELECT {}, '{id}', '{kind}', '{value}', {seats}, 0
             FROM generate_series(0, {sessions} - 1) AS n",
            session_sql("n")
        ))?;
    }
    // At every place alike: of ten six want Kazakh, of twenty one an accessible workstation.
    stack.sql(&format!(
        "INSERT INTO eligibilities (campaign, account, application, standing, stage_number, changed_us,
            needs)
         SELECT '{campaign}', {account}, 'campaigns/bench/applications/none', 'GRANTED', 1, 0,
            '{{\"language\":\"' || CASE WHEN n / {places} % 10 < 6 THEN 'kk' ELSE 'ru' END
            || '\",\"subject\":\"' || (ARRAY['PHYSICS', 'HISTORY', 'BIOLOGY'])[n % 3 + 1]
            || '\",\"accessible\":' || CASE WHEN n / {places} % 20 = 0 THEN 'true' ELSE 'false' END || '}}'
         FROM generate_series(1, {people}) AS n"
    ))?;
    stack.sql("VACUUM ANALYZE")?;
    Ok(stage.to_owned())
}

/// Connections that are lent for one call each.
struct Kept {
    gateway: String,
    connections: Mutex<Vec<Connection>>,
    free: tokio::sync::Semaphore,
}

impl Kept {
    async fn send(&self, call: &Http) -> Result<(StatusCode, Value)> {
        let _turn = self.free.acquire().await?;
        let lent = self.connections.lock().await.pop();
        let mut connection = lent.context("a connection")?;
        // The gateway hangs up on who says nothing for a while.
        if connection.ready().await.is_err() {
            connection = load::connect(&self.gateway).await?;
        }
        let answer = call.send(&mut connection).await;
        self.connections.lock().await.push(connection);
        let (status, bytes) = answer?;
        Ok((status, serde_json::from_slice(&bytes).unwrap_or_default()))
    }
}

async fn chooses(
    kept: &Kept,
    stage: &str,
    number: u64,
    size: Size,
    due: Duration,
    watch: &Stopwatch,
) -> Result<Told> {
    let mut told = Told::default();
    let milliseconds = |since: Duration| (watch.elapsed() - since).as_secs_f64() * 1000.0;
    // The first call counts from when it should have begun.
    let mut since = due;
    let mut call = async |told: &mut Told, call: Http| {
        let answer = kept.send(&call).await?;
        told.calls.push(milliseconds(since));
        since = watch.elapsed();
        anyhow::Ok(answer)
    };
    let place = format!("01980000-0000-7000-9000-{:012x}", number % size.places);
    let find = format!("/v1/{stage}/seats?center=testCenters/{place}");
    let (campaign, _) = stage.split_once("/stages/").context("a stage's name")?;
    for attempt in 0..TRIES {
        let look = Http::get(&find, &access_token(number));
        let (status, found) = call(&mut told, look).await?;
        ensure!(status.is_success(), "FindSeats: {status} {found}");
        let shown = found["suggestions"].as_array().context("a list")?;
        ensure!(!shown.is_empty(), "no seat for {number}: {found}");
        // Any of those shown, without a pattern.
        let drawn = (number + attempt as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let session = &shown[usize::try_from(drawn)? % shown.len()]["session"];
        let book = asked(
            number,
            attempt,
            &format!("/v1/{campaign}/bookings"),
            &json!({"session": session}),
        );
        let (status, booked) = call(&mut told, book).await?;
        if status.is_success() {
            let name = booked["name"].as_str().context("a booking's name")?;
            let confirm = asked(number, attempt, &format!("/v1/{name}/confirm"), &json!({}));
            let (status, answer) = call(&mut told, confirm).await?;
            ensure!(status.is_success(), "ConfirmBooking: {status} {answer}");
            told.whole = milliseconds(due);
            return Ok(told);
        }
        let reason = booked["reason"].as_str().unwrap_or_default();
        let is_beaten = ["SESSION_FULL", "QUOTA_FULL"].contains(&reason);
        ensure!(is_beaten, "CreateBooking: {status} {booked}");
        told.beaten += 1;
    }
    bail!("{number} found no seat in {TRIES} tries")
}

fn asked(number: u64, attempt: usize, path: &str, body: &Value) -> Http {
    let mut call = Http::post(path, body);
    call.token = access_token(number);
    let seed = (u128::from(number) << 64) | attempt as u128;
    call.request_id = uuid::Builder::from_random_bytes(seed.to_be_bytes())
        .into_uuid()
        .to_string();
    call
}

/// Everybody has one seat, nothing is sold twice, and what is counted is what is there.
fn nobody_was_wronged(stack: &Stack, size: Size) -> Result<()> {
    let seated = "SELECT COUNT(DISTINCT account) FROM bookings WHERE state = 'BOOKED'";
    let each = [
        seated,
        "SELECT COUNT(*) FROM bookings",
        "SELECT SUM(taken) FROM test_sessions",
    ];
    for sql in each {
        let found = stack.number(sql)?;
        ensure!(found == size.people as f64, "{sql}: {found}");
    }
    let wrongs = [
        "SELECT COUNT(*) FROM test_sessions WHERE taken > capacity",
        "SELECT COUNT(*) FROM session_quotas WHERE taken > size",
        "SELECT COUNT(*) FROM session_quotas q WHERE taken <> (SELECT COUNT(*) FROM booking_quotas b
            WHERE b.session = q.session AND b.quota = q.id)",
    ];
    for sql in wrongs {
        let found = stack.number(sql)?;
        ensure!(found == 0.0, "{sql}: {found}");
    }
    Ok(())
}

fn written(size: Size, all: &[Told], seconds: f64) -> Row {
    let calls: Vec<f64> = all.iter().flat_map(|it| it.calls.iter().copied()).collect();
    let whole: Vec<f64> = all.iter().map(|it| it.whole).collect();
    let (made, beaten) = (calls.len(), all.iter().map(|it| it.beaten).sum::<u64>());
    let p99 = load::p99(calls.clone());
    let detail = format!(
        "{} people, {made} calls in {seconds:.0} s: {:.0} a second; a call {:.0} ms in the middle, p99 \
         {p99:.0}; from looking to a confirmed seat {:.0}, p99 {:.0}; {beaten} times somebody was \
         faster; no seat or quota over",
        size.people,
        made as f64 / seconds,
        load::median(calls),
        load::median(whole.clone()),
        load::p99(whole),
    );
    let what = format!(
        "13: {} people choose among {} sessions within {} s, p99 of a call",
        size.people,
        size.sessions(),
        size.lasts.as_secs()
    );
    Row::below(&what, "1 s", p99 / 1000.0, 1.0, detail)
}
