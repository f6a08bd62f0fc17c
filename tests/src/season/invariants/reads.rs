//! The suite read back: lists by the house, and what each person sees of their own.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::person::sha256;
use crate::season::ledger::Facts;
use crate::season::people::Person;
use crate::season::play::{Season, at_once};

/// What the suite says when all is over.
#[derive(Debug, Default, Clone)]
pub struct Reads {
    /// Account by the number of the person.
    pub accounts: BTreeMap<usize, String>,
    /// Every booking of the campaign, as the exam desk sees them.
    pub bookings: Vec<Value>,
    /// Every session of every stage.
    pub sessions: Vec<Value>,
    /// Promo codes by person, as their owners see them.
    pub codes: BTreeMap<usize, Vec<Value>>,
    /// Applications by name, as their owners see them.
    pub applications: BTreeMap<String, Value>,
    /// Answers by application and section.
    pub answers: BTreeMap<(String, String), Value>,
    /// Submissions by name.
    pub submissions: BTreeMap<String, Value>,
    /// SHA-256 of what is downloaded, by document.
    pub documents: BTreeMap<String, String>,
    /// Messages by person.
    pub messages: BTreeMap<usize, Vec<Value>>,
    /// Tasks of the campaign by name.
    pub tasks: BTreeMap<String, Value>,
    /// Tasks that the decision log tells of, and what its verifier says.
    pub logged: Vec<String>,
    pub verdict: Value,
    /// Own results by stage and candidate.
    pub results: BTreeMap<(String, String), Value>,
    /// Published lists by stage.
    pub admitted: BTreeMap<String, Vec<Value>>,
    /// Memberships of the campaign, as the manager sees them.
    pub members: Vec<Value>,
}

impl Reads {
    pub async fn of(season: &Season) -> anyhow::Result<Self> {
        let (stand, campaign) = (&season.stand, season.stand.campaign());
        let mut reads = Self::default();
        let path = format!("/v1/{campaign}/bookings");
        reads.bookings = stand.desk.list("check", &path, "bookings").await?;
        for stage in &season.stages {
            let path = format!("/v1/{}/sessions", stage.name);
            let sessions = stand.desk.list("check", &path, "sessions").await?;
            reads.sessions.extend(sessions);
        }
        let path = format!("/v1/reviewTasks?campaign={campaign}");
        let tasks = stand.manager.list("check", &path, "reviewTasks").await?;
        reads.tasks = by_name(tasks);
        let path = "/v1/decisionLogEntries";
        let rows = stand
            .manager
            .list("check", path, "decisionLogEntries")
            .await?;
        let task = |row: &Value| row["reviewTask"].as_str().map(str::to_owned);
        reads.logged = rows.iter().filter_map(task).collect();
        let path = "/v1/decisionLogEntries/verify";
        reads.verdict = stand.manager.read("check", path).await?;
        let facts = stand.ledger.facts().clone();
        for stage in &facts.publications {
            let path = format!("/v1/{}/admitted", stage.stage);
            let list = stand
                .manager
                .list("check", &path, "admittedCandidates")
                .await?;
            reads.admitted.insert(stage.stage.clone(), list);
        }
        if !facts.publications.is_empty() {
            let path = format!("/v1/memberships?campaign={campaign}");
            reads.members = stand.manager.list("check", &path, "memberships").await?;
        }
        let own = at_once(season.at_once, season.people.clone(), |person| {
            let (facts, campaign) = (facts.clone(), campaign.clone());
            async move { Self::of_person(&person, &campaign, &facts).await }
        });
        for own in own.await? {
            reads.add(own);
        }
        Ok(reads)
    }

    /// What one person sees of their own.
    async fn of_person(person: &Person, campaign: &str, facts: &Facts) -> anyhow::Result<Self> {
        let (me, number) = (&person.actor, person.number());
        let mut own = Self::default();
        let account = me.read("check", "/v1/accounts/me").await?;
        own.accounts.insert(number, text(&account["name"]));
        let path = format!("/v1/{campaign}/promoCodes");
        own.codes
            .insert(number, me.list("check", &path, "promoCodes").await?);
        let path = "/v1/accounts/me/messages";
        own.messages
            .insert(number, me.list("check", path, "messages").await?);
        let path = format!("/v1/{campaign}/applications");
        let applications = me.list("check", &path, "applications").await?;
        own.applications = by_name(applications);
        if !facts.publications.is_empty() {
            let path = format!("/v1/{campaign}/stages/-/results");
            for result in me.list("check", &path, "stageResults").await? {
                let name = text(&result["name"]);
                let stage = name
                    .split("/results/")
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                own.results
                    .insert((stage, text(&result["candidateNumber"])), result);
            }
        }
        for saved in facts.saves.iter().filter(|it| it.person == number) {
            let path = format!("/v1/{}/sections/{}", saved.application, saved.section);
            let mut section = me.read("check", &path).await?;
            let key = (saved.application.clone(), saved.section.to_owned());
            own.answers.insert(key, section["answers"].take());
        }
        for sent in facts.submissions.iter().filter(|it| it.person == number) {
            let submission = me
                .read("check", &format!("/v1/{}", sent.submission))
                .await?;
            own.submissions.insert(sent.submission.clone(), submission);
        }
        for paper in facts.documents.iter().filter(|it| it.person == number) {
            let path = format!("/v1/{}/content", paper.name);
            let content = me.download("check", &path).await?;
            own.documents
                .insert(paper.name.clone(), hex::encode(sha256(&content)));
        }
        Ok(own)
    }

    fn add(&mut self, mut own: Self) {
        self.accounts.append(&mut own.accounts);
        self.codes.append(&mut own.codes);
        self.messages.append(&mut own.messages);
        self.applications.append(&mut own.applications);
        self.answers.append(&mut own.answers);
        self.submissions.append(&mut own.submissions);
        self.documents.append(&mut own.documents);
        self.results.append(&mut own.results);
    }
}

fn by_name(all: Vec<Value>) -> BTreeMap<String, Value> {
    all.into_iter().map(|it| (text(&it["name"]), it)).collect()
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A number that JSON carries as one or as a string.
pub fn number(value: &Value) -> i64 {
    value
        .as_i64()
        .or_else(|| value.as_str()?.parse().ok())
        .unwrap_or_default()
}
