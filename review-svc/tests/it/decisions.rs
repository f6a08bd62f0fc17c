//! Decisions: by the holder of the claim, once, for good.

use std::sync::Arc;

use chassis::clock::{astana_date, from_pb, to_pb};
use chassis::database::execute;
use jiff::SignedDuration;
use proto::events::v1::{
    ApplicationAccepted, ApplicationRejected, AskedCorrection, CorrectionAsked,
};
use proto::questionnaire::v1::{CorrectionKind, DecisionReason};
use proto::review::v1::decision::Outcome;
use proto::review::v1::review_task::State;
use proto::review::v1::{
    AcceptApplicationRequest, CorrectionItem, RejectApplicationRequest, RequestCorrectionRequest,
    ReviewTask,
};
use tonic::Status;

use crate::house::{
    CAMPAIGN, House, account, application, metadata, reason, submission_name, violations,
};

fn because(code: &str, note: &str) -> DecisionReason {
    DecisionReason {
        code: code.into(),
        note: note.into(),
    }
}

fn correct(section: &str, kind: CorrectionKind, note: &str) -> CorrectionItem {
    CorrectionItem {
        section: section.into(),
        kind: kind.into(),
        note: note.into(),
    }
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).into()
}

async fn claimed(house: &House, applicant: u128) -> ReviewTask {
    let task = house.submitted(applicant).await;
    house.claims(50, &task.name).await.expect("a claim")
}

async fn rejects(
    house: &House,
    name: &str,
    reasons: Vec<DecisionReason>,
) -> Result<ReviewTask, Status> {
    let request = RejectApplicationRequest {
        name: name.into(),
        etag: String::new(),
        reasons,
        request_id: house.request_id(),
        ..Default::default()
    };
    house
        .expert(50)
        .reject_application(request)
        .await
        .map(tonic::Response::into_inner)
}

async fn asks(house: &House, name: &str, items: Vec<CorrectionItem>) -> Result<ReviewTask, Status> {
    let request = RequestCorrectionRequest {
        name: name.into(),
        etag: String::new(),
        items,
        request_id: house.request_id(),
    };
    house
        .expert(50)
        .request_correction(request)
        .await
        .map(tonic::Response::into_inner)
}

#[tokio::test]
async fn an_accepted_application_is_told_of_with_its_task() {
    let house = House::new().await;
    let task = claimed(&house, 1).await;
    let accepted = house.accepts(50, &task.name).await.unwrap();
    assert_eq!(accepted.state(), State::Decided);
    assert!(accepted.claim.is_none());
    let decision = accepted.decision.clone().expect("a decision");
    assert_eq!(decision.outcome(), Outcome::Accepted);
    assert_eq!(decision.expert, account(50));
    let event = ApplicationAccepted {
        application: application(1),
        submission: submission_name(1, 1),
        campaign: CAMPAIGN.into(),
        account: account(1),
        review_task: task.name.clone(),
        decide_time: Some(to_pb(house.clock.now())),
    };
    assert_eq!(house.published::<ApplicationAccepted>().await, [event]);
    assert_eq!(house.task(&task.name).await, accepted);
    let last = house.audited(&task.name).await.pop();
    assert_eq!(last, Some((account(50), "AcceptApplication".to_owned())));
}

#[tokio::test]
async fn a_rejection_gives_its_reasons_and_the_event_only_their_codes() {
    let house = House::new().await;
    let task = claimed(&house, 1).await;
    let reasons = vec![
        because("EXPERIENCE_TOO_SHORT", ""),
        because("OTHER", "  Түсініктеме: ә ғ қ  "),
    ];
    let rejected = rejects(&house, &task.name, reasons).await.unwrap();
    let decision = rejected.decision.expect("a decision");
    assert_eq!(decision.outcome(), Outcome::Rejected);
    let kept = [
        because("EXPERIENCE_TOO_SHORT", ""),
        because("OTHER", "Түсініктеме: ә ғ қ"),
    ];
    assert_eq!(decision.reasons, kept);
    let events = house.published::<ApplicationRejected>().await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].reason_codes, ["EXPERIENCE_TOO_SHORT", "OTHER"]);
    assert_eq!(events[0].decide_time, decision.decide_time);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_rejection_is_told_at_once() {
    let house = House::new().await;
    let task = claimed(&house, 1).await;
    let request = RejectApplicationRequest {
        name: "reviewTasks".into(),
        etag: "yesterday's".into(),
        reasons: vec![
            because("BAD_MOOD", ""),
            because("OTHER", ""),
            because("NOT_A_CITIZEN", &"ә".repeat(2001)),
            because("NOT_A_CITIZEN", "\0"),
            because("", ""),
        ],
        request_id: "1".into(),
        ..Default::default()
    };
    let refused = house
        .expert(50)
        .reject_application(request)
        .await
        .unwrap_err();
    let mut told = violations(&refused);
    told.sort();
    let mut expected = pairs([
        ("name", "INVALID_NAME"),
        ("etag", "INVALID_ETAG"),
        ("reasons[0].code", "UNKNOWN_VALUE"),
        ("reasons[1].note", "NOTE_NEEDED"),
        ("reasons[2].note", "TOO_LONG"),
        ("reasons[3].code", "REPEATED_CODE"),
        ("reasons[3].note", "INVALID_FORMAT"),
        ("reasons[4].code", "REQUIRED"),
        ("request_id", "INVALID_REQUEST_ID"),
    ]);
    expected.sort();
    assert_eq!(told, expected);
    let none = rejects(&house, &task.name, vec![]).await.unwrap_err();
    assert_eq!(violations(&none), pairs([("reasons", "REQUIRED")]));
    assert_eq!(house.task(&task.name).await, task);
}

#[tokio::test]
async fn a_correction_decides_the_task_with_the_term_of_the_campaign() {
    let house = House::new().await;
    // Friday before three days of Nauryz: five working days end on 1 April.
    house.at("2026-03-20T10:00:00+05:00");
    let task = claimed(&house, 1).await;
    let items = vec![
        correct("education", CorrectionKind::Incomplete, "Қосымша парақ жоқ"),
        correct("personal", CorrectionKind::Outdated, "Мекенжай"),
    ];
    let asked = asks(&house, &task.name, items.clone()).await.unwrap();
    assert_eq!(asked.state(), State::Decided);
    let decision = asked.decision.expect("a decision");
    assert_eq!(decision.outcome(), Outcome::CorrectionRequested);
    assert_eq!(decision.items, items);
    let due = decision.correction_due_time.expect("a due time");
    assert_eq!(
        astana_date(from_pb(&due).unwrap()).to_string(),
        "2026-04-01"
    );
    let event = CorrectionAsked {
        application: application(1),
        submission: submission_name(1, 1),
        campaign: CAMPAIGN.into(),
        account: account(1),
        review_task: task.name.clone(),
        items: vec![
            AskedCorrection {
                section: "education".into(),
                kind: CorrectionKind::Incomplete.into(),
            },
            AskedCorrection {
                section: "personal".into(),
                kind: CorrectionKind::Outdated.into(),
            },
        ],
        correction_due_time: Some(due),
        ask_time: Some(to_pb(house.clock.now())),
    };
    assert_eq!(house.published::<CorrectionAsked>().await, [event]);
}

#[tokio::test]
async fn a_campaign_without_a_correction_term_has_that_of_the_settings() {
    let house = House::new().await;
    house.questionnaire.forgets_its_correction_term();
    let task = claimed(&house, 1).await;
    let items = vec![correct("personal", CorrectionKind::Incorrect, "x")];
    let asked = asks(&house, &task.name, items).await.unwrap();
    let due = asked
        .decision
        .and_then(|decision| decision.correction_due_time)
        .unwrap();
    // Monday, 1 June, and three working days.
    assert_eq!(
        astana_date(from_pb(&due).unwrap()).to_string(),
        "2026-06-04"
    );
}

#[tokio::test]
async fn all_that_is_wrong_with_a_correction_is_told_at_once() {
    let house = House::new().await;
    let task = claimed(&house, 1).await;
    let items = vec![
        CorrectionItem {
            section: "hobby".into(),
            kind: 0,
            note: String::new(),
        },
        CorrectionItem {
            section: String::new(),
            kind: 77,
            note: "ә".repeat(2001),
        },
    ];
    let mut told = violations(&asks(&house, &task.name, items).await.unwrap_err());
    told.sort();
    let mut expected = pairs([
        ("items[0].section", "UNKNOWN_VALUE"),
        ("items[0].kind", "REQUIRED"),
        ("items[0].note", "REQUIRED"),
        ("items[1].section", "REQUIRED"),
        ("items[1].kind", "UNKNOWN_VALUE"),
        ("items[1].note", "TOO_LONG"),
    ]);
    expected.sort();
    assert_eq!(told, expected);
    let twice = ["a", "b"].map(|note| correct("personal", CorrectionKind::Incorrect, note));
    let refused = asks(&house, &task.name, twice.into()).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        pairs([("items[1].section", "REPEATED_SECTION")])
    );
    assert_eq!(house.task(&task.name).await, task);
}

#[tokio::test]
async fn a_correction_that_reaches_into_a_year_without_a_calendar_is_refused_and_not_guessed() {
    let house = House::new().await;
    house.at("2027-12-30T10:00:00+05:00");
    let task = claimed(&house, 1).await;
    let items = vec![correct("personal", CorrectionKind::Incorrect, "x")];
    let refused = asks(&house, &task.name, items).await.unwrap_err();
    assert_eq!(reason(&refused), "CALENDAR_MISSING");
    assert_eq!(metadata(&refused, "year"), "2028");
    house
        .accepts(50, &task.name)
        .await
        .expect("other decisions need no calendar");
}

#[tokio::test]
async fn a_correction_waits_for_a_neighbour_that_is_down_and_changes_nothing() {
    let house = House::new().await;
    let task = claimed(&house, 1).await;
    house.questionnaire.goes_down();
    let items = vec![correct("personal", CorrectionKind::Incorrect, "x")];
    let refused = asks(&house, &task.name, items.clone()).await.unwrap_err();
    assert_eq!(reason(&refused), "UNAVAILABLE");
    assert_eq!(house.task(&task.name).await, task);
    house.questionnaire.comes_back();
    asks(&house, &task.name, items).await.expect("now it goes");
}

#[tokio::test]
async fn a_replayed_correction_gets_the_first_answer_whatever_the_neighbour_says_by_now() {
    let house = House::new().await;
    let task = claimed(&house, 1).await;
    let request = RequestCorrectionRequest {
        name: task.name.clone(),
        etag: String::new(),
        items: vec![correct("personal", CorrectionKind::Incorrect, "x")],
        request_id: house.request_id(),
    };
    let mut expert = house.expert(50);
    let first = expert
        .request_correction(request.clone())
        .await
        .unwrap()
        .into_inner();
    house.questionnaire.goes_down();
    house.at("2027-12-31T10:00:00+05:00");
    let again = expert
        .request_correction(request.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(first, again);
    assert_eq!(house.published::<CorrectionAsked>().await.len(), 1);
    let altered = RequestCorrectionRequest {
        items: vec![],
        ..request
    };
    let refused = expert.request_correction(altered).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        pairs([("request_id", "REQUEST_ID_REUSED")])
    );
}

#[tokio::test]
async fn the_neighbour_is_not_asked_for_somebody_who_may_not_decide() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    let items = vec![correct("personal", CorrectionKind::Incorrect, "x")];
    let refused = asks(&house, &task.name, items).await.unwrap_err();
    assert_eq!(reason(&refused), "CLAIM_NEEDED");
    assert!(house.questionnaire.tokens().is_empty());
}

#[tokio::test]
async fn a_decision_is_made_once() {
    let house = House::new().await;
    let task = claimed(&house, 1).await;
    house.accepts(50, &task.name).await.unwrap();
    let second = rejects(&house, &task.name, vec![because("NOT_A_CITIZEN", "")]).await;
    let items = vec![correct("personal", CorrectionKind::Incorrect, "x")];
    let third = asks(&house, &task.name, items).await;
    for refused in [second, third, house.accepts(50, &task.name).await] {
        let refused = refused.unwrap_err();
        assert_eq!(reason(&refused), "TASK_DECIDED");
        assert_eq!(metadata(&refused, "outcome"), "ACCEPTED");
    }
    assert_eq!(house.published::<ApplicationRejected>().await.len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_decisions_at_the_same_time_one_counts() {
    let house = Arc::new(House::new().await);
    let task = claimed(&house, 1).await;
    let calls = (0..10).map(|number| {
        let (house, name) = (house.clone(), task.name.clone());
        tokio::spawn(async move {
            if number % 2 == 0 {
                house.accepts(50, &name).await
            } else {
                rejects(&house, &name, vec![because("NOT_A_CITIZEN", "")]).await
            }
        })
    });
    let mut made = 0;
    for call in calls.collect::<Vec<_>>() {
        match call.await.unwrap() {
            Ok(_) => made += 1,
            Err(status) => assert_eq!(reason(&status), "TASK_DECIDED"),
        }
    }
    let accepted = house.published::<ApplicationAccepted>().await.len();
    let rejected = house.published::<ApplicationRejected>().await.len();
    assert_eq!((made, accepted + rejected), (1, 1));
}

#[tokio::test]
async fn the_database_itself_refuses_to_change_or_delete_a_decision() {
    let house = House::new().await;
    let task = claimed(&house, 1).await;
    let decided = house.accepts(50, &task.name).await.unwrap();
    for sql in [
        "UPDATE decision SET outcome = 'REJECTED'",
        "DELETE FROM decision",
    ] {
        let tx = house.test.db.begin().await.unwrap();
        assert!(execute(&tx, sql, []).await.is_err(), "{sql}");
    }
    assert_eq!(house.task(&task.name).await, decided);
}

#[tokio::test]
async fn a_replayed_decision_gets_the_first_answer_and_an_altered_one_is_refused() {
    let house = House::new().await;
    let task = claimed(&house, 1).await;
    let request = RejectApplicationRequest {
        name: task.name.clone(),
        etag: task.etag.clone(),
        reasons: vec![because("NOT_A_CITIZEN", "")],
        request_id: house.request_id(),
        ..Default::default()
    };
    let mut expert = house.expert(50);
    let first = expert
        .reject_application(request.clone())
        .await
        .unwrap()
        .into_inner();
    house.clock.advance(SignedDuration::from_hours(3));
    let again = expert
        .reject_application(request.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(first, again);
    assert_eq!(house.published::<ApplicationRejected>().await.len(), 1);
    let altered = RejectApplicationRequest {
        reasons: vec![because("OVER_AGE_LIMIT", "")],
        ..request
    };
    let refused = expert.reject_application(altered).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        pairs([("request_id", "REQUEST_ID_REUSED")])
    );
}

#[tokio::test]
async fn a_stale_etag_is_refused_with_the_one_of_now() {
    let house = House::new().await;
    let open = house.submitted(1).await;
    let claimed = house.claims(50, &open.name).await.unwrap();
    let request = |etag: &str| AcceptApplicationRequest {
        name: open.name.clone(),
        etag: etag.to_owned(),
        request_id: house.request_id(),
        ..Default::default()
    };
    let stale = house
        .expert(50)
        .accept_application(request(&open.etag))
        .await
        .unwrap_err();
    assert_eq!(reason(&stale), "STALE_ETAG");
    assert_eq!(metadata(&stale, "current_etag"), claimed.etag);
    house.marks_ok(50, &open.name).await.unwrap();
    let odd = house
        .expert(50)
        .accept_application(request("W/\"1\""))
        .await
        .unwrap_err();
    assert_eq!(violations(&odd), pairs([("etag", "INVALID_ETAG")]));
    house
        .expert(50)
        .accept_application(request(&claimed.etag))
        .await
        .unwrap();
}
