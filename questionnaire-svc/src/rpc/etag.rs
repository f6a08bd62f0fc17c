//! Etags: the version of a row, written `v3`.

use chassis::violation::Violations;
use chassis::{Error, Result};

pub fn of(version: i64) -> String {
    format!("v{version}")
}

/// What is wrong about an etag before it is held against a row.
pub fn check(violations: &mut Violations, field: &str, etag: &str) {
    let is_ours = |digits: &str| {
        digits
            .parse::<i64>()
            .is_ok_and(|version| of(version) == etag)
    };
    if !etag.is_empty() && !etag.strip_prefix('v').is_some_and(is_ours) {
        violations.add(field, "INVALID_ETAG");
    }
}

/// The same for an edit that needs an etag: of two editors at once, one has to look again.
pub fn check_needed(violations: &mut Violations, field: &str, etag: &str) {
    if etag.is_empty() {
        violations.add(field, "REQUIRED");
    }
    check(violations, field, etag);
}

/// No etag skips the check, as the contract says.
///
/// # Errors
/// `STALE_ETAG`, with the etag that is current.
pub fn must_be_current(etag: &str, version: i64, name: &str) -> Result<()> {
    let current = of(version);
    if etag.is_empty() || etag == current {
        return Ok(());
    }
    Err(Error::Stale {
        name: name.to_owned(),
        current,
    })
}

/// The same where no etag says that there is nothing yet: what somebody made meanwhile is not written over
/// unseen. What is not there has version 0.
///
/// # Errors
/// `STALE_ETAG`, with the etag that is current.
pub fn must_be_as_seen(etag: &str, version: i64, name: &str) -> Result<()> {
    let current = match version {
        0 => String::new(),
        version => of(version),
    };
    if etag == current {
        return Ok(());
    }
    Err(Error::Stale {
        name: name.to_owned(),
        current,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etag_that_is_not_ours_is_told_apart_from_a_stale_one() {
        for (etag, is_ours) in [
            ("", true),
            ("v0", true),
            ("v12", true),
            ("*", false),
            ("v", false),
            ("v01", false),
            ("V1", false),
            ("v-", false),
        ] {
            let mut violations = Violations::new();
            check(&mut violations, "etag", etag);
            assert_eq!(violations.is_empty(), is_ours, "{etag}");
        }
        assert!(must_be_current("v1", 2, "x").is_err());
        assert!(must_be_current("v2", 2, "x").is_ok());
        assert!(must_be_current("", 2, "x").is_ok());
        assert!(must_be_as_seen("", 0, "x").is_ok());
        assert!(must_be_as_seen("", 2, "x").is_err());
        assert!(must_be_as_seen("v2", 2, "x").is_ok());
    }
}
