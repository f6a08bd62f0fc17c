//! Who applies to colleges and what becomes of it: a function of seed and head count.

use crate::season::dice::Dice;
use crate::season::habits::Habits;
use crate::season::plan::{Fate, Planned as PlannedPerson, planned};

/// Specialties of the admission; each college offers every third.
pub const SPECIALTIES: [Specialty; 6] = [
    specialty("NURSING", false),
    specialty("ACCOUNTING", true),
    specialty("SOFTWARE", false),
    specialty("ELECTRICAL", true),
    specialty("PHARMACY", false),
    specialty("CONSTRUCTION", true),
];
/// Subjects of the certificate, in the order of [`Planned::marks`].
pub const SUBJECTS: [&str; 4] = ["KAZAKH", "ALGEBRA", "BIOLOGY", "CHEMISTRY"];
/// The exam that is held where there is one.
pub const EXAM: &str = "CREATIVE";
/// The benefit that some have, and a place is kept for.
pub const BENEFIT: &str = "DISABILITY";
/// How many wishes an application has at most.
pub const MOST_WISHES: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Specialty {
    pub code: &'static str,
    pub has_exam: bool,
}

const fn specialty(code: &'static str, has_exam: bool) -> Specialty {
    Specialty { code, has_exam }
}

/// What becomes of an application beside the plain way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Nothing in particular.
    Plain,
    /// The whole application is taken back before a college answers.
    TakesBack,
    /// The first wish is taken back.
    TakesOneBack,
    /// The college of the first wish refuses.
    IsRefused,
    /// The college of the first wish sees that it should not be there.
    IsSetAside,
    /// Wishes twice for the same, and for a fifth, before it is right.
    Mistypes,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    pub person: PlannedPerson,
    /// Places in [`SPECIALTIES`], the dearest first.
    pub wishes: Vec<usize>,
    /// In tenths: 30 to 50.
    pub marks: [u32; 4],
    /// Points of the exam, the same wherever it is sat.
    pub points: u32,
    pub has_benefit: bool,
    pub turn: Turn,
    /// Answers of the suite get lost on the way.
    pub loses_answers: bool,
    /// Declines the first offer.
    pub declines: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub applicants: Vec<Planned>,
    /// How many places each specialty has.
    pub places: usize,
}

impl Planned {
    /// What the college of a wish does with it.
    pub fn competes_at(&self, wish: usize) -> bool {
        match self.turn {
            Turn::TakesBack => false,
            Turn::TakesOneBack | Turn::IsRefused | Turn::IsSetAside => wish > 0,
            Turn::Plain | Turn::Mistypes => true,
        }
    }

    /// The result in three-thousandths, as the formula says: the mean of Kazakh, algebra and the better of
    /// biology and chemistry, and a hundredth of the points where there is an exam.
    pub fn result(&self, has_exam: bool) -> u32 {
        let [kazakh, algebra, biology, chemistry] = self.marks;
        let marks = kazakh + algebra + biology.max(chemistry);
        let points = if has_exam { self.points } else { 0 };
        // A tenth of a mark is a thirtieth of the mean, and a point a hundredth of it.
        marks * 100 + points * 30
    }

    /// A mark as people write it.
    pub fn mark(tenths: u32) -> String {
        match tenths % 10 {
            0 => (tenths / 10).to_string(),
            part => format!("{}.{part}", tenths / 10),
        }
    }
}

impl Plan {
    pub fn new(seed: u64, head_count: usize) -> Self {
        let applicant = |number: usize| {
            let mut dice = Dice::about(seed, &format!("applicant {number}"));
            let mut order: Vec<usize> = (0..SPECIALTIES.len()).collect();
            dice.shuffle(&mut order);
            let wishes = order.into_iter().take(dice.between(1, MOST_WISHES));
            let mut mark = || u32::try_from(dice.between(6, 10)).unwrap_or(6) * 5;
            let marks = [mark(), mark(), mark(), mark()];
            Planned {
                person: planned(seed, number, Fate::Accepted, Habits::default(), 0),
                wishes: wishes.collect(),
                marks,
                points: u32::try_from(dice.between(20, 100)).unwrap_or(20),
                has_benefit: number % 9 == 4,
                turn: match number % 16 {
                    3 => Turn::TakesBack,
                    6 => Turn::TakesOneBack,
                    9 => Turn::IsRefused,
                    11 => Turn::IsSetAside,
                    14 => Turn::Mistypes,
                    _ => Turn::Plain,
                },
                loses_answers: dice.below(100) < 20,
                declines: number % 5 == 2,
            }
        };
        Self {
            applicants: (0..head_count).map(applicant).collect(),
            places: (head_count / (2 * SPECIALTIES.len())).max(2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_admission_with_everything_in_it() {
        assert_eq!(Plan::new(7, 40), Plan::new(7, 40));
        let plan = Plan::new(7, 24);
        for turn in [
            Turn::TakesBack,
            Turn::TakesOneBack,
            Turn::IsRefused,
            Turn::IsSetAside,
            Turn::Mistypes,
        ] {
            assert!(plan.applicants.iter().any(|it| it.turn == turn), "{turn:?}");
        }
        let any = |so: fn(&Planned) -> bool| plan.applicants.iter().any(so);
        assert!(any(|it| it.has_benefit) && any(|it| it.declines) && any(|it| it.wishes.len() > 3));
        assert_eq!(Planned::mark(45), "4.5");
        assert_eq!(Planned::mark(50), "5");
    }
}
