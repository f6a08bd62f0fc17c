//! Each specialty's applicants in one order without equals: by rank, then by the numbers drawn. From here
//! on a claim is a position in it, and lower is better.

use super::lottery::{Lottery, Seed, draw};
use super::market::Market;
use super::plan::Stage;

/// Somebody on a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub applicant: u32,
    /// Which of the applicant's choices it is; from 0.
    pub choice: u8,
    pub rank: u32,
    pub draw: u64,
    /// Rights as bits of the market.
    pub rights: u32,
}

/// Not on the list: a choice without a rank.
const NOWHERE: u32 = u32::MAX;

#[derive(Debug)]
pub struct Lists {
    /// By specialty.
    pub stages: Vec<Vec<Stage>>,
    /// By specialty, the right of each quota of its plan.
    pub quotas: Vec<Vec<u32>>,
    entries: Vec<Entry>,
    /// Where each specialty's entries begin, and where the last one's end.
    begins: Vec<usize>,
    /// All choices of all applicants: the specialty, and the position there.
    wishes: Vec<(u32, u32)>,
    wishes_begin: Vec<usize>,
}

impl Lists {
    pub fn new(market: &Market, lottery: Lottery, seed: &Seed) -> Self {
        let specialties = market.specialties.len();
        let mut lists = Self {
            stages: market
                .specialties
                .iter()
                .map(|it| it.plan.stages())
                .collect(),
            quotas: Vec::with_capacity(specialties),
            entries: Vec::new(),
            begins: vec![0; specialties + 1],
            wishes: Vec::new(),
            wishes_begin: vec![0],
        };
        for specialty in &market.specialties {
            let quotas = specialty.plan.quotas.iter();
            lists
                .quotas
                .push(quotas.map(|it| market.right(&it.code)).collect());
        }
        lists.count(market);
        lists.enter(market, lottery, seed);
        lists.put_in_order();
        lists
    }

    /// How many each specialty has, and so where each begins.
    fn count(&mut self, market: &Market) {
        for applicant in &market.applicants {
            for choice in &applicant.choices {
                self.wishes.push((choice.specialty, NOWHERE));
                let ranked = usize::from(choice.claim.is_some());
                self.begins[choice.specialty as usize + 1] += ranked;
            }
            self.wishes_begin.push(self.wishes.len());
        }
        for at in 1..self.begins.len() {
            self.begins[at] += self.begins[at - 1];
        }
    }

    fn enter(&mut self, market: &Market, lottery: Lottery, seed: &Seed) {
        let nobody = Entry {
            applicant: NOWHERE,
            choice: 0,
            rank: 0,
            draw: 0,
            rights: 0,
        };
        self.entries = vec![nobody; self.begins.last().copied().unwrap_or(0)];
        let mut free = self.begins.clone();
        for (applicant, it) in (0_u32..).zip(&market.applicants) {
            let rights = it.rights.iter().map(|code| market.right(code));
            let rights = rights.fold(0, |all, right| all | right);
            let mut drawn = None;
            for (choice, wish) in (0_u8..).zip(&it.choices) {
                let Some(claim) = wish.claim else { continue };
                let code = &market.specialties[wish.specialty as usize].code;
                let draw = match (lottery, drawn) {
                    (Lottery::One, Some(drawn)) => drawn,
                    _ => draw(seed, lottery, code, &it.number),
                };
                drawn = Some(draw);
                let unproven = wish.unproven.iter().map(|code| market.right(code));
                let unproven = unproven.fold(0, |all, right| all | right);
                let at = &mut free[wish.specialty as usize];
                self.entries[*at] = Entry {
                    applicant,
                    choice,
                    rank: claim.rank,
                    draw,
                    rights: rights & !unproven,
                };
                *at += 1;
            }
        }
    }

    fn put_in_order(&mut self) {
        for pair in self.begins.windows(2) {
            let list = &mut self.entries[pair[0]..pair[1]];
            // Numbers of applicants come in order; that they decide takes two equal draws of 64 bits.
            list.sort_unstable_by_key(|it| (it.rank, it.draw, it.applicant));
            for (position, it) in (0_u32..).zip(list) {
                let wish = self.wishes_begin[it.applicant as usize] + usize::from(it.choice);
                self.wishes[wish].1 = position;
            }
        }
    }

    /// Everybody who wishes for a specialty and is ranked there, the best first.
    pub fn of(&self, specialty: u32) -> &[Entry] {
        let at = specialty as usize;
        &self.entries[self.begins[at]..self.begins[at + 1]]
    }

    pub fn specialties(&self) -> u32 {
        u32::try_from(self.stages.len()).unwrap_or(u32::MAX)
    }

    pub fn applicants(&self) -> usize {
        self.wishes_begin.len() - 1
    }

    /// A choice of an applicant: the specialty, and the position there, if there is one.
    pub fn wish(&self, applicant: u32, choice: u8) -> Option<(u32, Option<u32>)> {
        let at = applicant as usize;
        let wishes = &self.wishes[self.wishes_begin[at]..self.wishes_begin[at + 1]];
        let (specialty, position) = *wishes.get(usize::from(choice))?;
        Some((specialty, (position != NOWHERE).then_some(position)))
    }

    pub fn wishes(&self, applicant: u32) -> u8 {
        let at = applicant as usize;
        let number = self.wishes_begin[at + 1] - self.wishes_begin[at];
        u8::try_from(number).unwrap_or(u8::MAX)
    }

    /// Who is admitted where, by position, the best first.
    pub fn members(&self, placed: &super::Placed) -> Vec<Vec<u32>> {
        let mut members = vec![Vec::new(); self.stages.len()];
        for (applicant, choice) in (0_u32..).zip(placed) {
            let wish = choice.and_then(|choice| self.wish(applicant, choice));
            if let Some((specialty, Some(position))) = wish {
                members[specialty as usize].push(position);
            }
        }
        members.iter_mut().for_each(|it| it.sort_unstable());
        members
    }
}
