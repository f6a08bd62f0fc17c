//! Sites without a link: the roster that we sign, and the report that the partner signs.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use futures_util::TryStreamExt;
use proto::partner::v1 as pb;
use ring::signature::{ED25519, UnparsedPublicKey};
use testing_svc::domain::certificate::seal::Keys;
use testing_svc::domain::partner::Partners;
use testing_svc::domain::report_file::MOST_BYTES;
use testing_svc::domain::signed_file;

use crate::applied::{Applied, forms, needs};
use crate::outcome::scored;
use crate::site::{CENTRE, Site, signed};
use crate::world::{CAMPAIGN, World, reason, refused, told_with, wrong};

impl Site {
    fn line_came(&self, id: u128, person: usize, minute: i64, started: i64) -> String {
        let (id, booking) = (uuid::Uuid::from_u128(id), &self.bookings[person - 1]);
        let (time, start) = (self.at(minute), self.at(started));
        format!(
            r#"{{"id":"{id}","kind":"check_in","time":"{time}","booking":"{booking}","start_time":"{start}"}}"#
        )
    }

    fn line_noise(&self, id: u128, person: usize) -> String {
        let (id, booking) = (uuid::Uuid::from_u128(id), &self.bookings[person - 1]);
        let time = self.at(10);
        format!(
            r#"{{"id":"{id}","kind":"irregularity","time":"{time}","booking":"{booking}","code":"DISTURBANCE"}}"#
        )
    }

    async fn line_score(&self, id: u128, person: u128, score: &str) -> String {
        let number = self.world.number(person).await;
        line_of(id, &number, score, self.at(100))
    }

    async fn download(&self) -> Vec<u8> {
        let request = pb::DownloadRosterRequest {
            parent: self.session.name.clone(),
        };
        let pieces = self.partner(CENTRE).download_roster(request).await;
        let pieces: Vec<_> = pieces
            .expect("a file")
            .into_inner()
            .try_collect()
            .await
            .expect("its end");
        pieces.into_iter().flat_map(|it| it.data).collect()
    }
}

fn line_of(id: u128, number: &str, score: &str, time: jiff::Timestamp) -> String {
    let id = uuid::Uuid::from_u128(id);
    format!(
        r#"{{"id":"{id}","kind":"score","time":"{time}","candidate_number":"{number}","score":"{score}"}}"#
    )
}

fn conflicts(report: &pb::ImportReportResponse) -> Vec<String> {
    let all = report.conflicts.iter();
    all.map(|it| format!("{} {}", it.line, it.reason)).collect()
}

#[tokio::test]
async fn a_roster_is_a_file_that_our_key_signed_and_nothing_of_the_person_is_in_it() {
    let site = Site::of(scored(1)).await;
    let file = site.download().await;
    let keys = Keys::new(Some(&[8; 32]), &[]).expect("a seed");
    let public: Vec<[u8; 32]> = keys.public().map(|(_, key)| *key).collect();
    let body = signed_file::open(signed_file::ROSTER, &file, &public).expect("ours");
    let lines: Vec<serde_json::Value> = body
        .lines()
        .map(|it| serde_json::from_str(it).expect("JSON"))
        .collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0]["session"], site.session.name.as_str());
    assert_eq!(lines[0]["partner"], CENTRE);
    let mut names: Vec<&String> = lines[1].as_object().expect("a line").keys().collect();
    names.sort();
    let expected = [
        "booking",
        "candidate_number",
        "end_time",
        "extra_time_percent",
        "state",
    ];
    assert_eq!(names, expected);
    // What the document says of the signature, computed by hand.
    let last = file[body.len()..].to_vec();
    let last: serde_json::Value = serde_json::from_slice(&last).expect("JSON");
    let signature = BASE64
        .decode(last["signature"].as_str().expect("a signature"))
        .expect("base64url");
    let hash = ring::digest::digest(&ring::digest::SHA256, body.as_bytes());
    let signed = [b"irikteu.partner.v1.Roster\0".as_slice(), hash.as_ref()].concat();
    let key = UnparsedPublicKey::new(&ED25519, public[0]);
    key.verify(&signed, &signature).expect("the signature");
}

#[tokio::test]
async fn without_keys_nothing_is_signed_or_believed() {
    let mut site = Site::of(scored(1)).await;
    site.world = World::with(|config| {
        config.certificate_keys = Keys::default();
        let list = format!(
            r#"[{{"partner": "{CENTRE}", "examinations": {{"campaigns": ["{CAMPAIGN}"]}}}}]"#
        );
        config.partners = Partners::parse(&list).expect("a list");
    })
    .await;
    let stage = site.world.make(scored(1)).await.name;
    site.session = site.world.session(&stage, 60, 5).await;
    let request = pb::DownloadRosterRequest {
        parent: site.session.name.clone(),
    };
    let roster = site.partner(CENTRE).download_roster(request).await;
    let status = refused(roster.map(drop), "KEY_MISSING");
    assert_eq!(told_with(&status, "whose"), "SUITE");
    let report = site.send(&site.file(&[])).await;
    let status = refused(report, "KEY_MISSING");
    assert_eq!(told_with(&status, "whose"), "PARTNER");
}

#[tokio::test]
async fn nobody_sits_down_on_a_seat_that_the_changed_application_does_not_fit() {
    let mut site = Site::of(scored(1)).await;
    let by = Applied(5, 'a');
    let (physics, history) = (needs("PHYSICS", "kk", false), needs("HISTORY", "kk", false));
    site.world.takes_part(&by, physics.clone()).await;
    let (forms, stage) = (forms(), site.stage().to_owned());
    site.session = site.world.session_with(&stage, 60, 6, &forms).await;
    site.bookings = vec![site.world.book(5, &site.session.name).await.name];
    site.world.apply(&by, 2, history.clone()).await;
    site.pass_to(12);
    for started in [None, Some(0)] {
        let came = site.check_in(site.came(1, -5, started)).await;
        refused(came, "SEAT_UNFIT");
    }
    let file = site.file(&[site.line_came(1, 1, -5, 0), site.line_noise(2, 1)]);
    let report = site.send(&file).await.expect("a report");
    assert_eq!(report.applied_count, 0);
    assert_eq!(conflicts(&report), ["2 SEAT_UNFIT", "3 NOT_STARTED"]);
    assert!(!report.conflicts[0].message.is_empty());
    assert_eq!(site.world.count("attempts").await, 0);
    // As before, and changed again between the door and the start.
    site.world.apply(&by, 3, physics.clone()).await;
    let came = site.check_in(site.came(1, -5, None)).await;
    came.expect("there");
    site.world.apply(&by, 4, history).await;
    let began = site.check_in(site.came(1, -5, Some(0))).await;
    refused(began, "SEAT_UNFIT");
    let report = site.send(&site.file(&[site.line_came(3, 1, -5, 0)])).await;
    assert_eq!(conflicts(&report.expect("a report")), ["2 SEAT_UNFIT"]);
    site.world.apply(&by, 5, physics).await;
    // What was a conflict goes through under its own id, once its reason is gone.
    let file = site.file(&[site.line_came(1, 1, -5, 0), site.line_noise(2, 1)]);
    let report = site.send(&file).await.expect("a report");
    assert_eq!((report.applied_count, report.conflicts.len()), (2, 0));
}

#[tokio::test]
async fn a_day_without_a_link_is_taken_in_whole_and_its_file_again_gets_the_same_report() {
    let site = Site::of(scored(1)).await;
    site.pass_to(600);
    site.world.run("missed_bookings").await;
    // In no order.
    let lines = [
        site.line_score(4, 1, "47.5").await,
        site.line_noise(3, 2),
        site.line_came(1, 1, -30, 0),
        site.line_came(2, 2, -29, 1),
        site.line_score(5, 2, "60").await,
    ];
    let file = site.file(&lines);
    let look = site.import(&file, true).await.expect("a look");
    assert_eq!((look.applied_count, look.dry_run), (5, true));
    assert_eq!(site.world.count("attempts").await, 0, "it was only a look");
    let report = site.send(&file).await.expect("a report");
    assert_eq!((report.applied_count, report.repeated_count), (5, 0));
    assert!(report.conflicts.is_empty(), "{report:?}");
    for (rows, count) in [("attempts", 2), ("irregularities", 1), ("stage_scores", 2)] {
        assert_eq!(site.world.count(rows).await, count, "{rows}");
    }
    assert_eq!(site.send(&file).await.expect("the same"), report);
    // The same lines in another file: nothing twice.
    let repeated = site.send(&site.file(&lines)).await.expect("a report");
    assert_eq!((repeated.applied_count, repeated.repeated_count), (0, 5));
    for (rows, count) in [("attempts", 2), ("irregularities", 1), ("score_changes", 2)] {
        assert_eq!(site.world.count(rows).await, count, "{rows}");
    }
    site.world.seats_add_up().await;
}

#[tokio::test]
async fn what_the_link_took_before_it_broke_is_not_taken_again_from_the_file() {
    let site = Site::of(scored(1)).await;
    site.pass_to(12);
    let mut came = site.came(1, -5, Some(0));
    came.request_id = uuid::Uuid::from_u128(1).to_string();
    site.check_in(came).await.expect("sits");
    let noise = pb::ReportIrregularityRequest {
        booking: site.bookings[0].clone(),
        code: proto::testing::v1::irregularity::Code::Disturbance.into(),
        note: String::new(),
        occur_time: Some(chassis::clock::to_pb(site.at(10))),
        request_id: uuid::Uuid::from_u128(2).to_string(),
    };
    let noted = site.partner(CENTRE).report_irregularity(noise).await;
    noted.expect("noted");
    let lines = [
        site.line_came(1, 1, -5, 0),
        site.line_noise(2, 1),
        site.line_came(3, 2, -5, 0),
    ];
    let report = site.send(&site.file(&lines)).await.expect("a report");
    assert_eq!((report.applied_count, report.repeated_count), (1, 2));
    assert_eq!(site.world.count("irregularities").await, 1);
}

#[tokio::test]
async fn conflicts_are_told_by_their_lines_and_the_rest_is_applied() {
    let site = Site::of(scored(1)).await;
    let afternoon = site.world.session(site.stage(), 400, 5).await;
    site.world.admit(&[4], "A").await;
    let elsewhere = site.world.book(4, &afternoon.name).await.name;
    site.pass_to(300);
    let mut stranger = site.line_came(6, 1, -5, 0);
    let nowhere = format!("{}/bookings/{}", CAMPAIGN, uuid::Uuid::nil());
    stranger = stranger.replace(&site.bookings[0], &nowhere);
    let other_session = site
        .line_came(7, 1, -5, 0)
        .replace(&site.bookings[0], &elsewhere);
    let lines = [
        site.line_came(1, 1, -5, 0),
        site.line_came(2, 2, -5, 20),
        site.line_noise(3, 2),
        site.line_score(4, 1, "47").await,
        site.line_score(5, 2, "40").await,
        stranger,
        other_session,
        line_of(8, "0000000000", "10", site.at(100)),
        site.line_score(9, 3, "12").await,
        site.line_score(10, 3, "13").await,
    ];
    let report = site.send(&site.file(&lines)).await.expect("a report");
    assert_eq!(
        conflicts(&report),
        [
            "3 OUTSIDE_WINDOW",
            "4 NOT_STARTED",
            "6 NOT_SAT",
            "7 WRONG_SESSION",
            "8 WRONG_SESSION",
            "9 CANDIDATE_UNKNOWN",
            "10 NOT_SAT",
            "11 CANDIDATE_TWICE",
        ]
    );
    assert_eq!(report.applied_count, 2);
    assert!(
        report
            .conflicts
            .iter()
            .all(|it| !it.message.contains(&it.reason))
    );
    // Another value, another line under a known id, and the first ones once more.
    let lines = [
        site.line_score(20, 1, "48").await,
        site.line_came(1, 2, -5, 1),
        site.line_score(4, 1, "47").await,
        site.line_came(21, 2, -5, 1),
    ];
    let report = site.send(&site.file(&lines)).await.expect("a report");
    assert_eq!(conflicts(&report), ["2 SCORE_DIFFERS", "3 ENTRY_REUSED"]);
    assert_eq!((report.applied_count, report.repeated_count), (1, 1));
    site.world.seats_add_up().await;
}

#[tokio::test]
async fn an_altered_file_is_refused_as_a_whole() {
    let site = Site::of(scored(1)).await;
    site.pass_to(300);
    let lines = [
        site.line_came(1, 1, -5, 0),
        site.line_score(2, 1, "47").await,
    ];
    let body = site.unsigned(&lines);
    let file = signed(&body, 9);
    let text = String::from_utf8(file.clone()).expect("text");
    let forged = text.replace(r#""score":"47""#, r#""score":"97""#);
    let tries = [
        forged.into_bytes(),
        signed(&body, 1),
        file[..file.len() - 1].to_vec(),
        body.into_bytes(),
        b"\n".to_vec(),
    ];
    for tried in tries {
        let status = site.send(&tried).await.expect_err("refused");
        assert_eq!(reason(&status), "FILE_ALTERED");
        assert_eq!(status.code(), tonic::Code::InvalidArgument);
    }
    let nothing = "partner_entries";
    assert_eq!(site.world.count(nothing).await, 0);
    assert_eq!(site.send(&file).await.expect("taken").applied_count, 2);
}

#[tokio::test]
async fn what_is_no_report_is_told_line_by_line_and_nothing_of_it_is_taken() {
    let site = Site::of(scored(1)).await;
    site.pass_to(300);
    let lines = [
        site.line_came(1, 1, -5, 0),
        site.line_noise(1, 1),
        "dance".to_owned(),
        site.line_came(2, 1, -5, 400),
    ];
    assert_eq!(
        wrong(site.send(&site.file(&lines)).await),
        [
            "file.line[3].id ID_TWICE",
            "file.line[4] INVALID_FORMAT",
            "file.line[5].start_time TIME_IN_FUTURE"
        ]
    );
    let other = site.unsigned(&lines[..1]).replace(CENTRE, "other");
    let other = site.send(&signed(&other, 9)).await;
    assert_eq!(wrong(other), ["file.line[1].partner NOT_AS_CALLED"]);
    assert_eq!(wrong(site.send(&[]).await), ["file REQUIRED"]);
    let long = vec![b'x'; MOST_BYTES + 1];
    assert_eq!(wrong(site.send(&long).await), ["file TOO_LONG"]);
    assert_eq!(site.world.count("attempts").await, 0);
}
