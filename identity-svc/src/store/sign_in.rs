//! What a sign-in asks before anything else, in one exchange with the database.

use chassis::Result;
use chassis::database::query_all;
use chassis::mask::Masked;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::account::Indexes;
use super::{id, throttle};
use crate::domain::throttle::Count;

pub struct Asked {
    /// Of the throttle's keys those that there are.
    pub counts: Vec<(String, Count)>,
    /// Whose login it is, and the hash of the password.
    pub known: Option<(Uuid, Masked<String>)>,
}

pub async fn ask<C: ConnectionTrait>(
    on: &C,
    login: &Indexes<'_>,
    throttle: [&str; 2],
) -> Result<Asked> {
    let sql = "SELECT id, password_hash, NULL AS key, NULL AS count, NULL AS last_us
               FROM account WHERE iin_index = $1 OR email_index = $2
               UNION ALL
               SELECT NULL, NULL, key, count, last_us FROM throttle WHERE key IN ($3, $4)";
    let [key, wider] = throttle.map(Into::into);
    let values = [login.iin.into(), login.email.into(), key, wider];
    let (mut counts, mut known) = (Vec::new(), None);
    for row in query_all(on, sql, values).await? {
        if let Some(key) = row.try_get::<Option<String>>("", "key")? {
            counts.push((key, throttle::read(&row)?));
        } else {
            let hash = Masked::new(row.try_get("", "password_hash")?);
            known = Some((id(&row, "id")?, hash));
        }
    }
    Ok(Asked { counts, known })
}
