//! A round is published under the signature of a department of education, with the one seed of its campaign.

use chassis::testing::{is_on_postgres, person};
use proto::testing::v1 as pb;

use crate::admission::{
    ADMISSION, COLLEGE, DEPARTMENT, NURSE, WELDER, all_of, deferred, department, in_turn, number,
    rated, signatory,
};
use crate::neighbours::{NOBODY_KNOWS, signed, signed_at};
use crate::world::{World, refused, told_with, wrong};

const OTHER_DEPARTMENT: &str = "991240000043";

fn seeded(world: &World, seed: &str) -> pb::CreateAllocationRunRequest {
    let mut request = world.run_request(deferred());
    if let Some(run) = &mut request.allocation_run {
        run.seed = seed.repeat(32);
    }
    request
}

#[tokio::test]
async fn a_run_is_published_under_a_signature_that_stays_with_it_and_everybody_reads_of_what() {
    let world = World::new().await;
    world.small_market().await;
    let run = world.made_run(deferred()).await;
    let request = world.signed_round(&run.name).await;
    let shown = world.publication_content(DEPARTMENT, &request).await;
    let shown = shown.expect("a content");
    let text = String::from_utf8(shown.content.to_vec()).expect("a text");
    for told in [
        run.name.as_str(),
        run.seed.as_str(),
        run.input_hash.as_str(),
        run.record_hash.as_str(),
        ADMISSION,
        DEPARTMENT,
        r#""mode":"DEFERRED_ACCEPTANCE""#,
        r#""suite":"irikteu.testing""#,
        r#""placed":2"#,
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    let by = department(DEPARTMENT);
    let done = world.publish_run_as(by.clone(), request.clone()).await;
    let done = done.expect("a publication");
    // The same call again gets the same answer.
    let again = world.publish_run_as(by.clone(), request.clone()).await;
    assert_eq!(again.expect("the same"), done);
    let seal = done.seal.clone().expect("a seal");
    assert_eq!(seal.allocation_run, run.name);
    assert_eq!(seal.content, shown.content);
    assert_eq!(seal.record_hash, run.record_hash);
    assert_eq!((seal.input_hash, seal.seed), (run.input_hash, run.seed));
    assert_eq!(
        seal.organisation,
        format!("signingOrganisations/{DEPARTMENT}")
    );
    assert!(seal.signature.starts_with("signatures/"));
    assert_eq!(seal.sign_time, Some(chassis::clock::to_pb(signed_at())));
    assert_eq!(world.get_run(&run.name).await.seal, done.seal);

    // What was signed is read from then on whatever times are asked about, and by another department too.
    let later = pb::PublishAllocationRunRequest {
        results_time: request.reply_expire_time,
        reply_expire_time: request.reply_expire_time.map(|it| prost_types::Timestamp {
            seconds: it.seconds + 7_200,
            ..it
        }),
        ..request
    };
    let kept = world.publication_content(OTHER_DEPARTMENT, &later).await;
    assert_eq!(kept.expect("what was signed").content, shown.content);

    // From its time on, with the results.
    let specialty = async |caller| {
        let request = pb::GetAdmissionSpecialtyRequest { name: rated(NURSE) };
        let found = world.ratings(caller).get_admission_specialty(request).await;
        found.expect("a specialty").into_inner()
    };
    assert_eq!(specialty(signatory(COLLEGE)).await.seal, None);
    world.pass(10);
    let result = world.result_of(person(3, &[]), 3).await.expect("a result");
    assert_eq!(result.seal, done.seal);
    assert_eq!(specialty(signatory(COLLEGE)).await.seal, done.seal);
}

#[tokio::test]
async fn nothing_but_a_department_s_signature_of_these_bytes_publishes() {
    let world = World::new().await;
    world.small_market().await;
    let run = world.made_run(deferred()).await;
    let other = world.made_run(in_turn()).await;
    let good = world.signed_round(&run.name).await;
    for caller in [world.manager(), person(1, &[]), signatory(COLLEGE)] {
        let answer = world.publish_run_as(caller.clone(), good.clone()).await;
        refused(answer, "NOT_ALLOWED");
        let request = pb::GetPublicationContentRequest {
            name: run.name.clone(),
            ..Default::default()
        };
        let answer = world.runs_as(caller).get_publication_content(request).await;
        refused(answer, "NOT_ALLOWED");
    }
    let by = department(DEPARTMENT);
    let with = |cms: Vec<u8>| pb::PublishAllocationRunRequest {
        cms: cms.into(),
        request_id: world.request(),
        ..good.clone()
    };
    // The signature of the other run, with other times, of changed bytes, of another department.
    let of_other = world.signed_round(&other.name).await.cms;
    let mut moved = good.clone();
    moved.reply_expire_time = moved.reply_expire_time.map(|it| prost_types::Timestamp {
        seconds: it.seconds + 1,
        ..it
    });
    let moved = world.publication_content(DEPARTMENT, &moved).await;
    let moved = signed(DEPARTMENT, &moved.expect("a content").content);
    let shown = world.publication_content(DEPARTMENT, &good).await;
    let shown = shown.expect("a content").content;
    let doctored = signed(DEPARTMENT, &[&shown[..], b" "].concat());
    for cms in [of_other.to_vec(), moved, doctored] {
        let answer = world.publish_run_as(by.clone(), with(cms)).await;
        refused(answer, "SIGNATURE_CONTENT_DIFFERS");
    }
    let elsewhere = world.publication_content(OTHER_DEPARTMENT, &good).await;
    let elsewhere = signed(OTHER_DEPARTMENT, &elsewhere.expect("a content").content);
    let answer = world.publish_run_as(by.clone(), with(elsewhere)).await;
    refused(answer, "SIGNATURE_OF_ANOTHER_ORGANISATION");
    // The good one, sent by another department.
    let answer = world
        .publish_run_as(department(OTHER_DEPARTMENT), good.clone())
        .await;
    refused(answer, "SIGNATURE_OF_ANOTHER_ORGANISATION");
    let answer = world
        .publish_run_as(by.clone(), with(NOBODY_KNOWS.to_vec()))
        .await;
    assert_eq!(
        answer.expect_err("nobody says").code(),
        tonic::Code::Unavailable
    );
    for (cms, why) in [(0, "REQUIRED"), (64 * 1024 + 1, "TOO_LONG")] {
        let answer = world.publish_run_as(by.clone(), with(vec![0; cms])).await;
        assert_eq!(wrong(answer), [format!("cms {why}")]);
    }
    assert_eq!(world.count("allocation_publications").await, 0);

    // A signature is no use a second time: not for another run of the round, and not for the next round.
    world
        .publish_run_as(by.clone(), good.clone())
        .await
        .expect("published");
    let replayed = pb::PublishAllocationRunRequest {
        name: other.name.clone(),
        ..with(good.cms.to_vec())
    };
    refused(
        world.publish_run_as(by.clone(), replayed).await,
        "ROUND_PUBLISHED",
    );
    let again = world.publish_run_as(by, with(good.cms.to_vec())).await;
    refused(again, "ROUND_PUBLISHED");
    assert_eq!(world.count("allocation_seals").await, 1);
}

#[tokio::test]
async fn the_seed_of_a_campaign_is_settled_once_whoever_asks_at_the_same_time() {
    let world = World::new().await;
    world.small_market().await;
    let mut asking = Vec::new();
    for number in 0..8_u8 {
        let request = seeded(&world, &hex::encode([number]));
        let mut runs = world.runs();
        asking.push(tokio::spawn(async move {
            runs.create_allocation_run(request).await
        }));
    }
    let (mut made, mut told) = (Vec::new(), Vec::new());
    for answer in asking {
        match answer.await.expect("an answer") {
            Ok(run) => made.push(run.into_inner().seed),
            no => told.push(told_with(&refused(no, "SEED_SETTLED"), "seed")),
        }
    }
    assert_eq!((made.len(), told.len()), (1, 7));
    assert!(told.iter().all(|seed| *seed == made[0]), "{told:?}");
    // A campaign of other people has its own.
    let drawn = world.ask_run(deferred()).await.expect("a run");
    assert_eq!(drawn.seed, made[0]);
    assert_eq!(world.count("allocation_seeds").await, 1);

    // A run with another seed, from before seeds were settled, is not published: the database holds it too.
    let run = world.made_run(deferred()).await;
    let trigger = match is_on_postgres() {
        true => "DROP TRIGGER allocation_runs_rows_stay ON allocation_runs",
        false => "DROP TRIGGER allocation_runs_refuses_update",
    };
    world.sql(trigger).await;
    let other = "cd".repeat(32);
    world
        .sql(&format!("UPDATE allocation_runs SET seed = '{other}'"))
        .await;
    let refusal = refused(world.publish_run(&run.name).await, "SEED_SETTLED");
    assert_eq!(told_with(&refusal, "seed"), made[0]);
    let id = run.name.rsplit('/').next().expect("an id");
    let campaign = ADMISSION.trim_start_matches("campaigns/");
    for sql in [
        format!(
            "INSERT INTO allocation_publications (run, campaign, round, published_us, results_us,
                reply_until_us, published_by) VALUES ('{id}', '{campaign}', 1, 1, 1, 2, 'x')"
        ),
        format!(
            "INSERT INTO allocation_seals (run, campaign, seed, content, cms_sha256, signature,
                organisation, signed_us)
             VALUES ('{id}', '{campaign}', '{other}', '', '', 'x', '{DEPARTMENT}', 1)"
        ),
    ] {
        let tx = world.data.db.begin().await.expect("a transaction");
        let done = chassis::database::execute(&tx, &sql, []).await;
        assert_eq!(done.is_ok(), sql.contains("publications"));
        if done.is_ok() {
            world.data.db.commit(tx).await.expect("committed");
        }
    }
}

#[tokio::test]
async fn a_department_reads_everything_in_numbers_and_changes_nothing() {
    let world = World::new().await;
    world.small_market().await;
    let (one, two) = (
        world.made_run(deferred()).await,
        world.made_run(in_turn()).await,
    );
    let by = department(DEPARTMENT);
    let mut runs = world.runs_as(by.clone());
    let request = pb::ListAllocationRunsRequest {
        parent: ADMISSION.into(),
        ..Default::default()
    };
    let found = runs.list_allocation_runs(request).await.expect("runs");
    assert_eq!(found.into_inner().allocation_runs.len(), 2);
    let request = pb::GetAllocationComparisonRequest {
        name: one.name.clone(),
        other: two.name.clone(),
    };
    let found = runs.get_allocation_comparison(request).await;
    assert!(found.expect("a comparison").into_inner().totals.is_some());
    let name = one.name.clone();
    let request = pb::VerifyAllocationRunRequest { name: name.clone() };
    runs.verify_allocation_run(request).await.expect("a replay");
    let request = pb::DownloadAllocationRunRequest { name, part: 0 };
    let file = runs.download_allocation_run(request).await;
    assert!(all_of(file.expect("a record")).await.contains(&number(1)));
    let request = world.run_request(deferred());
    refused(runs.create_allocation_run(request).await, "NOT_ALLOWED");

    let request = pb::ListAdmissionSpecialtiesRequest {
        parent: ADMISSION.into(),
        ..Default::default()
    };
    let found = world
        .ratings(by.clone())
        .list_admission_specialties(request)
        .await;
    let found = found.expect("a list").into_inner();
    assert_eq!(found.admission_specialties.len(), 2);
    let lines = world.lines(by.clone(), WELDER).await.expect("lines");
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().all(|it| it.choice.is_empty() && it.rank > 0));
    let own = world
        .lines(signatory(COLLEGE), WELDER)
        .await
        .expect("lines");
    assert!(own.iter().all(|it| it.choice.starts_with(ADMISSION)));
    let table = async |caller| {
        let request = pb::DownloadRatingRequest {
            name: rated(WELDER),
            format: 0,
        };
        let stream = world.ratings(caller).download_rating(request).await;
        all_of(stream.expect("a file")).await
    };
    let of_college = table(signatory(COLLEGE)).await;
    assert!(
        of_college
            .lines()
            .next()
            .expect("a head")
            .ends_with(";choice")
    );
    assert!(of_college.contains(&own[0].choice));
    let of_department = table(by).await;
    assert!(!of_department.contains("choice") && !of_department.contains("/choices/"));
}
