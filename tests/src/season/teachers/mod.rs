//! A round of the teachers' test, played like a season: twelve kinds of application, accepted as they are
//! submitted; seats by language and subject; scores by subject; certificates that anybody can check.
//!
//! | room | what it does |
//! |---|---|
//! | [`plan`] | who takes part, by which kind, and what goes wrong for them |
//! | [`campaign`] | the campaign, its stage and its sessions |
//! | [`apply`] | «Өтініш беру»: the form of a kind, changed and deleted by some |
//! | [`seat`] | a seat with the form that the application asks for |
//! | [`results`] | scores by subject, published for all, appealed by some |
//! | [`certificates`] | papers, read back and checked by who has them and by everybody |
//! | [`invariants`] | the suite, read back, held against the ledger |

pub mod apply;
pub mod campaign;
pub mod certificates;
pub mod invariants;
pub mod plan;
pub mod results;
pub mod seat;

use super::people::{Person, register};
use super::play::Going;
use super::stand::{Options, Stand};
use campaign::Round;
use plan::{Plan, Planned};

/// A teacher with an account.
#[derive(Clone)]
pub struct Teacher {
    pub planned: Planned,
    pub person: Person,
    /// The number that stands for the person in the hall.
    pub candidate: String,
}

impl Teacher {
    pub fn number(&self) -> usize {
        self.planned.person.number
    }
}

/// A round that was played.
pub struct Played {
    pub stand: Stand,
    pub round: Round,
    pub teachers: Vec<Teacher>,
}

/// From registration to the certificates.
pub async fn play(options: &Options) -> anyhow::Result<Played> {
    let plan = Plan::new(options.seed, options.people);
    let going = Going::new(Stand::of(options).await?, options);
    let stand = going.stand.clone();
    let round = campaign::open(&stand, options.people).await?;
    let registered = going.each("register", plan.teachers, register).await?;
    let teachers = going.each("apply", registered, apply::apply).await?;
    let seats = {
        let round = round.clone();
        let book = move |stand, teacher| seat::book(stand, teacher, round.clone());
        going.each("book", teachers, book).await?
    };
    let sat = going.each("sit", seats, seat::sit).await?;
    results::import(&stand, &round, &sat).await?;
    results::publish(&stand, &round, &sat).await?;
    let done = {
        let round = round.clone();
        let read = move |stand, teacher| results::read(stand, teacher, round.clone());
        going.each("read results", sat, read).await?
    };
    let appeals = results::decide(&stand, &round, &done).await?;
    let with_papers = {
        let read = move |stand, one: results::Done| {
            let raised = appeals.get(&one.teacher.candidate).copied();
            certificates::check(stand, one, raised)
        };
        going.each("certificates", done, read).await?
    };
    Ok(Played {
        stand,
        round,
        teachers: with_papers,
    })
}

async fn register(stand: Stand, planned: Planned) -> anyhow::Result<Teacher> {
    let person = register::register(&stand, &planned.person).await?;
    Ok(Teacher {
        planned,
        person: anyhow::Context::context(person, "a teacher of any age registers")?,
        candidate: String::new(),
    })
}
