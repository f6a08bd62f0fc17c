//! Row 4: a partner redeems a promo code, over mutual TLS, against the update alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Result, ensure};
use proto::partner::v1::RedeemPromoCodeRequest;
use proto::partner::v1::redemptions_client::RedemptionsClient;
use standalone::partner::Certificates;
use tonic::transport::Channel;
use uuid::Uuid;

use crate::backed::account_sql;
use crate::load::{self, AsyncCall, Done};
use crate::options::Options;
use crate::pgbench::Pgbench;
use crate::report::Row;
use crate::stack::{DATABASE, Stack};
use crate::turns::{self, in_turn};

const CALLERS: usize = 64;
/// Callers share connections, as a partner's do.
const CONNECTIONS: usize = 4;
const CLIENTS: usize = 64;
const CODES_A_SECOND: u64 = 20_000;

fn redemption(number: u64) -> Uuid {
    Uuid::from_u128(0x019c_0000_0000_7000_8000_0000_0000_0000 | u128::from(number))
}

#[derive(Clone)]
struct Redeem {
    next: Arc<AtomicU64>,
    most: u64,
}

impl AsyncCall<RedemptionsClient<Channel>> for Redeem {
    async fn once(&mut self, partner: &mut RedemptionsClient<Channel>) -> Result<()> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        ensure!(number <= self.most, "there are not codes enough");
        let request = RedeemPromoCodeRequest {
            name: format!("redemptions/{}", redemption(number)),
            request_id: redemption(number).to_string(),
        };
        partner.redeem_promo_code(request).await?;
        Ok(())
    }
}

/// Reserved codes: those from 1 on are redeemed by the partner, those from `codes` on by pgbench.
fn fill(stack: &Stack, codes: u64) -> Result<()> {
    let account = account_sql("n");
    let id = |start: &str| format!("'{start}-0000-7000-8000-' || lpad(to_hex(n), 12, '0')");
    let (code, redemption, all) = (id("019b0000"), id("019c0000"), 2 * codes);
    // A day in the future, in microseconds.
    let until = "CAST(extract(epoch FROM now() + interval '1 day') * 1000000 AS BIGINT)";
    stack.sql(&format!(
        "INSERT INTO promo_codes (id, campaign, account, code, test_system, iin_index, state,
            redemption, reserved_until_us, issued_us, expires_us, version)
         SELECT {code}, 'bench', {account},
            translate(lpad(n::text, 12, '0'), '0123456789', 'ABCDEFGHKM'), 'KAZTEST',
            decode(repeat('ab', 32), 'hex'), 'RESERVED', {redemption}, {until}, 0, {until}, 1
         FROM generate_series(1, {all}) AS n"
    ))?;
    stack.sql(&format!(
        "INSERT INTO redemptions (id, promo_code, partner, test_system, partner_reference, state,
            created_us, reserved_until_us)
         SELECT {redemption}, {code}, 'kaztest', 'KAZTEST', 'KT-2026', 'RESERVED', 0, {until}
         FROM generate_series(1, {all}) AS n"
    ))?;
    stack.sql(&format!("CREATE SEQUENCE bench_codes START {}", codes + 1))?;
    stack.sql("VACUUM ANALYZE").map(drop)
}

const STATEMENT: &str = "WITH who AS (SELECT nextval('bench_codes') AS n),
    redeemed AS (
        UPDATE promo_codes SET state = 'REDEEMED', reserved_until_us = NULL, version = version + 1
        FROM who
        WHERE id = '019b0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0') AND state = 'RESERVED'
        RETURNING n, id)
    INSERT INTO outbox (id, kind, about, payload, created_us)
    SELECT '019d0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'),
        'irikteu.events.v1.PromoCodeRedeemed', 'campaigns/bench/promoCodes/' || id,
        decode(repeat('ab', 120), 'hex'), 0
    FROM redeemed;";

pub async fn measure(options: &Options) -> Result<Vec<Row>> {
    let stack = Stack::start("testing-svc").await?;
    let turns = u64::try_from(options.repeats)? + 1;
    let codes = CODES_A_SECOND * options.turn.as_secs() * turns;
    fill(&stack, codes)?;
    let other = Pgbench::new(DATABASE, CLIENTS, &(STATEMENT.replace('\n', " ") + "\n"))?;
    let certificates = Certificates::of(stack.folder.path(), "kaztest");
    let mut partners = Vec::new();
    for _ in 0..CONNECTIONS {
        partners.push(
            certificates
                .connect(stack.service.text("partner")?, None)
                .await?,
        );
    }
    let mut callers: Vec<_> = partners.iter().cycle().take(CALLERS).cloned().collect();
    let redeem = Redeem {
        next: Arc::new(AtomicU64::new(1)),
        most: codes,
    };
    let ours = async || -> Result<Done> {
        let taken = std::mem::take(&mut callers);
        let (done, back) = load::run(taken, options.turn, redeem.clone()).await?;
        callers = back;
        Ok(done)
    };
    let pgbench = async || other.run(&stack.postgres, options.turn).await;
    let (ours, theirs) = in_turn(options.repeats, &stack.probes(), ours, pgbench).await?;
    let redeemed = stack.number("SELECT COUNT(*) FROM promo_codes WHERE state = 'REDEEMED'")?;
    let told = stack.number("SELECT COUNT(*) FROM outbox")?;
    let last = stack.number("SELECT last_value FROM bench_codes")?;
    ensure!(
        last <= 2.0 * codes as f64,
        "there were not codes enough for pgbench"
    );
    ensure!(
        redeemed > 0.0 && redeemed == told,
        "{redeemed} codes, {told} events"
    );
    Ok(vec![Row::at_least(
        "4: redeem a promo code, partner's gRPC over mutual TLS, 64 in flight",
        "pgbench, UPDATE … WHERE state RETURNING and the event, 64 clients",
        turns::ratio(&ours, &theirs),
        0.45,
        format!(
            "{:.0} against {:.0} codes/s; µs of CPU a code: {}; against {}",
            ours.rate(),
            theirs.rate(),
            ours.spent(),
            theirs.spent(),
        ),
    )])
}
