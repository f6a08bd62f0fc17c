//! Kinds of application: a campaign may have several, each filled by a form of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use chassis::violation::Violations;
use serde::{Deserialize, Serialize};

use super::form::FormRevision;
use super::labels::Labels;

/// More than anybody can choose from at a glance, and far more than the test of teachers has.
pub const MAX_KINDS: usize = 50;

/// One kind, as campaign data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationKind {
    pub code: String,
    pub title: Labels,
    /// `forms/{form}/revisions/{revision}`.
    pub form_revision: String,
}

/// Published forms by their names.
pub type Forms = BTreeMap<String, Arc<FormRevision>>;

/// Everything wrong with the kinds of a campaign, by the paths of CreateCampaign.
pub fn violations(kinds: &[ApplicationKind], programme: &str, forms: &Forms) -> Violations {
    let mut wrong = Violations::new();
    if kinds.len() > MAX_KINDS {
        let max = [("max", MAX_KINDS.to_string())];
        wrong.add_with("campaign.application_kinds", "TOO_MANY", max);
    }
    for (at, kind) in kinds.iter().enumerate().take(MAX_KINDS) {
        let path = format!("campaign.application_kinds[{at}]");
        let field = format!("{path}.code");
        if kind.code.is_empty() {
            wrong.add(field, "REQUIRED");
        } else if !chassis::name::is_id(&kind.code) {
            wrong.add(field, "CODE_INVALID");
        } else if kinds[..at].iter().any(|it| it.code == kind.code) {
            wrong.add(field, "VALUE_TWICE");
        }
        if !kind.title.is_complete() {
            wrong.add(format!("{path}.title"), "REQUIRED");
        }
        let field = format!("{path}.form_revision");
        match forms.get(&kind.form_revision) {
            _ if kind.form_revision.is_empty() => drop(wrong.add(field, "REQUIRED")),
            Some(form) if form.programme == programme => {}
            _ => drop(wrong.add(field, "UNKNOWN_VALUE")),
        }
    }
    wrong
}

/// What is wrong with the kind that somebody chose, by the path of CreateApplication.
pub fn choice(kinds: &[ApplicationKind], chosen: &str) -> Violations {
    let reason = match (kinds.is_empty(), chosen.is_empty()) {
        (true, true) => return Violations::new(),
        (true, false) => "NOT_ASKED",
        (false, true) => "REQUIRED",
        (false, false) if kinds.iter().any(|kind| kind.code == chosen) => {
            return Violations::new();
        }
        (false, false) => "UNKNOWN_VALUE",
    };
    Violations::one("application.kind", reason)
}

/// Whether an application that was opened under the first could be without its kind, or its form,
/// under the second.
pub fn are_taken_away(before: &[ApplicationKind], after: &[ApplicationKind]) -> bool {
    let stays = |kind: &ApplicationKind| after.iter().any(|it| it.code == kind.code);
    before.is_empty() != after.is_empty() || !before.iter().all(stays)
}

#[cfg(test)]
mod tests {
    use super::super::form;
    use super::*;

    const FORM: &str = "forms/reserve-questionnaire/revisions/1";

    fn kind(code: &str) -> ApplicationKind {
        let text = || "Түрі".to_owned();
        ApplicationKind {
            code: code.into(),
            title: Labels {
                kk: text(),
                ru: text(),
                en: text(),
            },
            form_revision: FORM.into(),
        }
    }

    fn told(kinds: &[ApplicationKind]) -> Vec<(String, &'static str)> {
        let forms = Forms::from([(FORM.to_owned(), form::find(FORM).expect("a form").clone())]);
        let found = violations(kinds, "reserve", &forms).into_iter();
        found.map(|it| (it.field, it.reason)).collect()
    }

    #[test]
    fn everything_wrong_with_kinds_is_told_at_once() {
        assert_eq!(told(&[kind("PRESCHOOL"), kind("HEAD")]), []);
        let untitled = ApplicationKind {
            title: Labels::default(),
            form_revision: "forms/other/revisions/1".into(),
            ..kind("HEAD")
        };
        let formless = ApplicationKind {
            form_revision: String::new(),
            ..kind("")
        };
        let found = told(&[kind("HEAD"), untitled, kind("ҰБТ"), formless]);
        let at = |at: usize, field: &str| format!("campaign.application_kinds[{at}].{field}");
        let expected = [
            (at(1, "code"), "VALUE_TWICE"),
            (at(1, "title"), "REQUIRED"),
            (at(1, "form_revision"), "UNKNOWN_VALUE"),
            (at(2, "code"), "CODE_INVALID"),
            (at(3, "code"), "REQUIRED"),
            (at(3, "form_revision"), "REQUIRED"),
        ];
        assert_eq!(found, expected);
        let many: Vec<_> = (0..51).map(|at| kind(&format!("K{at}"))).collect();
        assert_eq!(
            told(&many),
            [("campaign.application_kinds".into(), "TOO_MANY")]
        );
    }

    #[test]
    fn a_form_of_another_programme_is_not_taken() {
        let forms = Forms::from([(FORM.to_owned(), form::find(FORM).expect("a form").clone())]);
        assert!(!violations(&[kind("HEAD")], "nqt", &forms).is_empty());
    }

    #[test]
    fn a_kind_is_chosen_where_there_are_some_and_only_there() {
        let kinds = [kind("PRESCHOOL"), kind("HEAD")];
        let told = |kinds: &[ApplicationKind], chosen: &str| {
            let found = choice(kinds, chosen).into_iter().next();
            found.map(|it| it.reason)
        };
        assert_eq!(told(&kinds, "HEAD"), None);
        assert_eq!(told(&kinds, "head"), Some("UNKNOWN_VALUE"));
        assert_eq!(told(&kinds, ""), Some("REQUIRED"));
        assert_eq!(told(&[], "HEAD"), Some("NOT_ASKED"));
        assert_eq!(told(&[], ""), None);
    }

    #[test]
    fn kinds_come_and_titles_change_and_nothing_goes_from_under_people() {
        let [one, two] = [kind("PRESCHOOL"), kind("HEAD")];
        let renamed = ApplicationKind {
            title: Labels::default(),
            ..one.clone()
        };
        let one = std::slice::from_ref(&one);
        assert!(!are_taken_away(one, &[two.clone(), renamed]));
        assert!(are_taken_away(one, std::slice::from_ref(&two)));
        assert!(are_taken_away(one, &[]) && are_taken_away(&[], one));
        assert!(!are_taken_away(&[], &[]));
    }
}
