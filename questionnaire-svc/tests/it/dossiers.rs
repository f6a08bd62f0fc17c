//! The papers of an applicant: for the boards of the colleges that they chose, for as long as the choice
//! stands, and every look is told.

use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::disclosure::{Ground, Recipient};
use proto::questionnaire::v1::disclosures_client::DisclosuresClient;
use proto::questionnaire::v1::documents_client::DocumentsClient;
use proto::questionnaire::v1::submissions_client::SubmissionsClient;
use tonic::{Code, Status};

use crate::applicants::{Wish, sets_aside};
use crate::board::{Board, COLLEGE, OTHER_COLLEGE, nursing};
use crate::world::World;

/// The application that a choice is of.
fn application(wish: &Wish) -> &str {
    wish.choice.split("/choices/").next().unwrap()
}

async fn submission(world: &World, wish: &Wish) -> String {
    let owner = world.candidate(1);
    let application = owner.application(application(wish)).await.unwrap();
    application.submission
}

async fn reads(board: &Board<'_>, name: &str) -> Result<pb::Submission, Status> {
    let request = pb::GetSubmissionRequest { name: name.into() };
    let mut client = SubmissionsClient::new(board.connection());
    Ok(client.get_submission(request).await?.into_inner())
}

#[tokio::test]
async fn a_board_reads_what_those_sent_who_chose_its_college_and_they_are_told() {
    let world = World::new().await;
    world.admission().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.competes(nursing()).await;
    let wish = world.chose(1, &[&specialty]).await.remove(0);
    let name = submission(&world, &wish).await;
    let read = reads(&board, &name).await.unwrap();
    assert_eq!(read.name, name);
    let list = pb::ListDocumentsRequest {
        parent: application(&wish).into(),
        ..Default::default()
    };
    let mut documents = DocumentsClient::new(board.connection());
    documents.list_documents(list).await.unwrap();

    let mut own = DisclosuresClient::new(world.candidate(1).connection());
    let request = pb::ListDisclosuresRequest {
        parent: "accounts/me".into(),
        ..Default::default()
    };
    let told = own.list_disclosures(request).await.unwrap().into_inner();
    let told: Vec<_> = told.disclosures;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].recipient(), Recipient::College);
    assert_eq!(told[0].recipient_name, format!("colleges/{COLLEGE}"));
    assert_eq!(told[0].ground(), Ground::Admission);
    let audited = "SELECT COUNT(*) AS n FROM audit WHERE action = 'GetSubmission'
        AND caller LIKE 'signatories/%'";
    assert_eq!(world.count(audited).await, 1);
}

#[tokio::test]
async fn a_board_that_was_not_chosen_or_is_not_any_more_finds_nothing() {
    let world = World::new().await;
    world.admission().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.competes(nursing()).await;
    let wishes = world.chose(1, &[&specialty]).await;
    let name = submission(&world, &wishes[0]).await;
    let other = world.board(OTHER_COLLEGE, 2);
    let hidden = reads(&other, &name).await.unwrap_err();
    assert_eq!(hidden.code(), Code::NotFound);
    board
        .does(sets_aside(&wishes, "WRONG_PERSON"))
        .await
        .unwrap();
    let hidden = reads(&board, &name).await.unwrap_err();
    assert_eq!(hidden.code(), Code::NotFound);
}
