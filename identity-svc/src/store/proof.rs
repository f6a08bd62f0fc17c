//! Guesses of codes, the same for everything that a mail can prove.

use chassis::Result;
use chassis::database::{Tx, execute, query_one};
use uuid::Uuid;

/// What a mail can prove: a table with `state` and `code_tries`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provable {
    RegistrationAttempt,
    Recovery,
    EmailChange,
    StaffInvitation,
}

impl Provable {
    fn table(self) -> &'static str {
        match self {
            Self::RegistrationAttempt => "registration_attempt",
            Self::Recovery => "recovery",
            Self::EmailChange => "email_change",
            Self::StaffInvitation => "staff_invitation",
        }
    }
}

/// Uses up one guess. False where none is left, or the code matters no more.
pub async fn take_guess(tx: &Tx, of: Provable, id: Uuid, most: i32) -> Result<bool> {
    let sql = format!(
        "UPDATE {} SET code_tries = code_tries + 1
         WHERE id = $1 AND state = 'PENDING' AND code_tries < $2",
        of.table()
    );
    let done = execute(tx, &sql, [id.to_string().into(), most.into()]).await?;
    Ok(done.rows_affected() == 1)
}

pub async fn is_pending(tx: &Tx, of: Provable, id: Uuid) -> Result<bool> {
    let sql = format!(
        "SELECT 1 AS one FROM {} WHERE id = $1 AND state = 'PENDING'",
        of.table()
    );
    Ok(query_one(tx, &sql, [id.to_string().into()])
        .await?
        .is_some())
}
