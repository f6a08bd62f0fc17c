//! Dictionaries under management: imported with a dry run, retired and never deleted, sorted and
//! found by Kazakh letters.

use bytes::Bytes;
use chassis::caller::Caller;
use chassis::client::Connection;
use chassis::clock::to_pb;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::dictionaries_client::DictionariesClient;
use serde_json::json;
use tonic::Status;

use crate::world::{World, pairs, reason, text, violations};

const KINDS: &str = "dictionaries/activity-kinds";

fn dictionaries(connection: Connection) -> DictionariesClient<Connection> {
    DictionariesClient::new(connection)
}

fn file(csv: &[u8]) -> pb::ImportDictionaryEntriesRequest {
    pb::ImportDictionaryEntriesRequest {
        parent: KINDS.into(),
        csv: Bytes::copy_from_slice(csv),
        ..Default::default()
    }
}

pub async fn imports(
    world: &World,
    request: pb::ImportDictionaryEntriesRequest,
) -> Result<pb::DictionaryImport, Status> {
    let request = pb::ImportDictionaryEntriesRequest {
        request_id: world.request_id(),
        ..request
    };
    let answer = dictionaries(world.manager())
        .import_dictionary_entries(request)
        .await?;
    Ok(answer.into_inner())
}

pub async fn entries(
    world: &World,
    parent: &str,
    change: impl FnOnce(&mut pb::ListDictionaryEntriesRequest),
) -> Vec<pb::DictionaryEntry> {
    let mut request = pb::ListDictionaryEntriesRequest {
        parent: parent.into(),
        ..Default::default()
    };
    change(&mut request);
    let mut stranger = dictionaries(world.speaking_for(Caller::Stranger));
    let mut found = Vec::new();
    loop {
        let page = stranger
            .list_dictionary_entries(request.clone())
            .await
            .unwrap()
            .into_inner();
        found.extend(page.entries);
        if page.next_page_token.is_empty() {
            return found;
        }
        request.page_token = page.next_page_token;
    }
}

/// The kinds of activity without PRIVATE, one with another label and one more.
async fn changed_file(world: &World) -> String {
    let mut csv = String::from("\u{feff}code,kk,ru,en\r\n");
    for entry in entries(world, KINDS, |_| ()).await {
        let title = entry.title.unwrap();
        let kk = match entry.code.as_str() {
            "PRIVATE" => continue,
            "CIVIL_SERVICE" => "\"Мемлекеттік қызмет, жаңа\"".to_owned(),
            _ => format!("\"{}\"", title.kk),
        };
        csv += &format!("{},{kk},\"{}\",\"{}\"\r\n", entry.code, title.ru, title.en);
    }
    csv + "STARTUP,Стартап,Стартап,Startup\r\n"
}

#[tokio::test]
async fn a_dry_run_tells_and_the_real_run_does_and_retires_nothing_unseen() {
    let world = World::new().await;
    let before = entries(&world, KINDS, |_| ()).await;
    let csv = changed_file(&world).await;
    let dry = pb::ImportDictionaryEntriesRequest {
        dry_run: true,
        ..file(csv.as_bytes())
    };
    let told = imports(&world, dry).await.unwrap();
    assert!(told.dry_run && told.problems.is_empty());
    let codes = |entries: &[pb::DictionaryEntry]| {
        let codes = entries.iter().map(|entry| entry.code.clone());
        codes.collect::<Vec<_>>()
    };
    assert_eq!(codes(&told.added), ["STARTUP"]);
    assert_eq!(codes(&told.changed), ["CIVIL_SERVICE"]);
    assert_eq!(codes(&told.retired), ["PRIVATE"]);
    assert_eq!(told.unchanged_count as usize, before.len() - 2);
    assert_eq!(entries(&world, KINDS, |_| ()).await, before);

    let refused = imports(&world, file(csv.as_bytes())).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        pairs(&[("retire_count", "RETIRE_COUNT_DIFFERS")])
    );
    let real = pb::ImportDictionaryEntriesRequest {
        retire_count: 1,
        etag: "v1".into(),
        ..file(csv.as_bytes())
    };
    let done = imports(&world, real.clone()).await.unwrap();
    assert_eq!(done.version, format!("{KINDS}/versions/2"));
    let after = entries(&world, KINDS, |_| ()).await;
    assert_eq!(after.len(), before.len());
    assert!(after.iter().all(|entry| entry.code != "PRIVATE"));
    let all = entries(&world, KINDS, |it| it.show_retired = true).await;
    let retired: Vec<_> = all.iter().filter(|entry| entry.retired).collect();
    assert_eq!(retired.len(), 1);
    assert_eq!(retired[0].code, "PRIVATE");
    let stale = imports(&world, real).await.unwrap_err();
    assert_eq!(reason(&stale), "STALE_ETAG");
}

#[tokio::test]
async fn a_retired_option_is_not_chosen_any_more_and_a_new_one_is() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let row = |kind: &str| json!({"rows": [{"activity_kind": kind}]});
    candidate
        .saves(&application, "employment", &row("PRIVATE"))
        .await
        .unwrap();
    let csv = changed_file(&world).await;
    let real = pb::ImportDictionaryEntriesRequest {
        retire_count: 1,
        ..file(csv.as_bytes())
    };
    imports(&world, real).await.unwrap();
    let seen = candidate.section(&application, "employment").await.unwrap();
    let problem = &seen.problems[0];
    assert_eq!(
        (problem.field.as_str(), problem.reason.as_str()),
        ("rows[0].activity_kind", "OPTION_RETIRED")
    );
    let refused = candidate
        .saves(&application, "employment", &row("PRIVATE"))
        .await;
    assert_eq!(
        violations(&refused.unwrap_err()),
        pairs(&[("section.answers.rows[0].activity_kind", "OPTION_RETIRED")])
    );
    let saved = candidate
        .saves(&application, "employment", &row("STARTUP"))
        .await;
    assert!(saved.is_ok());
}

#[tokio::test]
async fn a_version_holds_from_its_time_on() {
    let world = World::new().await;
    let csv = changed_file(&world).await;
    let start = "2026-06-10T00:00:00Z";
    let later = pb::ImportDictionaryEntriesRequest {
        retire_count: 1,
        start_time: Some(to_pb(start.parse().unwrap())),
        ..file(csv.as_bytes())
    };
    imports(&world, later.clone()).await.unwrap();
    let has_new = async || {
        let found = entries(&world, KINDS, |_| ()).await;
        found.iter().any(|entry| entry.code == "STARTUP")
    };
    assert!(!has_new().await);
    // The next goes on from it, and does not begin before it.
    let sooner = pb::ImportDictionaryEntriesRequest {
        start_time: None,
        retire_count: 0,
        ..later.clone()
    };
    let refused = imports(&world, sooner).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        pairs(&[("start_time", "TIME_IN_PAST")])
    );
    world.at(start);
    assert!(has_new().await);
    let past = pb::ImportDictionaryEntriesRequest {
        start_time: Some(to_pb("2026-06-09T00:00:00Z".parse().unwrap())),
        ..later
    };
    assert!(imports(&world, past).await.is_err());

    let mut stranger = dictionaries(world.speaking_for(Caller::Stranger));
    let request = pb::ListDictionaryVersionsRequest {
        parent: KINDS.into(),
        page_size: 1,
        ..Default::default()
    };
    let first = stranger
        .list_dictionary_versions(request.clone())
        .await
        .unwrap()
        .into_inner();
    let second = pb::ListDictionaryVersionsRequest {
        page_token: first.next_page_token,
        ..request
    };
    let second = stranger.list_dictionary_versions(second).await.unwrap();
    let second = second.into_inner();
    let start = Some(to_pb(start.parse().unwrap()));
    assert_eq!(first.versions[0].start_time, start);
    assert_eq!(first.versions[0].retired_count, 1);
    assert_eq!(
        (second.versions[0].end_time, second.next_page_token),
        (start, String::new())
    );
    let get = pb::GetDictionaryRequest { name: KINDS.into() };
    let shown = stranger.get_dictionary(get).await.unwrap().into_inner();
    assert_eq!((shown.version, shown.etag.as_str()), (2, "v2"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_imports_at_once_one_goes_on_from_what_it_saw() {
    let world = World::new().await;
    let csv = changed_file(&world).await;
    let real = pb::ImportDictionaryEntriesRequest {
        retire_count: 1,
        etag: "v1".into(),
        ..file(csv.as_bytes())
    };
    let calls = (0..6).map(|_| imports(&world, real.clone()));
    let answers = futures_util::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refused in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert_eq!(reason(refused), "STALE_ETAG");
    }
}

#[tokio::test]
async fn every_problem_of_a_file_is_told_with_its_line() {
    let world = World::new().await;
    let csv = "code,kk,ru,en\nA,а,б,c\nA,,б,c\nЖаңа,а,б,c\nB,\"а,б";
    let expected = [
        (3, "kk", "REQUIRED"),
        (3, "code", "VALUE_TWICE"),
        (4, "code", "CODE_INVALID"),
        (5, "", "CSV_ROW_BROKEN"),
    ];
    let dry = pb::ImportDictionaryEntriesRequest {
        dry_run: true,
        ..file(csv.as_bytes())
    };
    let told = imports(&world, dry).await.unwrap();
    let problems: Vec<_> = told
        .problems
        .iter()
        .map(|it| (it.line, it.column.as_str(), it.reason.as_str()))
        .collect();
    assert_eq!(problems, expected);
    assert!(told.problems.iter().all(|it| !it.message.is_empty()));
    let refused = imports(&world, file(csv.as_bytes())).await.unwrap_err();
    let expected = [
        ("csv.lines[3].kk", "REQUIRED"),
        ("csv.lines[3].code", "VALUE_TWICE"),
        ("csv.lines[4].code", "CODE_INVALID"),
        ("csv.lines[5]", "CSV_ROW_BROKEN"),
    ];
    assert_eq!(violations(&refused), pairs(&expected));
    for (csv, expected) in [
        (b"code;kk;ru;en\nA;\xd0\xb0".as_slice(), "CSV_COLUMNS_WRONG"),
        (b"code,kk,ru,en\nA,\xc6,b,c\n", "TEXT_UNREADABLE"),
    ] {
        let refused = imports(&world, file(csv)).await.unwrap_err();
        assert_eq!(violations(&refused)[0].1, expected);
    }
    let rows: String = (0..100_000).map(|at| format!("A{at},а,б,c\n")).collect();
    let large = format!("code,kk,ru,en\n{rows}");
    let refused = imports(&world, file(large.as_bytes())).await.unwrap_err();
    assert_eq!(violations(&refused), pairs(&[("csv.lines[1]", "TOO_LONG")]));
    let empty = imports(&world, file(b"")).await.unwrap_err();
    assert_eq!(violations(&empty), pairs(&[("csv", "REQUIRED")]));
}

#[tokio::test]
async fn a_new_dictionary_is_made_once_and_filled() {
    let world = World::new().await;
    let make = |id: &str| pb::CreateDictionaryRequest {
        dictionary: Some(pb::Dictionary {
            title: Some(text("Түстер")),
            ..Default::default()
        }),
        dictionary_id: id.into(),
        request_id: world.request_id(),
    };
    let mut manager = dictionaries(world.manager());
    let made = manager.create_dictionary(make("colours")).await.unwrap();
    let made = made.into_inner();
    assert_eq!(
        (made.name.as_str(), made.entry_count),
        ("dictionaries/colours", 0)
    );
    for taken in ["colours", "regions"] {
        let refused = manager.create_dictionary(make(taken)).await.unwrap_err();
        assert_eq!(reason(&refused), "DICTIONARY_EXISTS");
    }
    let wrong = pb::CreateDictionaryRequest {
        dictionary: None,
        ..make("No id")
    };
    let refused = manager.create_dictionary(wrong).await.unwrap_err();
    let expected = [
        ("dictionary_id", "INVALID_FORMAT"),
        ("dictionary.title", "REQUIRED"),
    ];
    assert_eq!(violations(&refused), pairs(&expected));
    let csv = pb::ImportDictionaryEntriesRequest {
        parent: made.name.clone(),
        ..file("code,kk,ru,en\nRED,Қызыл,Красный,Red\nBLUE,Көк,Синий,Blue\n".as_bytes())
    };
    imports(&world, csv.clone()).await.unwrap();
    assert_eq!(entries(&world, &made.name, |_| ()).await.len(), 2);
    let refused = dictionaries(world.expert())
        .import_dictionary_entries(csv)
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "NOT_ALLOWED");
}

#[tokio::test]
async fn entries_are_sorted_by_the_alphabet_and_found_by_a_russian_keyboard() {
    let world = World::new().await;
    let titles = |entries: Vec<pb::DictionaryEntry>| {
        let titles = entries.into_iter().map(|entry| entry.title.unwrap().kk);
        titles.collect::<Vec<_>>()
    };
    let regions = "dictionaries/regions";
    let sorted = titles(entries(&world, regions, |it| it.set_order(pb::EntryOrder::Kk)).await);
    assert_eq!(sorted.len(), 20);
    let place = |start: &str| sorted.iter().position(|it| it.starts_with(start)).unwrap();
    assert!(place("Қарағанды") < place("Маңғыстау"));
    assert!(place("Түркістан") < place("Ұлытау") && place("Ұлытау") < place("Шығыс"));
    let found = entries(&world, regions, |it| {
        it.prefix = "кост".into();
        it.page_size = 1;
    });
    assert_eq!(titles(found.await), ["Қостанай облысы"]);
    let by_code = entries(&world, regions, |it| it.prefix = "kz-71".into()).await;
    assert_eq!(by_code[0].kato, "710000000");
    let pages = entries(&world, regions, |it| {
        it.set_order(pb::EntryOrder::Ru);
        it.page_size = 3;
    });
    assert_eq!(pages.await.len(), 20);
    let wrong = pb::ListDictionaryEntriesRequest {
        parent: regions.into(),
        order: 9,
        prefix: "ә".repeat(101),
        ..Default::default()
    };
    let refused = dictionaries(world.speaking_for(Caller::Stranger))
        .list_dictionary_entries(wrong)
        .await
        .unwrap_err();
    assert_eq!(
        violations(&refused),
        pairs(&[("order", "UNKNOWN_VALUE"), ("prefix", "TOO_LONG")])
    );
}
