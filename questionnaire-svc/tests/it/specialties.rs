//! Specialties of colleges: every row mandatory, one of a kind, found by everybody.

use chassis::caller::Caller;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::prepare_board_action_request::Action;
use proto::questionnaire::v1::specialties_client::SpecialtiesClient;
use proto::questionnaire::v1::specialty::State;

use crate::board::{ADMISSION, COLLEGE, OTHER_COLLEGE, changes, closes, creates, nursing};
use crate::world::{CAMPAIGN, World, pairs, reason, violations};

async fn world() -> World {
    let world = World::new().await;
    world.admission().await;
    world
}

/// The codes and colleges of what is found, two on a page.
async fn found(world: &World, mut request: pb::ListSpecialtiesRequest) -> Vec<(String, String)> {
    let mut everybody = SpecialtiesClient::new(world.speaking_for(Caller::Stranger));
    request.page_size = 2;
    let mut found = Vec::new();
    loop {
        let page = everybody.list_specialties(request.clone()).await;
        let page = page.unwrap().into_inner();
        found.extend(page.specialties.into_iter().map(|it| (it.code, it.college)));
        if page.next_page_token.is_empty() {
            return found;
        }
        request.page_token = page.next_page_token;
    }
}

#[tokio::test]
async fn every_row_is_mandatory_and_everything_wrong_is_told_at_once() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let empty = board.prepares(creates(pb::Specialty::default())).await;
    let told = violations(&empty.unwrap_err());
    let fields = [
        "campaign",
        "code",
        "payment",
        "training_kind",
        "education_base",
        "study_form",
        "language",
        "qualification_level",
        "region",
        "places",
        "term_months",
        "exam",
    ];
    let field = |it: &&str| {
        (
            format!("create_specialty.specialty.{it}"),
            "REQUIRED".to_owned(),
        )
    };
    assert_eq!(told, fields.iter().map(field).collect::<Vec<_>>());

    let mut wrong = nursing();
    // The Reserve is not what colleges take part in.
    wrong.campaign = CAMPAIGN.into();
    wrong.payment = "BARTER".into();
    wrong.places = 4;
    wrong.exam = 9;
    let refused = board.prepares(creates(wrong)).await.unwrap_err();
    let expected = pairs(&[
        ("create_specialty.specialty.exam", "UNKNOWN_VALUE"),
        ("create_specialty.specialty.campaign", "UNKNOWN_VALUE"),
        ("create_specialty.specialty.payment", "UNKNOWN_VALUE"),
        ("create_specialty.specialty.quotas", "QUOTA_PLACES_EXCEEDED"),
    ]);
    assert_eq!(violations(&refused), expected);
}

#[tokio::test]
async fn one_of_a_kind_is_offered_and_what_was_closed_makes_room() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let offered = board.offers(nursing()).await.unwrap();
    let mut twin = nursing();
    twin.places = 10;
    twin.quotas.clear();
    let refused = board.prepares(creates(twin.clone())).await.unwrap_err();
    assert_eq!(reason(&refused), "SPECIALTY_EXISTS");
    // Another college, and another language, are something else.
    world
        .board(OTHER_COLLEGE, 2)
        .offers(twin.clone())
        .await
        .unwrap();
    let mut russian = twin.clone();
    russian.language = "RU".into();
    let russian = board.offers(russian).await.unwrap();
    let refused = board.prepares(changes(&russian, |it| it.language = "KK".into()));
    assert_eq!(reason(&refused.await.unwrap_err()), "SPECIALTY_EXISTS");

    board.does(closes(&offered)).await.unwrap();
    let closed = world.specialty(&offered.name).await.unwrap();
    assert_eq!(closed.state(), State::Closed);
    board.offers(twin).await.unwrap();
    let refused = board.prepares(changes(&closed, |it| it.places = 60)).await;
    assert_eq!(reason(&refused.unwrap_err()), "SPECIALTY_CLOSED");
}

#[tokio::test]
async fn a_change_says_every_row_anew_and_the_campaign_stays() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let offered = board.offers(nursing()).await.unwrap();
    let change = changes(&offered, |it| {
        it.places = 75;
        it.quotas.clear();
        it.exam = pb::ExamNeed::None.into();
    });
    board.does(change).await.unwrap();
    let changed = world.specialty(&offered.name).await.unwrap();
    assert_eq!((changed.places, changed.quotas.len()), (75, 0));
    assert_eq!(changed.exam(), pb::ExamNeed::None);
    assert_eq!(changed.etag, "v2");

    world
        .sql("UPDATE specialty SET ranking_started = TRUE")
        .await
        .unwrap();
    let refused = board.prepares(changes(&changed, |it| it.places = 80)).await;
    assert_eq!(reason(&refused.unwrap_err()), "SPECIALTY_RANKING_STARTED");
}

#[tokio::test]
async fn the_index_holds_what_the_rule_says() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    board.offers(nursing()).await.unwrap();
    let twin = "INSERT INTO specialty SELECT 'other', campaign, bin, code, payment, training_kind,
        education_base, study_form, language, qualification_level, region, places, quotas, exam,
        term_months, state, ranking_started, created_us, updated_us, version FROM specialty";
    assert!(world.sql(twin).await.is_err());
}

#[tokio::test]
async fn everybody_finds_specialties_by_filters_and_by_words_of_their_names() {
    let world = world().await;
    let (one, other) = (world.board(COLLEGE, 1), world.board(OTHER_COLLEGE, 2));
    let offer = |code: &str, payment: &str| pb::Specialty {
        code: code.into(),
        payment: payment.into(),
        ..nursing()
    };
    one.offers(nursing()).await.unwrap();
    one.offers(offer("WELDING", "STATE_ORDER")).await.unwrap();
    one.offers(offer("WELDING", "PAID")).await.unwrap();
    let software = pb::Specialty {
        study_form: "EVENING".into(),
        education_base: "GENERAL_SECONDARY".into(),
        training_kind: "DUAL".into(),
        region: "KZ-75".into(),
        ..offer("SOFTWARE", "PAID")
    };
    other.offers(software).await.unwrap();

    let codes = |found: Vec<(String, String)>| found.into_iter().map(|it| it.0).collect::<Vec<_>>();
    let all = pb::ListSpecialtiesRequest {
        campaign: ADMISSION.into(),
        ..Default::default()
    };
    let everything = ["NURSING", "SOFTWARE", "WELDING", "WELDING"];
    assert_eq!(codes(found(&world, all.clone()).await), everything);
    type Narrow = fn(&mut pb::ListSpecialtiesRequest);
    let cases: [(Narrow, &[&str]); 9] = [
        (
            |it| it.college = format!("colleges/{OTHER_COLLEGE}"),
            &["SOFTWARE"],
        ),
        (|it| it.payment = "PAID".into(), &["SOFTWARE", "WELDING"]),
        (|it| it.training_kind = "DUAL".into(), &["SOFTWARE"]),
        (
            |it| it.education_base = "BASIC_SECONDARY".into(),
            &["NURSING", "WELDING", "WELDING"],
        ),
        (|it| it.study_form = "EVENING".into(), &["SOFTWARE"]),
        (|it| it.region = "KZ-75".into(), &["SOFTWARE"]),
        // Мейіргер ісі, by letters of a Russian keyboard, and a Russian name.
        (|it| it.text = "иси мейир".into(), &["NURSING"]),
        (|it| it.text = "сварочное".into(), &["WELDING", "WELDING"]),
        (|it| it.text = "nothing of the kind".into(), &[]),
    ];
    for (narrow, expected) in cases {
        let mut request = all.clone();
        narrow(&mut request);
        let told = format!("{request:?}");
        assert_eq!(codes(found(&world, request).await), expected, "{told}");
    }
    let mut everybody = SpecialtiesClient::new(world.speaking_for(Caller::Stranger));
    let wrong = pb::ListSpecialtiesRequest {
        payment: "BARTER".into(),
        campaign: "college-2026".into(),
        ..Default::default()
    };
    let refused = everybody.list_specialties(wrong).await.unwrap_err();
    let expected = [("payment", "UNKNOWN_VALUE"), ("campaign", "INVALID_NAME")];
    assert_eq!(violations(&refused), pairs(&expected));
}

#[tokio::test]
async fn a_board_is_warned_where_it_keeps_other_places_than_the_orders_share_and_may_take_these() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let fewer = pb::Specialty {
        quotas: vec![pb::SpecialtyQuota {
            category: "DISABILITY".into(),
            places: 3,
        }],
        ..nursing()
    };
    let prepared = board.prepares(creates(fewer.clone())).await.unwrap();
    let [warning] = prepared.warnings.as_slice() else {
        unreachable!("{:?}", prepared.warnings);
    };
    assert_eq!(warning.field, "create_specialty.specialty.quotas[0].places");
    assert_eq!(warning.reason, "QUOTA_BELOW_SHARE");
    assert!(warning.message.contains("10 %") && warning.message.contains("261"));
    // It is a warning: the college decides.
    board.signs(&prepared).await.unwrap();
    let again = board.prepares(creates(nursing())).await.unwrap_err();
    assert_eq!(reason(&again), "SPECIALTY_EXISTS");

    let by_share = |quotas| {
        Action::CreateSpecialty(pb::CreateSpecialty {
            specialty: Some(pb::Specialty {
                code: "SOFTWARE".into(),
                quotas,
                ..nursing()
            }),
            default_quotas: true,
        })
    };
    let refused = board.prepares(by_share(fewer.quotas)).await.unwrap_err();
    let expected = [("create_specialty.specialty.quotas", "NOT_ASKED")];
    assert_eq!(violations(&refused), pairs(&expected));
    let prepared = board.prepares(by_share(Vec::new())).await.unwrap();
    assert_eq!(prepared.warnings, []);
    let done = board.signs(&prepared).await.unwrap();
    let kept = board.sees(&done.object).await.quotas;
    let kept: Vec<_> = kept
        .iter()
        .map(|it| (it.category.as_str(), it.places))
        .collect();
    assert_eq!(kept, [("DISABILITY", 5)]);
}
