//! Results of language tests in the database.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_one};
use chassis::mask::Masked;
use jiff::civil::Date;
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::row;
use crate::domain::language_result::{Certificate, LanguageResult, Level, Outcome};

pub async fn find<C: ConnectionTrait>(on: &C, promo_code: Uuid) -> Result<Option<LanguageResult>> {
    let found = query_one(
        on,
        "SELECT promo_code, redemption, passed, level, certificate_number, issue_date, valid_until,
            reported_us
         FROM language_results WHERE promo_code = $1",
        [promo_code.to_string().into()],
    )
    .await?;
    found.as_ref().map(read).transpose()
}

pub async fn insert(tx: &Tx, result: &LanguageResult) -> Result<()> {
    let certificate = match &result.outcome {
        Outcome::Passed(certificate) => Some(certificate),
        Outcome::Failed => None,
    };
    execute(
        tx,
        "INSERT INTO language_results (promo_code, redemption, passed, level, certificate_number,
            issue_date, valid_until, reported_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            result.promo_code.to_string().into(),
            result.redemption.to_string().into(),
            certificate.is_some().into(),
            certificate.map(|it| it.level.as_str()).into(),
            certificate.map(|it| it.number.reveal().clone()).into(),
            certificate.map(|it| it.issued.to_string()).into(),
            certificate.map(|it| it.valid_until.to_string()).into(),
            to_us(result.reported).into(),
        ],
    )
    .await?;
    Ok(())
}

fn read(found: &QueryResult) -> Result<LanguageResult> {
    let date = |column| row::word(found, column, |text| text.parse::<Date>().ok());
    let outcome = if row::get(found, "passed")? {
        Outcome::Passed(Certificate {
            level: row::word(found, "level", Level::from_word)?,
            number: Masked::new(row::get(found, "certificate_number")?),
            issued: date("issue_date")?,
            valid_until: date("valid_until")?,
        })
    } else {
        Outcome::Failed
    };
    Ok(LanguageResult {
        promo_code: row::uuid(found, "promo_code")?,
        redemption: row::uuid(found, "redemption")?,
        outcome,
        reported: row::time(found, "reported_us")?,
    })
}
