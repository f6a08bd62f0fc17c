//! How many seats there are, all sessions to come together.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::query_all;
use jiff::Timestamp;
use sea_orm::ConnectionTrait;

/// The seats of the stages with one number, of every campaign that has sessions to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    pub stage: i32,
    pub left: i64,
    pub taken: i64,
    /// Of the taken ones, those that are not confirmed yet.
    pub held: i64,
}

pub async fn by_stage<C: ConnectionTrait>(on: &C, now: Timestamp) -> Result<Vec<Level>> {
    let rows = query_all(
        on,
        "SELECT stages.number AS number,
                CAST(SUM(test_sessions.capacity - test_sessions.taken) AS BIGINT) AS free,
                CAST(SUM(test_sessions.taken) AS BIGINT) AS taken,
                CAST(SUM((SELECT COUNT(*) FROM bookings WHERE bookings.session = test_sessions.id
                          AND bookings.state = 'HELD')) AS BIGINT) AS held
         FROM test_sessions JOIN stages ON stages.id = test_sessions.stage
         WHERE test_sessions.start_us > $1 AND test_sessions.closed = FALSE
         GROUP BY stages.number ORDER BY stages.number",
        [to_us(now).into()],
    )
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Level {
                stage: row.try_get("", "number")?,
                left: row.try_get("", "free")?,
                taken: row.try_get("", "taken")?,
                held: row.try_get("", "held")?,
            })
        })
        .collect()
}
