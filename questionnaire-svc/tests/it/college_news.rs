//! News of colleges: written and retired under signature, read by everybody once it is time.

use chassis::caller::Caller;
use chassis::client::Connection;
use chassis::clock::to_pb;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::news_client::NewsClient;
use proto::questionnaire::v1::news_item::State;
use proto::questionnaire::v1::prepare_board_action_request::Action;
use tonic::Status;

use crate::board::{Board, COLLEGE, OTHER_COLLEGE};
use crate::world::{World, pairs, reason, text, violations};

const LATER: &str = "2026-06-05T04:00:00Z";

fn words(title: &str, publish: Option<&str>) -> pb::NewsItem {
    pb::NewsItem {
        title: Some(text(title)),
        body: Some(text("Құжаттар **25 маусымнан** қабылданады.")),
        publish_time: publish.map(|time| to_pb(time.parse().unwrap())),
        ..Default::default()
    }
}

fn writes(item: pb::NewsItem) -> Action {
    Action::WriteNews(pb::WriteNews {
        current_etag: item.etag.clone(),
        news_item: Some(item),
    })
}

fn retires(item: &pb::NewsItem) -> Action {
    Action::RetireNews(pb::RetireNews {
        news_item: item.name.clone(),
        current_etag: item.etag.clone(),
    })
}

async fn seen(reader: Connection, name: &str) -> Result<pb::NewsItem, Status> {
    let request = pb::GetNewsItemRequest { name: name.into() };
    let shown = NewsClient::new(reader).get_news_item(request).await?;
    Ok(shown.into_inner())
}

/// The titles of a college's news, or of news of programmes where none is named.
async fn titles(reader: Connection, college: &str) -> Vec<String> {
    let request = pb::ListNewsItemsRequest {
        college: college.into(),
        ..Default::default()
    };
    let page = NewsClient::new(reader).list_news_items(request).await;
    let items = page.unwrap().into_inner().news_items;
    items.into_iter().map(|it| it.title.unwrap().kk).collect()
}

impl Board<'_> {
    async fn writes(&self, item: pb::NewsItem) -> Result<pb::NewsItem, Status> {
        let done = self.does(writes(item)).await?;
        seen(self.connection(), &done.object).await
    }
}

#[tokio::test]
async fn a_college_writes_its_news_and_everybody_reads_them_when_it_is_time() {
    let world = World::new().await;
    world.admission().await;
    let (board, other) = (world.board(COLLEGE, 1), world.board(OTHER_COLLEGE, 2));
    let stranger = || world.speaking_for(Caller::Stranger);
    let (own, theirs) = (
        format!("colleges/{COLLEGE}"),
        format!("colleges/{OTHER_COLLEGE}"),
    );
    let now = board
        .writes(words("Есік ашық", Some("2026-05-01T00:00:00Z")))
        .await
        .unwrap();
    assert_eq!(
        (now.college.as_str(), now.state()),
        (own.as_str(), State::Published)
    );
    assert_eq!(now.programme, "college");
    let later = board.writes(words("Кейін", Some(LATER))).await.unwrap();
    other
        .writes(words("Басқа", Some("2026-05-02T00:00:00Z")))
        .await
        .unwrap();
    assert_eq!(titles(stranger(), &own).await, ["Есік ашық"]);
    assert_eq!(titles(stranger(), &theirs).await, ["Басқа"]);
    assert_eq!(
        titles(stranger(), "colleges/-").await,
        ["Басқа", "Есік ашық"]
    );
    // Hundreds of colleges don't stand on the page of the programme.
    assert!(titles(stranger(), "").await.is_empty());
    // What is to come is its own board's to see, and that of those who run the campaign.
    assert_eq!(
        titles(board.connection(), &own).await,
        ["Кейін", "Есік ашық"]
    );
    assert_eq!(titles(other.connection(), &own).await, ["Есік ашық"]);
    assert_eq!(titles(world.manager(), &own).await, ["Кейін", "Есік ашық"]);
    for reader in [stranger(), other.connection()] {
        let hidden = seen(reader, &later.name).await.unwrap_err();
        assert_eq!(reason(&hidden), "NOT_FOUND");
    }
    world.at(LATER);
    assert_eq!(titles(stranger(), &own).await, ["Кейін", "Есік ашық"]);
}

#[tokio::test]
async fn a_college_changes_and_retires_its_own_news_and_nobody_elses() {
    let world = World::new().await;
    world.admission().await;
    let (board, other) = (world.board(COLLEGE, 1), world.board(OTHER_COLLEGE, 2));
    let item = board.writes(words("Бірінші", None)).await.unwrap();
    let next = pb::NewsItem {
        pinned: true,
        name: item.name.clone(),
        etag: item.etag.clone(),
        ..words("Екінші", Some("2026-05-01T00:00:00Z"))
    };
    for action in [writes(next.clone()), retires(&item)] {
        let refused = other.prepares(action).await.unwrap_err();
        assert_eq!(reason(&refused), "NOT_FOUND");
    }
    // Two members of the board had the same words before them: the second signs what is no more.
    let (first, second) = (
        board.prepares(writes(next.clone())).await.unwrap(),
        board.prepares(retires(&item)).await.unwrap(),
    );
    board.signs(&first).await.unwrap();
    let stale = board.signs(&second).await.unwrap_err();
    assert_eq!(reason(&stale), "STALE_ETAG");
    let changed = seen(board.connection(), &item.name).await.unwrap();
    assert_eq!(changed.title, next.title);
    assert!(changed.pinned && changed.state() == State::Published);
    board.does(retires(&changed)).await.unwrap();
    let retired = seen(board.connection(), &item.name).await.unwrap();
    assert_eq!(retired.state(), State::Retired);
    let refused = board.prepares(retires(&retired)).await.unwrap_err();
    assert_eq!(reason(&refused), "NEWS_RETIRED");
    assert!(
        titles(world.speaking_for(Caller::Stranger), "colleges/-")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn who_runs_the_campaign_takes_news_of_a_college_off_and_does_not_write_in_its_name() {
    let world = World::new().await;
    world.admission().await;
    let board = world.board(COLLEGE, 1);
    let item = board
        .writes(words("Жарнама", Some("2026-05-01T00:00:00Z")))
        .await
        .unwrap();
    let mut manager = NewsClient::new(world.manager());
    let request = pb::UpdateNewsItemRequest {
        news_item: Some(pb::NewsItem {
            title: Some(text("Басқа сөз")),
            ..item.clone()
        }),
        update_mask: None,
        request_id: world.request_id(),
    };
    let refused = manager.update_news_item(request).await.unwrap_err();
    assert_eq!(reason(&refused), "NOT_ALLOWED");
    let request = pb::RetireNewsItemRequest {
        name: item.name.clone(),
        etag: item.etag.clone(),
        request_id: world.request_id(),
    };
    manager.retire_news_item(request).await.unwrap();
    let retired = seen(board.connection(), &item.name).await.unwrap();
    assert_eq!(
        (retired.state(), retired.title),
        (State::Retired, item.title)
    );
}

#[tokio::test]
async fn everything_wrong_with_news_is_told_before_they_are_signed() {
    let world = World::new().await;
    world.admission().await;
    let board = world.board(COLLEGE, 1);
    let mut wrong = words("x", None);
    wrong.title.as_mut().unwrap().ru = String::new();
    wrong.body.as_mut().unwrap().kk = "<script>".into();
    wrong.name = "news/1".into();
    let refused = board.prepares(writes(wrong)).await.unwrap_err();
    let expected = [
        ("write_news.news_item.title.ru", "REQUIRED"),
        ("write_news.news_item.body.kk", "MARKUP_NOT_TAKEN"),
        ("write_news.news_item.name", "INVALID_NAME"),
        ("write_news.current_etag", "REQUIRED"),
    ];
    assert_eq!(violations(&refused), pairs(&expected));
    let request = pb::ListNewsItemsRequest {
        college: "colleges/1".into(),
        ..Default::default()
    };
    let stranger = world.speaking_for(Caller::Stranger);
    let refused = NewsClient::new(stranger).list_news_items(request).await;
    let refused = violations(&refused.unwrap_err());
    assert_eq!(refused, pairs(&[("college", "INVALID_NAME")]));
}
