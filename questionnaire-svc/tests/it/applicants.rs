//! Applicants of colleges as their applications stand once they were sent, and what boards do with them.

use std::sync::atomic::{AtomicU64, Ordering};

use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::prepare_board_action_request::Action;
use serde_json::{Value, json};

use crate::board::{ADMISSION, Board};
use crate::score_formulas::{approves, formula};
use crate::world::World;

/// A choice as it stands: its name, and the version that its etag tells.
#[derive(Debug, Clone)]
pub struct Wish {
    pub choice: String,
    pub version: i64,
}

static NUMBERS: AtomicU64 = AtomicU64::new(1);

impl World {
    /// Somebody's application with these specialties in their order, just sent.
    pub async fn chose(&self, person: u128, specialties: &[&pb::Specialty]) -> Vec<Wish> {
        self.chose_with(person, specialties, &json!([])).await
    }

    /// The same with these sections.
    pub async fn chose_with(
        &self,
        person: u128,
        specialties: &[&pb::Specialty],
        sections: &Value,
    ) -> Vec<Wish> {
        let opened = self
            .candidate(person)
            .opens_a(ADMISSION, "STATE_ORDER")
            .await
            .unwrap();
        let application = opened.name.rsplit('/').next().unwrap();
        let submission = self.ids.uuid().to_string();
        let content = json!({
            "application": opened.name, "applicant": opened.applicant, "number": 1,
            "submit_time": "2026-06-01T05:00:00Z", "form_revision": opened.form_revision,
            "sections": sections, "documents": [], "checks": [],
            "experience": {"years": 0, "months": 0, "days": 0, "total_days": 0,
                "gaps": [], "overlaps": []},
            "accepted_declarations": [],
        });
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        for sql in [
            format!(
                "INSERT INTO submission (id, application, number, submit_us, content, content_sha256)
                 VALUES ('{submission}', '{application}', 1, 0, '{content}', '00')"
            ),
            format!(
                "UPDATE application SET state = 'SUBMITTED', submission_count = 1, submit_us = 0,
                    submission = '{submission}', number = '2026-{number:07}' WHERE id = '{application}'"
            ),
        ] {
            self.sql(&sql).await.unwrap();
        }
        let mut wishes = Vec::new();
        for (at, specialty) in specialties.iter().enumerate() {
            let id = self.ids.uuid();
            let of = specialty.name.rsplit('/').next().unwrap();
            let bin = specialty.college.rsplit('/').next().unwrap();
            let campaign = ADMISSION.rsplit('/').next().unwrap();
            let preference = at + 1;
            let sql = format!(
                "INSERT INTO application_choice (id, campaign, application, submission, preference,
                    specialty, bin, state, reason_codes, marks, merits, quota_categories, created_us,
                    state_us, version)
                 VALUES ('{id}', '{campaign}', '{application}', '{submission}', {preference}, '{of}',
                    '{bin}', 'NEW', '[]', '[]', '[]', '[]', 0, 0, 1)"
            );
            self.sql(&sql).await.unwrap();
            wishes.push(Wish {
                choice: format!("{}/choices/{id}", opened.name),
                version: 1,
            });
        }
        wishes
    }

    /// So many people who chose this specialty first.
    pub async fn wished(
        &self,
        specialty: &pb::Specialty,
        people: std::ops::Range<u128>,
    ) -> Vec<Wish> {
        let mut wishes = Vec::new();
        for person in people {
            wishes.extend(self.chose(person, &[specialty]).await);
        }
        wishes
    }

    /// The folder that a choice is in.
    pub async fn in_folder(&self, wish: &Wish, state: &str) -> bool {
        let id = wish.choice.rsplit('/').next().unwrap();
        let sql = format!(
            "SELECT COUNT(*) AS n FROM application_choice WHERE id = '{id}' AND state = '{state}'"
        );
        self.count(&sql).await == 1
    }
}

impl Wish {
    pub fn seen(&self) -> pb::SeenChoice {
        pb::SeenChoice {
            choice: self.choice.clone(),
            current_etag: format!("v{}", self.version),
        }
    }

    /// With the marks that [`formula`] counts.
    pub fn accepted(&self) -> pb::ChoiceAcceptance {
        self.accepted_with(&[("KAZAKH", "4.5"), ("CHEMISTRY", "5")])
    }

    pub fn accepted_with(&self, marks: &[(&str, &str)]) -> pb::ChoiceAcceptance {
        let mark = |(subject, mark): &(&str, &str)| pb::CertificateMark {
            subject: (*subject).into(),
            mark: (*mark).into(),
        };
        pb::ChoiceAcceptance {
            choice: self.choice.clone(),
            current_etag: format!("v{}", self.version),
            marks: marks.iter().map(mark).collect(),
            ..Default::default()
        }
    }
}

fn seen(wishes: &[Wish]) -> Vec<pb::SeenChoice> {
    wishes.iter().map(Wish::seen).collect()
}

pub fn acknowledges(wishes: &[Wish]) -> Action {
    Action::AcknowledgeChoices(pb::AcknowledgeChoices {
        choices: seen(wishes),
    })
}

pub fn accepts(choices: Vec<pb::ChoiceAcceptance>) -> Action {
    Action::AcceptChoices(pb::AcceptChoices { choices })
}

pub fn corrects(choices: Vec<pb::ChoiceAcceptance>) -> Action {
    Action::CorrectMarks(pb::CorrectMarks { choices })
}

pub fn rejects(wishes: &[Wish], reasons: &[&str]) -> Action {
    Action::RejectChoices(pb::RejectChoices {
        choices: seen(wishes),
        reason_codes: reasons.iter().map(|&it| it.to_owned()).collect(),
    })
}

pub fn sets_aside(wishes: &[Wish], reason: &str) -> Action {
    Action::SetChoicesAside(pb::SetChoicesAside {
        choices: seen(wishes),
        reason_code: reason.into(),
    })
}

impl Board<'_> {
    /// Offers a specialty and approves its formula.
    pub async fn competes(&self, specialty: pb::Specialty) -> pb::Specialty {
        let offered = self.offers(specialty).await.unwrap();
        self.does(approves(&offered, formula())).await.unwrap();
        self.sees(&offered.name).await
    }

    pub async fn acknowledges(&self, wishes: &mut [Wish]) {
        self.does(acknowledges(wishes)).await.unwrap();
        wishes.iter_mut().for_each(|it| it.version += 1);
    }

    /// Acknowledges and accepts.
    pub async fn takes(&self, wishes: &mut [Wish]) {
        self.acknowledges(wishes).await;
        let rows = wishes.iter().map(Wish::accepted).collect();
        self.does(accepts(rows)).await.unwrap();
        wishes.iter_mut().for_each(|it| it.version += 1);
    }
}
