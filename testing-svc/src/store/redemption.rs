//! Redemptions in the database. Whoever changes one has locked its promo code.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_one};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::{one_row, row};
use crate::domain::redemption::{Redemption, RollbackReason, State, Step};
use crate::domain::test_system::TestSystem;

pub async fn find<C: ConnectionTrait>(on: &C, id: Uuid) -> Result<Option<Redemption>> {
    let found = query_one(
        on,
        "SELECT id, promo_code, partner, test_system, partner_reference, state, created_us,
            reserved_until_us, redeemed_us, rolled_back_us, rollback_reason, reported_us
         FROM redemptions WHERE id = $1",
        [id.to_string().into()],
    )
    .await?;
    found.as_ref().map(read).transpose()
}

pub async fn insert(tx: &Tx, redemption: &Redemption) -> Result<()> {
    let [id, state, times @ ..] = state_values(redemption);
    let [until, ..] = times;
    execute(
        tx,
        "INSERT INTO redemptions (id, state, reserved_until_us, promo_code, partner, test_system,
            partner_reference, created_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            id,
            state,
            until,
            redemption.promo_code.to_string().into(),
            redemption.partner.as_str().into(),
            redemption.test_system.as_str().into(),
            redemption.partner_reference.as_str().into(),
            to_us(redemption.created).into(),
        ],
    )
    .await?;
    Ok(())
}

pub async fn save(tx: &Tx, redemption: &Redemption) -> Result<()> {
    let done = execute(
        tx,
        "UPDATE redemptions SET state = $2, reserved_until_us = $3, redeemed_us = $4,
            rolled_back_us = $5, rollback_reason = $6, reported_us = $7
         WHERE id = $1",
        state_values(redemption),
    )
    .await?;
    one_row(&done)
}

/// Keeps what the partner had to add.
pub async fn note(tx: &Tx, id: Uuid, note: &str) -> Result<()> {
    let sql = "UPDATE redemptions SET rollback_note = $2 WHERE id = $1";
    one_row(&execute(tx, sql, [id.to_string().into(), note.into()]).await?)
}

fn state_values(redemption: &Redemption) -> [Value; 7] {
    let us = |time: Timestamp| Some(to_us(time));
    let (step, until, redeemed, rolled_back, reason, reported) = match redemption.state {
        State::Reserved { until } => (Step::Reserved, us(until), None, None, None, None),
        State::Cancelled => (Step::Cancelled, None, None, None, None, None),
        State::Lapsed => (Step::Lapsed, None, None, None, None, None),
        State::Redeemed { at } => (Step::Redeemed, None, us(at), None, None, None),
        State::RolledBack {
            redeemed,
            at,
            reason,
        } => (
            Step::RolledBack,
            None,
            us(redeemed),
            us(at),
            Some(reason.as_str()),
            None,
        ),
        State::ResultReported { redeemed, at } => {
            (Step::ResultReported, None, us(redeemed), None, None, us(at))
        }
    };
    [
        redemption.id.to_string().into(),
        step.as_str().into(),
        until.into(),
        redeemed.into(),
        rolled_back.into(),
        reason.into(),
        reported.into(),
    ]
}

fn read(found: &QueryResult) -> Result<Redemption> {
    Ok(Redemption {
        id: row::uuid(found, "id")?,
        promo_code: row::uuid(found, "promo_code")?,
        partner: row::get(found, "partner")?,
        test_system: row::word(found, "test_system", TestSystem::from_word)?,
        partner_reference: row::get(found, "partner_reference")?,
        created: row::time(found, "created_us")?,
        state: read_state(found)?,
    })
}

fn read_state(found: &QueryResult) -> Result<State> {
    let time = |column| row::needed(row::maybe_time(found, column)?, column);
    Ok(match row::word(found, "state", Step::from_word)? {
        Step::Reserved => State::Reserved {
            until: time("reserved_until_us")?,
        },
        Step::Cancelled => State::Cancelled,
        Step::Lapsed => State::Lapsed,
        Step::Redeemed => State::Redeemed {
            at: time("redeemed_us")?,
        },
        Step::RolledBack => State::RolledBack {
            redeemed: time("redeemed_us")?,
            at: time("rolled_back_us")?,
            reason: row::word(found, "rollback_reason", RollbackReason::from_word)?,
        },
        Step::ResultReported => State::ResultReported {
            redeemed: time("redeemed_us")?,
            at: time("reported_us")?,
        },
    })
}
