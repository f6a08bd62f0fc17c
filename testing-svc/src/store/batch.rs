//! Many rows in few statements: a publication writes thousands.

use chassis::Result;
use chassis::database::{Tx, execute};
use sea_orm::Value;

/// Rows of one statement: far below the number of places that either engine takes.
const ROWS: usize = 200;

/// `head` goes before the rows (`INSERT INTO … VALUES`), `tail` after them.
pub async fn insert(tx: &Tx, head: &str, tail: &str, rows: Vec<Vec<Value>>) -> Result<u64> {
    let mut done = 0;
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let (mut sql, mut values) = (head.to_owned(), Vec::new());
        for (at, row) in rows.by_ref().take(ROWS).enumerate() {
            sql += if at == 0 { " (" } else { ", (" };
            for (column, value) in row.into_iter().enumerate() {
                values.push(value);
                let comma = if column == 0 { "" } else { ", " };
                sql += &format!("{comma}${}", values.len());
            }
            sql.push(')');
        }
        sql += " ";
        sql += tail;
        done += execute(tx, &sql, values).await?.rows_affected();
    }
    Ok(done)
}
