//! The act that was sent, and everything wrong with it, by the paths of PrepareBoardAction.
//!
//! | file | acts on |
//! |---|---|
//! | [`choices`] | choices in the folders of a college |
//! | [`exams`] | sittings of exams |
//! | [`filing`] | applications that the board opened for somebody |
//! | [`news`] | news of the college |
//! | [`service_requests`] | requests for services, and places of the dormitory |

mod choices;
mod exams;
mod filing;
mod news;
mod service_requests;

use chassis::Result;
use chassis::clock::astana_date;
use chassis::error::{explain, language};
use chassis::identifier::Bin;
use chassis::violation::{Violation, Violations};
use jiff::Timestamp;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::prepare_board_action_request::Action;

use crate::Context;
use crate::domain::academic_year::AcademicYear;
use crate::domain::board_action::{Act, Of};
use crate::domain::choice_act::{check_erroneous, check_refusal, check_seen};
use crate::domain::compulsory_subject;
use crate::domain::dormitory::is_set_for;
use crate::domain::formula_fit;
use crate::domain::quota_share::{self, default_quotas};
use crate::domain::service_act;
use crate::domain::specialty::{PROGRAMME, Specialty, check_code};
use crate::rpc::{colleges, etag, name, score_formulas, specialties};
use crate::store::{Connection, campaign, score_formula, specialty};

const SPECIALTY: &str = "specialties/*";

/// What is to be done to what. What is made gets its name here, so that it is signed too.
pub async fn read(
    ctx: &Context,
    violations: &mut Violations,
    organisation: Bin,
    action: &Action,
) -> Result<Of> {
    Ok(match action {
        Action::CreateSpecialty(asked) => {
            let sent = asked.specialty.clone().unwrap_or_default();
            let path = "create_specialty.specialty";
            let with = asked.default_quotas;
            let specialty = specialty(ctx, violations, path, &sent, with).await?;
            Of {
                object: format!("specialties/{}", ctx.ids.uuid()),
                object_etag: String::new(),
                act: Act::CreateSpecialty(specialty),
            }
        }
        Action::ChangeSpecialty(asked) => {
            let sent = asked.specialty.clone().unwrap_or_default();
            let path = "change_specialty.specialty";
            let with = asked.default_quotas;
            let specialty = specialty(ctx, violations, path, &sent, with).await?;
            named(violations, &format!("{path}.name"), SPECIALTY, &sent.name);
            let field = "change_specialty.current_etag";
            etag::check_needed(violations, field, &asked.current_etag);
            Of {
                object: sent.name,
                object_etag: asked.current_etag.clone(),
                act: Act::ChangeSpecialty(specialty),
            }
        }
        Action::CloseSpecialty(asked) => {
            let field = "close_specialty.specialty";
            named(violations, field, SPECIALTY, &asked.specialty);
            let field = "close_specialty.current_etag";
            etag::check_needed(violations, field, &asked.current_etag);
            Of {
                object: asked.specialty.clone(),
                object_etag: asked.current_etag.clone(),
                act: Act::CloseSpecialty {},
            }
        }
        Action::PutCollege(asked) => {
            let sent = asked.college.clone().unwrap_or_default();
            etag::check(violations, "put_college.current_etag", &asked.current_etag);
            Of {
                object: format!("colleges/{organisation}"),
                object_etag: asked.current_etag.clone(),
                act: Act::PutCollege(colleges::message::read(&sent)),
            }
        }
        Action::ApproveScoreFormula(asked) => {
            let sent = asked.score_formula.clone().unwrap_or_default();
            let field = "approve_score_formula.specialty";
            named(violations, field, SPECIALTY, &asked.specialty);
            let field = "approve_score_formula.current_etag";
            etag::check_needed(violations, field, &asked.current_etag);
            let id = asked.specialty.rsplit('/').next().unwrap_or_default();
            let newest = score_formula::newest(ctx.db.read(), id).await?;
            let path = "approve_score_formula.score_formula";
            let formula = score_formulas::message::read(violations, path, &sent, newest + 1);
            Of {
                object: asked.specialty.clone(),
                object_etag: asked.current_etag.clone(),
                act: Act::ApproveScoreFormula(formula),
            }
        }
        Action::AcknowledgeChoices(asked) => {
            in_folders(organisation, choices::acknowledged(violations, asked))
        }
        Action::AcceptChoices(asked) => {
            in_folders(organisation, choices::accepted(violations, asked))
        }
        Action::CorrectMarks(asked) => {
            let act = choices::corrected(ctx, violations, organisation, asked).await?;
            in_folders(organisation, act)
        }
        Action::RejectChoices(asked) => {
            in_folders(organisation, choices::rejected(violations, asked))
        }
        Action::SetChoicesAside(asked) => {
            in_folders(organisation, choices::set_aside(violations, asked))
        }
        Action::AppointExam(asked) => Of {
            object: format!("examSittings/{}", ctx.ids.uuid()),
            object_etag: String::new(),
            act: exams::appointment(violations, asked),
        },
        Action::MoveExam(asked) => {
            let field = "move_exam.current_etag";
            etag::check_needed(violations, field, &asked.current_etag);
            Of {
                object: asked.exam_sitting.clone(),
                object_etag: asked.current_etag.clone(),
                act: exams::time_and_place(violations, asked),
            }
        }
        Action::GradeExam(asked) => {
            let field = "grade_exam.current_etag";
            etag::check_needed(violations, field, &asked.current_etag);
            Of {
                object: asked.exam_sitting.clone(),
                object_etag: asked.current_etag.clone(),
                act: exams::grades(violations, asked),
            }
        }
        Action::StartRanking(asked) => {
            let field = "start_ranking.specialty";
            named(violations, field, SPECIALTY, &asked.specialty);
            let field = "start_ranking.current_etag";
            etag::check_needed(violations, field, &asked.current_etag);
            Of {
                object: asked.specialty.clone(),
                object_etag: asked.current_etag.clone(),
                act: Act::StartRanking {},
            }
        }
        Action::FileApplication(asked) => Of {
            act: filing::filing(ctx, violations, organisation, asked).await?,
            object: asked.application.clone(),
            object_etag: asked.current_etag.clone(),
        },
        Action::AcknowledgeServiceRequests(asked) => in_folders(
            organisation,
            service_requests::acknowledged(violations, asked),
        ),
        Action::GrantServiceRequests(asked) => {
            in_folders(organisation, service_requests::granted(violations, asked))
        }
        Action::RefuseServiceRequests(asked) => {
            in_folders(organisation, service_requests::refused(violations, asked))
        }
        Action::EndServiceRequests(asked) => {
            in_folders(organisation, service_requests::ended(violations, asked))
        }
        Action::SetDormitoryPlaces(asked) => {
            service_requests::places(violations, organisation, asked, ctx.clock.now())
        }
        Action::WriteNews(asked) => news::written(ctx, violations, organisation, asked),
        Action::RetireNews(asked) => news::retired(violations, asked),
    })
}

/// Each choice or request says how it was seen, so all of them together have no etag.
fn in_folders(organisation: Bin, act: Act) -> Of {
    Of {
        object: format!("colleges/{organisation}"),
        object_etag: String::new(),
        act,
    }
}

fn named(violations: &mut Violations, field: &str, pattern: &str, name: &str) {
    let id = name::id_of(pattern, name).ok_or(name::reason(name));
    violations.take(field, id);
}

/// The specialty as it was sent; on demand with the places that the shares of the orders give today.
async fn specialty(
    ctx: &Context,
    violations: &mut Violations,
    path: &str,
    sent: &pb::Specialty,
    with_default_quotas: bool,
) -> Result<Specialty> {
    let mut specialty = specialties::message::read(violations, path, sent);
    if !with_default_quotas {
        return Ok(specialty);
    }
    if !specialty.quotas.is_empty() {
        violations.add(format!("{path}.quotas"), "NOT_ASKED");
        return Ok(specialty);
    }
    let now = ctx.clock.now();
    let dictionaries = ctx.catalogue.dictionaries(ctx.db.read(), now).await?;
    specialty.quotas = default_quotas(&specialty, &dictionaries, astana_date(now));
    Ok(specialty)
}

/// What a board should look at once more, in the language of the call.
pub async fn warnings<C: Connection>(
    ctx: &Context,
    on: &C,
    act: &Act,
    now: Timestamp,
) -> Result<Vec<pb::BoardActionWarning>> {
    let (path, specialty) = match act {
        Act::CreateSpecialty(specialty) => ("create_specialty.specialty", specialty),
        Act::ChangeSpecialty(specialty) => ("change_specialty.specialty", specialty),
        _ => return Ok(Vec::new()),
    };
    let dictionaries = ctx.catalogue.dictionaries(on, now).await?;
    let warning = |it: Violation| pb::BoardActionWarning {
        message: explain(it.reason, &it.args),
        field: it.field,
        reason: it.reason.to_owned(),
    };
    let told = quota_share::warnings(path, specialty, &dictionaries, astana_date(now));
    Ok(told.into_iter().map(warning).collect())
}

/// What the rules have against an act on this object as it stands, by dictionaries, campaigns and specialties of
/// this moment.
pub async fn judge<C: Connection>(
    ctx: &Context,
    on: &C,
    (object, act): (&str, &Act),
    now: Timestamp,
) -> Result<Violations> {
    let dictionaries = ctx.catalogue.dictionaries(on, now).await?;
    let (path, specialty) = match act {
        Act::CreateSpecialty(specialty) => ("create_specialty.specialty", specialty),
        Act::ChangeSpecialty(specialty) => ("change_specialty.specialty", specialty),
        Act::CloseSpecialty {}
        | Act::StartRanking {}
        | Act::GradeExam { .. }
        | Act::FileApplication(_)
        | Act::AcknowledgeServiceRequests { .. }
        | Act::GrantServiceRequests { .. }
        | Act::EndServiceRequests { .. }
        | Act::WriteNews(_)
        | Act::RetireNews {} => {
            return Ok(Violations::new());
        }
        Act::RefuseServiceRequests {
            reason_codes,
            comment,
            ..
        } => {
            return Ok(service_act::check_refusal(
                reason_codes,
                comment,
                &dictionaries,
            ));
        }
        Act::SetDormitoryPlaces { academic_year, .. } => {
            let mut wrong = Violations::new();
            let running = AcademicYear::on(astana_date(now));
            if !is_set_for(*academic_year, running) {
                wrong.add("set_dormitory_places.academic_year", "OUT_OF_RANGE");
            }
            return Ok(wrong);
        }
        Act::PutCollege(college) => {
            return Ok(college.violations("put_college.college", &dictionaries));
        }
        Act::ApproveScoreFormula(formula) => {
            let path = "approve_score_formula.score_formula";
            let mut wrong = formula.violations(path, &dictionaries);
            let id = object.rsplit('/').next().unwrap_or_default();
            if let Some(of) = specialty::find(on, id).await? {
                wrong.extend(formula_fit::exams(path, &of.specialty, formula));
                let at = (astana_date(now), language());
                let missing =
                    compulsory_subject::missing(path, &of.specialty, formula, &dictionaries, at);
                wrong.extend(missing);
            }
            return Ok(wrong);
        }
        Act::AcknowledgeChoices { .. } => return Ok(Violations::new()),
        Act::AcceptChoices { choices } => {
            let mut wrong = Violations::new();
            for (at, choice) in choices.iter().enumerate() {
                let path = format!("accept_choices.choices[{at}]");
                check_seen(&mut wrong, &path, &choice.seen, &dictionaries);
            }
            return Ok(wrong);
        }
        Act::CorrectMarks { choices } => {
            let mut wrong = Violations::new();
            for (at, choice) in choices.iter().enumerate() {
                let path = format!("correct_marks.choices[{at}]");
                check_seen(&mut wrong, &path, &choice.seen, &dictionaries);
            }
            return Ok(wrong);
        }
        Act::RejectChoices { reason_codes, .. } => {
            return Ok(check_refusal(reason_codes, &dictionaries));
        }
        Act::SetChoicesAside { reason_code, .. } => {
            return Ok(check_erroneous(reason_code, &dictionaries));
        }
        Act::AppointExam(appointment) => {
            let mut wrong = appointment.at.violations("appoint_exam", now);
            let field = "appoint_exam.exam".to_owned();
            check_code(
                &mut wrong,
                field,
                &dictionaries,
                "entrance-exams",
                &appointment.exam,
            );
            return Ok(wrong);
        }
        Act::MoveExam(at) => return Ok(at.violations("move_exam", now)),
    };
    let mut wrong = Violations::new();
    let field = format!("{path}.campaign");
    match name::id_of("campaigns/*", &specialty.campaign) {
        None => drop(wrong.add(field, name::reason(&specialty.campaign))),
        Some(id) => {
            let found = campaign::find(on, id).await?;
            if found.is_none_or(|kept| kept.campaign.programme != PROGRAMME) {
                wrong.add(field, "UNKNOWN_VALUE");
            }
        }
    }
    wrong.extend(specialty.violations(path, &dictionaries));
    Ok(wrong)
}
