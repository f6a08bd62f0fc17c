//! Finding a seat by wishes, and saying why there is none: pure, over the sessions that were read.

use std::sync::Arc;

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::localized::Localized;
use super::quota::{Kind, Needs, Quota};
use super::session::{Language, Session};
use super::waitlist::Wish;
use super::words;

/// Seats that are suggested, and reasons that are told, at most.
const MOST_SUGGESTIONS: usize = 10;
const MOST_OBSTACLES: usize = 20;

/// A coming session with what is free in it.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub session: Session,
    pub seats_left: i32,
    pub quotas: Vec<Quota>,
    pub place: Arc<Place>,
}

/// Where sessions are, and by which clocks.
#[derive(Debug)]
pub struct Place {
    pub title: Localized,
    pub zone: TimeZone,
}

/// What a person would like.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    pub place_and_day: Wish,
    pub needs: Needs,
}

/// Why there is no seat as wished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    NonePlanned,
    DayEmpty,
    CenterFull,
    Full,
    Closed,
    Published,
    NoLanguageForm,
    LanguageFull,
    NoAccessible,
    AccessibleFull,
    Kept,
    NotOfSort,
    SortFull,
}

words!(Why {
    NonePlanned = "SEATS_NONE_PLANNED",
    DayEmpty = "SEATS_DAY_EMPTY",
    CenterFull = "SEATS_CENTER_FULL",
    Full = "SEATS_FULL",
    Closed = "SEATS_CLOSED",
    Published = "SEATS_PUBLISHED",
    NoLanguageForm = "SEATS_NO_LANGUAGE_FORM",
    LanguageFull = "SEATS_LANGUAGE_FULL",
    NoAccessible = "SEATS_NO_ACCESSIBLE",
    AccessibleFull = "SEATS_ACCESSIBLE_FULL",
    Kept = "SEATS_KEPT",
    NotOfSort = "SEATS_NOT_OF_SORT",
    SortFull = "SEATS_SORT_FULL",
});

/// One reason, about one of the candidates where it is about one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Obstacle<'a> {
    pub why: Why,
    pub at: Option<&'a Candidate>,
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.session.id == other.session.id
    }
}

impl Eq for Candidate {}

/// A candidate with the seats of the wished sort that it has left.
pub type Free<'a> = (&'a Candidate, i32);

#[derive(Debug, Default)]
pub struct Found<'a> {
    pub suggestions: Vec<Free<'a>>,
    pub obstacles: Vec<Obstacle<'a>>,
    pub next: Option<Free<'a>>,
}

impl Found<'_> {
    /// Nobody sits a stage any more whose results are out.
    pub fn over() -> Self {
        let (why, at) = (Why::Published, None);
        Self {
            obstacles: vec![Obstacle { why, at }],
            ..Self::default()
        }
    }
}

impl Candidate {
    /// The seats of the sort that is needed, or why there are none.
    fn free(&self, needs: &Needs) -> Result<i32, Why> {
        if self.session.closed {
            return Err(Why::Closed);
        }
        if self.seats_left <= 0 {
            return Err(Why::Full);
        }
        let mut left = self.seats_left;
        for kind in Kind::ALL.iter().copied() {
            left = left.min(self.free_of(kind, needs)?);
        }
        Ok(left)
    }

    fn free_of(&self, kind: Kind, needs: &Needs) -> Result<i32, Why> {
        let sorts = self.quotas.iter().filter(|it| it.kind == kind);
        let sorts = sorts.filter(|it| !it.release.is_over);
        let (none, full) = match kind {
            Kind::LanguageForm => (Why::NoLanguageForm, Why::LanguageFull),
            Kind::AccessibleWorkstation => (Why::NoAccessible, Why::AccessibleFull),
            Kind::SeatClass | Kind::Subject => (Why::NotOfSort, Why::SortFull),
            Kind::OrdinarySeat => (Why::Kept, Why::Kept),
        };
        let wanted = match kind {
            Kind::SeatClass => needs.seat_class.as_deref(),
            Kind::LanguageForm => needs.language.map(Language::as_str),
            Kind::Subject => needs.subject.as_deref(),
            Kind::AccessibleWorkstation => needs.accessible.then_some(""),
            Kind::OrdinarySeat => (!needs.accessible).then_some(""),
        };
        let Some(wanted) = wanted else {
            // Any of them will do; nobody has to sit at an accessible workstation.
            let needless = [Kind::AccessibleWorkstation, Kind::OrdinarySeat].contains(&kind);
            let optional = needless || sorts.clone().count() == 0;
            let left: i32 = sorts.map(Quota::seats_left).sum();
            return match (optional, left) {
                (true, _) => Ok(i32::MAX),
                (false, left) if left > 0 => Ok(left),
                _ => Err(Why::Full),
            };
        };
        let mut sorts = sorts.peekable();
        if kind == Kind::OrdinarySeat && sorts.peek().is_none() {
            return Ok(i32::MAX);
        }
        if kind == Kind::Subject && needs.applied && sorts.peek().is_none() {
            return Ok(i32::MAX);
        }
        if kind == Kind::LanguageForm && sorts.peek().is_none() {
            let form = self.session.language.map(Language::as_str);
            return match form {
                Some(form) if form != wanted => Err(none),
                _ => Ok(i32::MAX),
            };
        }
        match sorts.find(|it| it.value == wanted).map(Quota::seats_left) {
            None => Err(none),
            Some(left) if left <= 0 => Err(full),
            Some(left) => Ok(left),
        }
    }
}

/// Looks through coming sessions, the next first.
pub fn find<'a>(candidates: &'a [Candidate], wishes: &Wishes) -> Found<'a> {
    let fits = |it: &&Candidate| wishes.place_and_day.fits(&it.session, &it.place.zone);
    let free = |it: &'a Candidate| it.free(&wishes.needs).ok().map(|left| (it, left));
    let wished: Vec<&Candidate> = candidates.iter().filter(fits).collect();
    let suggestions = wished.iter().filter_map(|it| free(it));
    let suggestions: Vec<Free<'_>> = suggestions.take(MOST_SUGGESTIONS).collect();
    if !suggestions.is_empty() {
        return Found {
            suggestions,
            ..Found::default()
        };
    }
    let there = |it: &&Candidate| {
        let center = wishes.place_and_day.center;
        center.is_none_or(|center| center == it.session.center)
    };
    let next = candidates.iter().filter(there).find_map(free);
    Found {
        suggestions,
        obstacles: obstacles(candidates, &wished, &wishes.needs),
        next: next.or_else(|| candidates.iter().find_map(free)),
    }
}

fn obstacles<'a>(
    candidates: &[Candidate],
    wished: &[&'a Candidate],
    needs: &Needs,
) -> Vec<Obstacle<'a>> {
    if wished.is_empty() {
        let why = if candidates.is_empty() {
            Why::NonePlanned
        } else {
            Why::DayEmpty
        };
        return vec![Obstacle { why, at: None }];
    }
    let why = |it: &Candidate| it.free(needs).err().unwrap_or(Why::Full);
    let mut told = Vec::<Obstacle<'_>>::new();
    let mut full_centers = Vec::<Uuid>::new();
    for it in wished {
        let center = it.session.center;
        if full_centers.contains(&center) {
            continue;
        }
        let mut here = wished.iter().filter(|other| other.session.center == center);
        // A place that is full all day is said once.
        let many = here.clone().count() > 1;
        if many && here.all(|other| why(other) == Why::Full) {
            full_centers.push(center);
            told.push(Obstacle {
                why: Why::CenterFull,
                at: Some(it),
            });
        } else {
            told.push(Obstacle {
                why: why(it),
                at: Some(it),
            });
        }
        if told.len() == MOST_OBSTACLES {
            break;
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::booking::tests::session;
    use crate::domain::quota::tests::quota;

    const DAY: i64 = 24 * 60;

    fn candidate(number: u128, start: i64, center: u128, seats_left: i32) -> Candidate {
        Candidate {
            session: Session {
                center: Uuid::from_u128(center),
                ..session(number, start)
            },
            seats_left,
            quotas: Vec::new(),
            place: Arc::new(Place {
                title: Localized::default(),
                zone: TimeZone::get("Asia/Almaty").expect("a zone"),
            }),
        }
    }

    fn told(found: &Found<'_>) -> Vec<(Why, u128)> {
        let number = |it: &Obstacle<'_>| it.at.map_or(0, |at| at.session.id.as_u128());
        found
            .obstacles
            .iter()
            .map(|it| (it.why, number(it)))
            .collect()
    }

    fn next(found: &Found<'_>) -> Option<u128> {
        found.next.map(|(at, _)| at.session.id.as_u128())
    }

    #[test]
    fn what_is_free_as_wished_is_suggested_and_nothing_else_is_said() {
        let all = [candidate(1, DAY, 1, 0), candidate(2, 2 * DAY, 1, 3)];
        let found = find(&all, &Wishes::default());
        assert_eq!(found.suggestions, [(&all[1], 3)]);
        assert!(found.obstacles.is_empty() && found.next.is_none());
    }

    #[test]
    fn a_full_place_a_missing_form_and_what_is_next_are_told() {
        let (astana, almaty) = (1, 2);
        let mut russian = candidate(3, DAY + 240, almaty, 5);
        russian.quotas = vec![quota("ru", Kind::LanguageForm, "ru")];
        let mut later = candidate(4, 11 * DAY, almaty, 5);
        later.quotas = vec![quota("kk", Kind::LanguageForm, "kk")];
        let all = [
            candidate(1, DAY, astana, 0),
            candidate(2, DAY + 120, astana, 0),
            russian,
            later,
        ];
        let wishes = Wishes {
            place_and_day: Wish {
                day: Some("2026-06-11".parse().expect("a day")),
                ..Wish::default()
            },
            needs: Needs {
                language: Some(Language::Kk),
                ..Needs::default()
            },
        };
        let found = find(&all, &wishes);
        assert_eq!(
            told(&found),
            [(Why::CenterFull, 1), (Why::NoLanguageForm, 3)]
        );
        assert_eq!(next(&found), Some(4));
    }

    #[test]
    fn the_next_seat_is_at_the_wished_place_before_it_is_elsewhere() {
        let all = [
            candidate(1, DAY, 1, 0),
            candidate(2, 2 * DAY, 2, 1),
            candidate(3, 3 * DAY, 1, 1),
        ];
        let wish = |center| Wishes {
            place_and_day: Wish {
                center: Some(Uuid::from_u128(center)),
                day: Some("2026-06-11".parse().expect("a day")),
                ..Wish::default()
            },
            ..Wishes::default()
        };
        assert_eq!(next(&find(&all, &wish(1))), Some(3));
        assert_eq!(next(&find(&all, &wish(3))), Some(2));
        assert_eq!(told(&find(&all, &wish(3))), [(Why::DayEmpty, 0)]);
        assert_eq!(
            told(&find(&[], &Wishes::default())),
            [(Why::NonePlanned, 0)]
        );
    }

    #[test]
    fn each_sort_of_seat_has_its_own_reason() {
        let needs = |change: fn(&mut Needs)| {
            let mut needs = Needs::default();
            change(&mut needs);
            needs
        };
        let mut it = candidate(1, DAY, 1, 5);
        let accessible = needs(|it| it.accessible = true);
        assert_eq!(it.free(&accessible), Err(Why::NoAccessible));
        it.quotas = vec![quota("a", Kind::AccessibleWorkstation, "")];
        assert_eq!(it.free(&accessible), Ok(2));
        assert_eq!(it.free(&Needs::default()), Ok(5));
        it.quotas[0].taken = 2;
        assert_eq!(it.free(&accessible), Err(Why::AccessibleFull));
        let subject = needs(|it| it.subject = Some("law".into()));
        assert_eq!(it.free(&subject), Err(Why::NotOfSort));
        it.quotas = vec![quota("l", Kind::Subject, "law")];
        it.quotas[0].taken = 2;
        assert_eq!(it.free(&subject), Err(Why::SortFull));
        assert_eq!(it.free(&Needs::default()), Err(Why::Full));
        it.quotas = vec![
            quota("a", Kind::AccessibleWorkstation, ""),
            quota("o", Kind::OrdinarySeat, ""),
        ];
        assert_eq!(it.free(&Needs::default()), Ok(2));
        it.quotas[1].taken = 2;
        assert_eq!(it.free(&Needs::default()), Err(Why::Kept));
        assert_eq!(it.free(&accessible), Ok(2));
        it.quotas[1].release.is_over = true;
        assert_eq!(it.free(&Needs::default()), Ok(5));
        it.session.closed = true;
        assert_eq!(it.free(&Needs::default()), Err(Why::Closed));
    }

    #[test]
    fn what_is_told_has_an_end() {
        let all: Vec<Candidate> = (1..=60)
            .map(|number| candidate(number, DAY, number, 0))
            .collect();
        assert_eq!(find(&all, &Wishes::default()).obstacles.len(), 20);
        let all: Vec<Candidate> = (1..=60)
            .map(|number| candidate(number, DAY, number, 1))
            .collect();
        assert_eq!(find(&all, &Wishes::default()).suggestions.len(), 10);
    }
}
