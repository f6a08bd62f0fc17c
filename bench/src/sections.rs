//! Rows 5 and 6: saving a section and reading a whole application, through HTTP and gRPC, against the
//! row's update and select alone.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use serde_json::json;
use uuid::Uuid;

use crate::backed::{access_token, account_sql};
use crate::backed_questionnaire::additional;
use crate::load::{self, AsyncCall, Connection, Done, Http};
use crate::options::Options;
use crate::pgbench::Pgbench;
use crate::report::Row;
use crate::stack::{DATABASE, Stack};
use crate::turns::{self, Side, in_turn};

/// Applications, each with its own person and caller.
const CALLERS: u64 = 64;
/// What pgbench reads best with is looked for among these: it is about four a core.
const READERS: [usize; 3] = [4, 8, 16];

fn application(number: u64) -> Uuid {
    Uuid::from_u128(0x019e_0000_0000_7000_8000_0000_0000_0000 | u128::from(number))
}

const APPLICATION_SQL: &str = "('019e0000-0000-7000-8000-' || lpad(to_hex(:n::int), 12, '0'))";

/// Copies the application that is there for as many people.
fn fill(stack: &Stack) -> Result<()> {
    let made = stack.service.text("application")?;
    let (_, made) = made.rsplit_once('/').context("an application's name")?;
    let id = "('019e0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))";
    // The first person has one already.
    let account = account_sql("n + 1");
    stack.sql(&format!(
        "CREATE TEMPORARY TABLE copy AS SELECT * FROM application WHERE id = '{made}';
         DO $$ BEGIN FOR n IN 1..{CALLERS} LOOP
            UPDATE copy SET id = {id}, account = {account};
            INSERT INTO application SELECT * FROM copy;
         END LOOP; END $$;
         INSERT INTO section (application, section, answers, source, updated_us, version)
         SELECT {id}, section, answers, source, updated_us, version
         FROM section, generate_series(1, {CALLERS}) AS n WHERE application = '{made}';"
    ))?;
    stack.sql("VACUUM ANALYZE").map(drop)
}

/// One applicant with a connection of their own.
struct Applicant {
    number: u64,
    connection: Connection,
    calls: u64,
}

impl Applicant {
    fn path(&self) -> String {
        format!(
            "/v1/campaigns/bench/applications/{}",
            application(self.number)
        )
    }

    fn token(&self) -> String {
        access_token(self.number + 1)
    }
}

#[derive(Clone)]
struct Save;

impl AsyncCall<Applicant> for Save {
    async fn once(&mut self, applicant: &mut Applicant) -> Result<()> {
        applicant.calls += 1;
        let letter = if applicant.calls.is_multiple_of(2) {
            "a"
        } else {
            "b"
        };
        let body = json!({ "answers": additional(letter) });
        let id = (u128::from(applicant.number) << 64) | u128::from(applicant.calls);
        let mut call = Http {
            method: "PATCH",
            path: format!("{}/sections/additional", applicant.path()),
            token: applicant.token(),
            request_id: uuid::Builder::from_random_bytes(id.to_be_bytes())
                .into_uuid()
                .to_string(),
            body: Bytes::from(body.to_string()),
        };
        call.once(&mut applicant.connection).await
    }
}

#[derive(Clone)]
struct Read;

impl AsyncCall<Applicant> for Read {
    async fn once(&mut self, applicant: &mut Applicant) -> Result<()> {
        let path = format!("{}/sections", applicant.path());
        let call = Http::get(&path, &applicant.token());
        let (status, bytes) = call.send(&mut applicant.connection).await?;
        ensure!(
            status.is_success() && bytes.len() > 2000,
            "{status}: {} bytes",
            bytes.len()
        );
        Ok(())
    }
}

pub async fn measure(options: &Options) -> Result<Vec<Row>> {
    let stack = Stack::start("questionnaire-svc").await?;
    fill(&stack)?;
    let mut rows = Vec::new();
    if options.wants(&["5"]) {
        rows.push(saving(options, &stack).await?);
    }
    if options.wants(&["6"]) {
        rows.push(reading(options, &stack).await?);
    }
    Ok(rows)
}

async fn applicants(stack: &Stack) -> Result<Vec<Applicant>> {
    let mut all = Vec::new();
    for number in 1..=CALLERS {
        all.push(Applicant {
            number,
            connection: load::connect(stack.gateway.text("http")?).await?,
            calls: 0,
        });
    }
    Ok(all)
}

async fn against(
    options: &Options,
    stack: &Stack,
    call: impl AsyncCall<Applicant>,
    other: &Pgbench,
) -> Result<(Side, Side)> {
    let mut callers = applicants(stack).await?;
    let ours = async || -> Result<Done> {
        let taken = std::mem::take(&mut callers);
        let (done, back) = load::run(taken, options.turn, call.clone()).await?;
        callers = back;
        Ok(done)
    };
    let pgbench = async || other.run(&stack.postgres, options.turn).await;
    in_turn(options.repeats, &stack.probes(), ours, pgbench).await
}

fn detail(what: &str, ours: &Side, theirs: &Side) -> String {
    format!(
        "{:.0} against {:.0} {what}/s; µs of CPU each: {}; against {}",
        ours.rate(),
        theirs.rate(),
        ours.spent(),
        theirs.spent(),
    )
}

async fn saving(options: &Options, stack: &Stack) -> Result<Row> {
    let script = format!(
        "\\set n random(1, {CALLERS})\nUPDATE section SET answers = '{{\"public_activity\":\"' || repeat('c', 1000) \
         || '\"}}', updated_us = updated_us + 1, version = version + 1 \
         WHERE application = {APPLICATION_SQL} AND section = 'additional';\n"
    );
    let other = Pgbench::new(DATABASE, usize::try_from(CALLERS)?, &script)?;
    let (ours, theirs) = against(options, stack, Save, &other).await?;
    let saved = stack.number("SELECT SUM(version) FROM section WHERE section = 'additional'")?;
    let audited = stack.number("SELECT COUNT(*) FROM audit WHERE action = 'UpdateSection'")?;
    ensure!(
        saved > audited && audited > 0.0,
        "{saved} saved, {audited} audited"
    );
    Ok(Row::at_least(
        "5: save a section of 1 kB, 64 in flight",
        "pgbench, the row's update alone, 64 clients",
        turns::ratio(&ours, &theirs),
        0.5,
        detail("saves", &ours, &theirs),
    ))
}

async fn reading(options: &Options, stack: &Stack) -> Result<Row> {
    let script = format!(
        "\\set n random(1, {CALLERS})\nSELECT * FROM application a JOIN section s ON s.application = a.id \
         WHERE a.id = {APPLICATION_SQL};\n"
    );
    let mut best: Option<(f64, usize, Pgbench)> = None;
    for clients in READERS {
        let one = Pgbench::new(DATABASE, clients, &script)?;
        let rate = one
            .run(&stack.postgres, Duration::from_secs(1))
            .await?
            .rate();
        if best.as_ref().is_none_or(|(before, ..)| rate > *before) {
            best = Some((rate, clients, one));
        }
    }
    let (_, clients, other) = best.context("a number of clients")?;
    let (ours, theirs) = against(options, stack, Read, &other).await?;
    Ok(Row::at_least(
        "6: read one application, 5 sections, whole answer, 64 in flight",
        &format!("pgbench, one select of the same rows, {clients} clients (its best)"),
        turns::ratio(&ours, &theirs),
        0.3,
        detail("reads", &ours, &theirs),
    ))
}
