//! Rows of attempts: of a person, a programme and a year each number is taken once.

use chassis::Result;
use chassis::database::{Tx, execute, query_one};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::domain::attempt::{Allowance, Kind};

/// Whose attempts are counted, and over what.
#[derive(Clone, Copy)]
pub struct Counted<'a> {
    pub account: Uuid,
    pub programme: &'a str,
    pub year: i16,
}

/// Takes the first attempt that nobody took, for an application that has none; `None` where all are
/// taken. The key of the table decides between two at once.
pub async fn take(
    tx: &Tx,
    counted: Counted<'_>,
    allowance: Allowance,
    application: &str,
) -> Result<Option<Kind>> {
    let sql = "INSERT INTO attempt (account, programme, year, number, application)
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account, programme, year, number) DO NOTHING";
    for number in allowance.numbers() {
        let values = [
            counted.account.to_string().into(),
            counted.programme.into(),
            i32::from(counted.year).into(),
            number.into(),
            application.into(),
        ];
        if execute(tx, sql, values).await?.rows_affected() == 1 {
            return Ok(Some(allowance.kind(number)));
        }
    }
    Ok(None)
}

/// Whether one of them is left now: a hint for who only begins.
pub async fn is_any_left<C: ConnectionTrait>(
    on: &C,
    counted: Counted<'_>,
    allowance: Allowance,
) -> Result<bool> {
    let most = allowance.numbers().last().unwrap_or_default();
    let sql = "SELECT COUNT(*) AS taken FROM attempt
               WHERE account = $1 AND programme = $2 AND year = $3 AND number <= $4";
    let values = [
        counted.account.to_string().into(),
        counted.programme.into(),
        i32::from(counted.year).into(),
        most.into(),
    ];
    let taken: i64 = match query_one(on, sql, values).await? {
        Some(row) => row.try_get("", "taken")?,
        None => 0,
    };
    Ok(taken < i64::from(most))
}

/// Gives back what the application took.
pub async fn give_back(tx: &Tx, application: &str) -> Result<()> {
    let sql = "DELETE FROM attempt WHERE application = $1";
    execute(tx, sql, [application.into()]).await?;
    Ok(())
}
