//! What a person wants by mail, and what goes by mail whatever they want.

use std::collections::BTreeSet;

use jiff::Timestamp;

/// Kinds about the safety of an account, and about what others do in the person's name. Who got in could
/// mute them before anything else, so nobody can.
pub const ALWAYS_MAILED: [&str; 9] = [
    "ACCOUNT_RELEASED",
    "REGISTRATION_REPEATED",
    "PASSWORD_CHANGED",
    "PASSWORD_RECOVERED",
    "EMAIL_CHANGED",
    "EMAIL_CHANGE_STARTED",
    "ROLES_CHANGED",
    "APPLICATION_OPENED_BY_BOARD",
    "APPLICATION_SENT_BY_BOARD",
];

/// One person's choice; the default is everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailPreference {
    /// Names of kinds.
    pub muted: BTreeSet<String>,
    /// 0 where nobody chose yet.
    pub version: i64,
    pub updated: Option<Timestamp>,
}

impl MailPreference {
    /// Whether a message of this kind goes by mail.
    pub fn wants(&self, kind: &str) -> bool {
        is_always_mailed(kind) || !self.muted.contains(kind)
    }

    pub fn etag(&self) -> String {
        format!("v{}", self.version)
    }
}

pub fn is_always_mailed(kind: &str) -> bool {
    ALWAYS_MAILED.contains(&kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_muted_stays_in_the_inbox_but_safety_always_goes_by_mail() {
        let mut preference = MailPreference::default();
        assert!(preference.wants("BOOKING_REMINDER"));
        preference.muted = ["BOOKING_REMINDER", "PASSWORD_CHANGED"]
            .map(str::to_owned)
            .into();
        assert!(!preference.wants("BOOKING_REMINDER"));
        assert!(preference.wants("BOOKING_MOVED"));
        assert!(preference.wants("PASSWORD_CHANGED"), "whoever wrote that");
    }
}
