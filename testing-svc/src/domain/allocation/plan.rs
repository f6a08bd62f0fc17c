//! The places of a specialty: how many, which of them are kept for whom, and in which order they are
//! filled. All of it is data: shares come from orders that change from year to year.

use serde::{Deserialize, Serialize};

/// Quotas of one specialty.
pub const MOST_QUOTAS: usize = 16;
/// Of these, quotas of the kind `Minimum`, which are looked at in all their combinations.
pub const MOST_MINIMUMS: usize = 8;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub places: u32,
    pub quotas: Vec<Quota>,
    pub order: Order,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// The code of the right that one has to hold.
    pub code: String,
    pub kind: Kind,
    pub size: Size,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Places of their own, filled in the order of the plan. Somebody with several rights takes the
    /// first that is left.
    Reserved(Unfilled),
    /// At least so many of those who are admitted, whichever place they got by. Somebody with several
    /// rights counts for one of them, for whichever it takes to fulfil the most.
    Minimum,
}

/// What becomes of reserved places that nobody with the right wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unfilled {
    FallOpen,
    StayEmpty,
}

/// Whether reserved places or those that are open to all are filled first. With the reserved ones first,
/// the best of those who have a right use them up, and the others compete for the open ones; with the
/// open ones first, whoever gets in anyway leaves the reserved place to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    ReservedFirst,
    OpenFirst,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Size {
    Places(u32),
    Share {
        numerator: u32,
        denominator: u32,
        rounding: ShareRounding,
    },
}

/// What a share of places that is no whole number comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShareRounding {
    Up,
    Down,
    HalfUp,
}

impl Size {
    /// The places that it comes to, of so many.
    pub fn of(self, places: u32) -> u32 {
        let (numerator, denominator, rounding) = match self {
            Self::Places(number) => return number,
            Self::Share {
                numerator,
                denominator,
                rounding,
            } => (numerator, denominator, rounding),
        };
        let (whole, over) = (
            u64::from(numerator) * u64::from(places),
            u64::from(denominator.max(1)),
        );
        let seats = match rounding {
            ShareRounding::Up => whole.div_ceil(over),
            ShareRounding::Down => whole / over,
            ShareRounding::HalfUp => (whole + over / 2 + over % 2) / over,
        };
        u32::try_from(seats).unwrap_or(u32::MAX)
    }

    fn is_sound(self) -> bool {
        match self {
            Self::Places(_) => true,
            Self::Share {
                numerator,
                denominator,
                ..
            } => denominator > 0 && numerator <= denominator,
        }
    }
}

/// Places that are filled at once, by people of one sort in the order of their claims. `quota` is the
/// place of a quota in the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Quotas and what each is to have at least, together.
    Guaranteed(Vec<(usize, u32)>),
    Reserved {
        quota: usize,
        places: u32,
        unfilled: Unfilled,
    },
    Open(u32),
    /// What stages before left and falls open.
    Freed,
}

impl Plan {
    /// Places without quotas.
    pub fn open(places: u32) -> Self {
        Self {
            places,
            quotas: Vec::new(),
            order: Order::ReservedFirst,
        }
    }

    /// # Errors
    /// Everything that is wrong: the field, and the reason.
    pub fn check(&self) -> Result<(), Vec<(String, &'static str)>> {
        let mut faults = Vec::new();
        let minimums = self.quotas.iter().filter(|it| it.kind == Kind::Minimum);
        if self.quotas.len() > MOST_QUOTAS || minimums.count() > MOST_MINIMUMS {
            faults.push(("quotas".into(), "TOO_MANY"));
        }
        for (at, quota) in self.quotas.iter().enumerate() {
            if self.quotas[..at].iter().any(|it| it.code == quota.code) {
                faults.push((format!("quotas[{at}].code"), "DUPLICATE"));
            }
            if !quota.size.is_sound() {
                faults.push((format!("quotas[{at}].size"), "OUT_OF_RANGE"));
            }
        }
        let kept: u64 = self
            .quotas
            .iter()
            .map(|it| u64::from(it.size.of(self.places)))
            .sum();
        if kept > u64::from(self.places) {
            faults.push(("quotas".into(), "QUOTAS_ABOVE_PLACES"));
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }

    /// How the places are filled, one stage after the other. What is guaranteed comes first: whoever has
    /// a better claim than those whom it lets in takes an open place anyway.
    pub fn stages(&self) -> Vec<Stage> {
        let (mut guaranteed, mut reserved, mut kept) = (Vec::new(), Vec::new(), 0_u32);
        for (quota, it) in self.quotas.iter().enumerate() {
            let places = it.size.of(self.places).min(self.places - kept);
            kept += places;
            match it.kind {
                Kind::Minimum => guaranteed.push((quota, places)),
                Kind::Reserved(unfilled) => reserved.push(Stage::Reserved {
                    quota,
                    places,
                    unfilled,
                }),
            }
        }
        let open = Stage::Open(self.places - kept);
        if self.quotas.is_empty() {
            return vec![open];
        }
        let mut stages = Vec::with_capacity(reserved.len() + 3);
        if !guaranteed.is_empty() {
            stages.push(Stage::Guaranteed(guaranteed));
        }
        match self.order {
            Order::ReservedFirst => stages.extend(reserved.into_iter().chain([open])),
            Order::OpenFirst => stages.extend([open].into_iter().chain(reserved)),
        }
        stages.push(Stage::Freed);
        stages
    }
}
