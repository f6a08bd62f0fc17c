//! What an application says of the seat that its person needs, and what that means for a choice and for
//! a seat that is had already. The application is the person's word on it: a choice that says otherwise
//! is a mistake, and what was left open is as it says.

use super::quota::Needs;
use super::session::Language;

/// A choice that is not the application's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    pub field: &'static str,
    /// What the application says.
    pub on_file: String,
}

impl Needs {
    /// What is needed once the application was asked, and every choice that says otherwise. Who needs an
    /// accessible workstation needs one, whatever was chosen; who only wants one may.
    pub fn under(self, applied: &Needs) -> (Needs, Vec<Contradiction>) {
        let mut against = Vec::new();
        let language = self.language.map(Language::as_str);
        let form = applied.language.map(Language::as_str);
        for (field, chosen, on_file) in [
            ("language", language, form),
            (
                "subject",
                self.subject.as_deref(),
                applied.subject.as_deref(),
            ),
        ] {
            match (chosen, on_file) {
                (Some(chosen), Some(on_file)) if chosen != on_file => against.push(Contradiction {
                    field,
                    on_file: on_file.to_owned(),
                }),
                _ => {}
            }
        }
        let needs = Needs {
            language: applied.language.or(self.language),
            accessible: applied.accessible || self.accessible,
            applied: applied.subject.is_some(),
            subject: applied.subject.clone().or(self.subject),
            seat_class: self.seat_class,
        };
        (needs, against)
    }

    /// In which fields a seat of this sort is not what the application asks for: it was edited since the
    /// seat was taken.
    pub fn unfit(&self, applied: &Needs) -> Vec<&'static str> {
        let mut fields = Vec::new();
        if applied.language.is_some() && applied.language != self.language {
            fields.push("language");
        }
        if applied.subject.is_some() && applied.subject != self.subject {
            fields.push("subject");
        }
        if applied.accessible && !self.accessible {
            fields.push("accessible");
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::quota::tests::quota;
    use crate::domain::quota::{Kind, Quota};

    fn needs(language: Option<Language>, subject: &str, accessible: bool) -> Needs {
        Needs {
            language,
            subject: (!subject.is_empty()).then(|| subject.to_owned()),
            accessible,
            ..Needs::default()
        }
    }

    /// Every sort of seat that these few words can say.
    fn all() -> Vec<Needs> {
        let mut all = Vec::new();
        for language in [None, Some(Language::Kk), Some(Language::Ru)] {
            for subject in ["", "PHYSICS", "HISTORY"] {
                for accessible in [false, true] {
                    all.push(needs(language, subject, accessible));
                }
            }
        }
        all
    }

    #[test]
    fn what_was_left_open_is_as_the_application_says() {
        let applied = needs(Some(Language::Kk), "PHYSICS", true);
        let chosen = Needs {
            seat_class: Some("computer".into()),
            ..Needs::default()
        };
        let (got, against) = chosen.under(&applied);
        assert_eq!(against, []);
        let expected = Needs {
            seat_class: Some("computer".into()),
            applied: true,
            ..applied
        };
        assert_eq!(got, expected);
    }

    #[test]
    fn every_choice_that_says_otherwise_is_told_with_what_is_on_file() {
        let applied = needs(Some(Language::Kk), "PHYSICS", false);
        let (_, against) = needs(Some(Language::Ru), "HISTORY", false).under(&applied);
        let told: Vec<_> = against.iter().map(|it| (it.field, &*it.on_file)).collect();
        assert_eq!(told, [("language", "kk"), ("subject", "PHYSICS")]);
    }

    /// Whatever was chosen and whatever was applied for: the seat that comes of it fits, asking twice
    /// changes nothing, and only another word is a contradiction.
    #[test]
    fn what_comes_of_a_choice_always_fits_the_application() {
        for applied in &all() {
            for chosen in all() {
                let (got, against) = chosen.clone().under(applied);
                assert_eq!(
                    got.unfit(applied),
                    Vec::<&str>::new(),
                    "{chosen:?} {applied:?}"
                );
                assert_eq!(got.clone().under(applied), (got.clone(), Vec::new()));
                assert_eq!(got.accessible, chosen.accessible || applied.accessible);
                let other = chosen.unfit(applied);
                for Contradiction { field, .. } in &against {
                    assert!(other.contains(field), "{chosen:?} {applied:?}");
                }
                if *applied == Needs::default() {
                    assert_eq!((got, against), (chosen, Vec::new()));
                }
            }
        }
    }

    #[test]
    fn a_session_that_tells_no_subjects_apart_takes_whoever_applied_for_one() {
        let (applied, _) = Needs::default().under(&needs(None, "PHYSICS", false));
        assert_eq!(applied.quotas(None, &[]), Ok(vec![]));
        // A choice of one's own has to be met.
        let chosen = needs(None, "PHYSICS", false);
        let unknown = Err(vec![("subject", "QUOTA_UNKNOWN")]);
        assert_eq!(chosen.quotas(None, &[]), unknown);
        let forms: [Quota; 1] = [quota("h", Kind::Subject, "HISTORY")];
        assert_eq!(applied.quotas(None, &forms), unknown);
    }
}
