//! Verdicts on sections: saved as they are found, and what decisions make of them.

use jiff::SignedDuration;
use proto::questionnaire::v1::CorrectionKind;
use proto::review::v1::review_policy::SectionMarks;
use proto::review::v1::review_task::State;
use proto::review::v1::section_verdict::Verdict;
use proto::review::v1::section_verdicts_client::SectionVerdictsClient;
use proto::review::v1::{
    GetSectionReviewRequest, RequestCorrectionRequest, ReviewTask, SectionReview,
};
use tonic::Status;

use crate::house::{House, account, expert, manager, metadata, reason, verdict, violations};

async fn claimed(house: &House) -> ReviewTask {
    let task = house.submitted(1).await;
    house.claims(50, &task.name).await.expect("a claim")
}

async fn reads(
    house: &House,
    caller: chassis::caller::Caller,
    name: &str,
) -> Result<SectionReview, Status> {
    let mut verdicts = SectionVerdictsClient::new(house.connection(caller));
    let request = GetSectionReviewRequest {
        name: format!("{name}/sectionReview"),
    };
    let answer = verdicts.get_section_review(request).await;
    answer.map(tonic::Response::into_inner)
}

async fn asks_without_items(house: &House, name: &str) -> Result<ReviewTask, Status> {
    let request = RequestCorrectionRequest {
        name: name.into(),
        request_id: house.request_id(),
        ..Default::default()
    };
    let answer = house.expert(50).request_correction(request).await;
    answer.map(tonic::Response::into_inner)
}

fn incomplete() -> proto::review::v1::SectionVerdict {
    verdict("education", Verdict::Incomplete, "Дипломның қосымшасы жоқ")
}

#[tokio::test]
async fn verdicts_are_saved_one_by_one_and_shown_as_they_stand() {
    let house = House::new().await;
    let task = claimed(&house).await;
    let first = vec![verdict("personal", Verdict::Ok, "")];
    let saved = house.marks(50, &task.name, "", first).await.unwrap();
    assert_eq!(saved.unmarked_sections, ["education"]);
    let second = vec![incomplete()];
    let saved = house
        .marks(50, &task.name, &saved.etag, second)
        .await
        .unwrap();
    let both: Vec<_> = saved
        .verdicts
        .iter()
        .map(|it| (&*it.section, it.verdict()))
        .collect();
    let expected = [
        ("education", Verdict::Incomplete),
        ("personal", Verdict::Ok),
    ];
    assert_eq!(both, expected);
    assert!(saved.verdicts.iter().all(|it| it.expert == account(50)));
    assert_eq!(reads(&house, expert(50), &task.name).await.unwrap(), saved);
    assert_eq!(reads(&house, manager(), &task.name).await.unwrap(), saved);
}

#[tokio::test]
async fn a_stale_save_is_refused_with_the_etag_of_now() {
    let house = House::new().await;
    let task = claimed(&house).await;
    let ok = || vec![verdict("personal", Verdict::Ok, "")];
    let first = house.marks(50, &task.name, "v0", ok()).await.unwrap();
    let stale = house.marks(50, &task.name, "v0", ok()).await.unwrap_err();
    assert_eq!(reason(&stale), "STALE_ETAG");
    assert_eq!(metadata(&stale, "current_etag"), first.etag);
}

#[tokio::test]
async fn only_the_holder_saves_and_everything_wrong_is_told_at_once() {
    let house = House::new().await;
    let task = claimed(&house).await;
    let ok = vec![verdict("personal", Verdict::Ok, "")];
    let refused = house.marks(51, &task.name, "", ok).await.unwrap_err();
    assert_eq!(reason(&refused), "CLAIM_NEEDED");
    let mut odd = verdict("personal", Verdict::Ok, "");
    odd.verdict = 77;
    let wrong = vec![
        verdict("hobby", Verdict::Unspecified, ""),
        verdict("education", Verdict::Outdated, " "),
        odd,
        verdict("education", Verdict::Ok, &"ә".repeat(2001)),
    ];
    let refused = house.marks(50, &task.name, "", wrong).await.unwrap_err();
    let told = violations(&refused);
    let expected = [
        ("verdicts[0].verdict", "REQUIRED"),
        ("verdicts[2].verdict", "UNKNOWN_VALUE"),
        ("verdicts[0].section", "UNKNOWN_VALUE"),
        ("verdicts[1].note", "NOTE_NEEDED"),
        ("verdicts[3].section", "REPEATED_SECTION"),
        ("verdicts[3].note", "TOO_LONG"),
    ];
    assert_eq!(
        told,
        expected.map(|(field, why)| (field.to_owned(), why.to_owned()))
    );
    let none = house.marks(50, &task.name, "", vec![]).await.unwrap_err();
    assert_eq!(
        violations(&none),
        [("verdicts".to_owned(), "REQUIRED".to_owned())]
    );
}

#[tokio::test]
async fn an_application_is_accepted_when_every_section_is_ok() {
    let house = House::new().await;
    let task = claimed(&house).await;
    let refused = house.accepts_as_it_is(50, &task.name).await.unwrap_err();
    assert_eq!(reason(&refused), "SECTIONS_NOT_OK");
    let one = vec![verdict("personal", Verdict::Ok, ""), incomplete()];
    house.marks(50, &task.name, "", one).await.unwrap();
    let refused = house.accepts_as_it_is(50, &task.name).await.unwrap_err();
    assert_eq!(metadata(&refused, "sections"), "education");
    let two = vec![verdict("education", Verdict::Ok, "")];
    house.marks(50, &task.name, "", two).await.unwrap();
    let accepted = house.accepts_as_it_is(50, &task.name).await.unwrap();
    assert_eq!(accepted.state(), State::Decided);
}

#[tokio::test]
async fn a_campaign_may_ask_for_no_marks_and_then_only_bad_ones_stand_in_the_way() {
    let house = House::new().await;
    house
        .reviewed_by(|policy| policy.set_section_marks(SectionMarks::Optional))
        .await;
    let unmarked = claimed(&house).await;
    house.accepts_as_it_is(50, &unmarked.name).await.unwrap();
    let marked = house.submitted(2).await;
    house.claims(50, &marked.name).await.unwrap();
    house
        .marks(50, &marked.name, "", vec![incomplete()])
        .await
        .unwrap();
    let refused = house.accepts_as_it_is(50, &marked.name).await.unwrap_err();
    assert_eq!(reason(&refused), "SECTIONS_NOT_OK");
}

#[tokio::test]
async fn a_correction_without_items_takes_them_from_the_verdicts() {
    let house = House::new().await;
    let task = claimed(&house).await;
    let refused = asks_without_items(&house, &task.name).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        [("items".to_owned(), "REQUIRED".to_owned())]
    );
    let both = vec![verdict("personal", Verdict::Ok, ""), incomplete()];
    house.marks(50, &task.name, "", both).await.unwrap();
    let asked = asks_without_items(&house, &task.name).await.unwrap();
    let items = asked.decision.expect("a decision").items;
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].section, "education");
    assert_eq!(items[0].kind(), CorrectionKind::Incomplete);
    assert_eq!(items[0].note, "Дипломның қосымшасы жоқ");
}

#[tokio::test]
async fn after_a_lost_lease_verdicts_are_advice_to_the_next_and_count_again_for_their_expert() {
    let house = House::new().await;
    let task = claimed(&house).await;
    house.marks_ok(50, &task.name).await.unwrap();
    house.clock.advance(SignedDuration::from_mins(30));
    house.claims(51, &task.name).await.unwrap();
    let review = reads(&house, expert(51), &task.name).await.unwrap();
    assert_eq!((review.verdicts.len(), review.advice.len()), (0, 2));
    assert_eq!(review.unmarked_sections.len(), 2);
    let refused = house.accepts_as_it_is(51, &task.name).await.unwrap_err();
    assert_eq!(
        reason(&refused),
        "SECTIONS_NOT_OK",
        "advice decides nothing"
    );
    house.clock.advance(SignedDuration::from_mins(30));
    house.claims(50, &task.name).await.unwrap();
    house.accepts_as_it_is(50, &task.name).await.unwrap();
}

#[tokio::test]
async fn a_save_after_the_lease_is_refused_and_a_replay_is_answered_without_the_neighbour() {
    let house = House::new().await;
    let task = claimed(&house).await;
    let request = proto::review::v1::SaveSectionVerdictsRequest {
        name: format!("{}/sectionReview", task.name),
        verdicts: vec![incomplete()],
        request_id: house.request_id(),
        ..Default::default()
    };
    let mut verdicts = SectionVerdictsClient::new(house.connection(expert(50)));
    let first = verdicts
        .save_section_verdicts(request.clone())
        .await
        .unwrap();
    house.questionnaire.goes_down();
    house.clock.advance(SignedDuration::from_hours(1));
    let again = verdicts.save_section_verdicts(request).await.unwrap();
    assert_eq!(first.into_inner(), again.into_inner());
    let late = house
        .marks(50, &task.name, "", vec![incomplete()])
        .await
        .unwrap_err();
    assert_eq!(reason(&late), "LEASE_EXPIRED");
}
