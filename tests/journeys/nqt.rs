//! The test of teachers, told as its user manual tells it: from «Тіркелу» to «Сертификатты тексеру».

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::person::Someone;
use tests::season::patience::pause;
use tests::town::Town;

use crate::steps::{IIN, M3, PASSWORD, complete, inbox, registers_for};

const SCHOOL: &str = "organisations/010140000014";

/// Certificates are issued within a second or two; far more than it takes.
const ISSUED: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_teacher_goes_from_registration_to_a_certificate_that_anybody_can_check() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let teacher = registers_for(&town, town.teachers()).await;

    let first = chooses_a_kind(&town, &teacher).await;
    fills_the_sections(&teacher, &first).await;
    applies_and_is_accepted_at_once(&town, &teacher, &first).await;
    edits_and_stays_accepted(&town, &teacher, &first).await;
    let second = deletes_and_applies_again(&town, &teacher, &first).await;
    let booking = chooses_a_seat(&town, &teacher).await;
    let (teacher, number) = sits_the_test(&town, &booking, &second).await;
    has_scores_by_subject(&town, &teacher, &number).await;
    has_a_certificate(&town, &teacher).await;
    town.close().await;
}

/// «Өтініш беру»: one of the twelve.
async fn chooses_a_kind(town: &Town, teacher: &Someone) -> String {
    let campaign = teacher.get(&format!("/v1/{}", town.teachers())).await.ok();
    assert_eq!(campaign["title"]["kk"], "Педагогтердің білімін бағалау");
    assert_eq!(campaign["title"]["ru"], "Оценка знаний педагогов");
    let kinds = campaign["applicationKinds"].as_array().unwrap();
    assert_eq!(kinds.len(), 12);
    assert_eq!(kinds[2]["title"]["kk"], "Жалпы орта білім беру ұйымдары");

    let path = format!("/v1/{}/applications", town.teachers());
    teacher.post(&path, json!({})).await.violations();
    opens(town, teacher).await
}

async fn opens(town: &Town, teacher: &Someone) -> String {
    let path = format!("/v1/{}/applications", town.teachers());
    let kind = json!({"kind": "GENERAL_SECONDARY"});
    let application = teacher.post(&path, kind).await.ok();
    assert_eq!(application["state"], "STATE_DRAFT");
    application["name"].as_str().unwrap().to_owned()
}

/// «Жеке мәліметтер», «Жұмыспен қамтылған» with «БСН бойынша білім беру ұйымын іздеу»,
/// «Тестілеу параметрлері».
async fn fills_the_sections(teacher: &Someone, application: &str) {
    let personal = json!({
        "phone": "+77010000000", "qualification": "Физика мұғалімі", "study_from_year": 2012,
        "study_to_year": 2016, "current_category": "MODERATOR",
        "current_category_until": "2027-09-01", "sought_category": "EXPERT",
        "visual_impairment": true,
    });
    complete(teacher.save(application, "personal", personal).await.ok());

    teacher
        .get("/v1/organisations/050540000036")
        .await
        .refused("NOT_FOUND");
    let school = teacher.get(&format!("/v1/{SCHOOL}")).await.ok();
    assert_eq!(school["title"]["kk"], "«№ 1 үлгі мектеп-гимназиясы» КММ");
    let employer = json!({"organisation": SCHOOL});
    complete(teacher.save(application, "employer", employer).await.ok());

    // «Келісемін» is asked for.
    let parameters = json!({"subject": "PHYSICS", "test_language": "RU", "rules_accepted": false});
    let saved = teacher.save(application, "test-parameters", parameters);
    assert_ne!(saved.await.ok()["complete"], true);
    let path = format!("/v1/{application}/submit");
    teacher
        .post(&path, json!({}))
        .await
        .refused("APPLICATION_INCOMPLETE");
    let agreed = json!({"rules_accepted": true});
    complete(
        teacher
            .save(application, "test-parameters", agreed)
            .await
            .ok(),
    );
}

async fn submits(teacher: &Someone, application: &str) -> Value {
    let path = format!("/v1/{application}/submit");
    let sent = teacher.post(&path, json!({})).await.ok();
    assert_eq!(sent["state"], "STATE_ACCEPTED");
    assert_eq!(sent["attemptKind"], "ATTEMPT_KIND_FREE");
    sent
}

/// M3 in the language of the reader, as often as it came.
async fn acceptances(teacher: &Someone) -> usize {
    let messages = inbox(teacher).await;
    messages.iter().filter(|it| it["body"] == M3).count()
}

/// «Өтінішіңіз сәтті қабылданды», and no expert has anything to do.
async fn applies_and_is_accepted_at_once(town: &Town, teacher: &Someone, application: &str) {
    submits(teacher, application).await;
    town.settled().await;
    assert_eq!(acceptances(teacher).await, 1);
    let russian = inbox(&teacher.speaking("ru")).await;
    let told = |it: &Value| it["body"] == "Ваше заявление успешно принято";
    assert!(russian.iter().any(told), "{russian:#?}");
    let expert = town.staff("expert@demo.irikteu.kz").await;
    let tasks = expert.get("/v1/reviewTasks").await.ok();
    assert!(tasks["reviewTasks"].as_array().is_none_or(Vec::is_empty));
}

/// «Өтінішті өңдеу», «Сақтау».
async fn edits_and_stays_accepted(town: &Town, teacher: &Someone, application: &str) {
    let other = json!({"test_language": "KK"});
    complete(
        teacher
            .save(application, "test-parameters", other)
            .await
            .ok(),
    );
    let sent = submits(teacher, application).await;
    assert_eq!(sent["submissionCount"], 2);
    town.settled().await;
    assert_eq!(acceptances(teacher).await, 1, "told once");
}

/// «Өтінішті жою», for good; then another.
async fn deletes_and_applies_again(town: &Town, teacher: &Someone, first: &str) -> String {
    let path = format!("/v1/{first}/withdraw");
    let gone = teacher.post(&path, json!({})).await.ok();
    assert_eq!(gone["state"], "STATE_WITHDRAWN");
    assert!(gone["attemptKind"].is_null(), "its attempt is given back");
    town.settled().await;
    let again = format!("/v1/{first}/submit");
    teacher
        .post(&again, json!({}))
        .await
        .refused("APPLICATION_FROZEN");

    let second = opens(town, teacher).await;
    assert_ne!(second, first);
    fills_the_sections(teacher, &second).await;
    let kazakh = json!({"test_language": "KK"});
    teacher.save(&second, "test-parameters", kazakh).await.ok();
    submits(teacher, &second).await;
    town.settled().await;
    assert_eq!(acceptances(teacher).await, 2);
    second
}

/// «Тест тапсыру орны», «Тест тапсыру уақыты»: a seat with the language and the subject, and with
/// more time for who needs it.
async fn chooses_a_seat(town: &Town, teacher: &Someone) -> Value {
    let stages = teacher
        .get(&format!("/v1/{}/stages", town.teachers()))
        .await
        .ok();
    let stage = stages["stages"][0]["name"].as_str().unwrap();
    let sessions = teacher
        .get(&format!("/v1/{stage}/sessions?pageSize=100"))
        .await
        .ok();
    let has_physics = |session: &&Value| {
        let quotas = session["quotas"].as_array().unwrap();
        quotas.iter().any(|it| it["value"] == "PHYSICS")
    };
    let sessions = sessions["sessions"].as_array().unwrap();
    let session = sessions.iter().rfind(has_physics).unwrap();
    let seat = json!({
        "session": session["name"], "language": "LANGUAGE_KK", "subject": "PHYSICS",
        "accessible": true,
    });
    let bookings = format!("/v1/{}/bookings", town.teachers());
    let held = teacher.post(&bookings, seat).await.ok();
    assert_eq!(held["state"], "STATE_HELD", "{held:#}");
    let confirm = format!("/v1/{}/confirm", held["name"].as_str().unwrap());
    let booked = teacher.post(&confirm, json!({})).await.ok();
    assert_eq!(booked["state"], "STATE_BOOKED");
    assert_eq!(booked["extraTimePercent"], 50);
    booked
}

/// Checked in at the centre; once the test has begun the application is not changed any more.
async fn sits_the_test(town: &Town, booking: &Value, application: &str) -> (Someone, String) {
    let start: jiff::Timestamp = booking["startTime"].as_str().unwrap().parse().unwrap();
    town.clock.set(start - SignedDuration::from_mins(5));
    let teacher = town.someone().signed_in(IIN, PASSWORD).await;
    let name = booking["name"].as_str().unwrap();
    teacher
        .post(&format!("/v1/{name}/start"), json!({}))
        .await
        .refused("CHECK_IN_NEEDED");
    let desk = town.staff("examdesk@demo.irikteu.kz").await;
    desk.post(&format!("/v1/{name}/checkIn"), json!({}))
        .await
        .ok();
    let attempt = teacher
        .post(&format!("/v1/{name}/start"), json!({}))
        .await
        .ok();
    town.settled().await;
    teacher
        .post(&format!("/v1/{application}/withdraw"), json!({}))
        .await
        .refused("TEST_STARTED");
    let finish = format!("/v1/{}/finish", attempt["name"].as_str().unwrap());
    let finished = teacher.post(&finish, json!({})).await.ok();
    assert_eq!(finished["state"], "STATE_FINISHED");
    let number = finished["candidateNumber"].as_str().unwrap().to_owned();
    (teacher, number)
}

/// The sample of the manual: 67 and 14, together 81 of 110.
async fn has_scores_by_subject(town: &Town, teacher: &Someone, number: &str) {
    let stages = teacher
        .get(&format!("/v1/{}/stages", town.teachers()))
        .await
        .ok();
    let stage = stages["stages"][0]["name"].as_str().unwrap().to_owned();
    let at = |rest: &str| format!("/v1/{stage}/{rest}");
    let rows = json!({
        "scoreRows": {"rows": [{
            "candidateNumber": number, "score": "81",
            "subjectScores": [
                {"subject": "CONTENT", "score": "67"}, {"subject": "PEDAGOGY", "score": "14"},
            ],
        }]},
        "rowCount": 1, "scoreSum": "81",
    });
    let desk = town.staff("examdesk@demo.irikteu.kz").await;
    let manager = town.staff("manager@demo.irikteu.kz").await;
    desk.post(&at("importResults"), rows).await.ok();
    manager.post(&at("publishResults"), json!({})).await.ok();
    town.settled().await;
    let own = teacher.get(&at("results")).await.ok()["stageResults"][0].clone();
    assert_eq!(own["total"], "81", "{own:#}");
}

/// «Сертификат қолжетімді»: downloaded, and checked by somebody who only has the paper.
async fn has_a_certificate(town: &Town, teacher: &Someone) {
    let begun = Instant::now();
    let certificate = loop {
        let own = teacher.get("/v1/certificates").await.ok();
        if let Some(certificate) = own["certificates"].get(0) {
            break certificate.clone();
        }
        assert!(begun.elapsed() < ISSUED, "no certificate came");
        pause(Duration::from_millis(100)).await;
    };
    assert_eq!(certificate["state"], "STATE_VALID");
    let paper = &certificate["paper"];
    assert_eq!(paper["category"], "EXPERT", "73 % is over 70: {paper:#}");
    let scores: Vec<_> = paper["subjects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["total"].as_str().unwrap())
        .collect();
    assert_eq!((scores, &paper["total"]), (vec!["67", "14"], &json!("81")));
    let name = certificate["name"].as_str().unwrap();
    let sheet = teacher.download(&format!("/v1/{name}/content")).await;
    assert!(sheet.starts_with(b"%PDF"));

    // «Сертификатты тексеру», by the number and the code on it, and by the QR code.
    let anybody = town.someone();
    let number = json!({"numberAndCode": {
        "certificateNumber": paper["certificateNumber"],
        "individualCode": certificate["individualCode"],
    }});
    let qr = json!({"qrText": certificate["qrText"]});
    for proof in [number, qr] {
        let checked = anybody.post("/v1/certificates/verify", proof).await.ok();
        assert_eq!(checked["state"], "STATE_VALID");
        assert_eq!(checked["paper"]["total"], "81");
    }
}
