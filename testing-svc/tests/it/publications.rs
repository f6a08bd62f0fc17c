//! The publication of a stage: once, everybody's at the same instant, and never changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::join_all;
use prost::Message as _;
use proto::events::v1::StageResultPublished;
use proto::testing::v1 as pb;
use proto::testing::v1::stage_result::Outcome;
use proto::testing::v1::stage_results_client::StageResultsClient;
use tonic::Request;

use crate::outcome::scored;
use crate::world::{World, person_name, reason, refused, stage, told_with};

/// Four of one direction and three of another have sat the first stage.
pub async fn sat() -> (World, String) {
    let world = World::new().await;
    let stage = world.make(scored(1)).await.name;
    world.make(scored(2)).await;
    world.admit(&[1, 2, 3, 4], "DIGITALIZATION").await;
    world.admit(&[5, 6, 7], "SOCIAL_CIVIL").await;
    world.sit(&stage, &[1, 2, 3, 4, 5, 6]).await;
    (world, stage)
}

pub const SCORES: &[(u128, &str)] = &[
    (1, "50"),
    (2, "47"),
    (3, "47"),
    (4, "12"),
    (5, "8"),
    (6, "3"),
];

async fn published() -> (World, String) {
    let (world, stage) = sat().await;
    world.import(&stage, SCORES).await.expect("imported");
    world.publish(&stage).await.expect("published");
    (world, stage)
}

#[tokio::test]
async fn half_of_each_direction_goes_on_with_ties_and_everybody_is_told_of_theirs() {
    let (world, stage) = sat().await;
    world.import(&stage, SCORES).await.expect("imported");
    refused(world.admitted(&stage).await, "RESULTS_NOT_PUBLISHED");
    assert_eq!(world.result(1, &stage).await, None);
    let publication = world.publish(&stage).await.expect("published");
    let cuts: Vec<_> = publication
        .cuts
        .iter()
        .map(|cut| {
            (
                cut.direction.as_str(),
                cut.places,
                cut.cut_score.as_str(),
                cut.advancing,
            )
        })
        .collect();
    assert_eq!(
        cuts,
        [("DIGITALIZATION", 2, "47", 3), ("SOCIAL_CIVIL", 1, "8", 1)]
    );

    let outcome = async |person| {
        let own = world.result(person, &stage).await.expect("a result");
        (own.outcome(), own.rank, own.competitors)
    };
    assert_eq!(outcome(1).await, (Outcome::Advanced, 1, 4));
    assert_eq!(outcome(3).await, (Outcome::Advanced, 2, 4));
    assert_eq!(outcome(4).await, (Outcome::NotAdvanced, 4, 4));
    assert_eq!(outcome(6).await, (Outcome::NotAdvanced, 2, 2));
    assert_eq!(outcome(7).await, (Outcome::Absent, 0, 0));

    let mut expected = Vec::new();
    for person in [1, 2, 3, 5] {
        expected.push(world.number(person).await);
        assert_eq!(world.candidate(person).await.expect("one").stage_number, 2);
    }
    expected.sort();
    assert_eq!(world.admitted(&stage).await.expect("a list"), expected);
    assert_eq!(world.candidate(4).await.expect("one").stage_number, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_hears_of_it_once_in_an_event_without_scores() {
    let (world, stage) = published().await;
    let turns = (0..4).map(|_| world.run("untold_results"));
    join_all(turns).await;
    let told = world.told().await;
    let all = told
        .iter()
        .filter(|(kind, _)| kind == "StageResultPublished");
    assert_eq!(all.clone().count(), 7);
    let mut people = BTreeSet::new();
    for (_, payload) in all {
        let event = StageResultPublished::decode(payload.as_slice()).expect("an event");
        assert_eq!((&event.stage, event.last_stage), (&stage, false));
        assert!(event.stage_result.starts_with(&stage) && event.publish_time.is_some());
        people.insert((event.account, event.advanced));
    }
    let expected = (1..=7).map(|person| (person_name(person), [1, 2, 3, 5].contains(&person)));
    assert_eq!(people, expected.collect());
}

#[tokio::test]
async fn a_result_is_explained_in_the_language_of_the_call() {
    let (world, stage) = published().await;
    let own = world.result(3, &stage).await.expect("a result").name;
    for (language, expected) in [
        (
            "en",
            "You are 2nd of 4 in your direction; 3 advance; the cut is 47. Your score is 47: you advance to the next stage.",
        ),
        (
            "ru",
            "Вы на 2-м месте из 4 в своём направлении; проходят: 3; проходной балл: 47. Ваш балл: 47. Вы допущены к следующему этапу.",
        ),
        (
            "kk",
            "Бағытыңыз бойынша 4 қатысушының ішінде 2-орындасыз; өтетіндер саны: 3; шекті балл: 47. Сіздің балыңыз: 47. Сіз келесі кезеңге жіберілдіңіз.",
        ),
    ] {
        let mut request = Request::new(pb::GetStageResultRequest { name: own.clone() });
        let value = language.parse().expect("a header");
        request.metadata_mut().insert("accept-language", value);
        let mut person = StageResultsClient::new(world.as_person(3));
        let shown = person.get_stage_result(request).await.expect("the result");
        assert_eq!(shown.into_inner().explanation, expected);
    }
}

#[tokio::test]
async fn ones_own_result_is_seen_and_anothers_is_not_found() {
    let (world, stage) = published().await;
    let own = world.result(1, &stage).await.expect("a result");
    let request = pb::GetStageResultRequest {
        name: own.name.clone(),
    };
    let mut other = StageResultsClient::new(world.as_person(2));
    refused(other.get_stage_result(request.clone()).await, "NOT_FOUND");
    for staff in [world.as_desk(), world.as_manager(), world.as_person(1)] {
        let shown = StageResultsClient::new(staff)
            .get_stage_result(request.clone())
            .await;
        assert_eq!(shown.expect("the result").into_inner().name, own.name);
    }
    let every = world
        .results(world.as_person(1), "campaigns/reserve-2026/stages/-")
        .await;
    assert_eq!(every, [own]);
    assert_eq!(world.results(world.as_manager(), &stage).await.len(), 7);
}

#[tokio::test]
async fn a_stage_is_published_when_all_of_it_is_there() {
    let world = World::new().await;
    let first = world.make(scored(1)).await.name;
    let second = world.make(scored(2)).await.name;
    let bare = world.make(stage(3)).await;
    world.admit(&[1, 2, 3], "A").await;
    let begun = world.begin(&first, &[1, 2]).await;
    let early = refused(world.publish(&second).await, "EARLIER_STAGE_OPEN");
    assert_eq!(told_with(&early, "stage"), first);
    let running = refused(world.publish(&first).await, "ATTEMPTS_UNFINISHED");
    assert_eq!(told_with(&running, "count"), "2");
    for (person, attempt) in (1..).zip(&begun) {
        world.finish(person, &attempt.name).await.expect("finished");
    }
    let later = world.session(&first, 60, 9).await;
    let booking = world.book(3, &later.name).await;
    world.import(&first, &[(1, "5")]).await.expect("imported");
    let ahead = refused(world.publish(&first).await, "SITTINGS_AHEAD");
    assert_eq!(told_with(&ahead, "candidate_number"), world.number(3).await);
    // Who is marked absent is not waited for.
    world.import(&first, &[(3, "")]).await.expect("imported");
    let missing = refused(world.publish(&first).await, "RESULTS_MISSING");
    assert_eq!(
        told_with(&missing, "candidate_number"),
        world.number(2).await
    );
    let seen = world.preview(&first).await.expect("a preview");
    assert_eq!(
        (seen.missing_count, seen.absent_count, seen.publishable),
        (1, 1, false)
    );
    world.import(&first, &[(2, "")]).await.expect("imported");
    world.publish(&first).await.expect("published");
    // And does not sit it behind the publication.
    world.pass(60);
    refused(world.start(3, &booking.name).await, "STAGE_PUBLISHED");
    // A stage of which nothing is known is not taken for one to which nobody came.
    let unheard = refused(world.publish(&second).await, "RESULTS_MISSING");
    assert_eq!(told_with(&unheard, "count"), "1");
    let unruled = pb::Stage {
        score_scale: scored(3).score_scale,
        ..bare.clone()
    };
    world
        .update(unruled, &["score_scale"])
        .await
        .expect("a stage");
    refused(world.preview(&bare.name).await, "RULE_MISSING");
}

#[tokio::test]
async fn only_what_was_previewed_is_published_and_then_it_stays() {
    let (world, stage) = sat().await;
    world.import(&stage, SCORES).await.expect("imported");
    let seen = world.preview(&stage).await.expect("a preview");
    assert!(seen.publishable);
    assert_eq!(
        seen.cuts[0].note,
        "Қатысушылар: 4, орын: 2, өтетіндер: 3. Шекті балл: 47; дәл осы балды алғандар: 2."
    );
    world.import(&stage, &[(4, "99")]).await.expect("imported");
    let mut request = world.publish_request(&stage);
    request.input_hash = seen.input_hash.clone();
    let changed = refused(world.publish_as(request.clone()).await, "INPUT_CHANGED");
    let now = told_with(&changed, "input_hash");
    assert_ne!(now, seen.input_hash);
    request.input_hash = now.clone();
    request.request_id = world.request();
    let publication = world.publish_as(request.clone()).await.expect("published");
    assert_eq!(publication.input_hash, now);
    // The same request gets the same answer, another one is refused.
    assert_eq!(world.publish_as(request).await.expect("again"), publication);
    refused(world.publish(&stage).await, "STAGE_PUBLISHED");
    refused(world.preview(&stage).await, "STAGE_PUBLISHED");
    refused(world.import(&stage, &[(4, "1")]).await, "STAGE_PUBLISHED");
    let request = pb::GetStagePublicationRequest {
        name: format!("{stage}/publication"),
    };
    let mut anybody = StageResultsClient::new(world.as_person(8_000));
    let shown = anybody.get_stage_publication(request).await;
    assert_eq!(shown.expect("the publication").into_inner(), publication);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_publish_at_once_one_does_and_importers_are_before_or_after() {
    let (world, stage) = sat().await;
    world.import(&stage, SCORES).await.expect("imported");
    let mut imports = Vec::new();
    for score in 20..30 {
        imports.push(
            world
                .import_request(&stage, &[(4, &score.to_string())])
                .await,
        );
    }
    let (world, stage) = (Arc::new(world), stage);
    let publishers = (0..20).map(|_| {
        let (world, request) = (world.clone(), world.publish_request(&stage));
        tokio::spawn(async move { world.publish_as(request).await.map(drop) })
    });
    let importers = imports.into_iter().map(|request| {
        let world = world.clone();
        tokio::spawn(async move { world.send(request).await.map(drop) })
    });
    let calls: Vec<_> = publishers.chain(importers).collect();
    let answers = join_all(calls).await;
    let (published, imported) = answers.split_at(20);
    let done = |answer: &&Result<Result<(), tonic::Status>, _>| matches!(answer, Ok(Ok(())));
    assert_eq!(published.iter().filter(done).count(), 1);
    for answer in published.iter().chain(imported) {
        if let Ok(Err(status)) = answer {
            assert_eq!(reason(status), "STAGE_PUBLISHED");
        }
    }
    assert_eq!(world.count("stage_publications").await, 1);
    assert_eq!(world.count("stage_results").await, 7);
    world.run("untold_results").await;
    let told = world.told_kinds().await;
    assert_eq!(
        told.iter()
            .filter(|it| *it == "StageResultPublished")
            .count(),
        7
    );
    // What was published is what was there: no import came in behind it.
    let differ = "stage_results r JOIN stage_scores s ON s.result = r.id WHERE r.score <> s.score";
    assert_eq!(world.count(differ).await, 0);
}

#[tokio::test]
async fn a_mark_of_absence_from_before_the_sitting_says_nothing_of_it() {
    let world = World::new().await;
    let stage = world.make(scored(1)).await.name;
    world.admit(&[1, 2], "A").await;
    world.import(&stage, &[(2, "")]).await.expect("imported");
    world.pass(1);
    world.sit(&stage, &[1, 2]).await;
    world.import(&stage, &[(1, "5")]).await.expect("imported");
    let missing = refused(world.publish(&stage).await, "RESULTS_MISSING");
    assert_eq!(
        told_with(&missing, "candidate_number"),
        world.number(2).await
    );
    // Said again after it, it stands.
    let again = world.import(&stage, &[(2, "")]).await.expect("imported");
    assert_eq!(again.replaced_count, 1);
    world.publish(&stage).await.expect("published");
}
