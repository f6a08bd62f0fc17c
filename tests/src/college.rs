//! Admission to colleges over HTTP: somebody who fills in an application, and the board of a college that
//! signs what it does with its key of the demonstration.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use standalone::signing::{Files, Organisation};

use crate::paper::{pdf, photo};
use crate::person::{Answer, Someone};
use crate::town::Town;

/// The open specialties of the campaign that people of this level are taught in.
pub async fn specialties(town: &Town, level: &str) -> Vec<Value> {
    let path = format!("/v1/specialties?campaign={}&pageSize=100", town.colleges());
    let found = town.someone().get(&path).await.ok();
    let all = found["specialties"].as_array().unwrap().iter();
    all.filter(|it| it["qualificationLevel"] == level)
        .cloned()
        .collect()
}

/// Every step after the first: career diagnostics, applicant, education, no benefits, and these
/// specialties in this order. Whether each is complete is asked of every answer.
pub async fn fills(someone: &Someone, application: &str, specialties: &[Value]) {
    let medical = someone
        .upload(
            application,
            "applicant",
            "MEDICAL_PAPERS",
            "application/pdf",
            &pdf("075"),
        )
        .await;
    let document = someone
        .upload(
            application,
            "education",
            "EDUCATION_DOCUMENT",
            "image/png",
            &photo(),
        )
        .await;
    let row = |it: &Value| json!({"study_form": it["studyForm"], "region": it["region"], "specialty": it["name"]});
    let rows: Vec<_> = specialties.iter().map(row).collect();
    for (section, answers) in [
        ("diagnostics", json!({"results_seen": true})),
        (
            "applicant",
            json!({
                "civil_status": "CITIZEN", "nationality": "KAZAKH", "phone": "+77010000000",
                "email": "talapker@example.kz", "address": "Астана, Мәңгілік Ел 1",
                "medical_papers": medical, "acquainted": true, "data_consent": true
            }),
        ),
        (
            "education",
            json!({
                "education_base": "BASIC_SECONDARY", "institution": "№ 1 мектеп",
                "completion_year": 2025, "document_kind": "BASIC_CERTIFICATE",
                "document_number": "ЖБ 0001", "document": document
            }),
        ),
        ("quota", json!({"none": true})),
        ("choices", json!({"rows": rows})),
    ] {
        let saved = someone.save(application, section, answers).await.ok();
        assert_eq!(saved["complete"], true, "{section}: {}", saved["problems"]);
    }
}

/// The board of a college, signed in with its key.
pub struct Board {
    pub someone: Someone,
    college: &'static Organisation,
    keys: Files,
}

impl Board {
    /// «Колледждің қабылдау комиссиясына арналған кабинет».
    pub async fn signs_in(town: &Town, college: &'static Organisation) -> Self {
        let keys = Files::open(&town.data_dir()).unwrap();
        let visitor = town.someone();
        let challenge = visitor.post("/v1/signInChallenges", json!({})).await.ok();
        let cms = signed(&keys, college, &challenge["content"]);
        let path = format!("/v1/{}/signIn", challenge["name"].as_str().unwrap());
        let session = visitor.post(&path, json!({"cms": cms})).await.ok();
        Self {
            someone: visitor.holding(session["accessToken"].as_str().unwrap()),
            college,
            keys,
        }
    }

    pub async fn prepares(&self, action: Value) -> Answer {
        self.someone.post("/v1/boardActions", action).await
    }

    pub async fn signs(&self, prepared: &Value) -> Answer {
        let cms = signed(&self.keys, self.college, &prepared["content"]);
        let path = format!("/v1/{}/sign", prepared["name"].as_str().unwrap());
        self.someone.post(&path, json!({"cms": cms})).await
    }

    /// A folder of the college in the campaign.
    pub async fn folder(&self, town: &Town, filter: &str) -> Vec<Value> {
        let path = format!("/v1/{}/applications/-/choices?{filter}", town.colleges());
        let found = self.someone.get(&path).await.ok();
        let choices = found["applicationChoices"].as_array();
        choices.cloned().unwrap_or_default()
    }
}

fn signed(keys: &Files, college: &Organisation, content: &Value) -> String {
    let content = BASE64.decode(content.as_str().unwrap()).unwrap();
    BASE64.encode(keys.sign(college, &content).unwrap())
}
