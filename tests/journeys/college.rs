//! Admission to colleges, told as its user manual tells it: the six steps, by the applicant and by the
//! board on their behalf, and the folders in which colleges find what was sent.

use serde_json::{Value, json};
use standalone::signing::COLLEGES;
use tests::college::{Board, fills, specialties};
use tests::person::Someone;
use tests::town::Town;

use crate::steps::{EMAIL, IIN, PASSWORD, inbox, registers_for};

#[tokio::test(flavor = "multi_thread")]
async fn an_applicant_chooses_two_colleges_and_each_finds_the_application_in_its_folder() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let applicant = registers_for(&town, town.colleges()).await;
    let application = opens(&town, &applicant).await;
    let offered = specialties(&town, "MIDDLE_SPECIALIST").await;
    assert_eq!(offered.len(), 4);
    refuses_what_does_not_fit(&town, &applicant, &application, &offered).await;
    fills(&applicant, &application, &offered).await;
    let number = sends(&applicant, &application).await;
    town.settled().await;

    // No expert has anything to do with it.
    let expert = town.staff("expert@demo.irikteu.kz").await;
    let tasks = expert.get("/v1/reviewTasks").await.ok();
    assert!(tasks["reviewTasks"].as_array().is_none_or(Vec::is_empty));
    // «Жаңа өтінімдер» of each.
    for college in &COLLEGES[..2] {
        let board = Board::signs_in(&town, college).await;
        let new = board.folder(&town, "state=STATE_NEW").await;
        assert_eq!(new.len(), 2);
        assert!(
            new.iter()
                .all(|it| it["applicationNumber"] == number.as_str())
        );
        assert!(
            board
                .folder(&town, "qualificationLevel=SKILLED_WORKER")
                .await
                .is_empty()
        );
        counts(&town, &board).await;
    }
    takes_back(&town, &applicant, &application).await;
    town.close().await;
}

/// What `cargo run` has at once, however often it is started.
#[tokio::test(flavor = "multi_thread")]
async fn boards_of_the_demonstration_find_somebody_who_applied() {
    let town = Town::at_ten_on_the_first_of_june().await;
    for _ in 0..2 {
        standalone::demo_applicant::applies(&town.suite)
            .await
            .unwrap();
    }
    for college in &COLLEGES[..2] {
        let board = Board::signs_in(&town, college).await;
        let new = board.folder(&town, "state=STATE_NEW").await;
        assert_eq!(new.len(), 2);
        let path = format!("/v1/{}", new[0]["submission"].as_str().unwrap());
        let sent = board.someone.get(&path).await.ok();
        assert_eq!(sent["number"], 1);
    }
    town.close().await;
}

/// «Өтінім түрі».
async fn opens(town: &Town, applicant: &Someone) -> String {
    let campaign = applicant
        .get(&format!("/v1/{}", town.colleges()))
        .await
        .ok();
    let kinds = campaign["applicationKinds"].as_array().unwrap();
    let codes: Vec<_> = kinds
        .iter()
        .map(|it| it["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["STATE_ORDER", "WORKER", "PAID"]);
    let path = format!("/v1/{}/applications", town.colleges());
    let opened = applicant
        .post(&path, json!({"kind": "STATE_ORDER"}))
        .await
        .ok();
    assert_eq!(opened["state"], "STATE_DRAFT");
    opened["name"].as_str().unwrap().to_owned()
}

/// A specialty of another kind of application, one twice, and five.
async fn refuses_what_does_not_fit(
    town: &Town,
    applicant: &Someone,
    application: &str,
    offered: &[Value],
) {
    let worker = specialties(town, "SKILLED_WORKER").await;
    let row = |it: &Value| json!({"study_form": it["studyForm"], "region": it["region"], "specialty": it["name"]});
    let mut rows: Vec<_> = offered.iter().map(row).collect();
    rows[2] = rows[1].clone();
    rows.push(row(&worker[0]));
    let refused = applicant
        .save(application, "choices", json!({"rows": rows}))
        .await
        .violations();
    let told = |field: &str, reason: &str| (format!("answers.{field}"), reason.to_owned());
    let expected = [
        told("rows", "TOO_MANY"),
        told("rows[2].specialty", "VALUE_TWICE"),
        told("rows[4].specialty", "SPECIALTY_OF_OTHER_KIND"),
    ];
    assert_eq!(refused, expected);
}

async fn sends(applicant: &Someone, application: &str) -> String {
    let sent = applicant
        .post(&format!("/v1/{application}/submit"), json!({}))
        .await
        .ok();
    assert_eq!(sent["state"], "STATE_SUBMITTED");
    let number = sent["number"].as_str().unwrap().to_owned();
    assert!(
        number.starts_with("2026-") && number.len() == 14,
        "{number}"
    );
    number
}

/// «Орындардың толуы».
async fn counts(town: &Town, board: &Board) {
    let path = format!("/v1/{}/choiceStatistics", town.colleges());
    let statistics = board.someone.get(&path).await.ok();
    let counts = statistics["counts"].as_array().unwrap();
    assert_eq!(counts.len(), 2);
    assert!(
        counts
            .iter()
            .all(|it| it["count"] == 1 && it["places"] == 25)
    );
}

/// One choice, then the whole application; another can be opened then.
async fn takes_back(town: &Town, applicant: &Someone, application: &str) {
    let path = format!("/v1/{application}/choices");
    let choices = applicant.get(&path).await.ok()["applicationChoices"].clone();
    let (name, etag) = (choices[0]["name"].as_str().unwrap(), &choices[0]["etag"]);
    let path = format!("/v1/{name}/withdraw");
    let back = applicant.post(&path, json!({"etag": etag})).await.ok();
    assert_eq!(back["state"], "STATE_WITHDRAWN");
    applicant
        .post(&path, json!({"etag": back["etag"]}))
        .await
        .refused("CHOICE_DECIDED");
    applicant
        .post(&format!("/v1/{application}/withdraw"), json!({}))
        .await
        .ok();
    let board = Board::signs_in(town, &COLLEGES[1]).await;
    assert!(board.folder(town, "state=STATE_NEW").await.is_empty());
    assert_eq!(board.folder(town, "state=STATE_WITHDRAWN").await.len(), 2);
    opens(town, applicant).await;
}

/// «Өтініш беруші: қабылдау комиссиясы», signed with the key of the organisation.
#[tokio::test(flavor = "multi_thread")]
async fn a_board_applies_for_somebody_who_came_to_the_college() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let board = Board::signs_in(&town, &COLLEGES[0]).await;
    let path = format!("/v1/{}/applications", town.colleges());
    let body = json!({"kind": "WORKER", "applicantIin": IIN});
    board
        .someone
        .post(&path, body.clone())
        .await
        .refused("PERSON_UNKNOWN");
    let person = json!({"iin": IIN, "email": EMAIL});
    let account = board.someone.post("/v1/accounts/open", person).await.ok();
    assert_eq!(account, json!({}));
    let opened = board.someone.post(&path, body).await.ok();
    let application = opened["name"].as_str().unwrap();
    assert_eq!(opened["filledBy"], format!("colleges/{}", COLLEGES[0].bin));
    let offered = specialties(&town, "SKILLED_WORKER").await;
    fills(&board.someone, application, &offered).await;
    let applicant = chooses_a_password(&town).await;
    let seen = applicant.get(&format!("/v1/{application}")).await.ok();
    assert_eq!(seen["state"], "STATE_DRAFT");

    let filing =
        json!({"fileApplication": {"application": application, "currentEtag": seen["etag"]}});
    let prepared = board.prepares(filing).await.ok();
    board.signs(&prepared).await.ok();
    let sent = applicant.get(&format!("/v1/{application}")).await.ok();
    assert_eq!(sent["state"], "STATE_SUBMITTED");
    let workers = board
        .folder(&town, "qualificationLevel=SKILLED_WORKER")
        .await;
    assert_eq!(workers.len(), 1);
    assert_eq!(workers[0]["applicationNumber"], sent["number"]);
    applicant
        .post(&format!("/v1/{application}/withdraw"), json!({}))
        .await
        .ok();
    town.close().await;
}

/// Whom the college opened an account for, with the mail that they got.
async fn chooses_a_password(town: &Town) -> Someone {
    town.settled().await;
    let mails = town.mail_to(EMAIL).await;
    let link = mails
        .iter()
        .find_map(|it| it.text.split("/recover#name=").nth(1));
    let (name, rest) = link.unwrap().split_once("&token=").unwrap();
    let token = rest.split_whitespace().next().unwrap();
    let visitor = town.someone();
    let path = format!("/v1/{name}/prove");
    let told = visitor
        .post(&path, json!({"token": token}))
        .await
        .violations();
    assert_eq!(told, [("iin".to_owned(), "REQUIRED".to_owned())]);
    let proof = json!({"token": token, "iin": IIN});
    let proven = visitor.post(&path, proof).await.ok();
    let chosen = json!({"completionToken": proven["completionToken"], "newPassword": PASSWORD});
    let path = format!("/v1/{name}/complete");
    visitor.post(&path, chosen).await.ok();
    visitor.signed_in(IIN, PASSWORD).await
}

/// «Мемлекеттік қызмет»: жатақхана, тамақтану.
#[tokio::test(flavor = "multi_thread")]
async fn an_applicant_asks_for_a_dormitory_and_meals_and_the_board_answers_under_signature() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let applicant = registers_for(&town, town.colleges()).await;
    let application = opens(&town, &applicant).await;
    let offered = specialties(&town, "MIDDLE_SPECIALIST").await;
    let college = format!("colleges/{}", COLLEGES[0].bin);
    let path = format!("/v1/{college}/serviceRequests");
    let meals = json!({"kind": "KIND_MEALS", "application": application, "academicYear": 2026});
    // Nothing was sent there yet.
    let refused = applicant.post(&path, meals.clone()).await.violations();
    let field = "application".to_owned();
    let expected = (field, "APPLICATION_NOT_AT_COLLEGE".to_owned());
    assert_eq!(refused, [expected]);
    fills(&applicant, &application, &offered).await;
    let number = sends(&applicant, &application).await;
    let meals = applicant.post(&path, meals).await.ok();
    let dormitory = json!({
        "kind": "KIND_DORMITORY", "application": application, "academicYear": 2026,
        "fromDate": {"year": 2026, "month": 8, "day": 25},
        "untilDate": {"year": 2027, "month": 6, "day": 30}, "note": "Ауылдан келемін."
    });
    let dormitory = applicant.post(&path, dormitory).await.ok();
    applicant
        .post(
            &path,
            json!({"kind": "KIND_MEALS", "application": application, "academicYear": 2026}),
        )
        .await
        .refused("SERVICE_REQUEST_EXISTS");

    let board = Board::signs_in(&town, &COLLEGES[0]).await;
    let found = board.someone.get(&path).await.ok();
    let found = found["serviceRequests"].as_array().unwrap();
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|it| it["applicationNumber"] == number));
    decides(&board, &meals, &dormitory).await;
    town.settled().await;

    let own = applicant.get("/v1/colleges/-/serviceRequests").await.ok();
    let own = own["serviceRequests"].as_array().unwrap();
    let of = |kind: &str| own.iter().find(|it| it["kind"] == kind).unwrap();
    assert_eq!(of("KIND_DORMITORY")["state"], "STATE_GRANTED");
    assert_eq!(of("KIND_MEALS")["state"], "STATE_REFUSED");
    assert_eq!(of("KIND_MEALS")["comment"], "Анықтама әкеліңіз.");
    let told = inbox(&applicant).await;
    for (kind, words) in [
        ("KIND_SERVICE_REQUEST_GRANTED", "жатақханадағы орын"),
        (
            "KIND_SERVICE_REQUEST_REFUSED",
            "Құжаттар топтамасы толық емес",
        ),
    ] {
        let message = told.iter().find(|it| it["kind"] == kind).unwrap();
        let body = message["body"].as_str().unwrap();
        assert!(body.contains(words), "{body}");
        assert!(body.contains("2026/2027"), "{body}");
    }
    town.close().await;
}

/// Grants the dormitory, once there are places, and refuses the meals.
async fn decides(board: &Board, meals: &Value, dormitory: &Value) {
    let seen = |it: &Value| json!([{"serviceRequest": it["name"], "currentEtag": it["etag"]}]);
    let grant = json!({"grantServiceRequests": {"serviceRequests": seen(dormitory)}});
    let refused = board.prepares(grant.clone()).await.violations();
    assert_eq!(refused[0].1, "NO_DORMITORY_PLACE");
    let places = json!({"setDormitoryPlaces": {"academicYear": 2026, "places": 1}});
    let refuse = json!({"refuseServiceRequests": {
        "serviceRequests": seen(meals), "reasonCodes": ["DOCUMENTS_INCOMPLETE"],
        "comment": "Анықтама әкеліңіз."
    }});
    for act in [places, grant, refuse] {
        let prepared = board.prepares(act).await.ok();
        board.signs(&prepared).await.ok();
    }
    let path = format!("/v1/colleges/{}/serviceRequestStatistics", COLLEGES[0].bin);
    let counted = board.someone.get(&path).await.ok();
    assert_eq!(counted["dormitoryPlaces"][0]["taken"], 1);
    assert_eq!(counted["counts"].as_array().unwrap().len(), 2);
    let path = format!("/v1/colleges/{}/serviceRequests/content", COLLEGES[0].bin);
    let table = board.someone.download(&path).await;
    let table = String::from_utf8(table).unwrap();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 3, "{table}");
    for (kind, state) in [("DORMITORY", "GRANTED"), ("MEALS", "REFUSED")] {
        let of = |line: &&&str| line.contains(&format!(";{kind};2026;"));
        let line = lines.iter().find(of).unwrap();
        assert!(line.contains(&format!(";{state};")), "{line}");
    }
}
