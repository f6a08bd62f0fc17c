//! Quotas: limits inside a session's capacity, and what sort of seat a person needs.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::session::Language;
use super::words;

/// Seats can be kept for no longer than this before the start.
pub const LONGEST_NOTICE: SignedDuration = SignedDuration::from_hours(30 * 24);

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
    /// Of ordinary seats: when the others are given to anybody; the session's own time otherwise.
    pub release: Release,
}

/// Until when ordinary seats are limited, so that the others are kept for those who need them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Release {
    /// So long before the start; none keeps them to the end.
    pub notice: Option<SignedDuration>,
    /// Whether that time has come.
    pub is_over: bool,
}

impl Release {
    pub fn at(notice: Option<SignedDuration>, start: Timestamp, now: Timestamp) -> Self {
        Self {
            notice,
            is_over: notice.is_some_and(|notice| now.duration_until(start) <= notice),
        }
    }
}

/// What seats are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    SeatClass,
    LanguageForm,
    Subject,
    AccessibleWorkstation,
    OrdinarySeat,
}

words!(Kind {
    SeatClass = "SEAT_CLASS",
    LanguageForm = "LANGUAGE_FORM",
    Subject = "SUBJECT",
    AccessibleWorkstation = "ACCESSIBLE_WORKSTATION",
    OrdinarySeat = "ORDINARY_SEAT",
});

impl Kind {
    /// The field of a booking that chooses among seats of this kind.
    pub fn field(self) -> &'static str {
        match self {
            Self::SeatClass => "seat_class",
            Self::LanguageForm => "language",
            Self::Subject => "subject",
            Self::AccessibleWorkstation | Self::OrdinarySeat => "accessible",
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
    /// Whether the subject is the one that was applied for and not a choice: then a session that tells no
    /// subjects apart will do.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub applied: bool,
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
            Kind::OrdinarySeat => (!self.accessible).then_some(""),
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
            let sorts = quotas.iter().filter(|it| it.kind == kind);
            let sorts: Vec<&Quota> = sorts.filter(|it| !it.release.is_over).collect();
            match (self.wanted(kind), sorts.as_slice()) {
                (None, []) => {}
                // Nobody has to say that they need an accessible workstation.
                (None, _) if kind == Kind::AccessibleWorkstation => {}
                // Who needs one takes no ordinary seat, and where none are kept there is no limit.
                (None, _) | (Some(_), []) if kind == Kind::OrdinarySeat => {}
                (None, [only]) => taken.push(*only),
                (None, _) => unmet.push((kind.field(), "REQUIRED")),
                (Some(_), []) if kind == Kind::LanguageForm && self.fits_form(form) => {}
                (Some(_), []) if kind == Kind::Subject && self.applied => {}
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
            (Kind::AccessibleWorkstation | Kind::OrdinarySeat, "") => {}
            (Kind::AccessibleWorkstation | Kind::OrdinarySeat, _) => add("value", "UNKNOWN_VALUE"),
            (_, "") => add("value", "REQUIRED"),
            (Kind::LanguageForm, value) if Language::from_word(value).is_none() => {
                add("value", "UNKNOWN_VALUE");
            }
            (_, value) if !chassis::name::is_id(value) => add("value", "INVALID_FORMAT"),
            _ => {}
        }
        let allowed = SignedDuration::ZERO..=LONGEST_NOTICE;
        let is_kept = quota.kind == Kind::OrdinarySeat;
        match quota.release.notice {
            Some(notice) if !is_kept || !allowed.contains(&notice) => {
                add("release_notice", "OUT_OF_RANGE");
            }
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
            release: Release::default(),
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
    fn seats_are_kept_from_those_who_need_no_special_one_until_they_are_released() {
        let mut quotas = forms();
        quotas.push(quota("e-others", Kind::OrdinarySeat, ""));
        let plain = Needs {
            language: Some(Language::Kk),
            ..Needs::default()
        };
        let accessible = Needs {
            accessible: true,
            ..plain.clone()
        };
        let has = |needs: &Needs, quotas: &[Quota]| {
            let found = ids(needs.quotas(None, quotas)).expect("quotas");
            found.contains(&"e-others".to_owned())
        };
        assert!(has(&plain, &quotas));
        assert!(!has(&accessible, &quotas));
        quotas[4].release.is_over = true;
        assert!(!has(&plain, &quotas));
        assert!(!has(&accessible, &quotas));
    }

    #[test]
    fn the_release_comes_so_long_before_the_start() {
        let at = |second| Timestamp::from_second(second).expect("an instant");
        let hour = Some(SignedDuration::from_hours(1));
        let is_over = |notice, now| Release::at(notice, at(10_000), at(now)).is_over;
        assert!(!is_over(hour, 6_399));
        assert!(is_over(hour, 6_400));
        assert!(is_over(hour, 20_000));
        assert!(!is_over(None, 20_000));
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
        quotas[2].release.notice = Some(SignedDuration::from_hours(1));
        let mut others = quota("h", Kind::OrdinarySeat, "");
        others.release.notice = Some(SignedDuration::from_hours(721));
        quotas.push(others);
        assert_eq!(
            wrong_quotas(&quotas, 10),
            [
                ("quotas[2].release_notice".to_owned(), "OUT_OF_RANGE"),
                ("quotas[3].size".to_owned(), "OVER_CAPACITY"),
                ("quotas[4].id".to_owned(), "QUOTA_REPEATED"),
                ("quotas[4].value".to_owned(), "QUOTA_REPEATED"),
                ("quotas[5].value".to_owned(), "UNKNOWN_VALUE"),
                ("quotas[6].value".to_owned(), "UNKNOWN_VALUE"),
                ("quotas[7].value".to_owned(), "REQUIRED"),
                ("quotas[8].release_notice".to_owned(), "OUT_OF_RANGE"),
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
