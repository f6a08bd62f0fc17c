//! The conformance kit: a simulator of a partner that tries every rule of the partners' contract against a
//! running suite, and says of each what was sent, what came, and whether that is the rule.
//!
//! | file | what |
//! |---|---|
//! | [`report`] | a line for each rule |
//! | [`codes`] | promo codes: look up, reserve, redeem, repeat, go back, report |
//! | [`sessions`] | examinations with a link: roster, check-in, irregularity, scores |
//! | [`files`] | examinations without one: files written and signed by what docs/partners.md says, and nothing else |
//! | [`place`], [`scene`] | what it is tried with: things of a suite that runs, or of one of its own |
//! | [`patient`] | a connection that sends a call again where no answer came |
//! | [`reverse`] | the other way round: a suite that a partner's program tries itself against |

pub mod codes;
pub mod files;
pub mod patient;
pub mod place;
pub mod report;
pub mod reverse;
pub mod scene;
pub mod sessions;

pub use place::Place;
pub use report::Report;

/// Tries everything that there are things for.
///
/// # Errors
/// If the suite can't be reached at all.
pub async fn run(place: &Place) -> anyhow::Result<Report> {
    let mut report = Report::default();
    codes::try_all(&mut report, place).await?;
    let sitting = sessions::try_all(&mut report, place).await?;
    files::try_all(&mut report, place, sitting.as_ref()).await?;
    Ok(report)
}
