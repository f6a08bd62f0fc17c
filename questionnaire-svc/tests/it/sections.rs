//! Sections: prefilled, saved one by one, everything wrong told at once, frozen when they should be.

use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::sections_client::SectionsClient;
use questionnaire_svc::rpc::wire;
use serde_json::{Value, json};
use tonic::{Code, Request};

use crate::candidate::education;
use crate::world::{CLOSE, World, metadata, pairs, reason, violations};

fn answers(section: &pb::Section) -> Value {
    wire::to_json(section.answers.clone().unwrap())
}

fn missing(section: &pb::Section) -> Vec<(String, String)> {
    let pair = |problem: &pb::SectionProblem| (problem.field.clone(), problem.reason.clone());
    section.problems.iter().map(pair).collect()
}

#[tokio::test]
async fn the_first_section_is_prefilled_and_what_is_known_cannot_be_changed() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let section = candidate.section(&application, "personal").await.unwrap();
    let known = answers(&section);
    assert_eq!(known["iin"], "950615300000");
    assert_eq!(known["birth_date"], "1995-06-15");
    assert!(known.get("patronymic").is_none());
    assert_eq!((section.update_time, section.etag.as_str()), (None, "v0"));

    let mut sent = known.clone();
    sent["phone"] = json!("+77010000000");
    let saved = candidate
        .saves(&application, "personal", &sent)
        .await
        .unwrap();
    assert_eq!(answers(&saved), sent);
    sent["iin"] = json!("010101100008");
    sent["patronymic"] = json!("Басқаұлы");
    let refused = candidate
        .saves(&application, "personal", &sent)
        .await
        .unwrap_err();
    let expected = [
        ("section.answers.iin", "READ_ONLY"),
        ("section.answers.patronymic", "READ_ONLY"),
    ];
    assert_eq!(violations(&refused), pairs(&expected));
}

#[tokio::test]
async fn an_unfinished_section_is_saved_and_what_is_missing_is_told() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let saved = candidate
        .saves(&application, "certificate", &json!({"level": "B1"}))
        .await
        .unwrap();
    assert!(!saved.complete);
    let expected = [
        ("document", "REQUIRED"),
        ("certificate_type", "REQUIRED"),
        ("number", "REQUIRED"),
        ("valid_until", "REQUIRED"),
    ];
    assert_eq!(missing(&saved), pairs(&expected));
    let again = candidate
        .section(&application, "certificate")
        .await
        .unwrap();
    assert_eq!(again, saved);
}

#[tokio::test]
async fn everything_wrong_is_told_at_once_with_its_path() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let wrong = json!({"rows": [
        {"start_date": "2025-02-30", "end_date": "30.06.2025", "activity_kind": "SPACE"},
        {"start_date": "2022-05-01", "end_date": "2021-05-01", "salary": 1},
        {"start_date": "2026-06-02", "to_present": "иә"},
    ]});
    let refused = candidate
        .saves(&application, "employment", &wrong)
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::InvalidArgument, "INVALID_REQUEST")
    );
    let mut told = violations(&refused);
    told.sort();
    let mut expected = pairs(&[
        ("section.answers.rows[0].start_date", "DATE_IMPOSSIBLE"),
        ("section.answers.rows[0].end_date", "INVALID_FORMAT"),
        ("section.answers.rows[0].activity_kind", "UNKNOWN_VALUE"),
        ("section.answers.rows[1].end_date", "DATES_BACKWARDS"),
        ("section.answers.rows[1].salary", "UNKNOWN_FIELD"),
        ("section.answers.rows[2].start_date", "DATE_IN_FUTURE"),
        ("section.answers.rows[2].to_present", "WRONG_TYPE"),
    ]);
    expected.sort();
    assert_eq!(told, expected);
    assert_eq!(
        candidate
            .section(&application, "employment")
            .await
            .unwrap()
            .etag,
        "v0"
    );
}

#[tokio::test]
async fn deep_and_huge_answers_are_refused() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let deep = (0..12).fold(json!(1), |inside, _| json!({"a": inside}));
    let huge = json!({"public_activity": "ә".repeat(40_000)});
    let many = json!({"rows": vec![json!({}); 3000]});
    for (wrong, told) in [(deep, "TOO_DEEP"), (huge, "TOO_LONG"), (many, "TOO_MANY")] {
        let refused = candidate
            .saves(&application, "additional", &wrong)
            .await
            .unwrap_err();
        assert_eq!(violations(&refused), pairs(&[("section.answers", told)]));
    }
}

#[tokio::test]
async fn a_request_that_is_no_save_is_told_everything_too() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let request = pb::UpdateSectionRequest {
        section: Some(pb::Section {
            name: "personal".into(),
            etag: "*".into(),
            ..Default::default()
        }),
        update_mask: Some(prost_types::FieldMask {
            paths: vec!["complete".into()],
        }),
        request_id: world.request_id(),
    };
    let refused = candidate
        .sections()
        .update_section(request)
        .await
        .unwrap_err();
    let expected = [
        ("update_mask", "INVALID_UPDATE_MASK"),
        ("section.answers", "REQUIRED"),
        ("section.etag", "INVALID_ETAG"),
        ("section.name", "INVALID_NAME"),
    ];
    assert_eq!(violations(&refused), pairs(&expected));
}

#[tokio::test]
async fn a_second_tab_does_not_overwrite_the_first() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let text = |text: &str| json!({"public_activity": text});
    let first = candidate
        .saves_over(&application, "additional", &text("a"), "v0")
        .await
        .unwrap();
    assert_eq!(first.etag, "v1");
    let stale = candidate
        .saves_over(&application, "additional", &text("b"), "v0")
        .await
        .unwrap_err();
    assert_eq!(
        (stale.code(), reason(&stale).as_str()),
        (Code::Aborted, "STALE_ETAG")
    );
    assert_eq!(metadata(&stale, "current_etag"), "v1");
    let second = candidate
        .saves_over(&application, "additional", &text("b"), "v1")
        .await
        .unwrap();
    assert_eq!((second.etag.as_str(), answers(&second)), ("v2", text("b")));
}

#[tokio::test]
async fn documents_that_answers_name_are_of_this_application_and_of_the_right_kind() {
    let world = World::new().await;
    let (candidate, other) = (world.candidate(1), world.candidate(2));
    let application = candidate.opens().await.unwrap().name;
    let theirs = other.opens().await.unwrap().name;
    let diploma = candidate
        .uploads_pdf(&application, "education", "DIPLOMA")
        .await;
    let evidence = candidate
        .uploads_pdf(&application, "employment", "EMPLOYMENT_EVIDENCE")
        .await;
    let stolen = other.uploads_pdf(&theirs, "education", "DIPLOMA").await;
    let field = "section.answers.rows[0].document";
    for (document, told) in [
        (&evidence, "DOCUMENT_KIND_WRONG"),
        (&stolen, "DOCUMENT_UNKNOWN"),
    ] {
        let refused = candidate
            .saves(&application, "education", &education(document))
            .await
            .unwrap_err();
        assert_eq!(violations(&refused), pairs(&[(field, told)]));
    }
    assert!(
        candidate
            .saves(&application, "education", &education(&diploma))
            .await
            .unwrap()
            .complete
    );

    let bytes = crate::paper::pdf("later");
    let announced = candidate.announces(
        &application,
        "education",
        "DIPLOMA",
        "application/pdf",
        &bytes,
    );
    let announced = announced.await.unwrap().name;
    let saved = candidate
        .saves(&application, "education", &education(&announced))
        .await
        .unwrap();
    assert_eq!(
        missing(&saved),
        pairs(&[("rows[0].document", "DOCUMENT_NOT_CLEAN")])
    );
}

#[tokio::test]
async fn experience_is_counted_once_for_each_day_and_shown_with_the_section() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let rows = json!({"rows": [
        {"start_date": "2020-01-01", "end_date": "2021-12-31"},
        {"start_date": "2021-01-01", "end_date": "2022-12-31"},
        {"start_date": "2024-01-01", "end_date": "2024-12-31"},
    ]});
    let saved = candidate
        .saves(&application, "employment", &rows)
        .await
        .unwrap();
    let experience = saved.experience.unwrap();
    assert_eq!(
        (experience.years, experience.months, experience.days),
        (4, 0, 0)
    );
    assert_eq!(experience.total_days, 366 + 365 + 365 + 366);
    assert_eq!((experience.gaps.len(), experience.overlaps.len()), (1, 1));
}

#[tokio::test]
async fn sections_are_listed_in_the_order_of_the_form_to_their_owner_alone() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.has_submitted().await.name;
    let request = pb::ListSectionsRequest {
        parent: application.clone(),
        ..Default::default()
    };
    let listed = candidate
        .sections()
        .list_sections(request.clone())
        .await
        .unwrap()
        .into_inner();
    let ids: Vec<_> = listed
        .sections
        .iter()
        .map(|it| it.name.rsplit('/').next().unwrap())
        .collect();
    assert_eq!(
        ids,
        [
            "personal",
            "education",
            "certificate",
            "employment",
            "additional"
        ]
    );
    assert!(listed.sections.iter().all(|section| section.complete));
    for reader in [
        world.candidate(2).sections(),
        SectionsClient::new(world.expert()),
    ] {
        let mut reader = reader;
        let refused = reader.list_sections(request.clone()).await.unwrap_err();
        assert_eq!(reason(&refused), "NOT_FOUND");
    }
    let unknown = candidate.section(&application, "hobby").await.unwrap_err();
    assert_eq!(reason(&unknown), "NOT_FOUND");
}

#[tokio::test]
async fn nothing_is_saved_after_submission_or_after_the_window() {
    let world = World::new().await;
    let (candidate, late) = (world.candidate(1), world.candidate(2));
    let draft = late.opens().await.unwrap().name;
    let application = candidate.has_submitted().await.name;
    let refused = candidate
        .saves(&application, "additional", &json!({}))
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "APPLICATION_FROZEN");
    assert_eq!(metadata(&refused, "state"), "SUBMITTED");
    world.at("2026-06-30T18:59:59.999Z");
    assert!(late.saves(&draft, "additional", &json!({})).await.is_ok());
    world.at(CLOSE);
    let refused = late
        .saves(&draft, "additional", &json!({}))
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "CAMPAIGN_CLOSED");
}

#[tokio::test]
async fn readiness_tells_what_is_missing_and_explains_the_rules_in_the_readers_language() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let empty = candidate.readiness(&application).await;
    assert!(!empty.ready);
    let mut lacking: Vec<_> = empty.missing.iter().map(|it| it.section.as_str()).collect();
    lacking.dedup();
    assert_eq!(
        lacking,
        ["personal", "education", "certificate", "employment"]
    );

    candidate.fills_everything(&application).await;
    let mut sentences = Vec::new();
    for language in ["kk", "ru", "en"] {
        let mut request = Request::new(pb::GetReadinessRequest {
            name: application.clone(),
        });
        request
            .metadata_mut()
            .insert("accept-language", language.parse().unwrap());
        let found = candidate
            .applications()
            .get_readiness(request)
            .await
            .unwrap()
            .into_inner();
        assert!(found.ready);
        let rules: Vec<_> = found
            .checks
            .iter()
            .map(|check| (check.rule(), check.outcome()))
            .collect();
        use pb::{EligibilityOutcome as Outcome, EligibilityRule as Rule};
        let expected = [
            (Rule::Age, Outcome::Met),
            (Rule::Citizenship, Outcome::Unsure),
            (Rule::Education, Outcome::Met),
            (Rule::Experience, Outcome::Met),
            (Rule::LanguageLevel, Outcome::Met),
            (Rule::CertificateValidity, Outcome::Met),
        ];
        assert_eq!(rules, expected);
        assert_eq!(found.checks[3].facts["total_days"], "2709");
        sentences.extend(found.checks.into_iter().map(|check| check.explanation));
    }
    let told: std::collections::BTreeSet<_> = sentences.iter().collect();
    assert_eq!(told.len(), 18, "{sentences:?}");
    assert!(
        sentences.iter().all(|it| !it.contains('{')),
        "{sentences:?}"
    );
}

#[tokio::test]
async fn answers_hold_what_was_sent_in_kazakh_letters() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let sent =
        json!({"public_activity": "Әділ, ғылым, қоғам, өңір, ұлт, үміт, һәм іс\nекінші жол"});
    let saved = candidate
        .saves(&application, "additional", &sent)
        .await
        .unwrap();
    assert_eq!(answers(&saved), sent);
    let folded = json!({"certificate_type": "ҚАЗТЕСТ"});
    let saved = candidate
        .saves(&application, "certificate", &folded)
        .await
        .unwrap();
    assert_eq!(answers(&saved)["certificate_type"], "KAZTEST");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sections_saved_at_once_are_all_kept() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let calls = (0..20).map(|_| {
        let candidate = &candidate;
        let application = &application;
        async move {
            candidate
                .saves(application, "additional", &json!({}))
                .await
                .unwrap()
        }
    });
    let mut etags: Vec<_> = futures_util::future::join_all(calls)
        .await
        .into_iter()
        .map(|it| it.etag)
        .collect();
    etags.sort_by_key(|etag| etag[1..].parse::<i32>().unwrap());
    let expected: Vec<_> = (1..=20).map(|version| format!("v{version}")).collect();
    assert_eq!(etags, expected);
}
