//! The rules, pure: no I/O, no clock, no transport, no SQL. Whoever calls brings the time.
//!
//! | file | what |
//! |---|---|
//! | [`refusal`] | every "no", to people and to partners |
//! | [`promo_code`], [`code`], [`redemption`] | a code's life, its spelling, and what partners do with it |
//! | [`iin_index`], [`partner`], [`test_system`] | whose code it is, who may take it, for which test |
//! | [`sitting_report`], [`signed_file`], [`report_file`], [`report_line`] | what a partner tells of a session, and its file |
//! | [`language_result`] | the result of a language test |
//! | [`eligibility`] | who may sit a stage |
//! | [`stage`], [`test_center`], [`session`] | terms, places, and seats at a time |
//! | [`room`], [`quota`], [`closure`] | where sessions take place, sorts of seats, and what can't be used |
//! | [`applied`] | which sort of seat an application asks for |
//! | [`booking`], [`desk`], [`start_window`], [`attempt`] | a person's seat, when it may be sat on, and the sitting |
//! | [`waitlist`], [`seat_search`] | who is next when a seat is free, and why none is |
//! | [`score`], [`score_import`] | exact decimals, and how they come in |
//! | [`participant`], [`cut`], [`stage_result`] | who is in a stage, who goes on, what is published |
//! | [`appeal`], [`membership`], [`certificate`] | what follows a publication |
//! | [`ranking`], [`allocation`] | scores by formula and ranks; who gets which place of many that are wished for |
//! | [`admission`] | what colleges tell of their applicants, rounds of allocation, and offers |
//! | [`localized`] | one text in three languages |

pub mod admission;
pub mod allocation;
pub mod appeal;
pub mod applied;
pub mod attempt;
pub mod booking;
pub mod certificate;
pub mod closure;
pub mod code;
pub mod cut;
pub mod desk;
pub mod eligibility;
pub mod iin_index;
pub mod language_result;
pub mod localized;
pub mod membership;
pub mod participant;
pub mod partner;
pub mod promo_code;
pub mod quota;
pub mod ranking;
pub mod redemption;
pub mod refusal;
pub mod report_file;
pub mod report_line;
pub mod room;
pub mod score;
pub mod score_import;
pub mod seat_search;
pub mod session;
pub mod signed_file;
pub mod sitting_report;
pub mod stage;
pub mod stage_result;
pub mod start_window;
pub mod test_center;
pub mod test_system;
pub mod waitlist;

/// Whether a transition changed anything. A repeat of what is done is no error and no change.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Made,
    Nothing,
}

/// Gives an enum its names: the same word in SQL, in metadata and on the wire.
macro_rules! words {
    ($of:ty { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $of {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.as_str() == word)
            }
        }
    };
}
pub(crate) use words;
