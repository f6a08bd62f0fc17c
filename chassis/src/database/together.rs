//! Statements that go to the database in one exchange: what a busy call would else say one by one,
//! waiting for an answer each time.
//!
//! On PostgreSQL they are parts of one statement and see the tables as they were before it, so none
//! may build on what another has done; on SQLite they follow each other. What holds in both: all of
//! them are done, or none is where the transaction isn't committed, and each tells how many rows it met.

use std::fmt::Write;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value};

use super::observed::observed;
use super::{Tx, for_update};

/// Statements in the order in which they were added.
#[derive(Debug, Default)]
pub struct Together {
    parts: Vec<Part>,
    values: Vec<Value>,
}

#[derive(Debug)]
struct Part {
    sql: String,
    locks: bool,
}

/// Which statement: its rows are counted under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Which(usize);

/// How many rows each statement met.
#[derive(Debug)]
pub struct Counts(Vec<u64>);

impl Counts {
    pub fn of(&self, place: Which) -> u64 {
        self.0.get(place.0).copied().unwrap_or_default()
    }
}

impl Together {
    /// An `INSERT`, `UPDATE` or `DELETE` with `$1`-style places of its own, that returns nothing.
    pub fn add(&mut self, sql: &str, values: impl IntoIterator<Item = Value>) -> Which {
        self.part(sql.to_owned(), values, false)
    }

    /// Locks rows until the end of the transaction: what stands after `FROM`.
    pub fn lock(&mut self, rows: &str, values: impl IntoIterator<Item = Value>) -> Which {
        self.part(rows.to_owned(), values, true)
    }

    fn part(&mut self, sql: String, values: impl IntoIterator<Item = Value>, locks: bool) -> Which {
        let before = self.values.len();
        self.values.extend(values);
        let sql = shifted(&sql, before);
        self.parts.push(Part { sql, locks });
        Which(self.parts.len() - 1)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Does all of it.
    pub async fn run(self, tx: &Tx) -> Result<Counts, DbErr> {
        self.run_after("", tx).await
    }

    /// `before` is said in the same breath, where the engine takes more than one statement at once.
    pub(super) async fn run_after(self, before: &str, tx: &Tx) -> Result<Counts, DbErr> {
        let Some(first) = self.parts.first() else {
            return Ok(Counts(Vec::new()));
        };
        let (on, summary) = (tx.get_database_backend(), first.sql.clone());
        let mut counts = vec![0; self.parts.len()];
        let said = self.said(tx);
        #[cfg(feature = "testing")]
        for sql in &said {
            crate::testing::note_statement(sql);
        }
        let sql = match on {
            DbBackend::Postgres => as_one(&said),
            _ => format!("{before}{}", said.join(";\n")),
        };
        let all = Statement::from_sql_and_values(on, sql, self.values);
        for row in observed(on, &summary, tx.query_all_raw(all)).await? {
            let place: i32 = row.try_get("", "place")?;
            let count = usize::try_from(place)
                .ok()
                .and_then(|it| counts.get_mut(it));
            *count.ok_or_else(|| DbErr::Custom(format!("no statement {place}")))? += 1;
        }
        Ok(Counts(counts))
    }

    /// Each statement with a row of its place for each row that it met.
    fn said<C: ConnectionTrait>(&self, on: &C) -> Vec<String> {
        let parts = self.parts.iter().enumerate();
        let said = parts.map(|(place, Part { sql, locks })| match locks {
            true => format!("SELECT {place} AS place FROM {sql}{}", for_update(on)),
            false => format!("{sql} RETURNING {place} AS place"),
        });
        said.collect()
    }
}

/// One statement that does all of them.
fn as_one(said: &[String]) -> String {
    let (mut parts, mut counts) = (String::from("WITH "), String::new());
    for (place, sql) in said.iter().enumerate() {
        let (comma, union) = if place == 0 {
            ("", "")
        } else {
            (", ", " UNION ALL ")
        };
        // Writing to memory does not fail.
        let _ = write!(parts, "{comma}s{place} AS ({sql})");
        let _ = write!(counts, "{union}SELECT place FROM s{place}");
    }
    format!("{parts} {counts}")
}

/// The statement with `$1` standing for the value after those that were there before.
fn shifted(sql: &str, before: usize) -> String {
    let mut pieces = sql.split('$');
    let mut to = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = piece.split_at(digits);
        // Writing to memory does not fail.
        let _ = match number.parse::<usize>() {
            Ok(number) => write!(to, "${}{rest}", number + before),
            Err(_) => write!(to, "${piece}"),
        };
    }
    to
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_values_follow_each_other() {
        assert_eq!(shifted("a = $1 AND b = $12", 3), "a = $4 AND b = $15");
        assert_eq!(shifted("nothing", 3), "nothing");
    }

    #[test]
    fn parts_of_one_statement_tell_their_place() {
        let said = [
            "A RETURNING 0 AS place".into(),
            "B RETURNING 1 AS place".into(),
        ];
        assert_eq!(
            as_one(&said),
            "WITH s0 AS (A RETURNING 0 AS place), s1 AS (B RETURNING 1 AS place) \
             SELECT place FROM s0 UNION ALL SELECT place FROM s1"
        );
    }
}
