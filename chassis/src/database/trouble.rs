//! What can be wrong with a database, as far as a caller must know: whether trying again helps.

use sea_orm::{DbErr, RuntimeErr, sqlx};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The connection is gone. Before a commit was sent, nothing was done on it.
    Lost,
    /// It can't be reached, is just starting, or stays silent.
    Away,
    /// No room on the disk, in memory, or for another connection.
    Full,
    /// It takes no writes: a replica, or a primary that became one.
    ReadOnly,
    /// A statement or a lock took too long; nothing was done.
    Slow,
    /// Two transactions stood in each other's way, and this one was undone.
    Contended,
}

impl Trouble {
    /// `None` where trying again changes nothing: a bug, or a rule of the tables.
    pub fn of(error: &DbErr) -> Option<Self> {
        match error {
            DbErr::ConnectionAcquire(_) => Some(Self::Away),
            DbErr::Conn(RuntimeErr::SqlxError(inside)) => {
                Some(of_driver(inside).unwrap_or(Self::Away))
            }
            DbErr::Conn(_) => Some(Self::Away),
            DbErr::Exec(RuntimeErr::SqlxError(inside))
            | DbErr::Query(RuntimeErr::SqlxError(inside)) => of_driver(inside),
            _ => None,
        }
    }

    pub fn is_lost(error: &DbErr) -> bool {
        Self::of(error) == Some(Self::Lost)
    }

    /// For the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lost => "the connection to the database is lost",
            Self::Away => "the database is out of reach",
            Self::Full => "the database is full",
            Self::ReadOnly => "the database takes no writes",
            Self::Slow => "the database took too long",
            Self::Contended => "two transactions stood in each other's way",
        }
    }
}

fn of_driver(error: &sqlx::Error) -> Option<Trouble> {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::BeginFailed
        | sqlx::Error::WorkerCrashed => Some(Trouble::Lost),
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Tls(_) => {
            Some(Trouble::Away)
        }
        sqlx::Error::Database(inside) => inside.code().as_deref().and_then(of_code),
        _ => None,
    }
}

/// PostgreSQL's codes have five characters; SQLite's are numbers of at most four digits.
fn of_code(code: &str) -> Option<Trouble> {
    if code.len() != 5 {
        return of_sqlite(code.parse().ok()?);
    }
    Some(match code {
        // Ended by an administrator, by a crash, for idleness, or with the session.
        "57P01" | "57P02" | "57P05" | "25P03" | "25P04" => Trouble::Lost,
        "57P03" | "58030" => Trouble::Away,
        "25006" => Trouble::ReadOnly,
        "57014" | "55P03" => Trouble::Slow,
        "40001" | "40P01" => Trouble::Contended,
        _ if code.starts_with("08") => Trouble::Lost,
        // Out of disk, of memory, of connections.
        _ if code.starts_with("53") => Trouble::Full,
        _ => return None,
    })
}

/// The primary result code is the lowest byte of the extended one.
fn of_sqlite(code: u32) -> Option<Trouble> {
    Some(match code & 0xff {
        // BUSY, LOCKED, INTERRUPT: another process holds the file.
        5 | 6 | 9 => Trouble::Slow,
        7 | 13 => Trouble::Full,
        8 => Trouble::ReadOnly,
        // IOERR, CANTOPEN.
        10 | 14 => Trouble::Away,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_engines_tell_whether_trying_again_helps() {
        for (code, trouble) in [
            ("57P01", Some(Trouble::Lost)),
            ("08006", Some(Trouble::Lost)),
            ("57P03", Some(Trouble::Away)),
            ("53100", Some(Trouble::Full)),
            ("53300", Some(Trouble::Full)),
            ("25006", Some(Trouble::ReadOnly)),
            ("57014", Some(Trouble::Slow)),
            ("40P01", Some(Trouble::Contended)),
            ("23505", None),
            ("42P01", None),
            // BUSY, BUSY_SNAPSHOT, FULL, IOERR_WRITE, CANTOPEN; a unique constraint, a plain error.
            ("5", Some(Trouble::Slow)),
            ("517", Some(Trouble::Slow)),
            ("13", Some(Trouble::Full)),
            ("778", Some(Trouble::Away)),
            ("14", Some(Trouble::Away)),
            ("2067", None),
            ("1", None),
        ] {
            assert_eq!(of_code(code), trouble, "{code}");
        }
    }

    #[test]
    fn what_never_came_to_a_connection_is_away() {
        let acquire = DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::Timeout);
        assert_eq!(Trouble::of(&acquire), Some(Trouble::Away));
        assert_eq!(Trouble::of(&DbErr::RecordNotInserted), None);
    }
}
