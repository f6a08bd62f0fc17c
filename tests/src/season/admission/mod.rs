//! An admission to colleges, played like a season: boards that sign what they do, applications with up to
//! four wishes, exams, rankings, places given in both ways, offers and a second round.
//!
//! | room | what it does |
//! |---|---|
//! | [`plan`] | who applies, for what, with which marks, and what goes wrong for them |
//! | [`board`] | a college's board: its session, its signed acts, its folders |
//! | [`campaign`] | the campaign, the colleges, their specialties and formulas |
//! | [`apply`] | the six steps, up to the number |
//! | [`decide`] | acknowledged, accepted with marks, refused, set aside |
//! | [`exams`] | appointed, moved, graded; then the competition is closed |
//! | [`ranking`] | what everybody can compute by themselves, held against the ratings |
//! | [`places`] | both ways to give places, the published one, offers, the second round |
//! | [`log`] | the log of signed acts, followed by hand |
//! | [`invariants`] | what must stay true of all that |

pub mod apply;
pub mod board;
pub mod campaign;
pub mod decide;
pub mod exams;
pub mod invariants;
pub mod log;
pub mod places;
pub mod plan;
pub mod ranking;

use anyhow::Context;

use super::people::{Person, register};
use super::play::Going;
use super::stand::{Options, Stand};
use campaign::Offered;
use places::Rounds;
use plan::{Plan, Planned};
use ranking::Ranked;
use standalone::signing::DEPARTMENT;

/// An applicant with an account.
#[derive(Clone)]
pub struct Applicant {
    pub planned: Planned,
    pub person: Person,
    /// The number of the application, once sent.
    pub application_number: String,
    /// The names of the choices in the order of preference, once sent.
    pub choices: Vec<String>,
}

/// An admission that was played.
pub struct Played {
    pub stand: Stand,
    pub offered: Vec<Offered>,
    pub applicants: Vec<Applicant>,
    pub ranked: Vec<Ranked>,
    pub rounds: Rounds,
    pub entries: Vec<log::Entry>,
}

/// From the colleges' first signature to the last reply.
pub async fn play(options: &Options) -> anyhow::Result<Played> {
    let plan = Plan::new(options.seed, options.people);
    let going = Going::new(Stand::of(options).await?, options);
    let stand = going.stand.clone();
    campaign::open(&stand).await?;
    let folder = options.signatures.clone();
    let folder = folder.context("an admission needs the keys of the colleges")?;
    let boards = board::sign_in(&stand, &folder).await?;
    let offered = campaign::offer(&stand, &boards, &plan).await?;
    let registered = going.each("register", plan.applicants, register).await?;
    let applicants = {
        let offered = offered.clone();
        let apply = move |stand, one| apply::apply(stand, one, offered.clone());
        going.each("apply", registered, apply).await?
    };
    decide::decide(&stand, &boards, &offered, &applicants).await?;
    ranking::provisional(&stand, &boards, &offered, &applicants).await?;
    exams::hold(&stand, &boards, &offered, &applicants).await?;
    exams::close(&stand, &boards, &offered).await?;
    let ranked = ranking::read(&stand, &boards, &offered, &applicants).await?;
    let department = board::signed_in(&stand, &folder, &DEPARTMENT).await?;
    let first = options.first_round;
    let rounds = places::give(&going, &department, first, &applicants).await?;
    let entries = log::read(&stand).await?;
    Ok(Played {
        stand,
        offered,
        applicants,
        ranked,
        rounds,
        entries,
    })
}

async fn register(stand: Stand, planned: Planned) -> anyhow::Result<Applicant> {
    let person = register::register(&stand, &planned.person).await?;
    Ok(Applicant {
        planned,
        person: person.context("an applicant of any age registers")?,
        application_number: String::new(),
        choices: Vec::new(),
    })
}
