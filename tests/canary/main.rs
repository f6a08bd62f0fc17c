//! The canary: somebody whose every word can be recognised goes the whole way, and makes mistakes on
//! it; then everything that the suite wrote is searched for these words.
//!
//! | room | what it does |
//! |---|---|
//! | [`songs`] | the words and every way in which they could be written |
//! | [`diary`] | keeps the log, as text and as JSON, down to its finest level |
//! | [`traces`] | a collector that keeps the spans and metrics it is sent |
//! | [`places`] | everything that was written: tables, files, log, metrics, events, answers |
//! | [`mistakes`] | personal data typed where they do not belong |
//! | `allowed.txt` | where the words may be, each place with its reason |
#![expect(clippy::unwrap_used, reason = "a test says no by panicking")]

mod diary;
mod mistakes;
mod places;
mod songs;
mod traces;

use std::collections::BTreeSet;
use std::time::Duration;

use chassis::database::{Database, execute};
use tests::Town;
use tests::walk::{Persona, Walk};

use crate::diary::Diary;
use crate::places::Place;
use crate::songs::Song;
use crate::traces::Traces;

/// A place where a word may be.
struct Allowed {
    place: &'static str,
    song: &'static str,
}

fn allowed() -> Vec<Allowed> {
    let lines = include_str!("allowed.txt").lines();
    let rows = lines.filter(|line| !line.is_empty() && !line.starts_with(['#', ' ']));
    rows.flat_map(|line| {
        let mut cells = line.split_whitespace();
        let (place, songs) = (cells.next().unwrap(), cells.next().unwrap());
        assert!(cells.next().is_some(), "{place} has no reason");
        songs.split(',').map(move |song| Allowed { place, song })
    })
    .collect()
}

/// The place, the word, how it is written there.
type Heard = BTreeSet<(String, &'static str, &'static str)>;

/// The places that hold a word, whatever is allowed.
fn heard(songs: &[Song], places: &[Place]) -> Heard {
    let mut heard = Heard::new();
    for place in places {
        for song in songs {
            if let Some(spelling) = song.is_in(&place.text) {
                heard.insert((place.name.clone(), song.name, spelling));
            }
        }
    }
    heard
}

/// What was heard and is not allowed.
fn leaks(heard: &Heard) -> Vec<String> {
    let allowed = allowed();
    let is_allowed = |place: &str, song: &str| {
        // A file has what the tables in it have.
        let service = place.strip_suffix("-file");
        let covers = |it: &str| {
            service.map_or(it == place, |service| {
                it.strip_prefix(service)
                    .is_some_and(|it| it.starts_with('/'))
            })
        };
        allowed.iter().any(|it| it.song == song && covers(it.place))
    };
    heard
        .iter()
        .filter(|(place, song, _)| !is_allowed(place, song))
        .map(|(place, song, spelling)| format!("{song} ({spelling}) in {place}"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn personal_data_are_where_they_belong_and_nowhere_else() {
    let diary = Diary::begin();
    let traces = Traces::begin();
    let town = Town::at_ten_on_the_first_of_june().await;
    places::copy_events(&town).await;
    let mut answers = Vec::new();

    let mut walk = Walk::begins(&town, Persona::numbered(6389)).await;
    mistakes::in_every_field(&mut answers, &town, &walk).await;
    walk.applies().await;
    mistakes::at_the_partner(&mut answers, &town, &walk).await;
    walk.is_accepted().await;
    let sessions = walk.sessions().await;
    walk.books(sessions.last().unwrap()).await;
    walk.begins_another_address("zhumbaq.zhana@qupiya.example")
        .await;
    mistakes::of_others(&mut answers, &town, &walk).await;
    mistakes::with_the_staffs_help(&town, &walk).await;
    walk.sits_the_test().await;
    walk.is_a_member().await;
    town.settled().await;

    let songs = songs::of(&walk.persona, walk.someone.token().unwrap());
    let mut places = places::of_the_databases(&town).await;
    places.extend(places::of_the_folder(&town));
    places.push(Place::new("answers-to-others", &answers.join("\n")));
    places.push(Place::new("metrics", &chassis::telemetry::metrics()));
    places.extend(diary.places());
    places.extend(traces.places().await);
    everything_was_searched(&places);
    let heard = heard(&songs, &places);
    let leaks = leaks(&heard);
    assert!(leaks.is_empty(), "{leaks:#?}");
    nothing_is_allowed_for_nothing(&heard);
    what_is_planted_is_found(&town, &diary, &walk, &songs).await;
    town.close().await;
}

fn everything_was_searched(places: &[Place]) {
    for name in [
        "identity-svc/account.personal",
        "identity-svc/mail.personal",
        "identity-svc/audit.detail",
        "questionnaire-svc/outbox_copy.payload",
        "questionnaire-svc/once.answer",
        "review-svc/audit.resource",
        "testing-svc/bookings.account",
        "documents",
        "metrics",
        "answers-to-others",
        "log-text",
        "log-json",
        "traces",
        "metrics-sent",
    ] {
        let found = places.iter().find(|it| it.name == name);
        assert!(
            found.is_some_and(|it| !it.text.is_empty()),
            "{name} is empty"
        );
    }
}

/// A row of the list that nothing needs any more is a door left open.
fn nothing_is_allowed_for_nothing(heard: &Heard) {
    let of = |it: &Allowed| {
        heard
            .iter()
            .any(|(place, song, _)| place == it.place && *song == it.song)
    };
    let unused: Vec<String> = allowed()
        .iter()
        .filter(|it| !of(it))
        .map(|it| format!("{} in {}", it.song, it.place))
        .collect();
    assert!(unused.is_empty(), "allowed and not there: {unused:#?}");
}

/// The test of the test: leaks of each sort, made on purpose, are all told.
async fn what_is_planted_is_found(town: &Town, diary: &Diary, walk: &Walk<'_>, songs: &[Song]) {
    let persona = &walk.persona;
    diary.begin_a_new_page();
    tracing::debug!(target: "chassis", "somebody called {}", persona.given_name);
    tracing::info_span!(target: "chassis", "rpc", to = persona.email).in_scope(|| ());
    chassis::telemetry::answered("tests", &persona.phone, "0", Duration::ZERO);
    let iin = hex::encode(&persona.iin);
    let sql = format!(
        "INSERT INTO audit (at_us, caller, action, resource, detail) VALUES (0, 'x', 'x', 'x', '{iin}')"
    );
    let db = Database::connect(&town.databases["review-svc"], 1)
        .await
        .unwrap();
    let tx = db.begin().await.unwrap();
    execute(&tx, &sql, []).await.unwrap();
    db.commit(tx).await.unwrap();
    db.close().await.unwrap();

    let mut places = places::of_the_databases(town).await;
    places.extend(diary.places());
    places.push(Place::new("metrics", &chassis::telemetry::metrics()));
    let told = leaks(&heard(songs, &places));
    for expected in [
        "given-name (as it is) in log-text",
        "given-name (as it is) in log-json",
        "e-mail (as it is) in log-text",
        "e-mail (as it is) in log-json",
        "phone (as it is) in metrics",
        "iin (hex) in review-svc/audit.detail",
    ] {
        assert!(
            told.iter().any(|it| it == expected),
            "{expected}: not told among {told:#?}"
        );
    }
}
