//! Row 11: what a booking costs in CPU and in log when very many are there already, against few.
//!
//! No checkpoint comes between the filling and the bookings, so no page is written to the log as a whole:
//! how often that happens depends on the time between checkpoints, not on us.

use anyhow::{Result, ensure};
use chassis::caller::{CallerClaims, TOKEN_LIFE};
use chassis::client::Connection;
use chassis::clock::Clock;
use chassis::token::Signer;
use proto::testing::v1::bookings_client::BookingsClient;
use proto::testing::v1::{Booking, CreateBookingRequest};
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::backed::{self, account, account_sql};
use crate::backed_testing::CAMPAIGN;
use crate::bookings::{Ground, SESSIONS};
use crate::child::Child;
use crate::machine;
use crate::options::Options;
use crate::postgres::Postgres;
use crate::report::Row;
use crate::stack;

const FEW: u64 = 10_000;
const CALLERS: usize = 64;

/// A service on a database with so many bookings, and those who are still to book.
struct Side {
    database: &'static str,
    service: Child,
    ground: Ground,
    connection: Connection,
    /// Those who book are spread among those who have booked.
    range: u64,
    next: u64,
    cpu: f64,
    /// Of it, the database's.
    database_cpu: f64,
    log: f64,
    calls: u64,
}

/// The n-th who books: each another, in no order.
fn booker(n: u64, range: u64) -> u64 {
    2 * (n.wrapping_mul(7919) % range)
}

impl Side {
    async fn start(
        folder: &TempDir,
        postgres: &Postgres,
        database: &'static str,
        rows: u64,
        bookers: u64,
    ) -> Result<Self> {
        postgres.create(database)?;
        let service = stack::serve("testing-svc", folder, postgres, database).await?;
        let ground = Ground::fill(postgres, database, service.text("session")?, 0)?;
        let range = rows.max(2 * bookers);
        fill(postgres, database, &ground, rows)?;
        let account = account_sql(&format!("2 * (n * 7919 % {range})"));
        postgres.sql(
            database,
            &format!(
                "INSERT INTO eligibilities (campaign, account, application, standing, stage_number,
                    changed_us)
                 SELECT 'bench', {account}, 'none', 'GRANTED', 1, 0
                 FROM generate_series(1, {bookers}) AS n"
            ),
        )?;
        postgres.sql(database, "VACUUM ANALYZE")?;
        let net = backed::far_net(folder.path())?;
        Ok(Self {
            database,
            connection: net.connect("testing-svc", service.text("grpc")?)?,
            service,
            ground,
            range,
            next: 1,
            cpu: 0.0,
            database_cpu: 0.0,
            log: 0.0,
            calls: 0,
        })
    }

    /// One turn of so many bookings. The first warms up.
    async fn turn(
        &mut self,
        postgres: &Postgres,
        signer: &Signer,
        many: u64,
        counts: bool,
    ) -> Result<()> {
        let cpu = || {
            let of_service = machine::cpu_seconds(self.service.pid())?;
            anyhow::Ok((postgres.cpu_seconds()?, of_service))
        };
        let written = "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn";
        let mut calls = Vec::new();
        let until = Clock::machine().now() + TOKEN_LIFE;
        for n in self.next..self.next + many {
            calls.push(self.call(signer, n, until)?);
        }
        let (before, log) = (cpu()?, postgres.number(self.database, written)?);
        let mut under_way = JoinSet::new();
        for call in calls {
            while under_way.len() >= CALLERS {
                if let Some(done) = under_way.join_next().await {
                    done??;
                }
            }
            let mut bookings = BookingsClient::new(self.connection.clone());
            under_way.spawn(async move { bookings.create_booking(call).await.map(drop) });
        }
        while let Some(done) = under_way.join_next().await {
            done??;
        }
        let (after, log_after) = (cpu()?, postgres.number(self.database, written)?);
        self.next += many;
        if counts {
            self.database_cpu += after.0 - before.0;
            self.cpu += after.0 - before.0 + after.1 - before.1;
            self.log += log_after - log;
            self.calls += many;
        }
        Ok(())
    }

    fn call(
        &self,
        signer: &Signer,
        n: u64,
        until: jiff::Timestamp,
    ) -> Result<tonic::Request<CreateBookingRequest>> {
        let sub = account(booker(n, self.range));
        let claims = CallerClaims::Person {
            sub,
            sid: sub,
            roles: Vec::new(),
        };
        let token = signer.sign("testing-svc", until, &claims)?;
        let id = uuid::Builder::from_random_bytes(((u128::from(n) << 64) | 11).to_be_bytes());
        let mut request = tonic::Request::new(CreateBookingRequest {
            parent: CAMPAIGN.into(),
            booking: Some(Booking {
                session: self.ground.session(1 + n % SESSIONS),
                ..Default::default()
            }),
            request_id: id.into_uuid().to_string(),
        });
        let value = format!("Bearer {token}").parse()?;
        request.metadata_mut().insert("authorization", value);
        Ok(request)
    }
}

/// Bookings of others, with all that was written with them.
fn fill(postgres: &Postgres, database: &str, ground: &Ground, rows: u64) -> Result<()> {
    let stage = ground.stage.rsplit('/').next().unwrap_or_default();
    let account = account_sql("2 * n + 1");
    let booking = "('01960000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))";
    let session =
        format!("('01980000-0000-7000-8000-' || lpad(to_hex(1 + n % {SESSIONS}), 12, '0'))");
    let from = format!("FROM generate_series(1, {rows}) AS n");
    for sql in [
        format!(
            "INSERT INTO eligibilities (campaign, account, application, standing, stage_number,
                changed_us)
             SELECT 'bench', {account}, 'none', 'GRANTED', 1, 0 {from}"
        ),
        format!(
            "INSERT INTO bookings (id, campaign, stage, session, account, state, created_us,
                confirmed_us, moves, sequence, version)
             SELECT {booking}, 'bench', '{stage}', {session}, {account}, 'BOOKED', 0, 0, 0, 0, 2 {from}"
        ),
        format!(
            "INSERT INTO once (caller, rpc, request_id, request_hash, answer, created_us)
             SELECT 'accounts/' || {account}, 'CreateBooking', gen_random_uuid()::text,
                decode(repeat('ab', 32), 'hex'), decode(repeat('cd', 450), 'hex'), n {from}"
        ),
        format!(
            "INSERT INTO audit (at_us, caller, action, resource, detail)
             SELECT n, 'accounts/' || {account}, 'CreateBooking',
                'campaigns/bench/bookings/' || {booking}, 'HELD' {from}"
        ),
    ] {
        postgres.sql(database, &sql)?;
    }
    Ok(())
}

pub async fn measure(options: &Options) -> Result<Vec<Row>> {
    let (few, turn) = if options.is_smoke {
        (options.many / 2, 100)
    } else {
        (FEW, 2_000)
    };
    let bookers = turn * (u64::try_from(options.repeats)? + 1);
    let folder = tempfile::tempdir()?;
    stack::make_keys(&folder)?;
    let key = std::fs::read(folder.path().join("keys/identity-svc.pk8"))?;
    let signer = Signer::new("identity-svc", &key)?;
    let postgres = Postgres::start().await?;
    let mut small = Side::start(&folder, &postgres, "few", few, bookers).await?;
    let mut large = Side::start(&folder, &postgres, "many", options.many, bookers).await?;
    for turn_number in 0..=options.repeats {
        for side in [&mut small, &mut large] {
            side.turn(&postgres, &signer, turn, turn_number > 0).await?;
        }
    }
    for side in [&small, &large] {
        let sql = "SELECT COUNT(*) FROM bookings WHERE state = 'HELD'";
        let made = postgres.number(side.database, sql)?;
        ensure!(
            made == bookers as f64,
            "{made} of {bookers} bookings were made"
        );
    }
    Ok(written(few, options.many, &small, &large))
}

fn written(few: u64, many: u64, small: &Side, large: &Side) -> Vec<Row> {
    let each = |sum: fn(&Side) -> f64, side: &Side| sum(side) / side.calls.max(1) as f64;
    let cpu = |side| each(|it| it.cpu, side) * 1e6;
    let database = |side| each(|it| it.database_cpu, side) * 1e6;
    let log = |side| each(|it| it.log, side);
    let what = |of: &str| format!("11: {of} per booking among {many} bookings");
    let against = format!("among {few}");
    vec![
        Row::below(
            &what("CPU of service and database"),
            &against,
            cpu(large) / cpu(small),
            1.15,
            format!(
                "{:.0} against {:.0} µs; the database's part {:.0} against {:.0} µs",
                cpu(large),
                cpu(small),
                database(large),
                database(small)
            ),
        ),
        Row::below(
            &what("bytes of the database's log"),
            &against,
            log(large) / log(small),
            1.15,
            format!("{:.0} against {:.0} bytes", log(large), log(small)),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_books_twice_and_nobody_who_has_booked() {
        let range = 24_000;
        let all: std::collections::HashSet<u64> = (1..=12_000).map(|n| booker(n, range)).collect();
        assert_eq!(all.len(), 12_000);
        assert!(all.iter().all(|number| number.is_multiple_of(2)));
    }
}
