//! Who takes part in a season and what they are going to do: a function of seed and head count.

use super::dice::Dice;
use super::habits::{self, Habits};

/// What comes of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Refused at registration.
    TooOld,
    /// Leaves the questionnaire unfinished.
    GivesUp,
    /// Submits and takes it back.
    Withdraws,
    /// Submits with less than five years of work; an expert sees it.
    LacksExperience,
    /// Uploads a forged diploma; an expert sees it.
    Forges,
    /// Uploads an illegible diploma; an expert asks for a better one.
    IsCorrected,
    Accepted,
}

/// How somebody comes to a certificate of the state language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certificate {
    /// Has one and types it in.
    Own,
    /// Gets a code and passes.
    ByCode,
    /// Gets a code, fails, takes the test again for money and types that certificate in.
    AfterFailing,
}

/// Whom a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    Kaztest,
    Qrt,
}

/// A person of the plan. Days are counted back from the day on which the season is played.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    pub number: usize,
    pub fate: Fate,
    pub habits: Habits,
    pub certificate: Certificate,
    pub system: System,
    pub female: bool,
    pub age_days: i32,
    pub family_name: &'static str,
    pub given_name: &'static str,
    pub language: &'static str,
    pub direction: &'static str,
    pub region: &'static str,
    pub nationality: &'static str,
    pub education: &'static str,
    /// Posts held, the first one first, each in days before today.
    pub posts: Vec<Post>,
    pub level: &'static str,
    /// Of the additional section, which is nobody's duty.
    pub tells_more: bool,
    /// Points out of 100 at each stage.
    pub scores: Vec<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Post {
    pub from_days_ago: i32,
    /// `None`: to the present.
    pub to_days_ago: Option<i32>,
    pub kind: &'static str,
    pub activity: &'static str,
}

/// A season to be played.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub seed: u64,
    pub people: Vec<Planned>,
    /// Who will check documents; they have accounts like everybody.
    pub experts: Vec<Planned>,
    pub places: usize,
    pub stages: usize,
}

const EXPERTS: usize = 3;
pub const DIRECTIONS: [&str; 6] = [
    "INFRA_INDUSTRY_TRADE",
    "AGRO_ENVIRONMENT",
    "FOREIGN_INVESTMENT",
    "ECONOMIC_FINANCIAL",
    "DIGITALIZATION",
    "SOCIAL_CIVIL",
];
const REGIONS: [&str; 20] = [
    "KZ-10", "KZ-11", "KZ-15", "KZ-19", "KZ-23", "KZ-27", "KZ-31", "KZ-33", "KZ-35", "KZ-39",
    "KZ-43", "KZ-47", "KZ-55", "KZ-59", "KZ-61", "KZ-62", "KZ-63", "KZ-71", "KZ-75", "KZ-79",
];
/// Invented people: a family name and a given name for each sex.
const FAMILY: [(&str, &str); 12] = [
    ("АХМЕТОВ", "АХМЕТОВА"),
    ("ОМАРОВ", "ОМАРОВА"),
    ("ЖҮНІСОВ", "ЖҮНІСОВА"),
    ("ӘБДІРАХМАНОВ", "ӘБДІРАХМАНОВА"),
    ("ҚАЛИЕВ", "ҚАЛИЕВА"),
    ("НҰРҒАЛИЕВ", "НҰРҒАЛИЕВА"),
    ("САДЫҚОВ", "САДЫҚОВА"),
    ("ТҰРСЫНОВ", "ТҰРСЫНОВА"),
    ("ИМАНОВ", "ИМАНОВА"),
    ("БАЙМҰРАТОВ", "БАЙМҰРАТОВА"),
    ("ЕСІМОВ", "ЕСІМОВА"),
    ("ХАМИТОВ", "ХАМИТОВА"),
];
const GIVEN: [(&str, &str); 10] = [
    ("АРМАН", "АЙНҰР"),
    ("БЕКЗАТ", "БАЯН"),
    ("ДАНИЯР", "ДАНА"),
    ("ЕРКІН", "ЕҢЛІК"),
    ("ЖАНДОС", "ЖАННА"),
    ("ҚАНАТ", "ҚАРЛЫҒАШ"),
    ("МАРАТ", "МӘДИНА"),
    ("НҰРЛАН", "НАЗЫМ"),
    ("САҒАТ", "САЛТАНАТ"),
    ("ТЕМІР", "ТОҒЖАН"),
];

impl Plan {
    pub fn new(seed: u64, head_count: usize) -> Self {
        let stages = 3;
        let fates = fates(seed, head_count);
        let habits = habits::deal(seed, &fates);
        let people = fates
            .into_iter()
            .zip(habits)
            .enumerate()
            .map(|(number, (fate, habits))| planned(seed, number, fate, habits, stages))
            .collect();
        let expert = |at| planned(seed, head_count + at, Fate::Accepted, Habits::default(), 0);
        Self {
            seed,
            people,
            experts: (0..EXPERTS).map(expert).collect(),
            places: (head_count / 5).clamp(3, 50),
            stages,
        }
    }

    /// How many have this fate.
    pub fn count(&self, fate: Fate) -> usize {
        self.people.iter().filter(|it| it.fate == fate).count()
    }

    /// How many of those who get as far as submitting have a habit.
    pub fn submitting_with(&self, habit: impl Fn(&Habits) -> bool) -> usize {
        let submitting = self.people.iter().filter(|it| it.fate.submits());
        submitting.filter(|it| habit(&it.habits)).count()
    }
}

impl Fate {
    pub fn submits(self) -> bool {
        !matches!(self, Self::TooOld | Self::GivesUp)
    }

    /// An expert has the last word on it.
    pub fn is_decided(self) -> bool {
        self.submits() && self != Self::Withdraws
    }

    /// In the end, after whatever correction.
    pub fn is_accepted(self) -> bool {
        matches!(self, Self::Accepted | Self::IsCorrected)
    }
}

/// In a hundred people; the rest is accepted. Of each kind there is one at least.
fn fates(seed: u64, head_count: usize) -> Vec<Fate> {
    let shares = [
        (Fate::TooOld, 4),
        (Fate::GivesUp, 4),
        (Fate::Withdraws, 3),
        (Fate::LacksExperience, 4),
        (Fate::Forges, 4),
        (Fate::IsCorrected, 12),
    ];
    let mut fates = Vec::new();
    for (fate, percent) in shares {
        let count = share(head_count, percent);
        fates.extend(std::iter::repeat_n(fate, count));
    }
    fates.resize(head_count, Fate::Accepted);
    Dice::about(seed, "fates").shuffle(&mut fates);
    fates
}

pub fn share(of: usize, percent: usize) -> usize {
    (of * percent / 100).max(1)
}

pub fn planned(seed: u64, number: usize, fate: Fate, habits: Habits, stages: usize) -> Planned {
    let mut dice = Dice::about(seed, &format!("person {number}"));
    let female = dice.below(2) == 1;
    let years = match fate {
        Fate::TooOld => dice.between(37, 50),
        _ => dice.between(24, 35),
    };
    let of = |pair: (&'static str, &'static str)| if female { pair.1 } else { pair.0 };
    let age_days = i32::try_from(years * 365 + years / 4 + dice.between(3, 300)).unwrap_or(12_000);
    Planned {
        number,
        fate,
        habits,
        certificate: match dice.below(100) {
            0..20 => Certificate::Own,
            20..30 => Certificate::AfterFailing,
            _ => Certificate::ByCode,
        },
        system: dice.pick(&[System::Kaztest, System::Qrt]),
        female,
        age_days,
        family_name: of(dice.pick(&FAMILY)),
        given_name: of(dice.pick(&GIVEN)),
        language: dice.pick(&["kk", "kk", "kk", "ru", "ru", "en"]),
        direction: dice.pick(&DIRECTIONS),
        region: dice.pick(&REGIONS),
        nationality: dice.pick(&["KAZAKH", "KAZAKH", "RUSSIAN", "UZBEK", "UYGHUR", "TATAR"]),
        education: dice.pick(&["BACHELOR", "SPECIALIST", "MASTER", "PHD"]),
        posts: posts(&mut dice, fate),
        level: dice.pick(&["B1", "B2", "C1", "C2"]),
        tells_more: dice.below(2) == 0,
        scores: (0..stages).map(|_| score(&mut dice)).collect(),
    }
}

/// The posts of five to ten years, or of one or two; some overlap and some leave gaps.
fn posts(dice: &mut Dice, fate: Fate) -> Vec<Post> {
    let days = match fate {
        Fate::LacksExperience => dice.between(400, 800),
        _ => dice.between(2_100, 3_400),
    };
    let days = i32::try_from(days).unwrap_or(2_100);
    let count = i32::try_from(dice.between(1, 3)).unwrap_or(1);
    let kinds = [
        "SPECIALIST",
        "EXPERT",
        "HEAD_OF_UNIT",
        "DEPUTY_HEAD",
        "ACADEMIC",
    ];
    let activities = [
        "CIVIL_SERVICE",
        "PRIVATE",
        "QUASI_PUBLIC",
        "PUBLIC_INSTITUTION",
    ];
    let mut post = |from_days_ago, to_days_ago| Post {
        from_days_ago,
        to_days_ago,
        kind: dice.pick(&kinds),
        activity: dice.pick(&activities),
    };
    let one = days / count;
    (0..count)
        .map(|at| {
            let last = at + 1 == count;
            // A few days of both posts at once: experience is a union, so they count once.
            let end = days - (at + 1) * one - 5;
            post(days - at * one, (!last).then_some(end.max(0)))
        })
        .collect()
}

/// Out of 100, more of them near the middle, so that equal scores happen.
fn score(dice: &mut Dice) -> u32 {
    let points = dice.between(10, 45) + dice.between(5, 50);
    u32::try_from(points).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_plan() {
        assert_eq!(Plan::new(7, 40), Plan::new(7, 40));
        assert_ne!(Plan::new(7, 40), Plan::new(8, 40));
    }

    #[test]
    fn even_a_small_season_has_everything_in_it() {
        let plan = Plan::new(3, 25);
        for fate in [
            Fate::TooOld,
            Fate::GivesUp,
            Fate::Withdraws,
            Fate::LacksExperience,
            Fate::Forges,
            Fate::IsCorrected,
        ] {
            assert!(plan.count(fate) >= 1, "{fate:?}");
        }
        assert!(plan.count(Fate::Accepted) >= 15);
        assert_eq!(plan.submitting_with(|it| it.has_two_windows), 1);
    }

    #[test]
    fn everybody_has_worked_long_enough_but_those_who_have_not() {
        for person in Plan::new(5, 100).people {
            let first = person.posts[0].from_days_ago;
            assert_eq!(first < 1826, person.fate == Fate::LacksExperience);
            assert!(person.age_days > first + 14 * 365, "{person:?}");
        }
    }
}
