//! Somebody's whole way, from registration to membership, with a thing of each kind left behind: for
//! proofs that need real things which belong to somebody.

use std::collections::BTreeMap;
use std::time::Duration;

use chassis::identifier::Iin;
use jiff::SignedDuration;
use proto::google::r#type::Date;
use proto::partner::v1::test_result::Outcome;
use proto::partner::v1::{
    RedeemPromoCodeRequest, ReportResultRequest, ReservePromoCodeRequest, TestResult,
};
use proto::testing::v1::{LanguageLevel, TestSystem};
use serde_json::{Value, json};

use crate::paper::{pdf, photo};
use crate::person::{Someone, new_key};
use crate::season::stand::code_of;
use crate::town::Town;

/// An invented person of whom every word can be recognised wherever it turns up.
#[derive(Debug, Clone)]
pub struct Persona {
    pub iin: String,
    pub email: String,
    pub password: String,
    pub family_name: String,
    pub given_name: String,
    pub patronymic: String,
    pub phone: String,
    pub address: String,
    pub workplace: String,
    /// Printed on every paper.
    pub paper: String,
}

impl Persona {
    /// The same number is the same person. The IIN has a right check digit and no possible birth
    /// date, so that it is nobody's.
    pub fn numbered(number: u16) -> Self {
        let base = format!("9977325{number:04}");
        let iin = (0..10).map(|digit| format!("{base}{digit}"));
        let iin = iin.into_iter().find(|iin| Iin::parse(iin).is_ok());
        let name = |letters: &str| {
            let ending: String = number
                .to_string()
                .bytes()
                .map(|digit| "әғқңөұүһій".chars().nth((digit - b'0').into()).unwrap())
                .collect();
            format!("{letters}{ending}")
        };
        Self {
            iin: iin.unwrap_or_else(|| Self::numbered(number + 1).iin),
            email: format!("zhumbaq.{number}@qupiya.example"),
            password: format!("tau-bulaq-kemer-{number}"),
            family_name: name("Өрнекшың"),
            given_name: name("Ұшқынғал"),
            patronymic: name("Қияндәм"),
            phone: format!("+7777{number:07}"),
            address: format!("Қостанай қаласы, Жұмбақтас көшесі, {number}-үй"),
            workplace: format!("«Шыңырау-{number}» бөлімшесі"),
            paper: format!("QUPIYA QAGHAZ {number}"),
        }
    }
}

/// The way so far.
pub struct Walk<'a> {
    pub town: &'a Town,
    pub persona: Persona,
    pub someone: Someone,
    /// What was left behind, by its noun: `booking` is `campaigns/…/bookings/…`.
    pub things: BTreeMap<&'static str, String>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl<'a> Walk<'a> {
    /// «Тіркелу», and a session.
    pub async fn begins(town: &'a Town, persona: Persona) -> Walk<'a> {
        let visitor = town.someone();
        let attempt = json!({"iin": persona.iin, "email": persona.email, "password": persona.password,
            "campaign": town.campaign(), "language": "LANGUAGE_KK"});
        let attempt = visitor.post("/v1/registrationAttempts", attempt).await.ok();
        let name = text(&attempt["name"]);
        let code = code_of(&town.mail_to(&persona.email).await[0].text).unwrap();
        let prove = format!("/v1/{name}/proveEmail");
        visitor.post(&prove, json!({"code": code})).await.ok();
        let person = json!({"familyName": persona.family_name, "givenName": persona.given_name,
            "patronymic": persona.patronymic, "birthDate": {"year": 1995, "month": 6, "day": 15}});
        let complete = format!("/v1/{name}/complete");
        let account = visitor.post(&complete, person).await.ok();
        let mut walk = Self {
            town,
            someone: visitor.signed_in(&persona.iin, &persona.password).await,
            persona,
            things: BTreeMap::new(),
        };
        walk.leaves("registration_attempt", &attempt["name"]);
        walk.leaves("account", &account["name"]);
        walk.leaves("campaign", &json!(town.campaign()));
        walk.signs_in_again().await;
        walk
    }

    /// After a while of no calls a session ends.
    pub async fn signs_in_again(&mut self) {
        let persona = &self.persona;
        self.someone = self
            .town
            .someone()
            .signed_in(&persona.email, &persona.password)
            .await;
        let session = self.someone.get("/v1/sessions/current").await.ok();
        self.leaves("session", &session["name"]);
    }

    pub fn leaves(&mut self, noun: &'static str, name: &Value) {
        self.things.insert(noun, text(name));
    }

    pub fn thing(&self, noun: &str) -> &str {
        &self.things[noun]
    }

    fn at(&self, noun: &str, rest: &str) -> String {
        format!("/v1/{}{rest}", self.thing(noun))
    }

    /// The questionnaire with its papers, the language test, and «Тексеруге жіберу».
    pub async fn applies(&mut self) {
        let application = self
            .someone
            .post(&self.at("campaign", "/applications"), json!({}))
            .await
            .ok();
        self.leaves("application", &application["name"]);
        self.fills_the_sections().await;
        self.takes_the_language_test().await;
        let declared = json!({"acceptedDeclarations":
            ["CITIZENSHIP", "TRUE_DATA", "NOT_EXCLUDED", "DATA_PROCESSING"]});
        self.someone
            .post(&self.at("application", "/submit"), declared)
            .await
            .ok();
        self.town.settled().await;
        let submitted = self.someone.get(&self.at("application", "")).await.ok();
        self.leaves("submission", &submitted["submission"]);
    }

    async fn fills_the_sections(&mut self) {
        let (persona, application) = (self.persona.clone(), self.thing("application").to_owned());
        let (someone, paper) = (self.someone.clone(), pdf(&persona.paper));
        let upload = async |section: &str, kind: &str, media_type: &str, content: &[u8]| {
            someone
                .upload(&application, section, kind, media_type, content)
                .await
        };
        let photo = upload("personal", "PHOTO", "image/png", &photo()).await;
        let diploma = upload("education", "DIPLOMA", "application/pdf", &paper).await;
        let evidence = upload(
            "employment",
            "EMPLOYMENT_EVIDENCE",
            "application/pdf",
            &paper,
        )
        .await;
        let sections = [
            (
                "personal",
                json!({"photo": photo, "sex": "FEMALE", "nationality": "KAZAKH",
                    "email": persona.email, "phone": persona.phone, "address": persona.address,
                    "direction": "DIGITALIZATION"}),
            ),
            (
                "education",
                json!({"rows": [{"level": "BACHELOR", "institution": "Еуразия ұлттық университеті",
                    "specialty": "Халықаралық құқық", "graduation_year": 2017, "bolashak": false,
                    "studied_abroad": false, "academy_graduate": false, "document": diploma}]}),
            ),
            (
                "employment",
                json!({"rows": [{"position_and_organisation": persona.workplace,
                    "activity_kind": "CIVIL_SERVICE", "position_kind": "SPECIALIST",
                    "start_date": "2018-09-03", "to_present": true,
                    "organisation_location": "Астана", "document": evidence}]}),
            ),
            (
                "additional",
                json!({"public_activity": "Еріктілер қозғалысы"}),
            ),
        ];
        for (section, answers) in sections {
            let saved = someone.save(&application, section, answers).await.ok();
            assert_eq!(saved["complete"], true, "{section}");
        }
        self.leaves("document", &json!(diploma));
        self.leaves(
            "section",
            &json!(format!("{application}/sections/additional")),
        );
    }

    async fn takes_the_language_test(&mut self) {
        let path = self.at("campaign", "/promoCodes");
        let system = json!({"testSystem": "TEST_SYSTEM_KAZTEST"});
        let code = self.someone.post(&path, system).await.ok();
        self.leaves("promo_code", &code["name"]);
        let mut kaztest = self.town.partner("kaztest").await;
        let reserve = ReservePromoCodeRequest {
            code: text(&code["code"]),
            iin: self.persona.iin.clone(),
            test_system: TestSystem::Kaztest.into(),
            partner_reference: "K-1".into(),
            request_id: new_key(),
        };
        let name = kaztest
            .reserve_promo_code(reserve)
            .await
            .unwrap()
            .into_inner()
            .name;
        self.leaves("redemption", &json!(name));
        let redeem = RedeemPromoCodeRequest {
            name: name.clone(),
            request_id: new_key(),
        };
        kaztest.redeem_promo_code(redeem).await.unwrap();
        let day = |year| Date {
            year,
            month: 6,
            day: 1,
        };
        let result = TestResult {
            outcome: Outcome::Passed.into(),
            level: LanguageLevel::B2.into(),
            certificate_number: format!("KT-{}", &self.persona.phone[5..]),
            issue_date: Some(day(2026)),
            valid_until: Some(day(2028)),
        };
        let report = ReportResultRequest {
            name,
            result: Some(result),
            request_id: new_key(),
        };
        kaztest.report_result(report).await.unwrap();
        self.town.settled().await;
    }

    /// An expert looks at everything and accepts.
    pub async fn is_accepted(&mut self) {
        let expert = self.town.staff("expert@demo.irikteu.kz").await;
        let tasks = expert.get("/v1/reviewTasks?state=STATE_OPEN").await.ok();
        let tasks = tasks["reviewTasks"].as_array().unwrap();
        let ours = |task: &&Value| task["application"] == self.thing("application");
        let task = text(&tasks.iter().find(ours).unwrap()["name"]);
        let call = |verb: &str| format!("/v1/{task}/{verb}");
        expert.post(&call("claim"), json!({})).await.ok();
        let dossier = expert.get(&call("dossier")).await.ok();
        let sections = dossier["sections"].as_array().unwrap();
        let verdict = |it: &Value| json!({"section": it["section"], "verdict": "VERDICT_OK"});
        let verdicts: Vec<Value> = sections.iter().map(verdict).collect();
        let verdicts = json!({"verdicts": verdicts});
        expert
            .post(&call("sectionReview/save"), verdicts)
            .await
            .ok();
        let content = format!("/v1/{}/content", self.thing("document"));
        assert!(!expert.download(&content).await.is_empty());
        expert.post(&call("accept"), json!({})).await.ok();
        self.town.settled().await;
        self.leaves("review_task", &json!(task));
        let messages = self.someone.get("/v1/accounts/me/messages").await.ok();
        self.leaves("message", &messages["messages"][0]["name"]);
        let path = self.at("campaign", "/candidates");
        let candidates = self.someone.get(&path).await.ok();
        self.leaves("candidate", &candidates["candidates"][0]["name"]);
    }

    /// The sessions of the first stage: those with a seat left, and all.
    pub async fn sessions(&mut self) -> Vec<Value> {
        let stages = self.someone.get(&self.at("campaign", "/stages")).await.ok();
        self.leaves("stage", &stages["stages"][0]["name"]);
        let path = self.at("stage", "/sessions?pageSize=100");
        let sessions = self.someone.get(&path).await.ok();
        sessions["sessions"].as_array().unwrap().clone()
    }

    /// «Күн мен уақытты таңдау»: this session.
    pub async fn books(&mut self, session: &Value) {
        let path = self.at("campaign", "/bookings");
        let wish = json!({"session": session["name"]});
        let held = self.someone.post(&path, wish).await.ok();
        self.leaves("booking", &held["name"]);
        self.leaves("test_session", &session["name"]);
        self.someone
            .post(&self.at("booking", "/confirm"), json!({}))
            .await
            .ok();
        self.town.settled().await;
    }

    /// Waits for a seat of a session that is full.
    pub async fn waits_for(&mut self, session: &Value) {
        let path = self.at("campaign", "/waitlistEntries");
        let wish = json!({"stage": self.thing("stage"), "session": session["name"]});
        let entry = self.someone.post(&path, wish).await.ok();
        self.leaves("waitlist_entry", &entry["name"]);
    }

    /// Begins a change of address that is never proven.
    pub async fn begins_another_address(&mut self, email: &str) {
        let change =
            json!({"emailChange": {"email": email}, "currentPassword": self.persona.password});
        let change = self
            .someone
            .post("/v1/accounts/me/emailChanges", change)
            .await
            .ok();
        self.leaves("email_change", &change["name"]);
    }

    /// «Тестілеуді бастау» at the booked time, to its end.
    pub async fn sits_the_test(&mut self) {
        let booking = self.someone.get(&self.at("booking", "")).await.ok();
        let start: jiff::Timestamp = text(&booking["startTime"]).parse().unwrap();
        self.town.clock.set(start - SignedDuration::from_mins(10));
        self.signs_in_again().await;
        let attempt = self
            .someone
            .post(&self.at("booking", "/start"), json!({}))
            .await
            .ok();
        self.leaves("attempt", &attempt["name"]);
        let finished = self
            .someone
            .post(&self.at("attempt", "/finish"), json!({}))
            .await
            .ok();
        self.leaves("candidate_number", &finished["candidateNumber"]);
    }

    /// The results are published; the person advances, appeals, and is a member.
    pub async fn is_a_member(&mut self) {
        let desk = self.town.staff("examdesk@demo.irikteu.kz").await;
        let manager = self.town.staff("manager@demo.irikteu.kz").await;
        let mut terms = desk.get(&self.at("stage", "")).await.ok();
        let etag = text(&terms["etag"]);
        terms["advanceRule"] =
            json!({"scope": "SCOPE_ALL", "tiePolicy": "TIE_POLICY_INCLUDE", "threshold": "60"});
        terms["scoreScale"] = json!({"lowest": "0", "highest": "100"});
        terms["certificateTerms"] = certificate_terms();
        terms["lastStage"] = json!(true);
        terms.as_object_mut().unwrap().remove("number");
        desk.patch(&self.at("stage", ""), &etag, terms).await.ok();
        let scores = json!({"rowCount": 1, "scoreSum": "87", "scoreRows": {"rows":
            [{"candidateNumber": self.thing("candidate_number"), "score": "87", "subjectScores": [
                {"subject": "CONTENT", "score": "65"}, {"subject": "PEDAGOGY", "score": "22"}]}]}});
        let import = self.at("stage", "/importResults");
        desk.post(&import, scores).await.ok();
        let publish = self.at("stage", "/publishResults");
        manager.post(&publish, json!({})).await.ok();
        self.town.settled().await;
        let results = self.someone.get(&self.at("stage", "/results")).await.ok();
        self.leaves("stage_result", &results["stageResults"][0]["name"]);
        let appeal = json!({"text": format!("{} жауабы дұрыс", self.persona.workplace)});
        let appeal = self
            .someone
            .post(&self.at("stage_result", "/fileAppeal"), appeal)
            .await
            .ok();
        self.leaves("appeal", &appeal["name"]);
        self.asks_why().await;
        let members = self.someone.get("/v1/memberships").await.ok();
        self.leaves("membership", &members["memberships"][0]["name"]);
        let certificate = self.certificate().await;
        self.leaves("certificate", &certificate["name"]);
    }

    /// What somebody asks may name whatever is theirs.
    async fn asks_why(&mut self) {
        let enquiry = json!({"kind": "KIND_QUESTION", "programme": "reserve", "subject": "Жауап",
            "text": format!("{} жауабы неге қабылданбады?", self.persona.workplace)});
        let asked = self.someone.post("/v1/enquiries", enquiry).await.ok();
        self.leaves("enquiry", &asked["name"]);
    }

    /// It is issued by a job that looks every second.
    async fn certificate(&self) -> Value {
        let mut look = tokio::time::interval(Duration::from_millis(200));
        let looked = tokio::time::timeout(Duration::from_secs(60), async {
            loop {
                look.tick().await;
                let found = self.someone.get("/v1/certificates").await.ok();
                if !found["certificates"][0].is_null() {
                    return found["certificates"][0].clone();
                }
            }
        });
        looked.await.expect("a certificate within a minute")
    }
}

/// Two subjects that make a hundred points, and half of them pass.
fn certificate_terms() -> Value {
    let title = |text: &str| json!({"kk": text, "ru": text, "en": text});
    json!({
        "programme": "NQT",
        "title": title("Ұлттық біліктілік тестілеу"),
        "subjects": [
            {"subject": "CONTENT", "title": title("Пәндік білім"), "highest": "70"},
            {"subject": "PEDAGOGY", "title": title("Оқыту әдістемесі"), "highest": "30"},
        ],
        "passMarks": [
            {"category": "TEACHER", "title": title("педагог"), "share": {"numerator": 1, "denominator": 2}},
        ],
    })
}
