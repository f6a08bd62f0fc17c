//! Applications that the board of a college opens for somebody, fills in, and sends by a signed act.

use chassis::client::Connection;
use proto::events::v1::{ApplicationCreated, ApplicationSubmitted};
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::application::State;
use proto::questionnaire::v1::applications_client::ApplicationsClient;
use proto::questionnaire::v1::campaigns_client::CampaignsClient;
use proto::questionnaire::v1::prepare_board_action_request::Action;
use serde_json::json;
use tonic::Status;

use crate::board::{ADMISSION, Board, COLLEGE, OTHER_COLLEGE, SCHOOL};
use crate::candidate::Candidate;
use crate::college_applications::{fills, four, own_choices, rows, world};
use crate::neighbours::REGISTERED;
use crate::world::{CAMPAIGN, World, campaign, metadata, pairs, reason, violations};

async fn opens_for(
    world: &World,
    connection: Connection,
    parent: &str,
    iin: &str,
) -> Result<pb::Application, Status> {
    let request = pb::CreateApplicationRequest {
        parent: parent.into(),
        application: Some(pb::Application {
            kind: "STATE_ORDER".into(),
            applicant_iin: iin.into(),
            ..Default::default()
        }),
        request_id: world.request_id(),
    };
    let mut applications = ApplicationsClient::new(connection);
    Ok(applications.create_application(request).await?.into_inner())
}

fn files(application: &pb::Application) -> Action {
    Action::FileApplication(pb::FileApplication {
        application: application.name.clone(),
        current_etag: application.etag.clone(),
        accepted_declarations: Vec::new(),
    })
}

/// The board at the screens of an applicant.
fn at_the_form<'a>(world: &'a World, board: &Board<'_>) -> Candidate<'a> {
    let mut clerk = world.candidate(99);
    clerk.caller = board.caller();
    clerk
}

#[tokio::test]
async fn a_board_applies_for_somebody_and_sends_what_it_signed() {
    let world = world().await;
    let offered = four(&world).await;
    let board = world.board(COLLEGE, 9);
    let opened = opens_for(&world, board.connection(), ADMISSION, REGISTERED).await;
    let opened = opened.unwrap();
    let person = world.candidate(30);
    assert_eq!(opened.applicant, person.account);
    assert_eq!(opened.filled_by, format!("colleges/{COLLEGE}"));
    let clerk = at_the_form(&world, &board);
    fills(&clerk, &opened.name).await;
    let saved = clerk.saves(&opened.name, "choices", &rows(&offered)).await;
    assert!(saved.unwrap().complete);
    // The person sees it; another board finds nothing.
    let seen = person.application(&opened.name).await.unwrap();
    assert_eq!(seen.state(), State::Draft);
    let other = at_the_form(&world, &world.board(OTHER_COLLEGE, 8));
    let refused = other.section(&opened.name, "applicant").await.unwrap_err();
    assert_eq!(reason(&refused), "NOT_FOUND");
    let refused = world.board(OTHER_COLLEGE, 8).prepares(files(&seen)).await;
    assert_eq!(reason(&refused.unwrap_err()), "NOT_FOUND");
    // Nobody sends but by a signature, or the person.
    let refused = clerk.submits_with(&opened.name, "", &[]).await.unwrap_err();
    assert_eq!(reason(&refused), "NOT_ALLOWED");

    let prepared = board.prepares(files(&seen)).await.unwrap();
    let content = String::from_utf8(prepared.content.to_vec()).unwrap();
    assert!(content.contains(&opened.name) && content.contains("answers_sha256"));
    for personal in [
        REGISTERED,
        "950615300000",
        "ҮЛГІ",
        "talapker",
        &person.account,
    ] {
        assert!(!content.contains(personal), "{personal}");
    }
    board.signs(&prepared).await.unwrap();
    // The person is told by whom, of either.
    let college = "«Ғылым ордасы» колледжі";
    let told = world.told_of::<ApplicationCreated>().await;
    assert_eq!(told[0].board_title.as_ref().unwrap().kk, college);
    let told = world.told_of::<ApplicationSubmitted>().await;
    assert_eq!(told[0].account, person.account);
    assert_eq!(told[0].board_title.as_ref().unwrap().kk, college);
    let sent = person.application(&opened.name).await.unwrap();
    assert_eq!(sent.state(), State::Submitted);
    assert!(sent.number.starts_with("2026-"));
    assert_eq!(own_choices(&person, &opened.name).await.len(), 4);
    // What was sent is not the board's to read on as its own.
    let refused = clerk.section(&opened.name, "applicant").await.unwrap_err();
    assert_eq!(reason(&refused), "NOT_FOUND");
    assert_eq!(
        person.withdraws(&opened.name).await.unwrap().state(),
        State::Withdrawn
    );
}

#[tokio::test]
async fn what_changed_since_it_was_shown_has_to_be_looked_at_again() {
    let world = world().await;
    let offered = four(&world).await;
    let board = world.board(COLLEGE, 9);
    let opened = opens_for(&world, board.connection(), ADMISSION, REGISTERED).await;
    let opened = opened.unwrap();
    let refused = board.prepares(files(&opened)).await.unwrap_err();
    assert_eq!(reason(&refused), "APPLICATION_INCOMPLETE");
    let clerk = at_the_form(&world, &board);
    fills(&clerk, &opened.name).await;
    clerk
        .saves(&opened.name, "choices", &rows(&offered))
        .await
        .unwrap();
    let prepared = board.prepares(files(&opened)).await.unwrap();
    let person = world.candidate(30);
    person
        .saves(&opened.name, "diagnostics", &json!({"results_seen": false}))
        .await
        .unwrap();
    let refused = board.signs(&prepared).await.unwrap_err();
    assert_eq!(reason(&refused), "STALE_ETAG");
    let again = board.prepares(files(&opened)).await.unwrap();
    // Of the board's signature and the person's own sending one comes first.
    let (signed, sent) = tokio::join!(
        board.signs(&again),
        person.submits_with(&opened.name, "", &[])
    );
    assert_eq!(
        [signed.is_ok(), sent.is_ok()]
            .iter()
            .filter(|it| **it)
            .count(),
        1
    );
    assert_eq!(own_choices(&person, &opened.name).await.len(), 4);
    // Whoever sent it is who is told to have.
    let told = world.told_of::<ApplicationSubmitted>().await;
    assert_eq!(told[0].board_title.is_some(), signed.is_ok());
}

#[tokio::test]
async fn a_board_applies_for_who_is_registered_once_and_where_boards_decide() {
    let world = world().await;
    let board = world.board(COLLEGE, 9);
    let tries = async |parent: &str, iin: &str| {
        let opened = opens_for(&world, board.connection(), parent, iin).await;
        opened.map(drop).unwrap_err()
    };
    let field = "application.applicant_iin";
    let unknown = tries(ADMISSION, "950615300000").await;
    assert_eq!(reason(&unknown), "PERSON_UNKNOWN");
    assert_eq!(
        violations(&tries(ADMISSION, "").await),
        pairs(&[(field, "REQUIRED")])
    );
    let wrong = violations(&tries(ADMISSION, "950615300001").await);
    assert_eq!(wrong[0].0, field);
    assert_eq!(reason(&tries(CAMPAIGN, REGISTERED).await), "NOT_ALLOWED");
    let school = world.board(SCHOOL, 7);
    let refused = opens_for(&world, school.connection(), ADMISSION, REGISTERED).await;
    assert_eq!(reason(&refused.unwrap_err()), "COLLEGE_UNKNOWN");
    // Who applies for themselves names nobody.
    let person = world.candidate(30);
    let refused = opens_for(&world, person.connection(), ADMISSION, REGISTERED).await;
    let told = violations(&refused.unwrap_err());
    assert_eq!(told, pairs(&[(field, "NOT_ASKED")]));

    // Two boards and the person at once: one application.
    let other = world.board(OTHER_COLLEGE, 8);
    let (one, two, own) = tokio::join!(
        opens_for(&world, board.connection(), ADMISSION, REGISTERED),
        opens_for(&world, other.connection(), ADMISSION, REGISTERED),
        person.opens_a(ADMISSION, "PAID"),
    );
    let opened = [one, two, own];
    assert_eq!(opened.iter().filter(|it| it.is_ok()).count(), 1);
    for refused in opened.into_iter().filter_map(Result::err) {
        assert_eq!(reason(&refused), "APPLICATION_EXISTS");
    }
}

/// How many applications of the world boards opened.
async fn opened_by_boards(world: &World) -> i64 {
    let sql = "SELECT COUNT(*) AS n FROM application WHERE filled_by IS NOT NULL";
    world.count(sql).await
}

#[tokio::test]
async fn boards_open_three_applications_for_somebody_and_the_person_as_many_as_they_will() {
    let world = world().await;
    let boards = [world.board(COLLEGE, 9), world.board(OTHER_COLLEGE, 8)];
    let person = world.candidate(30);
    for time in 0..3 {
        let connection = boards[time % 2].connection();
        let opened = opens_for(&world, connection, ADMISSION, REGISTERED).await;
        person.withdraws(&opened.unwrap().name).await.unwrap();
    }
    for board in &boards {
        let refused = opens_for(&world, board.connection(), ADMISSION, REGISTERED).await;
        let refused = refused.unwrap_err();
        assert_eq!(reason(&refused), "BOARD_OPENINGS_USED_UP");
        assert_eq!(metadata(&refused, "most"), "3");
    }
    for _ in 0..2 {
        let own = person.opens_a(ADMISSION, "PAID").await.unwrap();
        // Whoever has one is told of that, and not of what boards did before.
        let refused = opens_for(&world, boards[0].connection(), ADMISSION, REGISTERED).await;
        assert_eq!(reason(&refused.unwrap_err()), "APPLICATION_EXISTS");
        person.withdraws(&own.name).await.unwrap();
    }
    // What was refused left nothing, and told nobody.
    assert_eq!(opened_by_boards(&world).await, 3);
    let told = world.told_of::<ApplicationCreated>().await;
    let by_boards = told.iter().filter(|it| it.board_title.is_some());
    assert_eq!((told.len(), by_boards.count()), (5, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn boards_that_open_at_once_open_no_more_than_they_may() {
    let world = world().await;
    let (one, two) = (world.board(COLLEGE, 9), world.board(OTHER_COLLEGE, 8));
    let opens = |board: &Board<'_>| opens_for(&world, board.connection(), ADMISSION, REGISTERED);
    let person = world.candidate(30);
    for time in 1..=3 {
        let (first, second) = tokio::join!(opens(&one), opens(&two));
        let (opened, refused) = match (first, second) {
            (Ok(opened), Err(refused)) | (Err(refused), Ok(opened)) => (opened, refused),
            both => unreachable!("one of both opens it: {both:?}"),
        };
        assert_eq!(reason(&refused), "APPLICATION_EXISTS");
        // While the last one is taken back both try again: it is there, or it was the last.
        if time == 3 {
            let (back, first, second) =
                tokio::join!(person.withdraws(&opened.name), opens(&one), opens(&two));
            assert_eq!(back.unwrap().state(), State::Withdrawn);
            for refused in [first, second] {
                let refused = reason(&refused.unwrap_err());
                let known = ["APPLICATION_EXISTS", "BOARD_OPENINGS_USED_UP"];
                assert!(known.contains(&refused.as_str()), "{refused}");
            }
        } else {
            person.withdraws(&opened.name).await.unwrap();
        }
    }
    let own = person.opens_a(ADMISSION, "PAID");
    let (first, second, own) = tokio::join!(opens(&one), opens(&two), own);
    assert!(first.is_err() && second.is_err());
    assert_eq!(own.unwrap().filled_by, "");
    assert_eq!(opened_by_boards(&world).await, 3);
}

#[tokio::test]
async fn how_often_boards_open_applications_is_a_rule_of_the_campaign() {
    let world = world().await;
    let get = async |name: &str| {
        let request = pb::GetCampaignRequest { name: name.into() };
        let mut campaigns = CampaignsClient::new(world.manager());
        campaigns.get_campaign(request).await.unwrap().into_inner()
    };
    let openings = |it: &pb::Campaign| it.rules.as_ref().unwrap().board_openings_per_person;
    let usual = get(ADMISSION).await;
    assert_eq!(openings(&usual), 3);
    assert_eq!(openings(&get(CAMPAIGN).await), 0);
    // A campaign that was made before there was the rule.
    let older = "UPDATE campaign SET rules = REPLACE(rules, ',\"board_openings\":3', '')";
    world.sql(older).await.unwrap();
    let left = "SELECT COUNT(*) AS n FROM campaign WHERE rules LIKE '%board_openings\":3%'";
    assert_eq!(world.count(left).await, 0);
    assert_eq!(openings(&get(ADMISSION).await), 3);

    let field = "campaign.rules.board_openings_per_person";
    let with = async |like: &pb::Campaign, openings: i32| {
        let mut next = like.clone();
        next.rules.as_mut().unwrap().board_openings_per_person = openings;
        world.create_campaign("next", next).await
    };
    for openings in [-1, 21] {
        let told = violations(&with(&usual, openings).await.unwrap_err());
        assert_eq!(told, pairs(&[(field, "OUT_OF_RANGE")]), "{openings}");
    }
    let told = violations(&with(&campaign(), 3).await.unwrap_err());
    assert_eq!(told, pairs(&[(field, "NOT_ASKED")]));
    let next = with(&usual, 1).await.unwrap();
    assert_eq!(openings(&next), 1);
    let (board, person) = (world.board(COLLEGE, 9), world.candidate(30));
    let opened = opens_for(&world, board.connection(), &next.name, REGISTERED).await;
    person.withdraws(&opened.unwrap().name).await.unwrap();
    let refused = opens_for(&world, board.connection(), &next.name, REGISTERED).await;
    let refused = refused.unwrap_err();
    assert_eq!(reason(&refused), "BOARD_OPENINGS_USED_UP");
    assert_eq!(metadata(&refused, "most"), "1");
    // Each campaign counts for itself.
    let opened = opens_for(&world, board.connection(), ADMISSION, REGISTERED).await;
    opened.unwrap();
}
