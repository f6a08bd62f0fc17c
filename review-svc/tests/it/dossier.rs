//! The dossier: sections beside documents, for those who decide by them.

use chassis::error::{Scope, in_scope};
use chassis::text::Language;
use jiff::SignedDuration;
use proto::questionnaire::v1::DecisionReason;
use proto::review::v1::decision::Outcome;
use proto::review::v1::{Dossier, GetDossierRequest, RejectApplicationRequest};
use tonic::Status;

use crate::house::{House, Tasks, account, application, reason};

async fn reads(mut tasks: Tasks, name: &str) -> Result<Dossier, Status> {
    let request = GetDossierRequest { name: name.into() };
    tasks
        .get_dossier(request)
        .await
        .map(tonic::Response::into_inner)
}

#[tokio::test]
async fn the_holder_of_the_claim_sees_sections_beside_documents_and_checks() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    house.claims(50, &task.name).await.unwrap();
    let dossier = reads(house.expert(50), &task.name).await.unwrap();
    assert_eq!(dossier.name, format!("{}/dossier", task.name));
    let submission = dossier.submission.expect("the submission");
    assert_eq!(submission.name, task.submission);
    assert_eq!(submission.readiness.expect("checks").checks.len(), 1);

    let document = |id: &str| format!("{}/documents/{id}", application(1));
    let [personal, education] = dossier.sections.as_slice() else {
        panic!("two sections")
    };
    assert_eq!(
        (personal.section.as_str(), personal.documents.len()),
        ("personal", 0)
    );
    assert!(personal.documents_by_field.is_empty());
    assert_eq!(
        education.documents,
        [document("diploma"), document("transcript")]
    );
    let by_field: Vec<_> = education.documents_by_field.iter().collect();
    assert_eq!(
        by_field,
        [(&"rows[1].document".to_owned(), &document("diploma"))]
    );
    assert!(dossier.earlier_decisions.is_empty());

    let last = house.audited(&task.name).await.pop();
    assert_eq!(last, Some((account(50), "GetDossier".to_owned())));
}

#[tokio::test]
async fn the_neighbour_is_asked_in_the_name_of_the_service_and_in_the_readers_language() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    let scope = Scope {
        language: Language::Ru,
        domain: review_svc::DOMAIN,
        texts: &review_svc::TEXTS,
    };
    in_scope(scope, reads(house.manager(), &task.name))
        .await
        .unwrap();
    assert_eq!(house.questionnaire.languages(), ["ru"]);
    let tokens = house.questionnaire.tokens();
    assert!(
        tokens[0].starts_with("Bearer "),
        "a token of the service, not of the person"
    );
}

#[tokio::test]
async fn without_a_claim_only_campaign_managers_read() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    assert_eq!(
        reason(&reads(house.expert(50), &task.name).await.unwrap_err()),
        "CLAIM_NEEDED"
    );
    house.claims(50, &task.name).await.unwrap();
    assert_eq!(
        reason(&reads(house.expert(51), &task.name).await.unwrap_err()),
        "CLAIM_NEEDED"
    );
    reads(house.manager(), &task.name).await.unwrap();
    house.clock.advance(SignedDuration::from_mins(30));
    assert_eq!(
        reason(&reads(house.expert(50), &task.name).await.unwrap_err()),
        "LEASE_EXPIRED"
    );
    assert_eq!(
        house.questionnaire.tokens().len(),
        1,
        "nothing is fetched for who may not read"
    );
}

#[tokio::test]
async fn a_campaign_manager_who_applied_does_not_read_their_own() {
    let house = House::new().await;
    let task = house.submitted(900).await;
    assert_eq!(
        reason(&reads(house.manager(), &task.name).await.unwrap_err()),
        "OWN_APPLICATION"
    );
}

#[tokio::test]
async fn a_withdrawn_application_is_nobodys_to_read() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    house.withdrawn(1).await;
    for reader in [house.expert(50), house.manager()] {
        assert_eq!(
            reason(&reads(reader, &task.name).await.unwrap_err()),
            "TASK_WITHDRAWN"
        );
    }
}

#[tokio::test]
async fn earlier_decisions_stand_beside_a_resubmission_newest_first() {
    let house = House::new().await;
    for number in 1..=2 {
        let task = house.submitted_again(1, number).await;
        house.claims(50, &task.name).await.unwrap();
        let note = format!("note {number}");
        let request = RejectApplicationRequest {
            name: task.name,
            reasons: vec![DecisionReason {
                code: "OTHER".into(),
                note,
            }],
            request_id: house.request_id(),
            ..Default::default()
        };
        house.expert(50).reject_application(request).await.unwrap();
    }
    let third = house.submitted_again(1, 3).await;
    let earlier = reads(house.manager(), &third.name)
        .await
        .unwrap()
        .earlier_decisions;
    assert!(
        earlier
            .iter()
            .all(|decision| decision.outcome() == Outcome::Rejected)
    );
    let notes: Vec<_> = earlier
        .iter()
        .map(|decision| decision.reasons[0].note.as_str())
        .collect();
    assert_eq!(notes, ["note 2", "note 1"]);
}

#[tokio::test]
async fn a_neighbour_that_is_down_is_told_as_unavailable() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    house.questionnaire.goes_down();
    let refused = reads(house.manager(), &task.name).await.unwrap_err();
    assert_eq!(reason(&refused), "UNAVAILABLE");
    let audited = house.audited(&task.name).await;
    assert!(
        audited.iter().all(|(_, action)| action != "GetDossier"),
        "nobody has read it"
    );
}
