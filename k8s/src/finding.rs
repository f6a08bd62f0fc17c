//! What is wrong: in which overlay and files, with which object, by which rule.

use std::fmt;

use crate::object::Object;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// `prod`, or a file that is no overlay's.
    pub place: String,
    /// `Deployment/gateway`; empty where it is no object.
    pub object: String,
    pub rule: &'static str,
    pub what: String,
}

impl Finding {
    pub fn of(object: &Object, rule: &'static str, what: impl Into<String>) -> Self {
        Self {
            place: object.overlay.clone(),
            object: object.title(),
            rule,
            what: what.into(),
        }
    }

    /// Where it is no object's fault alone.
    pub fn at(place: &str, rule: &'static str, what: impl Into<String>) -> Self {
        Self {
            place: place.to_owned(),
            object: String::new(),
            rule,
            what: what.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            place,
            object,
            rule,
            what,
        } = self;
        match object.as_str() {
            "" => write!(f, "{place}: {rule}: {what}"),
            object => write!(f, "{place}: {object}: {rule}: {what}"),
        }
    }
}
