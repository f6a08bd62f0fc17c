//! The steps of a candidate's way, each checked as it is taken.

use jiff::SignedDuration;
use proto::google::r#type::Date;
use proto::partner::v1::test_result::Outcome;
use proto::partner::v1::{
    LookUpPromoCodeRequest, RedeemPromoCodeRequest, ReportResultRequest, ReservePromoCodeRequest,
    TestResult,
};
use proto::testing::v1::{LanguageLevel, TestSystem};
use serde_json::{Value, json};
use tests::paper::{pdf, photo};
use tests::person::{Someone, new_key};
use tests::town::Town;

pub const IIN: &str = "950615300104";
pub const EMAIL: &str = "candidate@example.kz";
pub const PASSWORD: &str = "alma-ter-zhaksy-8";

pub const M1: &str = "Құрметті кандидат, Сіздің өтініміңіз қарауға жіберілді.";
pub const M2: &str = "Құрметті кандидат, Сіздің өтініміңіз қабылданды. «Мәтіндік және сандық ақпаратпен жұмыс істеу қабілетін бағалау» кезеңінен өту үшін «Күн мен уақытты таңдау» батырмасы арқылы өзіңізге ыңғайлы уақытты брондауыңыз қажет.";
/// Of a campaign that asks for no review.
pub const M3: &str = "Өтінішіңіз сәтті қабылданды";

/// «Тіркелу»: IIN, e-mail, password; the e-mail is proven; the age is checked; the account is there.
pub async fn registers(town: &Town) -> Someone {
    registers_for(town, town.campaign()).await
}

/// The same for another campaign.
pub async fn registers_for(town: &Town, campaign: &str) -> Someone {
    let visitor = town.someone();
    let attempt = json!({"iin": IIN, "email": EMAIL, "password": PASSWORD, "campaign": campaign, "language": "LANGUAGE_KK"});
    let attempt = visitor.post("/v1/registrationAttempts", attempt).await.ok();
    let name = attempt["name"].as_str().unwrap();
    assert_eq!(attempt["state"], "STATE_PENDING");
    assert!(attempt.get("iin").is_none() && attempt.get("password").is_none());

    let mail = town.mail_to(EMAIL).await.remove(0);
    let code = mail
        .text
        .split(|c: char| !c.is_ascii_digit())
        .find(|word| word.len() == 6)
        .unwrap()
        .to_owned();
    visitor
        .post(&format!("/v1/{name}/complete"), json!({}))
        .await
        .refused("EMAIL_NOT_PROVEN");
    let proven = visitor
        .post(&format!("/v1/{name}/proveEmail"), json!({"code": code}))
        .await
        .ok();
    assert_eq!(proven["state"], "STATE_EMAIL_PROVEN");
    visitor
        .post(&format!("/v1/{name}/complete"), json!({}))
        .await
        .ok();

    visitor
        .get("/v1/accounts/me")
        .await
        .refused("NOT_SIGNED_IN");
    let candidate = visitor.signed_in(IIN, PASSWORD).await;
    let account = candidate.get("/v1/accounts/me").await.ok();
    assert_eq!(account["email"], EMAIL);
    let by_email = visitor.signed_in(EMAIL, PASSWORD).await;
    assert_eq!(
        by_email.get("/v1/accounts/me").await.ok()["name"],
        account["name"]
    );
    candidate
}

/// «Менің сауалнамам»: one application per person and campaign, prefilled from the registry.
pub async fn opens_the_questionnaire(town: &Town, candidate: &Someone) -> String {
    let path = format!("/v1/{}/applications", town.campaign());
    let application = candidate.post(&path, json!({})).await.ok();
    let name = application["name"].as_str().unwrap().to_owned();
    assert_eq!(application["state"], "STATE_DRAFT");
    assert_eq!(application["promoRight"], "PROMO_RIGHT_OPEN");
    candidate
        .post(&path, json!({}))
        .await
        .refused("APPLICATION_EXISTS");

    let personal = candidate
        .get(&format!("/v1/{name}/sections/personal"))
        .await
        .ok();
    assert_eq!(personal["answers"]["iin"], IIN);
    assert!(personal["answers"]["family_name"].is_string());

    // Nobody else sees it, not even that it is there.
    let other = town.staff("applicant@demo.irikteu.kz").await;
    other.get(&format!("/v1/{name}")).await.refused("NOT_FOUND");
    name
}

/// «Жеке деректер», «Білім», «Еңбек қызметі», «Қосымша ақпарат».
pub async fn fills_personal_education_and_work(candidate: &Someone, application: &str) {
    let photo = candidate
        .upload(application, "personal", "PHOTO", "image/png", &photo())
        .await;
    let diploma = candidate
        .upload(
            application,
            "education",
            "DIPLOMA",
            "application/pdf",
            &pdf("diploma"),
        )
        .await;
    let evidence = candidate
        .upload(
            application,
            "employment",
            "EMPLOYMENT_EVIDENCE",
            "application/pdf",
            &pdf("work"),
        )
        .await;
    assert_eq!(
        candidate.download(&format!("/v1/{diploma}/content")).await,
        pdf("diploma")
    );

    // A mistyped phone and an unknown direction are told together; nothing is saved of it.
    let wrong = json!({"phone": "8701", "direction": "SPACE", "nickname": "x"});
    let violations = candidate
        .save(application, "personal", wrong)
        .await
        .violations();
    for expected in [
        ("phone", "PHONE_INVALID"),
        ("direction", "UNKNOWN_VALUE"),
        ("nickname", "UNKNOWN_FIELD"),
    ] {
        assert!(
            violations
                .iter()
                .any(|(field, reason)| field.ends_with(expected.0) && reason == expected.1),
            "{expected:?} in {violations:?}"
        );
    }

    let personal = json!({
        "photo": photo, "sex": "MALE", "nationality": "KAZAKH", "email": EMAIL, "phone": "+77010000000",
        "address": "Астана қаласы, Мәңгілік Ел даңғылы, 1", "direction": "DIGITALIZATION",
    });
    complete(candidate.save(application, "personal", personal).await.ok());
    let education = json!({"rows": [{
        "level": "BACHELOR", "institution": "Еуразия ұлттық университеті", "specialty": "Халықаралық құқық",
        "graduation_year": 2017, "bolashak": false, "studied_abroad": false, "academy_graduate": false,
        "document": diploma,
    }]});
    complete(
        candidate
            .save(application, "education", education)
            .await
            .ok(),
    );
    let post = |title: &str, start: &str, end: Value| {
        let mut row = json!({
            "position_and_organisation": title, "activity_kind": "CIVIL_SERVICE", "position_kind": "SPECIALIST",
            "start_date": start, "organisation_location": "Астана", "document": evidence,
        });
        match end {
            Value::Null => row["to_present"] = true.into(),
            end => row["end_date"] = end,
        }
        row
    };
    // Each post is a row of its own.
    let work = json!({"rows": [
        post("Бас маман, департамент", "2018-09-03", "2021-12-31".into()),
        post("Бөлім басшысы, департамент", "2022-01-01", Value::Null),
    ]});
    let saved = candidate.save(application, "employment", work).await.ok();
    assert_eq!(saved["experience"]["years"], 7);
    complete(saved);
    let more = json!({"public_activity": "Еріктілер қозғалысы"});
    complete(candidate.save(application, "additional", more).await.ok());
}

pub fn complete(section: Value) {
    assert_eq!(section["complete"], true, "{section:#}");
}

/// «ПРОМОКОДТЫ ҚАЛЫПТАСТЫРУ», the test at the partner's, and the certificate section fills.
pub async fn takes_the_language_test(town: &Town, candidate: &Someone, application: &str) {
    let readiness = candidate
        .get(&format!("/v1/{application}/readiness"))
        .await
        .ok();
    assert!(readiness["ready"] != true);
    assert!(
        readiness["missing"]
            .as_array()
            .unwrap()
            .iter()
            .all(|problem| problem["section"] == "certificate")
    );

    let path = format!("/v1/{}/promoCodes", town.campaign());
    let key = new_key();
    let ask = json!({"testSystem": "TEST_SYSTEM_KAZTEST"});
    let code = candidate.post_with_key(&key, &path, ask.clone()).await.ok();
    // A lost answer is asked for again; another system is not to be had.
    assert_eq!(candidate.post_with_key(&key, &path, ask).await.ok(), code);
    candidate
        .post(&path, json!({"testSystem": "TEST_SYSTEM_QRT"}))
        .await
        .refused("PROMO_CODE_ALREADY_ISSUED");
    let code = code["code"].as_str().unwrap().to_owned();

    let system: i32 = TestSystem::Kaztest.into();
    let (code, iin) = (code.to_lowercase(), IIN.to_owned());
    let mut stranger = town.partner("qrt").await;
    let ask = LookUpPromoCodeRequest {
        code: code.clone(),
        iin: iin.clone(),
        test_system: system,
    };
    assert_eq!(
        stranger
            .look_up_promo_code(ask.clone())
            .await
            .unwrap_err()
            .code(),
        tonic::Code::PermissionDenied
    );
    let mut kaztest = town.partner("kaztest").await;
    kaztest.look_up_promo_code(ask).await.unwrap();
    let reserve = ReservePromoCodeRequest {
        code,
        iin,
        test_system: system,
        partner_reference: "K-1".into(),
        request_id: new_key(),
    };
    let reserved = kaztest
        .reserve_promo_code(reserve.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        kaztest
            .reserve_promo_code(reserve)
            .await
            .unwrap()
            .into_inner(),
        reserved
    );
    let redeem = RedeemPromoCodeRequest {
        name: reserved.name.clone(),
        request_id: new_key(),
    };
    kaztest.redeem_promo_code(redeem).await.unwrap();
    let result = TestResult {
        outcome: Outcome::Passed.into(),
        level: LanguageLevel::B2.into(),
        certificate_number: "KT-000001".into(),
        issue_date: Some(Date {
            year: 2026,
            month: 6,
            day: 1,
        }),
        valid_until: Some(Date {
            year: 2028,
            month: 6,
            day: 1,
        }),
    };
    let report = ReportResultRequest {
        name: reserved.name,
        result: Some(result),
        request_id: new_key(),
    };
    kaztest.report_result(report).await.unwrap();
    town.settled().await;

    let certificate = candidate
        .get(&format!("/v1/{application}/sections/certificate"))
        .await
        .ok();
    assert_eq!(certificate["verified"], true);
    assert_eq!(certificate["answers"]["level"], "B2");
    complete(certificate);
}

/// «Тексеруге жіберу»: M1, and nothing can be changed any more.
pub async fn sends_for_checking(town: &Town, candidate: &Someone, application: &str) {
    let readiness = candidate
        .get(&format!("/v1/{application}/readiness"))
        .await
        .ok();
    assert_eq!(readiness["ready"], true, "{readiness:#}");

    let path = format!("/v1/{application}/submit");
    assert!(
        !candidate
            .post(&path, json!({"acceptedDeclarations": []}))
            .await
            .violations()
            .is_empty()
    );
    let all = declarations();
    let submitted = candidate.post(&path, all.clone()).await.ok();
    assert_eq!(submitted["state"], "STATE_SUBMITTED");
    town.settled().await;

    assert!(
        inbox(candidate)
            .await
            .iter()
            .any(|message| message["body"].as_str().unwrap().starts_with(M1))
    );
    candidate
        .save(
            application,
            "personal",
            json!({"direction": "SOCIAL_CIVIL"}),
        )
        .await
        .refused("APPLICATION_FROZEN");
    candidate
        .post(&path, all)
        .await
        .refused("APPLICATION_FROZEN");
}

/// «Құжаттарды тексеру сарапшылар тарапынан 3 (үш) жұмыс күні ішінде жүзеге асырылады.»
pub async fn experts_check_and_accept(town: &Town, candidate: &Someone, application: &str) {
    candidate
        .get("/v1/reviewTasks")
        .await
        .refused("NOT_ALLOWED");
    let expert = town.staff("expert@demo.irikteu.kz").await;
    let tasks = expert.get("/v1/reviewTasks?state=STATE_OPEN").await.ok();
    let task = tasks["reviewTasks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|task| task["application"] == application)
        .unwrap();
    // Monday 1 June and three working days: Thursday 4 June, the end of the day in Astana.
    assert_eq!(task["dueTime"], "2026-06-04T18:59:59.999Z");
    let name = task["name"].as_str().unwrap();
    expert
        .get(&format!("/v1/{name}/dossier"))
        .await
        .refused("CLAIM_NEEDED");
    expert
        .post(&format!("/v1/{name}/claim"), json!({}))
        .await
        .ok();
    let dossier = expert.get(&format!("/v1/{name}/dossier")).await.ok();
    let sections = dossier["submission"]["sections"].as_array().unwrap();
    assert_eq!(sections.len(), 5);
    let paper = dossier["submission"]["documents"][0]["name"]
        .as_str()
        .unwrap();
    assert!(
        !expert
            .download(&format!("/v1/{paper}/content"))
            .await
            .is_empty()
    );

    expert
        .post(&format!("/v1/{name}/accept"), json!({}))
        .await
        .refused("SECTIONS_NOT_OK");
    marks_every_section_ok(&expert, name).await;
    let accepted = expert
        .post(&format!("/v1/{name}/accept"), json!({}))
        .await
        .ok();
    assert_eq!(accepted["state"], "STATE_DECIDED");
    town.settled().await;

    assert_eq!(
        candidate.get(&format!("/v1/{application}")).await.ok()["state"],
        "STATE_ACCEPTED"
    );
    assert!(
        inbox(candidate)
            .await
            .iter()
            .any(|message| message["body"] == M2)
    );
    for (language, word) in [("ru", "принята"), ("en", "accepted")] {
        let messages = inbox(&candidate.speaking(language)).await;
        assert!(
            messages
                .iter()
                .any(|message| message["body"].as_str().unwrap().contains(word)),
            "{language}"
        );
    }
}

/// «Күн мен уақытты таңдау», then «Тестілеуді бастау» at the booked time.
pub async fn chooses_date_and_time_and_starts(town: &Town, candidate: &Someone) {
    let stages = candidate
        .get(&format!("/v1/{}/stages", town.campaign()))
        .await
        .ok();
    let stage = stages["stages"][0]["name"].as_str().unwrap().to_owned();
    let sessions = candidate
        .get(&format!("/v1/{stage}/sessions?freeOnly=true&pageSize=100"))
        .await
        .ok();
    let sessions = sessions["sessions"].as_array().unwrap().clone();
    let name = |at: usize| sessions[at]["name"].as_str().unwrap().to_owned();
    let (first, later) = (name(0), name(sessions.len() - 1));

    let bookings = format!("/v1/{}/bookings", town.campaign());
    let held = candidate
        .post(&bookings, json!({"session": later}))
        .await
        .ok();
    assert_eq!(held["state"], "STATE_HELD");
    let booking = held["name"].as_str().unwrap().to_owned();
    candidate
        .post(&bookings, json!({"session": first}))
        .await
        .refused("STAGE_ALREADY_BOOKED");
    let booked = candidate
        .post(&format!("/v1/{booking}/confirm"), json!({}))
        .await
        .ok();
    assert_eq!(booked["state"], "STATE_BOOKED");
    candidate
        .post(&format!("/v1/{booking}/start"), json!({}))
        .await
        .refused("START_TOO_EARLY");

    let moved = candidate
        .post(
            &format!("/v1/{booking}/move"),
            json!({"session": name(sessions.len() - 2)}),
        )
        .await
        .ok();
    assert_eq!(moved["changesLeft"], 1);
    town.settled().await;
    let mail = town.mail_to(EMAIL).await;
    let file = mail
        .iter()
        .flat_map(|mail| &mail.attachments)
        .find(|file| file.media_type.starts_with("text/calendar"));
    assert!(String::from_utf8_lossy(&file.unwrap().content).contains("BEGIN:VEVENT"));

    let start: jiff::Timestamp = moved["startTime"].as_str().unwrap().parse().unwrap();
    town.clock.set(start - SignedDuration::from_mins(10));
    let candidate = town.someone().signed_in(IIN, PASSWORD).await;
    let attempt = candidate
        .post(&format!("/v1/{booking}/start"), json!({}))
        .await
        .ok();
    assert_eq!(
        attempt["launchToken"].as_str().unwrap().split('.').count(),
        3
    );
    assert!(
        attempt["launchUrl"]
            .as_str()
            .unwrap()
            .starts_with("https://")
    );
    let booking = candidate.get(&format!("/v1/{booking}")).await.ok();
    assert_eq!(booking["state"], "STATE_STARTED");
}

/// An expert takes the open task of this application.
pub async fn claims_the_task(town: &Town, application: &str) -> (Someone, String) {
    let expert = town.staff("expert@demo.irikteu.kz").await;
    let tasks = expert.get("/v1/reviewTasks?state=STATE_OPEN").await.ok();
    let task = tasks["reviewTasks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|task| task["application"] == application)
        .unwrap();
    let name = task["name"].as_str().unwrap().to_owned();
    expert
        .post(&format!("/v1/{name}/claim"), json!({}))
        .await
        .ok();
    (expert, name)
}

/// The expert has looked at every section and found nothing wrong.
pub async fn marks_every_section_ok(expert: &Someone, task: &str) {
    let dossier = expert.get(&format!("/v1/{task}/dossier")).await.ok();
    let sections = dossier["sections"].as_array().unwrap();
    let verdicts: Vec<Value> = sections
        .iter()
        .map(|it| json!({"section": it["section"], "verdict": "VERDICT_OK"}))
        .collect();
    let path = format!("/v1/{task}/sectionReview/save");
    expert.post(&path, json!({"verdicts": verdicts})).await.ok();
}

/// Everything a candidate states before submitting.
pub fn declarations() -> Value {
    json!({"acceptedDeclarations": ["CITIZENSHIP", "TRUE_DATA", "NOT_EXCLUDED", "DATA_PROCESSING"]})
}

pub async fn inbox(someone: &Someone) -> Vec<Value> {
    let messages = someone.get("/v1/accounts/me/messages").await.ok();
    messages["messages"].as_array().unwrap().clone()
}

/// The demonstration's applicant opens a questionnaire.
pub async fn opens_the_demo_questionnaire(town: &Town, candidate: &Someone) -> String {
    let application = candidate
        .post(&format!("/v1/{}/applications", town.campaign()), json!({}))
        .await
        .ok();
    application["name"].as_str().unwrap().to_owned()
}

/// Everything up to the expert's desk.
pub async fn submitted(town: &Town) -> (Someone, String) {
    let candidate = registers(town).await;
    let application = opens_the_questionnaire(town, &candidate).await;
    fills_personal_education_and_work(&candidate, &application).await;
    takes_the_language_test(town, &candidate, &application).await;
    sends_for_checking(town, &candidate, &application).await;
    (candidate, application)
}
