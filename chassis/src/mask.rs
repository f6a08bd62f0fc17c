//! Personal data as types whose `Debug` and `Display` never show the value.

use std::fmt;

/// A value that must not reach a log, a trace or a panic message.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Masked<T>(T);

impl<T> Masked<T> {
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for the database, for the person it belongs to, and nothing else.
    pub fn reveal(&self) -> &T {
        &self.0
    }

    pub fn into_revealed(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Masked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// An e-mail address, lower-cased, of a plausible shape. Proven only by a message that arrived.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// # Errors
    /// `EMAIL_INVALID` where no mailbox can have this address.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim().to_lowercase();
        let Some((local, domain)) = text.rsplit_once('@') else {
            return Err("EMAIL_INVALID");
        };
        let good_local = (1..=64).contains(&local.len())
            && local
                .chars()
                .all(|c| !c.is_whitespace() && !c.is_control() && !"@,;<>()[]\\\"".contains(c))
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..");
        let good_label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let good_domain =
            domain.len() <= 255 && domain.contains('.') && domain.split('.').all(good_label);
        if good_local && good_domain {
            Ok(Self(text))
        } else {
            Err("EMAIL_INVALID")
        }
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***@***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_value_is_not_printed() {
        assert_eq!(format!("{:?}", Masked::new("010101100008")), "***");
        assert_eq!(
            format!("{:?}", Email::parse("a@b.kz").expect("an address")),
            "***@***"
        );
    }

    #[test]
    fn addresses_that_no_mailbox_can_have_are_refused() {
        for bad in [
            "",
            "a",
            "a@b",
            "@b.kz",
            "a@",
            "a b@c.kz",
            "a@-b.kz",
            "a..b@c.kz",
            "a@b..kz",
            "a@b.kz\r\nBcc: x@y.kz",
        ] {
            assert_eq!(Email::parse(bad), Err("EMAIL_INVALID"), "{bad:?}");
        }
        assert_eq!(
            Email::parse(" Aigerim@Example.KZ ")
                .expect("an address")
                .reveal(),
            "aigerim@example.kz"
        );
    }
}
