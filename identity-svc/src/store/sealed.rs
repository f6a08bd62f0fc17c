//! The three columns of a sealed record, and the rows that are still plain or under an old key.

use chassis::Result;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult};
use serde::Serialize;
use uuid::Uuid;

use super::{account, id, limit, mail, odd, registration};
use crate::domain::notice::Enclosure;
use crate::sealing::{Home, Sealed, Sealer};

/// The tables that hold personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    Account,
    RegistrationAttempt,
    Mail,
    EmailChange,
    StaffInvitation,
    Signatory,
    TakenSignature,
    Signature,
}

impl Table {
    pub const ALL: [Self; 8] = [
        Self::Account,
        Self::RegistrationAttempt,
        Self::Mail,
        Self::EmailChange,
        Self::StaffInvitation,
        Self::Signatory,
        Self::TakenSignature,
        Self::Signature,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::RegistrationAttempt => "registration_attempt",
            Self::Mail => "mail",
            Self::EmailChange => "email_change",
            Self::StaffInvitation => "staff_invitation",
            Self::Signatory => "signatory",
            Self::TakenSignature => "taken_signature",
            Self::Signature => "signature",
        }
    }

    pub fn home(self, id: Uuid) -> Home {
        Home {
            table: self.as_str(),
            column: "personal",
            id,
        }
    }

    /// The columns that held what is sealed now; none where everything was sealed from the first.
    fn plain_columns(self) -> &'static [&'static str] {
        match self {
            Self::Account => &[
                "iin",
                "email",
                "family_name",
                "given_name",
                "patronymic",
                "birth_date",
                "birth_place",
            ],
            Self::RegistrationAttempt => &["iin", "email"],
            Self::Mail => &["to_address", "subject", "body", "enclosures"],
            Self::EmailChange
            | Self::StaffInvitation
            | Self::Signatory
            | Self::TakenSignature
            | Self::Signature => &[],
        }
    }

    /// Which rows are plain: an attempt that ended knows nobody any more.
    fn is_plain(self) -> &'static str {
        match self {
            Self::Account | Self::Mail => "personal IS NULL",
            Self::RegistrationAttempt => "personal IS NULL AND iin <> ''",
            Self::EmailChange
            | Self::StaffInvitation
            | Self::Signatory
            | Self::TakenSignature
            | Self::Signature => "1 = 0",
        }
    }
}

/// What a row has sealed.
pub(super) fn of(row: &QueryResult) -> Result<Option<Sealed>> {
    let column = |name: &str| row.try_get::<Option<String>>("", name);
    let columns = (
        column("personal")?,
        column("data_key")?,
        column("master_key")?,
    );
    Ok(match columns {
        (Some(content), Some(data_key), Some(master_key)) => Some(Sealed {
            content,
            data_key,
            master_key,
        }),
        _ => None,
    })
}

/// Seals rows that a version before sealing wrote, and empties their plain columns; returns how
/// many there were.
pub async fn seal_plain(sealer: &Sealer, tx: &Tx, table: Table, rows: u64) -> Result<usize> {
    let (name, columns) = (table.as_str(), table.plain_columns());
    if columns.is_empty() {
        return Ok(0);
    }
    let sql = format!(
        "SELECT id, {} FROM {name} WHERE {} ORDER BY id LIMIT $1{}",
        columns.join(", "),
        table.is_plain(),
        for_update(tx)
    );
    let found = query_all(tx, &sql, [limit(rows).into()]).await?;
    let emptied = columns.iter().map(|column| format!(", {column} = ''"));
    let sql = format!(
        "UPDATE {name} SET personal = $2, data_key = $3, master_key = $4{} WHERE id = $1",
        emptied.collect::<String>()
    );
    for row in &found {
        let id = id(row, "id")?;
        let sealed = seal_row(sealer, table, id, row)?;
        save(tx, &sql, id, sealed).await?;
    }
    Ok(found.len())
}

fn seal_row(sealer: &Sealer, table: Table, id: Uuid, row: &QueryResult) -> Result<Sealed> {
    let text = |column: &str| row.try_get::<String>("", column);
    let home = table.home(id);
    match table {
        Table::Account => sealed_as(
            sealer,
            home,
            &account::Personal {
                iin: text("iin")?,
                email: text("email")?,
                family_name: text("family_name")?,
                given_name: text("given_name")?,
                patronymic: text("patronymic")?,
                birth_date: text("birth_date")?,
                birth_place: text("birth_place")?,
                papers: None,
            },
        ),
        Table::RegistrationAttempt => sealed_as(
            sealer,
            home,
            &registration::Personal {
                iin: text("iin")?,
                email: text("email")?,
            },
        ),
        Table::Mail => {
            let enclosures: Vec<Enclosure> =
                serde_json::from_str(&text("enclosures")?).map_err(|_| odd("enclosures"))?;
            sealed_as(
                sealer,
                home,
                &mail::Personal {
                    to: text("to_address")?,
                    subject: text("subject")?,
                    body: text("body")?,
                    enclosures,
                },
            )
        }
        Table::EmailChange
        | Table::StaffInvitation
        | Table::Signatory
        | Table::TakenSignature
        | Table::Signature => Err(odd("personal")),
    }
}

fn sealed_as<T: Serialize>(sealer: &Sealer, home: Home, personal: &T) -> Result<Sealed> {
    sealer.seal(home, personal)
}

/// Wraps data keys that are under another master key than today's; returns how many there were.
pub async fn rewrap(sealer: &Sealer, tx: &Tx, table: Table, rows: u64) -> Result<usize> {
    let name = table.as_str();
    let sql = format!(
        "SELECT id, personal, data_key, master_key FROM {name} WHERE master_key <> $1
         ORDER BY id LIMIT $2{}",
        for_update(tx)
    );
    let values = [sealer.sealing_key().into(), limit(rows).into()];
    let found = query_all(tx, &sql, values).await?;
    let sql =
        format!("UPDATE {name} SET personal = $2, data_key = $3, master_key = $4 WHERE id = $1");
    for row in &found {
        let id = id(row, "id")?;
        let sealed = of(row)?.ok_or_else(|| odd("personal"))?;
        save(tx, &sql, id, sealer.rewrap(table.home(id), &sealed)?).await?;
    }
    Ok(found.len())
}

async fn save(tx: &Tx, sql: &str, id: Uuid, sealed: Sealed) -> Result<()> {
    let values = [
        id.to_string().into(),
        sealed.content.into(),
        sealed.data_key.into(),
        sealed.master_key.into(),
    ];
    execute(tx, sql, values).await?;
    Ok(())
}

/// The master keys that rows of a table need.
pub async fn master_keys<C: ConnectionTrait>(on: &C, table: Table) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT DISTINCT master_key FROM {} WHERE master_key IS NOT NULL",
        table.as_str()
    );
    let rows = query_all(on, &sql, []).await?;
    rows.iter()
        .map(|row| Ok(row.try_get("", "master_key")?))
        .collect()
}

/// Takes what was plain off the disk too. SQLite keeps what was overwritten in free pages and in
/// its log; PostgreSQL rewrites the tables, and its own log and backups are the keeper's matter.
pub async fn forget_plain<C: ConnectionTrait>(on: &C) -> Result<()> {
    if on.get_database_backend() == DbBackend::Postgres {
        for table in Table::ALL {
            execute(on, &format!("VACUUM FULL {}", table.as_str()), []).await?;
        }
    } else {
        execute(on, "VACUUM", []).await?;
        query_one(on, "PRAGMA wal_checkpoint(TRUNCATE)", []).await?;
    }
    Ok(())
}
