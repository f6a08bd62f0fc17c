//! Quotas: limits inside a session's capacity, and what sort of seat a person needs.

use serde::{Deserialize, Serialize};

use super::session::Language;
use super::words;

/// Quotas of one session at most.
pub const MOST_QUOTAS: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    pub id: String,
    pub kind: Kind,
    /// The code of the class or the subject, the language; empty for accessible workstations.
    pub value: String,
    pub size: i32,
    /// The table's check keeps it within the size.
    pub taken: i32,
}

/// What seats are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    SeatClass,
    LanguageForm,
    Subject,
    AccessibleWorkstation,
}

words!(Kind {
    SeatClass = "SEAT_CLASS",
    LanguageForm = "LANGUAGE_FORM",
    Subject = "SUBJECT",
    AccessibleWorkstation = "ACCESSIBLE_WORKSTATION",
});

impl Kind {
    /// The field of a booking that chooses among seats of this kind.
    pub fn field(self) -> &'static str {
        match self {
            Self::SeatClass => "seat_class",
            Self::LanguageForm => "language",
            Self::Subject => "subject",
            Self::AccessibleWorkstation => "accessible",
        }
    }
}

impl Quota {
    pub fn seats_left(&self) -> i32 {
        self.size - self.taken
    }
}

/// What sort of seat a person needs. Why somebody needs an accessible one is asked by nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needs {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat_class: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub accessible: bool,
}

/// A need that a session can't meet at all, full or not: the field and the reason.
pub type Unmet = (&'static str, &'static str);

impl Needs {
    /// What is wanted of one kind, as the quota writes it.
    fn wanted(&self, kind: Kind) -> Option<&str> {
        match kind {
            Kind::SeatClass => self.seat_class.as_deref(),
            Kind::LanguageForm => self.language.map(Language::as_str),
            Kind::Subject => self.subject.as_deref(),
            Kind::AccessibleWorkstation => self.accessible.then_some(""),
        }
    }

    /// The quotas that a seat of this sort takes one of each, in the order of their ids. `form` is
    /// the language of the whole session, where it has one.
    ///
    /// # Errors
    /// Every need that the session can't meet, `QUOTA_UNKNOWN`; every choice that is missing,
    /// `REQUIRED`.
    pub fn quotas<'a>(
        &self,
        form: Option<Language>,
        quotas: &'a [Quota],
    ) -> Result<Vec<&'a Quota>, Vec<Unmet>> {
        let (mut taken, mut unmet) = (Vec::new(), Vec::new());
        for kind in Kind::ALL.iter().copied() {
            let sorts: Vec<&Quota> = quotas.iter().filter(|it| it.kind == kind).collect();
            match (self.wanted(kind), sorts.as_slice()) {
                (None, []) => {}
                // Nobody has to say that they need an accessible workstation.
                (None, _) if kind == Kind::AccessibleWorkstation => {}
                (None, [only]) => taken.push(*only),
                (None, _) => unmet.push((kind.field(), "REQUIRED")),
                (Some(_), []) if kind == Kind::LanguageForm && self.fits_form(form) => {}
                (Some(value), _) => match sorts.iter().find(|it| it.value == value) {
                    Some(found) => taken.push(*found),
                    None => unmet.push((kind.field(), "QUOTA_UNKNOWN")),
                },
            }
        }
        taken.sort_by(|a, b| a.id.cmp(&b.id));
        if unmet.is_empty() {
            Ok(taken)
        } else {
            Err(unmet)
        }
    }

    fn fits_form(&self, form: Option<Language>) -> bool {
        form.is_none() || form == self.language
    }
}

/// What is wrong with the quotas of a session to be made: the field and the reason.
pub fn wrong_quotas(quotas: &[Quota], capacity: i32) -> Vec<(String, &'static str)> {
    let mut wrong = Vec::new();
    for (at, quota) in quotas.iter().enumerate() {
        let mut add = |field: &str, reason| wrong.push((format!("quotas[{at}].{field}"), reason));
        let before = &quotas[..at];
        if before.iter().any(|it| it.id == quota.id) {
            add("id", "QUOTA_REPEATED");
        }
        let same = |it: &Quota| it.kind == quota.kind && it.value == quota.value;
        if before.iter().any(same) {
            add("value", "QUOTA_REPEATED");
        }
        match (quota.kind, quota.value.as_str()) {
            (Kind::AccessibleWorkstation, "") => {}
            (Kind::AccessibleWorkstation, _) => add("value", "UNKNOWN_VALUE"),
            (_, "") => add("value", "REQUIRED"),
            (Kind::LanguageForm, value) if Language::from_word(value).is_none() => {
                add("value", "UNKNOWN_VALUE");
            }
            (_, value) if !chassis::name::is_id(value) => add("value", "INVALID_FORMAT"),
            _ => {}
        }
        if quota.size < 0 {
            add("size", "OUT_OF_RANGE");
        } else if quota.size > capacity {
            add("size", "OVER_CAPACITY");
        }
    }
    wrong
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn quota(id: &str, kind: Kind, value: &str) -> Quota {
        Quota {
            id: id.into(),
            kind,
            value: value.into(),
            size: 2,
            taken: 0,
        }
    }

    fn forms() -> Vec<Quota> {
        vec![
            quota("b-kk", Kind::LanguageForm, "kk"),
            quota("c-ru", Kind::LanguageForm, "ru"),
            quota("a-wide", Kind::AccessibleWorkstation, ""),
            quota("d-computer", Kind::SeatClass, "computer"),
        ]
    }

    fn ids(found: Result<Vec<&Quota>, Vec<Unmet>>) -> Result<Vec<String>, Vec<Unmet>> {
        found.map(|some| some.iter().map(|it| it.id.clone()).collect())
    }

    #[test]
    fn a_seat_takes_one_of_each_quota_it_needs_in_one_order() {
        let quotas = forms();
        let needs = Needs {
            language: Some(Language::Kk),
            accessible: true,
            ..Needs::default()
        };
        let all = Ok(vec!["a-wide".into(), "b-kk".into(), "d-computer".into()]);
        assert_eq!(ids(needs.quotas(None, &quotas)), all);
        let plain = Needs {
            accessible: false,
            ..needs
        };
        let two = Ok(vec!["b-kk".into(), "d-computer".into()]);
        assert_eq!(ids(plain.quotas(None, &quotas)), two);
    }

    #[test]
    fn every_need_that_is_not_met_is_told() {
        let needs = Needs {
            seat_class: Some("balcony".into()),
            subject: Some("history".into()),
            ..Needs::default()
        };
        assert_eq!(
            needs.quotas(None, &forms()),
            Err(vec![
                ("seat_class", "QUOTA_UNKNOWN"),
                ("language", "REQUIRED"),
                ("subject", "QUOTA_UNKNOWN"),
            ])
        );
        let accessible = Needs {
            accessible: true,
            ..Needs::default()
        };
        assert_eq!(
            accessible.quotas(None, &[]),
            Err(vec![("accessible", "QUOTA_UNKNOWN")])
        );
    }

    #[test]
    fn a_session_without_quotas_takes_everybody_who_reads_its_language() {
        let kazakh = Needs {
            language: Some(Language::Kk),
            ..Needs::default()
        };
        assert_eq!(kazakh.quotas(None, &[]), Ok(vec![]));
        assert_eq!(kazakh.quotas(Some(Language::Kk), &[]), Ok(vec![]));
        assert_eq!(
            kazakh.quotas(Some(Language::Ru), &[]),
            Err(vec![("language", "QUOTA_UNKNOWN")])
        );
        assert_eq!(Needs::default().quotas(Some(Language::Ru), &[]), Ok(vec![]));
    }

    #[test]
    fn wrong_quotas_are_told_all_at_once() {
        let mut quotas = forms();
        assert_eq!(wrong_quotas(&quotas, 10), []);
        quotas.push(quota("b-kk", Kind::LanguageForm, "ru"));
        quotas.push(quota("e", Kind::LanguageForm, "de"));
        quotas.push(quota("f", Kind::AccessibleWorkstation, "wide"));
        quotas.push(quota("g", Kind::Subject, ""));
        quotas[3].size = 11;
        assert_eq!(
            wrong_quotas(&quotas, 10),
            [
                ("quotas[3].size".to_owned(), "OVER_CAPACITY"),
                ("quotas[4].id".to_owned(), "QUOTA_REPEATED"),
                ("quotas[4].value".to_owned(), "QUOTA_REPEATED"),
                ("quotas[5].value".to_owned(), "UNKNOWN_VALUE"),
                ("quotas[6].value".to_owned(), "UNKNOWN_VALUE"),
                ("quotas[7].value".to_owned(), "REQUIRED"),
            ]
        );
    }

    #[test]
    fn needs_are_kept_as_small_as_they_are() {
        let written = |needs: &Needs| serde_json::to_string(needs).expect("needs");
        assert_eq!(written(&Needs::default()), "{}");
        let needs = Needs {
            language: Some(Language::Kk),
            accessible: true,
            ..Needs::default()
        };
        assert_eq!(written(&needs), r#"{"language":"kk","accessible":true}"#);
        let read: Needs = serde_json::from_str(&written(&needs)).expect("needs");
        assert_eq!(read, needs);
    }
}
