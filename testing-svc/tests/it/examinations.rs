//! Sessions at a partner's place: who comes, what happens, what is scored.

use chassis::clock::{from_pb, to_pb};
use futures_util::TryStreamExt;
use proto::partner::v1 as pb;
use proto::testing::v1 as testing;
use proto::testing::v1::booking::State;
use proto::testing::v1::irregularity::Code;

use crate::certificates::qualifying;
use crate::outcome::scored;
use crate::site::{CENTRE, ELSEWHERE, Site};
use crate::world::{refused, told_with, wrong};

fn noise(site: &Site, person: usize) -> pb::ReportIrregularityRequest {
    pb::ReportIrregularityRequest {
        booking: site.bookings[person - 1].clone(),
        code: Code::Disturbance.into(),
        note: String::new(),
        occur_time: Some(to_pb(site.at(10))),
        request_id: site.world.request(),
    }
}

#[tokio::test]
async fn a_partner_sees_the_sessions_of_its_scopes_and_no_other() {
    let site = Site::of(scored(1)).await;
    site.pass_to(12);
    let roster = || pb::StreamRosterRequest {
        parent: site.session.name.clone(),
        resume_token: String::new(),
    };
    let scores = pb::ReportScoresRequest {
        parent: site.session.name.clone(),
        scores: vec![site.score(1, "1").await],
        request_id: site.world.request(),
    };
    let file = pb::ImportReportRequest {
        parent: site.session.name.clone(),
        file: b"{}\n".to_vec().into(),
        dry_run: false,
        request_id: site.world.request(),
    };
    let download = || pb::DownloadRosterRequest {
        parent: site.session.name.clone(),
    };
    for (name, reason) in [
        (ELSEWHERE, "NOT_FOUND"),
        ("kaztest", "NOT_ALLOWED"),
        ("nobody", "NOT_ALLOWED"),
    ] {
        let mut other = site.partner(name);
        refused(other.stream_roster(roster()).await.map(drop), reason);
        refused(other.download_roster(download()).await.map(drop), reason);
        refused(other.check_in(site.came(1, -10, None)).await, reason);
        refused(other.report_irregularity(noise(&site, 1)).await, reason);
        refused(other.report_scores(scores.clone()).await, reason);
        refused(other.import_report(file.clone()).await, reason);
    }
    let mut own = site.partner(CENTRE);
    let lines = own.stream_roster(roster()).await.expect("a stream");
    let lines: Vec<_> = lines.into_inner().try_collect().await.expect("its end");
    let mut seen: Vec<&String> = lines.iter().map(|it| &it.booking).collect();
    seen.sort();
    let mut booked: Vec<&String> = site.bookings.iter().collect();
    booked.sort();
    assert_eq!(seen, booked);
    let looks = "audit WHERE action = 'StreamRoster' AND caller = 'partners/centre'";
    assert_eq!(site.world.count(looks).await, 1);
}

#[tokio::test]
async fn a_check_in_is_noted_once_with_the_time_that_was_told() {
    let site = Site::of(scored(1)).await;
    site.pass_to(1);
    let request = site.came(1, -20, None);
    let first = site.check_in(request.clone()).await.expect("there");
    assert_eq!(first.state(), State::CheckedIn);
    assert_eq!(first.candidate_number, site.world.number(1).await);
    assert_eq!(
        site.check_in(request.clone()).await.expect("the same"),
        first
    );
    let altered = pb::CheckInRequest {
        booking: site.bookings[1].clone(),
        ..request
    };
    let altered = site.check_in(altered).await;
    assert_eq!(wrong(altered), ["request_id REQUEST_ID_REUSED"]);
    // Under another id, and with the start: it goes on from where it is.
    let sits = site.check_in(site.came(1, -20, Some(0))).await;
    assert_eq!(sits.expect("sits").state(), State::Started);
    let again = site.check_in(site.came(1, -20, Some(0))).await;
    assert_eq!(again.expect("no change").state(), State::Started);
    assert_eq!(site.world.count("attempts").await, 1);
    let started = chassis::clock::to_us(site.at(0));
    let of_the_start = format!("attempts WHERE started_us = {started}");
    assert_eq!(site.world.count(&of_the_start).await, 1);
    let rows = "audit WHERE action = 'CheckIn' AND caller = 'partners/centre'";
    assert_eq!(site.world.count(rows).await, 1);
    site.world.seats_add_up().await;
}

#[tokio::test]
async fn who_is_told_of_in_the_evening_sat_in_the_morning_and_is_not_missed_any_more() {
    let site = Site::of(scored(1)).await;
    site.pass_to(600);
    site.world.run("missed_bookings").await;
    assert_eq!(
        site.world.count("bookings WHERE state = 'NO_SHOW'").await,
        3
    );
    let alone = site.check_in(site.came(1, -5, None)).await;
    let status = refused(alone, "OUTSIDE_WINDOW");
    let close = told_with(&status, "start_close_time");
    let close: jiff::Timestamp = close.parse().expect("an instant");
    assert_eq!(close, site.at(15));
    let late = site.check_in(site.came(1, -5, Some(15))).await;
    refused(late, "OUTSIDE_WINDOW");
    assert_eq!(site.world.count("attempts").await, 0, "all or nothing");
    let sat = site.check_in(site.came(1, -5, Some(3))).await;
    assert_eq!(sat.expect("sat").state(), State::Started);
    site.world.run("finished_attempts").await;
    assert_eq!(
        site.world.count("bookings WHERE state = 'COMPLETED'").await,
        1
    );
    site.world.run("missed_bookings").await;
    assert_eq!(
        site.world.count("bookings WHERE state = 'NO_SHOW'").await,
        2
    );
    site.world.seats_add_up().await;
}

#[tokio::test]
async fn times_that_can_not_be_are_told_all_at_once() {
    let site = Site::of(scored(1)).await;
    site.pass_to(0);
    let mut request = site.came(1, 10, Some(5));
    request.request_id.clear();
    assert_eq!(
        wrong(site.check_in(request).await),
        [
            "request_id REQUIRED",
            "check_in_time TIME_IN_FUTURE",
            "start_time TIME_IN_FUTURE"
        ]
    );
    let backwards = site.came(1, -5, Some(-8));
    assert_eq!(
        wrong(site.check_in(backwards).await),
        ["start_time TIMES_BACKWARDS"]
    );
    let yesterday = site.check_in(site.came(1, -24 * 60 - 1, None)).await;
    refused(yesterday, "OUTSIDE_WINDOW");
}

#[tokio::test]
async fn who_gave_the_seat_up_or_took_another_is_not_checked_in() {
    let site = Site::of(scored(1)).await;
    site.world.withdraw(3).await;
    site.pass_to(16);
    site.world.run("missed_bookings").await;
    let came = site.check_in(site.came(3, -5, Some(0))).await;
    let status = refused(came, "BOOKING_NOT_OPEN");
    assert_eq!(told_with(&status, "state"), "CANCELLED");
    let later = site.world.session(site.stage(), 3 * 24 * 60, 5).await;
    site.world.book(2, &later.name).await;
    let came = site.check_in(site.came(2, -5, Some(0))).await;
    refused(came, "BOOKED_ELSEWHERE");
    // Missed, and takes no part any more.
    site.world.withdraw(1).await;
    let came = site.check_in(site.came(1, -5, Some(0))).await;
    let status = refused(came, "BOOKING_NOT_OPEN");
    assert_eq!(told_with(&status, "state"), "NO_SHOW");
    assert_eq!(site.world.count("attempts").await, 0);
    site.world.seats_add_up().await;
}

#[tokio::test]
async fn an_irregularity_is_noted_once_of_who_has_begun() {
    let site = Site::of(scored(1)).await;
    site.pass_to(12);
    let early = site
        .partner(CENTRE)
        .report_irregularity(noise(&site, 1))
        .await;
    refused(early, "NOT_STARTED");
    let came = site.came(1, -5, Some(0));
    site.check_in(came).await.expect("sits");
    let request = noise(&site, 1);
    let mut partner = site.partner(CENTRE);
    let first = partner.report_irregularity(request.clone()).await;
    let first = first.expect("noted").into_inner();
    assert_eq!(first.code(), Code::Disturbance);
    let noted = first.create_time.as_ref().and_then(from_pb);
    assert_eq!(noted, Some(site.at(10)));
    let again = partner.report_irregularity(request.clone()).await;
    assert_eq!(again.expect("the same").into_inner(), first);
    assert_eq!(site.world.count("irregularities").await, 1);
    // The answer is forgotten after a week; what the id stands for is not.
    site.world.sql("DELETE FROM once").await;
    let again = partner.report_irregularity(request.clone()).await;
    assert_eq!(again.expect("the same").into_inner(), first);
    site.world.sql("DELETE FROM once").await;
    let other = pb::ReportIrregularityRequest {
        code: Code::LeftPlace.into(),
        ..request
    };
    refused(partner.report_irregularity(other).await, "ENTRY_REUSED");
    let mut silent = noise(&site, 1);
    silent.code = Code::Other.into();
    let silent = partner.report_irregularity(silent).await;
    assert_eq!(wrong(silent), ["note REQUIRED"]);
    assert_eq!(site.world.count("irregularities").await, 1);
}

#[tokio::test]
async fn scores_are_taken_once_and_everything_that_is_wrong_is_told_by_its_row() {
    let site = Site::of(scored(1)).await;
    let afternoon = site.world.session(site.stage(), 300, 5).await;
    site.world.admit(&[4], "A").await;
    site.world.book(4, &afternoon.name).await;
    site.pass_to(1);
    for person in [1, 2] {
        let came = site.came(person, -5, Some(0));
        site.check_in(came).await.expect("sits");
    }
    let running = site.report(vec![site.score(1, "47").await]).await;
    assert_eq!(
        wrong(running),
        ["scores[0].candidate_number ATTEMPT_RUNNING"]
    );
    site.pass_to(120);
    let done = site.report(vec![site.score(1, "47.5").await]).await;
    assert_eq!(done.expect("taken").added_count, 1);
    let again = site.report(vec![site.score(1, "47.50").await]).await;
    let again = again.expect("the same");
    assert_eq!((again.added_count, again.unchanged_count), (0, 1));
    let mut stranger = site.score(1, "10").await;
    stranger.candidate_number = "0000000000".into();
    let mut both = site.score(2, "10").await;
    both.absent = true;
    let rows = vec![
        site.score(1, "48").await,
        stranger,
        site.score(2, "100.5").await,
        site.score(2, "9").await,
        site.score(3, "50").await,
        site.score(4, "60").await,
        both,
    ];
    let mut told = wrong(site.report(rows).await);
    told.sort();
    assert_eq!(
        told,
        [
            "scores[0].score SCORE_DIFFERS",
            "scores[1].candidate_number CANDIDATE_UNKNOWN",
            "scores[2].score SCORE_OFF_SCALE",
            "scores[3].candidate_number CANDIDATE_TWICE",
            "scores[4].candidate_number NOT_SAT",
            "scores[5].candidate_number WRONG_SESSION",
            "scores[6].candidate_number CANDIDATE_TWICE",
            "scores[6].score SCORE_OR_ABSENT",
        ]
    );
    assert_eq!(
        site.world.count("stage_scores").await,
        1,
        "all rows or none"
    );
    let digits = site.report(vec![site.score(2, "9.55").await]).await;
    assert_eq!(wrong(digits), ["scores[0].score TOO_MANY_DECIMALS"]);
    let absent = site.report(vec![site.score(3, "").await]).await;
    assert_eq!(absent.expect("the mark").added_count, 1);
    let after_all = site.report(vec![site.score(3, "1").await]).await;
    let told = wrong(after_all);
    assert!(told.contains(&"scores[0].candidate_number NOT_SAT".to_owned()));
    let by = "score_changes WHERE imported_by = 'partners/centre'";
    assert_eq!(site.world.count(by).await, 2);
}

#[tokio::test]
async fn who_was_sent_out_gets_no_score_and_a_published_stage_hears_nothing_more() {
    let site = Site::of(scored(1)).await;
    site.all_sit().await;
    let attempt = site.world.get_booking(1, &site.bookings[0]).await;
    let attempt = attempt.expect("a booking").attempt;
    site.world.terminate(&attempt).await.expect("sent out");
    site.pass_to(120);
    site.world.run("finished_attempts").await;
    let void = site.report(vec![site.score(1, "50").await]).await;
    assert_eq!(wrong(void), ["scores[0].candidate_number ATTEMPT_VOID"]);
    let rest = vec![site.score(2, "50").await, site.score(3, "60").await];
    site.report(rest.clone()).await.expect("taken");
    let preview = site.world.preview(site.stage()).await.expect("a preview");
    let mut publish = site.world.publish_request(site.stage());
    publish.input_hash = preview.input_hash;
    site.world.publish_as(publish).await.expect("published");
    refused(site.report(rest).await, "STAGE_CLOSED");
    let came = site.came(1, -5, Some(0));
    refused(site.check_in(came).await, "STAGE_CLOSED");
    let noted = site
        .partner(CENTRE)
        .report_irregularity(noise(&site, 2))
        .await;
    let status = refused(noted, "STAGE_CLOSED");
    assert!(!told_with(&status, "publish_time").is_empty());
}

#[tokio::test]
async fn subjects_have_to_make_the_score() {
    let site = Site::of(qualifying()).await;
    site.all_sit().await;
    site.pass_to(120);
    let by_subject = |pairs: &[(&str, &str)]| -> Vec<testing::SubjectScore> {
        let pairs = pairs.iter();
        pairs
            .map(|(subject, score)| testing::SubjectScore {
                subject: (*subject).into(),
                score: (*score).into(),
            })
            .collect()
    };
    for (pairs, reason) in [
        (by_subject(&[("CONTENT", "50")]), "SUBJECTS_INCOMPLETE"),
        (by_subject(&[("LATIN", "50")]), "SUBJECT_UNKNOWN"),
        (
            by_subject(&[("CONTENT", "50"), ("PEDAGOGY", "15")]),
            "SUBJECT_SUM_MISMATCH",
        ),
    ] {
        let mut row = site.score(1, "64").await;
        row.subject_scores = pairs;
        let told = wrong(site.report(vec![row]).await);
        assert_eq!(told, [format!("scores[0].subject_scores {reason}")]);
    }
    let mut row = site.score(1, "64").await;
    row.subject_scores = by_subject(&[("CONTENT", "50"), ("PEDAGOGY", "14")]);
    assert_eq!(site.report(vec![row]).await.expect("taken").added_count, 1);
}

#[tokio::test]
async fn a_call_has_so_many_rows_and_no_more() {
    let site = Site::of(scored(1)).await;
    let many = vec![testing::ScoreRow::default(); 1_001];
    assert_eq!(wrong(site.report(many).await), ["scores TOO_MANY"]);
    assert_eq!(wrong(site.report(Vec::new()).await), ["scores REQUIRED"]);
}
