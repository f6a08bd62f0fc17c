//! The query of a list, narrowed by what was asked for.

use chassis::Result;
use chassis::database::query_all;
use sea_orm::{ConnectionTrait, QueryResult, Value};

/// A query that ends in a condition, and the values of its places.
pub struct Narrowed {
    sql: String,
    values: Vec<Value>,
}

impl Narrowed {
    pub fn new(sql: impl Into<String>, values: Vec<Value>) -> Self {
        let sql = sql.into();
        Self { sql, values }
    }

    /// One more condition, up to its value: `account =`. Without a value there is none.
    pub fn by(mut self, condition: &str, value: Option<String>) -> Self {
        if let Some(value) = value {
            self.values.push(value.into());
            self.sql += &format!(" AND {condition} ${}", self.values.len());
        }
        self
    }

    /// The first rows in this order.
    pub async fn rows<C: ConnectionTrait>(
        self,
        on: &C,
        order: &str,
        limit: u64,
    ) -> Result<Vec<QueryResult>> {
        let sql = format!("{} ORDER BY {order} LIMIT {limit}", self.sql);
        Ok(query_all(on, &sql, self.values).await?)
    }
}
