//! Examinations with a link: the roster, who comes, what happens, what is scored.

use chassis::clock::{from_pb, to_pb};
use jiff::{SignedDuration, Timestamp};
use proto::partner::v1::examinations_client::ExaminationsClient;
use proto::partner::v1::{
    CheckInRequest, ReportIrregularityRequest, ReportScoresRequest, StreamRosterRequest,
};
use proto::testing::v1::irregularity::Code;
use proto::testing::v1::{RosterEntry, ScoreRow, SubjectScore};
use tokio_stream::StreamExt;

use super::patient::{Patient, TRIES, is_none};
use super::place::Place;
use super::report::{Report, heard};
use crate::person::new_key;

type Partner = ExaminationsClient<Patient>;

/// A session while it is tried: who is on its roster, and when it is.
#[derive(Debug, Clone)]
pub struct Sitting {
    pub session: String,
    pub roster: Vec<RosterEntry>,
    pub start: Timestamp,
}

pub async fn try_all(report: &mut Report, place: &Place) -> anyhow::Result<Option<Sitting>> {
    let mut partner = ExaminationsClient::new(place.channel()?);
    let Some(session) = &place.session else {
        report.skipped("sessions", "no --session was given");
        return Ok(None);
    };
    let Some(sitting) = roster(report, &mut partner, session, place.clock.now()).await else {
        return Ok(None);
    };
    if sitting.roster.len() < 2 {
        report.skipped("sessions", "fewer than two candidates are on the roster");
        return Ok(None);
    }
    check_ins(report, &mut partner, &sitting, place).await;
    irregularities(report, &mut partner, &sitting, place).await;
    let end = sitting.roster[0].end_time.as_ref().and_then(from_pb);
    let end = end.unwrap_or(sitting.start);
    if place.moves_clock {
        let later = SignedDuration::from_mins(1);
        place.clock.set(end + later);
    }
    if place.clock.now() < end {
        report.skipped("scores", "the session has not ended yet");
    } else {
        scores(report, &mut partner, &sitting).await;
    }
    Ok(Some(sitting))
}

/// So many lines; what breaks off goes on after the last line that arrived.
async fn read(
    partner: &mut Partner,
    session: &str,
    resume_token: &str,
    most: usize,
) -> Result<Vec<RosterEntry>, tonic::Status> {
    let mut token = resume_token.to_owned();
    let mut read: Vec<RosterEntry> = Vec::new();
    for _ in 0..TRIES {
        let request = StreamRosterRequest {
            parent: session.to_owned(),
            resume_token: token.clone(),
        };
        let mut lines = partner.stream_roster(request).await?.into_inner();
        loop {
            if read.len() >= most {
                return Ok(read);
            }
            match lines.next().await {
                None => return Ok(read),
                Some(Ok(line)) => {
                    token.clone_from(&line.resume_token);
                    read.push(line);
                }
                Some(Err(status)) if is_none(&status) => break,
                Some(Err(status)) => return Err(status),
            }
        }
    }
    Err(tonic::Status::unavailable(
        "the roster never came to its end",
    ))
}

async fn roster(
    report: &mut Report,
    partner: &mut Partner,
    session: &str,
    now: Timestamp,
) -> Option<Sitting> {
    let rule = "sessions: a roster is streamed in the order of the numbers";
    let whole = match read(partner, session, "", usize::MAX).await {
        Ok(whole) => whole,
        Err(status) => {
            report.holds(rule, "StreamRoster", heard(&status), false);
            return None;
        }
    };
    let numbers: Vec<&String> = whole.iter().map(|it| &it.candidate_number).collect();
    let came = format!("{} lines", whole.len());
    report.holds(rule, "StreamRoster", came, numbers.is_sorted());

    let rule = "sessions: after a break a roster goes on after the last line that arrived";
    let half = whole.len().div_ceil(2);
    let first = read(partner, session, "", half).await.unwrap_or_default();
    let token = first.last().map(|it| it.resume_token.clone());
    let rest = read(partner, session, &token.unwrap_or_default(), usize::MAX).await;
    let rest = rest.unwrap_or_default();
    let sent = "StreamRoster, broken off, and again with the token";
    let came = format!("{} lines and {}", first.len(), rest.len());
    let is_whole = [first, rest].concat() == whole;
    report.holds(rule, sent, came, is_whole);

    let rule = "sessions: a session that is not the partner's is not there";
    let (stage, _) = session.split_once("/sessions/")?;
    let nowhere = StreamRosterRequest {
        parent: format!("{stage}/sessions/{}", uuid::Uuid::nil()),
        resume_token: String::new(),
    };
    let answer = partner.stream_roster(nowhere).await;
    report.refused(rule, "StreamRoster of another session", answer, "NOT_FOUND");
    Some(Sitting {
        session: session.to_owned(),
        roster: whole,
        start: now,
    })
}

fn came(sitting: &Sitting, at: usize, began: bool, time: Timestamp) -> CheckInRequest {
    CheckInRequest {
        booking: sitting.roster[at].booking.clone(),
        check_in_time: Some(to_pb(time)),
        start_time: began.then(|| to_pb(time)),
        request_id: new_key(),
    }
}

async fn check_ins(report: &mut Report, partner: &mut Partner, sitting: &Sitting, place: &Place) {
    let now = place.clock.now();
    let rule = "check-in: nobody came in the future";
    let future = came(sitting, 0, false, now + SignedDuration::from_hours(1));
    let answer = partner.check_in(future).await;
    report.refused(rule, "CheckIn in an hour", answer, "TIME_IN_FUTURE");
    let rule = "check-in: nobody came the day before yesterday";
    let past = came(sitting, 0, false, now - SignedDuration::from_hours(60));
    let answer = partner.check_in(past).await;
    report.refused(rule, "CheckIn two days ago", answer, "OUTSIDE_WINDOW");
    let rule = "check-in: a call that changes something needs a request id";
    let mut without = came(sitting, 0, true, now);
    without.request_id.clear();
    let answer = partner.check_in(without).await;
    report.refused(rule, "CheckIn without request_id", answer, "REQUIRED");

    let rule = "check-in: who came and began is noted";
    let request = came(sitting, 0, true, now);
    let answer = partner.check_in(request.clone()).await;
    let Some(first) = report.went_well(rule, "CheckIn with start_time", answer) else {
        return;
    };
    let rule = "check-in: a repeat gets the first answer";
    let again = partner.check_in(request.clone()).await;
    report.same(rule, "the same CheckIn again", &first, again);
    let rule = "check-in: a request id stands for one request";
    let other = CheckInRequest {
        booking: sitting.roster[1].booking.clone(),
        ..request
    };
    let answer = partner.check_in(other).await;
    report.refused(
        rule,
        "another booking under the id",
        answer,
        "REQUEST_ID_REUSED",
    );
    let rule = "check-in: who came has come";
    let answer = partner.check_in(came(sitting, 0, true, now)).await;
    report.same(rule, "CheckIn under another id", &first, answer);
}

async fn irregularities(
    report: &mut Report,
    partner: &mut Partner,
    sitting: &Sitting,
    place: &Place,
) {
    let noise = |at: usize| ReportIrregularityRequest {
        booking: sitting.roster[at].booking.clone(),
        code: Code::Disturbance.into(),
        note: String::new(),
        occur_time: Some(to_pb(place.clock.now())),
        request_id: new_key(),
    };
    let rule = "irregularity: only of who has begun";
    let answer = partner.report_irregularity(noise(1)).await;
    report.refused(rule, "ReportIrregularity", answer, "NOT_STARTED");
    let rule = "irregularity: it is noted";
    let request = noise(0);
    let answer = partner.report_irregularity(request.clone()).await;
    let Some(first) = report.went_well(rule, "ReportIrregularity", answer) else {
        return;
    };
    let rule = "irregularity: a repeat gets the first answer";
    let again = partner.report_irregularity(request).await;
    report.same(rule, "the same ReportIrregularity again", &first, again);
}

/// A row for a candidate.
fn row(number: &str, score: &str) -> ScoreRow {
    ScoreRow {
        candidate_number: number.to_owned(),
        score: score.to_owned(),
        absent: false,
        subject_scores: Vec::<SubjectScore>::new(),
    }
}

async fn scores(report: &mut Report, partner: &mut Partner, sitting: &Sitting) {
    let request = |rows: Vec<ScoreRow>| ReportScoresRequest {
        parent: sitting.session.clone(),
        scores: rows,
        request_id: new_key(),
    };
    let (sat, missing) = (
        &sitting.roster[0].candidate_number,
        &sitting.roster[1].candidate_number,
    );
    for (rule, rows, reason) in [
        (
            "scores: beyond the scale there is none",
            vec![row(sat, "9999999")],
            "SCORE_OFF_SCALE",
        ),
        (
            "scores: a stranger gets none",
            vec![row("0000000000", "1")],
            "CANDIDATE_UNKNOWN",
        ),
        (
            "scores: who was absent gets none",
            vec![row(missing, "1")],
            "NOT_SAT",
        ),
        (
            "scores: a number stands in a call once",
            vec![row(sat, "1"), row(sat, "2")],
            "CANDIDATE_TWICE",
        ),
        (
            "scores: a score or the mark of absence",
            vec![row(sat, "")],
            "SCORE_OR_ABSENT",
        ),
    ] {
        let answer = partner.report_scores(request(rows)).await;
        report.refused(rule, "ReportScores", answer, reason);
    }
    let rule = "scores: everything that is wrong is told at once";
    let rows = vec![row("0000000000", "1"), row(sat, "9999999")];
    let answer = partner.report_scores(request(rows)).await;
    let told = answer.as_ref().err().map(heard).unwrap_or_default();
    let both = told.contains("scores[0]") && told.contains("scores[1]");
    report.holds(rule, "ReportScores with two mistakes", told, both);

    let rule = "scores: a score is taken";
    let first = request(vec![row(sat, "47")]);
    let answer = partner.report_scores(first.clone()).await;
    let Some(taken) = report.went_well(rule, "ReportScores", answer) else {
        return;
    };
    let is_new = taken.added_count == 1;
    report.holds(
        rule,
        "ReportScores",
        format!("{} new", taken.added_count),
        is_new,
    );
    let rule = "scores: a repeat gets the first answer";
    let again = partner.report_scores(first).await;
    report.same(rule, "the same ReportScores again", &taken, again);
    let rule = "scores: the same score again changes nothing";
    let again = partner.report_scores(request(vec![row(sat, "47")])).await;
    if let Some(again) = report.went_well(rule, "ReportScores under another id", again) {
        let came = format!("{} unchanged", again.unchanged_count);
        report.holds(rule, "the same score", came, again.unchanged_count == 1);
    }
    let rule = "scores: another score is not taken";
    let answer = partner.report_scores(request(vec![row(sat, "48")])).await;
    report.refused(rule, "48 after 47", answer, "SCORE_DIFFERS");
}
