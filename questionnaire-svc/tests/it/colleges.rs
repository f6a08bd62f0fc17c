//! Profiles of colleges: written under signature, read by everybody.

use chassis::caller::Caller;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::colleges_client::CollegesClient;
use proto::questionnaire::v1::prepare_board_action_request::Action;
use proto::wire::v1::LocalizedText;
use tonic::{Code, Status};

use crate::board::{COLLEGE, OTHER_COLLEGE};
use crate::world::{World, pairs, reason, violations};

fn both(kk: &str, ru: &str) -> Option<LocalizedText> {
    Some(LocalizedText {
        kk: kk.into(),
        ru: ru.into(),
        en: String::new(),
    })
}

fn profile(title: &str, region: &str) -> pb::College {
    pb::College {
        title: both(title, title),
        region: region.into(),
        address: both("Үлгі көшесі, 1", "ул. Примерная, 1"),
        board_phone: "+77010000000".into(),
        board_email: "board@example.kz".into(),
        website: "https://example.kz".into(),
        about: both("**Қош келдіңіз!**", "**Добро пожаловать!**"),
        ..Default::default()
    }
}

fn puts(college: pb::College, current_etag: &str) -> Action {
    Action::PutCollege(pb::PutCollege {
        college: Some(college),
        current_etag: current_etag.into(),
    })
}

fn everybody(world: &World) -> CollegesClient<chassis::client::Connection> {
    CollegesClient::new(world.speaking_for(Caller::Stranger))
}

async fn shown(world: &World, bin: &str) -> Result<pb::College, Status> {
    let name = format!("colleges/{bin}");
    let request = pb::GetCollegeRequest { name };
    Ok(everybody(world).get_college(request).await?.into_inner())
}

#[tokio::test]
async fn a_profile_is_written_under_signature_and_never_over_one_that_was_not_seen() {
    let world = World::new().await;
    world.admission().await;
    let board = world.board(COLLEGE, 1);
    assert_eq!(
        shown(&world, COLLEGE).await.unwrap_err().code(),
        Code::NotFound
    );
    board
        .does(puts(profile("Ғылым ордасы", "KZ-71"), ""))
        .await
        .unwrap();
    let first = shown(&world, COLLEGE).await.unwrap();
    assert_eq!(first.title, both("Ғылым ордасы", "Ғылым ордасы"));
    assert_eq!(first.etag, "v1");

    let unseen = board.prepares(puts(profile("Басқа", "KZ-71"), "")).await;
    assert_eq!(reason(&unseen.unwrap_err()), "STALE_ETAG");
    board
        .does(puts(profile("Жаңа", "KZ-71"), "v1"))
        .await
        .unwrap();
    assert_eq!(shown(&world, COLLEGE).await.unwrap().etag, "v2");
}

#[tokio::test]
async fn what_a_page_could_run_is_not_taken() {
    let world = World::new().await;
    world.admission().await;
    let mut wrong = profile("x", "KZ-71");
    wrong.about = both("<script>alert(1)</script>", "");
    wrong.website = "http://example.kz".into();
    let refused = world.board(COLLEGE, 1).prepares(puts(wrong, "")).await;
    let expected = pairs(&[
        ("put_college.college.website", "LINK_NOT_TAKEN"),
        ("put_college.college.about.ru", "REQUIRED"),
        ("put_college.college.about.kk", "MARKUP_NOT_TAKEN"),
    ]);
    assert_eq!(violations(&refused.unwrap_err()), expected);
}

#[tokio::test]
async fn colleges_are_listed_by_the_kazakh_alphabet_and_by_region() {
    let world = World::new().await;
    world.admission().await;
    // А before Ә: not so by bytes.
    let one = world.board(COLLEGE, 1);
    one.does(puts(profile("Әуезов", "KZ-71"), ""))
        .await
        .unwrap();
    let other = world.board(OTHER_COLLEGE, 2);
    other
        .does(puts(profile("Ясауи", "KZ-75"), ""))
        .await
        .unwrap();
    let listed = async |region: &str, page_token: &str| {
        let request = pb::ListCollegesRequest {
            region: region.into(),
            page_size: 1,
            page_token: page_token.into(),
        };
        let page = everybody(&world).list_colleges(request).await.unwrap();
        let page = page.into_inner();
        let name = page.colleges.first().map(|it| it.name.clone());
        (name.unwrap_or_default(), page.next_page_token)
    };
    let (first, token) = listed("", "").await;
    let (second, end) = listed("", &token).await;
    assert_eq!(first, format!("colleges/{COLLEGE}"));
    assert_eq!(second, format!("colleges/{OTHER_COLLEGE}"));
    assert_eq!(end, "");
    assert_eq!(listed("KZ-75", "").await.0, second);
}
