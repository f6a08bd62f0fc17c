//! What a signed act does, in the transaction of its signature. An act is tried by the same steps before
//! it is shown to be signed, and the trial is undone.
//!
//! | file | acts on |
//! |---|---|
//! | [`specialty`] | specialties: made, changed, closed |
//! | [`score_formula`] | versions of a specialty's formula |
//! | [`college`] | the profile of the college |
//! | [`application`] | applications that the board opened for somebody |
//! | [`choices`] | choices in the folders of a college |
//! | [`exams`] | sittings of exams: appointed, moved, graded |
//! | [`ranking`] | the end of a specialty's competition |
//! | [`service_requests`] | what people ask of the college besides a place on the state order |
//! | [`news`] | news of the college: written, taken off the list |
//! | [`held`] | choices that an act names, held with their specialties |
//! | [`told`] | what applicants and the competition are told |

mod application;
mod choices;
mod college;
mod exams;
mod held;
mod news;
mod ranking;
mod score_formula;
mod service_requests;
mod specialty;
mod told;

use chassis::Result;
use chassis::database::Tx;
use chassis::identifier::Bin;
use jiff::Timestamp;

use super::asked;
use crate::Context;
use crate::domain::board_action::{Act, Content};
use crate::domain::refusal::Refusal;
use crate::store::{Connection, organisation};

/// What the directory calls a college.
const COLLEGE: &str = "COLLEGE";

/// What is being done: by whom, by what was signed, and when.
pub struct Acting<'a> {
    ctx: &'a Context,
    tx: &'a Tx,
    bin: Bin,
    content: &'a Content,
    now: Timestamp,
}

/// # Errors
/// Every rule's "no" as it holds now: `COLLEGE_UNKNOWN`, `STALE_ETAG`, those of the act.
pub async fn apply(
    ctx: &Context,
    tx: &Tx,
    bin: Bin,
    content: &Content,
    now: Timestamp,
) -> Result<()> {
    must_be_a_college(tx, bin).await?;
    let wrong = asked::judge(ctx, tx, (&content.object, &content.act), now).await?;
    // Rows of a bulk are told what is wrong with what they name in the same breath.
    if !content.act.is_bulk() {
        wrong.clone().into_result()?;
    }
    let acting = &Acting {
        ctx,
        tx,
        bin,
        content,
        now,
    };
    match &content.act {
        Act::CreateSpecialty(next) => specialty::create(tx, bin, content, next, now).await,
        Act::ChangeSpecialty(next) => specialty::change(acting, next).await,
        Act::CloseSpecialty {} => specialty::close(tx, bin, content, now).await,
        Act::PutCollege(next) => college::put(tx, bin, content, next, now).await,
        Act::ApproveScoreFormula(next) => score_formula::approve(tx, bin, content, next, now).await,
        Act::AcknowledgeChoices { choices } => choices::acknowledge(acting, choices, wrong).await,
        Act::AcceptChoices { choices } => choices::accept(acting, choices, wrong).await,
        Act::CorrectMarks { choices } => choices::correct(acting, choices, wrong).await,
        Act::RejectChoices {
            choices,
            reason_codes,
        } => choices::reject(acting, choices, reason_codes, wrong).await,
        Act::SetChoicesAside {
            choices,
            reason_code,
        } => choices::set_aside(acting, choices, reason_code, wrong).await,
        Act::AppointExam(appointment) => exams::appoint(acting, appointment, wrong).await,
        Act::MoveExam(at) => exams::move_to(acting, at).await,
        Act::GradeExam { rows } => exams::grade(acting, rows, wrong).await,
        Act::StartRanking {} => ranking::start(acting).await,
        Act::FileApplication(filing) => application::file(ctx, tx, bin, content, filing, now).await,
        Act::AcknowledgeServiceRequests { service_requests } => {
            service_requests::acknowledge(acting, service_requests, wrong).await
        }
        Act::GrantServiceRequests { service_requests } => {
            service_requests::grant(acting, service_requests, wrong).await
        }
        Act::RefuseServiceRequests {
            service_requests,
            reason_codes,
            comment,
        } => {
            service_requests::refuse(acting, service_requests, (reason_codes, comment), wrong).await
        }
        Act::EndServiceRequests { service_requests } => {
            service_requests::end(acting, service_requests, wrong).await
        }
        Act::SetDormitoryPlaces {
            academic_year,
            places,
        } => service_requests::set_places(acting, *academic_year, *places).await,
        Act::WriteNews(written) => news::write(acting, written).await,
        Act::RetireNews {} => news::retire(acting).await,
    }
}

/// Departments of education sign too, and offer no specialties.
pub async fn must_be_a_college<C: Connection>(on: &C, bin: Bin) -> Result<()> {
    let found = organisation::find(on, &[bin.to_string()]).await?;
    let is_college =
        |kept: &organisation::Kept| kept.organisation.kind == COLLEGE && !kept.organisation.retired;
    match found.iter().any(is_college) {
        true => Ok(()),
        false => Err(Refusal::CollegeUnknown {
            bin: bin.to_string(),
        }
        .into()),
    }
}
