//! The names of applicants, as their applications have them.

use std::collections::HashMap;

use chassis::Result;
use chassis::mask::Masked;
use sea_orm::{ConnectionTrait, QueryResult};

use super::{by_ids, person};

/// Family name, given name and patronymic, as far as there are.
const PARTS: [&str; 3] = ["family_name", "given_name", "patronymic"];

/// By the ids of the applications.
pub async fn of_applications<C: ConnectionTrait>(
    on: &C,
    ids: &[String],
) -> Result<HashMap<String, Masked<String>>> {
    let rows = by_ids(on, "SELECT id, person FROM application", ids, "").await?;
    rows.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<(String, Masked<String>)> {
    let told = person::read(&row.try_get::<String>("", "person")?)?;
    let facts = told.facts.reveal();
    let part = |name: &&str| facts.get(*name).and_then(|it| it.as_str());
    let parts: Vec<_> = PARTS.iter().filter_map(part).collect();
    Ok((row.try_get("", "id")?, Masked::new(parts.join(" "))))
}
