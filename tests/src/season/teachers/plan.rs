//! Who takes part in a round and what they are going to do: a function of seed and head count.

use crate::season::dice::Dice;
use crate::season::habits::Habits;
use crate::season::plan::{Fate, Planned as PlannedPerson, planned};

/// A kind of application, with the sections that its form has beside the personal one and the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    pub code: &'static str,
    /// The last part of the name of its form.
    pub form: &'static str,
    pub place: Place,
    pub asks: Asks,
}

/// Where the person works or studies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Employer,
    EmployerOfHead,
    University,
    College,
}

/// What the test is to be about: nothing to choose, a subject, or a kind of subject first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    Nothing,
    Subject,
    KindOfSubject,
}

const fn kind(code: &'static str, form: &'static str, place: Place, asks: Asks) -> Kind {
    Kind {
        code,
        form,
        place,
        asks,
    }
}

#[rustfmt::skip]
pub const KINDS: [Kind; 12] = [
    kind("PRESCHOOL", "preschool", Place::Employer, Asks::Nothing),
    kind("PRESCHOOL_METHODIST", "preschool-methodist", Place::Employer, Asks::Nothing),
    kind("GENERAL_SECONDARY", "general-secondary", Place::Employer, Asks::Subject),
    kind("METHODIST", "methodist", Place::Employer, Asks::Subject),
    kind("ADDITIONAL_EDU", "additional-edu", Place::Employer, Asks::Nothing),
    kind("BOARDING_EDUCATOR", "boarding-educator", Place::Employer, Asks::Nothing),
    kind("SPECIAL_EDUCATOR", "special-educator", Place::Employer, Asks::Nothing),
    kind("ADDITIONAL_EDU_METHODIST", "additional-edu-methodist", Place::Employer, Asks::Nothing),
    kind("TVET", "tvet", Place::Employer, Asks::KindOfSubject),
    kind("HEAD", "head", Place::EmployerOfHead, Asks::Nothing),
    kind("HEI_STUDENT", "hei-student", Place::University, Asks::Subject),
    kind("COLLEGE_STUDENT", "college-student", Place::College, Asks::Subject),
];

/// Subjects that are tested in; every session has forms in each.
pub const SUBJECTS: [&str; 3] = ["MATHEMATICS", "PHYSICS", "KAZAKH"];

/// What goes on beside the plain way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Turns {
    /// Types a number of an organisation that fails its check digit, and a section of another kind.
    pub mistypes: bool,
    /// Changes the language after it was accepted.
    pub edits: bool,
    /// Deletes the application with its seat and applies again.
    pub deletes: bool,
    pub needs_access: bool,
    pub stays_away: bool,
    pub appeals: bool,
    /// Answers of the suite get lost on the way.
    pub loses_answers: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    pub person: PlannedPerson,
    pub kind: Kind,
    /// Empty where the kind asks for none.
    pub subject: &'static str,
    /// `KK` or `RU`, as the form has it.
    pub language: &'static str,
    pub turns: Turns,
    /// Of the content of the subject, and of the methods of teaching.
    pub scores: [u32; 2],
}

#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub teachers: Vec<Planned>,
}

/// The best scores in the two.
pub const HIGHEST: [u32; 2] = [70, 30];

impl Planned {
    /// The direction in which the person is measured.
    pub fn direction(&self) -> &'static str {
        match self.kind.place {
            Place::EmployerOfHead => "HEADS",
            Place::Employer | Place::University | Place::College => "",
        }
    }
}

impl Plan {
    /// Of every kind there is somebody where there are twelve people or more.
    pub fn new(seed: u64, head_count: usize) -> Self {
        let teacher = |number: usize| {
            let mut dice = Dice::about(seed, &format!("teacher {number}"));
            let kind = KINDS[number % KINDS.len()];
            let has_subject = kind.asks != Asks::Nothing;
            let deals = |dice: &mut Dice, percent| dice.below(100) < percent;
            Planned {
                person: planned(seed, number, Fate::Accepted, Habits::default(), 0),
                kind,
                subject: match has_subject {
                    true => dice.pick(&SUBJECTS),
                    false => "",
                },
                language: dice.pick(&["KK", "KK", "RU"]),
                turns: Turns {
                    mistypes: deals(&mut dice, 25),
                    edits: deals(&mut dice, 25),
                    deletes: number % 8 == 5,
                    needs_access: number % 10 == 3,
                    stays_away: number % 12 == 7,
                    appeals: number % 6 == 2,
                    loses_answers: deals(&mut dice, 20),
                },
                scores: [
                    u32::try_from(dice.between(20, 68)).unwrap_or(20),
                    u32::try_from(dice.between(10, 28)).unwrap_or(10),
                ],
            }
        };
        Self {
            teachers: (0..head_count).map(teacher).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_round_with_everything_in_it() {
        assert_eq!(Plan::new(7, 40), Plan::new(7, 40));
        let plan = Plan::new(7, 24);
        for kind in KINDS {
            assert!(plan.teachers.iter().any(|it| it.kind == kind), "{kind:?}");
        }
        let any = |turn: fn(&Turns) -> bool| plan.teachers.iter().any(|it| turn(&it.turns));
        assert!(any(|it| it.edits) && any(|it| it.deletes) && any(|it| it.mistypes));
        assert!(any(|it| it.needs_access) && any(|it| it.stays_away) && any(|it| it.appeals));
    }
}
