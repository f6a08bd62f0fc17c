//! News: written by managers, read by everybody once it is time, taken off for good.

use chassis::caller::Caller;
use chassis::client::Connection;
use chassis::clock::to_pb;
use prost_types::FieldMask;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::news_client::NewsClient;
use proto::questionnaire::v1::news_item::State;
use tonic::Status;

use crate::world::{World, pairs, reason, text, violations};

const LATER: &str = "2026-06-05T04:00:00Z";

fn item(title: &str, publish: Option<&str>) -> pb::NewsItem {
    pb::NewsItem {
        programme: "reserve".into(),
        title: Some(text(title)),
        body: Some(text(
            "**Назар аударыңыз!** [Ереже](https://example.kz/rules)",
        )),
        publish_time: publish.map(|time| to_pb(time.parse().unwrap())),
        ..Default::default()
    }
}

async fn makes(world: &World, item: pb::NewsItem) -> Result<pb::NewsItem, Status> {
    let request = pb::CreateNewsItemRequest {
        news_item: Some(item),
        request_id: world.request_id(),
    };
    let answer = NewsClient::new(world.manager())
        .create_news_item(request)
        .await?;
    Ok(answer.into_inner())
}

async fn changes(
    world: &World,
    item: pb::NewsItem,
    fields: &[&str],
) -> Result<pb::NewsItem, Status> {
    let request = pb::UpdateNewsItemRequest {
        news_item: Some(item),
        update_mask: Some(FieldMask {
            paths: fields.iter().map(|field| (*field).to_owned()).collect(),
        }),
        request_id: world.request_id(),
    };
    let answer = NewsClient::new(world.manager())
        .update_news_item(request)
        .await?;
    Ok(answer.into_inner())
}

/// The titles that a reader sees, page by page.
async fn titles(reader: Connection, state: State) -> Vec<String> {
    let mut client = NewsClient::new(reader);
    let mut request = pb::ListNewsItemsRequest {
        programme: "reserve".into(),
        state: state.into(),
        page_size: 2,
        ..Default::default()
    };
    let mut found = Vec::new();
    loop {
        let page = client
            .list_news_items(request.clone())
            .await
            .unwrap()
            .into_inner();
        found.extend(page.news_items.into_iter().map(|it| it.title.unwrap().kk));
        if page.next_page_token.is_empty() {
            return found;
        }
        request.page_token = page.next_page_token;
    }
}

#[tokio::test]
async fn a_scheduled_item_is_seen_from_its_time_on_by_the_clock_alone() {
    let world = World::new().await;
    let made = makes(&world, item("Кейін", Some(LATER))).await.unwrap();
    assert_eq!(made.state(), State::Scheduled);
    let stranger = || world.speaking_for(Caller::Stranger);
    let get = || pb::GetNewsItemRequest {
        name: made.name.clone(),
    };
    let hidden = NewsClient::new(stranger()).get_news_item(get()).await;
    assert_eq!(reason(&hidden.unwrap_err()), "NOT_FOUND");
    assert!(titles(stranger(), State::Unspecified).await.is_empty());
    assert!(
        NewsClient::new(world.manager())
            .get_news_item(get())
            .await
            .is_ok()
    );
    world.at(LATER);
    let shown = NewsClient::new(stranger()).get_news_item(get()).await;
    assert_eq!(shown.unwrap().into_inner().state(), State::Published);
    assert_eq!(titles(stranger(), State::Unspecified).await, ["Кейін"]);
}

#[tokio::test]
async fn pinned_items_come_first_and_then_the_newest() {
    let world = World::new().await;
    for (title, time) in [("а", "01"), ("б", "02"), ("в", "03"), ("г", "04")] {
        let time = format!("2026-05-{time}T00:00:00Z");
        let pinned = title == "б";
        let sent = pb::NewsItem {
            pinned,
            ..item(title, Some(&time))
        };
        makes(&world, sent).await.unwrap();
    }
    makes(&world, item("жоба", None)).await.unwrap();
    makes(&world, item("кейін", Some("2027-01-01T00:00:00Z")))
        .await
        .unwrap();
    let other = pb::NewsItem {
        programme: "nqt".into(),
        ..item("басқа", Some("2026-05-05T00:00:00Z"))
    };
    makes(&world, other).await.unwrap();
    let stranger = || world.speaking_for(Caller::Stranger);
    let expected = ["б", "г", "в", "а"];
    assert_eq!(titles(stranger(), State::Unspecified).await, expected);
    assert_eq!(titles(world.expert(), State::Published).await, expected);
    assert!(titles(stranger(), State::Draft).await.is_empty());
    let all = titles(world.manager(), State::Unspecified).await;
    assert_eq!(all, ["б", "жоба", "кейін", "г", "в", "а"]);
    assert_eq!(titles(world.manager(), State::Draft).await, ["жоба"]);
    assert_eq!(titles(world.manager(), State::Scheduled).await, ["кейін"]);
}

#[tokio::test]
async fn a_change_needs_the_etag_and_touches_only_its_fields() {
    let world = World::new().await;
    let made = makes(&world, item("Бірінші", None)).await.unwrap();
    let next = pb::NewsItem {
        title: Some(text("Екінші")),
        body: Some(text("басқа")),
        publish_time: Some(to_pb(world.clock.now())),
        ..made.clone()
    };
    let changed = changes(&world, next.clone(), &["title", "publish_time"])
        .await
        .unwrap();
    assert_eq!(changed.state(), State::Published);
    assert_eq!((&changed.title, &changed.body), (&next.title, &made.body));
    let stale = changes(&world, next, &["body"]).await.unwrap_err();
    assert_eq!(reason(&stale), "STALE_ETAG");
    let blind = pb::NewsItem {
        etag: String::new(),
        name: "x".into(),
        ..changed
    };
    let refused = changes(&world, blind, &["programme"]).await.unwrap_err();
    let expected = [
        ("news_item.name", "INVALID_NAME"),
        ("update_mask", "INVALID_UPDATE_MASK"),
        ("news_item.etag", "REQUIRED"),
    ];
    assert_eq!(violations(&refused), pairs(&expected));
}

#[tokio::test]
async fn what_is_retired_is_off_the_list_and_does_not_come_back() {
    let world = World::new().await;
    let made = makes(&world, item("Ескі", Some("2026-05-01T00:00:00Z")))
        .await
        .unwrap();
    let retire = || pb::RetireNewsItemRequest {
        name: made.name.clone(),
        etag: String::new(),
        request_id: world.request_id(),
    };
    let mut manager = NewsClient::new(world.manager());
    let retired = manager
        .retire_news_item(retire())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(retired.state(), State::Retired);
    let stranger = world.speaking_for(Caller::Stranger);
    assert!(titles(stranger, State::Unspecified).await.is_empty());
    assert_eq!(titles(world.manager(), State::Retired).await, ["Ескі"]);
    let again = manager.retire_news_item(retire()).await.unwrap_err();
    assert_eq!(reason(&again), "NEWS_RETIRED");
    let refused = changes(&world, retired, &["title"]).await.unwrap_err();
    assert_eq!(reason(&refused), "NEWS_RETIRED");
}

#[tokio::test]
async fn an_item_without_a_language_or_with_html_is_refused_and_only_managers_write() {
    let world = World::new().await;
    let mut wrong = item("x", None);
    wrong.title.as_mut().unwrap().ru = String::new();
    wrong.body.as_mut().unwrap().kk = "<img src=x onerror=alert(1)>".into();
    let refused = makes(&world, wrong).await.unwrap_err();
    let expected = [
        ("news_item.title.ru", "REQUIRED"),
        ("news_item.body.kk", "MARKUP_NOT_TAKEN"),
    ];
    assert_eq!(violations(&refused), pairs(&expected));
    let request = pb::CreateNewsItemRequest {
        news_item: Some(item("x", None)),
        request_id: world.request_id(),
    };
    let refused = NewsClient::new(world.expert())
        .create_news_item(request)
        .await;
    assert_eq!(reason(&refused.unwrap_err()), "NOT_ALLOWED");
}
