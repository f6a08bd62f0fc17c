//! What was shown of a person, to whom and why: written down before it leaves, listed to them alone.

use chassis::client::Connection;
use jiff::SignedDuration;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::disclosure::{Ground, Recipient, Subject};
use proto::questionnaire::v1::disclosures_client::DisclosuresClient;
use proto::questionnaire::v1::documents_client::DocumentsClient;
use proto::questionnaire::v1::submissions_client::SubmissionsClient;
use tonic::Status;

use crate::candidate::{Candidate, download};
use crate::world::{World, pairs, reason, violations};

async fn listed(connection: Connection, parent: &str) -> Result<Vec<pb::Disclosure>, Status> {
    let mut client = DisclosuresClient::new(connection);
    let mut request = pb::ListDisclosuresRequest {
        parent: parent.into(),
        page_size: 2,
        page_token: String::new(),
    };
    let mut found = Vec::new();
    loop {
        let page = client.list_disclosures(request.clone()).await?.into_inner();
        found.extend(page.disclosures);
        if page.next_page_token.is_empty() {
            return Ok(found);
        }
        request.page_token = page.next_page_token;
    }
}

async fn own(candidate: &Candidate<'_>) -> Vec<pb::Disclosure> {
    listed(candidate.connection(), "accounts/me").await.unwrap()
}

async fn reads(reader: Connection, application: &pb::Application) -> pb::Submission {
    let request = pb::GetSubmissionRequest {
        name: application.submission.clone(),
    };
    SubmissionsClient::new(reader)
        .get_submission(request)
        .await
        .unwrap()
        .into_inner()
}

#[tokio::test]
async fn every_look_of_others_is_told_to_the_person_with_its_ground() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.has_submitted().await;
    // One's own look is none.
    reads(candidate.connection(), &application).await;
    assert_eq!(own(&candidate).await, []);

    let submission = reads(world.service("review-svc"), &application).await;
    let next = || world.clock.advance(SignedDuration::from_secs(1));
    next();
    reads(world.manager(), &application).await;
    next();
    let diploma = submission
        .documents
        .iter()
        .find(|document| document.kind == "DIPLOMA")
        .unwrap();
    download(world.expert(), &diploma.name).await.unwrap();
    next();
    let list = pb::ListDocumentsRequest {
        parent: application.name.clone(),
        section: "personal".into(),
        ..Default::default()
    };
    DocumentsClient::new(world.expert())
        .list_documents(list)
        .await
        .unwrap();

    let told = own(&candidate).await;
    let seen: Vec<_> = told
        .iter()
        .map(|it| (it.subject(), it.recipient(), it.ground()))
        .collect();
    let expected = [
        (Subject::DocumentDetails, Recipient::Expert, Ground::Review),
        (Subject::DocumentContent, Recipient::Expert, Ground::Review),
        (
            Subject::Submission,
            Recipient::CampaignManager,
            Ground::CampaignManagement,
        ),
        (Subject::Submission, Recipient::Service, Ground::Review),
    ];
    assert_eq!(seen, expected);
    assert_eq!(told[0].sections, ["personal"]);
    assert_eq!(
        (&told[1].resource, &told[1].sections),
        (&diploma.name, &vec!["education".to_owned()])
    );
    assert_eq!(
        told[3].sections,
        ["personal", "education", "certificate", "employment"]
    );
    assert_eq!(told[3].recipient_name, "review-svc");
    // Who of the experts it was is nowhere.
    assert!(told[..3].iter().all(|it| it.recipient_name.is_empty()));
}

#[tokio::test]
async fn what_was_refused_was_not_shown() {
    let world = World::new().await;
    let (candidate, other) = (world.candidate(1), world.candidate(2));
    let application = candidate.has_submitted().await;
    let request = pb::GetSubmissionRequest {
        name: application.submission.clone(),
    };
    let refused = SubmissionsClient::new(other.connection())
        .get_submission(request)
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "NOT_FOUND");
    let missing = pb::GetSubmissionRequest {
        name: format!("{}/submissions/x", application.name),
    };
    let refused = SubmissionsClient::new(world.expert())
        .get_submission(missing)
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "NOT_FOUND");
    assert_eq!(own(&candidate).await, []);
}

#[tokio::test]
async fn a_list_is_the_persons_own() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.has_submitted().await;
    reads(world.expert(), &application).await;
    let told = listed(candidate.connection(), &candidate.account)
        .await
        .unwrap();
    assert_eq!(told, own(&candidate).await);
    assert_eq!(told.len(), 1);
    for other in [
        world.candidate(2).connection(),
        world.manager(),
        world.expert(),
    ] {
        let refused = listed(other, &candidate.account).await.unwrap_err();
        assert_eq!(reason(&refused), "NOT_FOUND");
    }
    let wrong = listed(candidate.connection(), "people/1")
        .await
        .unwrap_err();
    assert_eq!(violations(&wrong), pairs(&[("parent", "INVALID_NAME")]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn looks_at_once_are_all_written_down() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.has_submitted().await;
    let looks = (0..20).map(|_| reads(world.expert(), &application));
    futures_util::future::join_all(looks).await;
    assert_eq!(own(&candidate).await.len(), 20);
}
