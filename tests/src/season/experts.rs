//! The experts: they are given the role, share the queue, and decide by what they see.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::actor::{Actor, Outcome};
use super::ledger::Decided;
use super::people::fill::{FORGED, ILLEGIBLE};
use super::people::register::register;
use super::plan::Planned;
use super::progress::Progress;
use super::stand::Stand;

/// After this long without a task something is wrong.
const IDLE: Duration = Duration::from_secs(60);

/// Somebody who checks documents.
#[derive(Clone)]
pub struct Expert {
    actor: Actor,
    account: String,
}

/// Registers the experts of the plan; an administrator gives them the role.
pub async fn recruit(stand: &Stand, planned: &[Planned]) -> anyhow::Result<Vec<Expert>> {
    let mut experts = Vec::new();
    for planned in planned {
        let person = register(stand, planned)
            .await?
            .context("an expert too old")?;
        let path = format!("/v1/{}/grantRole", person.account);
        let role = json!({"role": "ROLE_EXPERT"});
        stand
            .administrator
            .carry_out("grant role", &path, role)
            .await?;
        // The session of before was perhaps looked up without the role.
        let actor = stand.visitor.sign_in(&person.iin, &person.password).await?;
        experts.push(Expert {
            actor,
            account: person.account,
        });
    }
    Ok(experts)
}

/// All experts at once, until so many tasks of the campaign are decided.
pub async fn review(
    stand: &Stand,
    experts: &[Expert],
    expected: usize,
    progress: &Progress,
) -> anyhow::Result<()> {
    contest_a_claim(stand, experts).await?;
    let done = std::sync::Arc::new(AtomicUsize::new(0));
    let mut all = JoinSet::new();
    for (at, expert) in experts.iter().cloned().enumerate() {
        let (stand, done, progress) = (stand.clone(), done.clone(), progress.clone());
        all.spawn(async move {
            let mut busy = Instant::now();
            while done.load(Ordering::SeqCst) < expected {
                if let Some(task) = expert.takes_one(&stand, at).await? {
                    expert.decides(&stand, &task).await?;
                    done.fetch_add(1, Ordering::SeqCst);
                    progress.one_more();
                    busy = Instant::now();
                } else if busy.elapsed() > IDLE {
                    bail!("no task is open, and {expected} were to be decided");
                } else {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
            Ok(())
        });
    }
    while let Some(ended) = all.join_next().await {
        ended??;
    }
    Ok(())
}

/// Returns when the queue knows of everybody who took an application back, so that none of them is
/// decided: the news takes a moment from one service to the other.
pub async fn withdrawn_are_gone(stand: &Stand, expected: usize) -> anyhow::Result<()> {
    let (campaign, state) = (stand.campaign(), "STATE_WITHDRAWN");
    let path = format!("/v1/reviewTasks?state={state}&campaign={campaign}&pageSize=100");
    let count = |list: &Value| list["reviewTasks"].as_array().map_or(0, Vec::len);
    let all = |list: &Value| count(list) >= expected.min(100);
    stand.manager.until("read queue", &path, all).await?;
    Ok(())
}

/// Two experts want the same task at the same time: one gets it.
async fn contest_a_claim(stand: &Stand, experts: &[Expert]) -> anyhow::Result<()> {
    let [one, two, ..] = experts else {
        return Ok(());
    };
    let open = open_tasks(stand);
    let some = |list: &Value| list["reviewTasks"][0].is_object();
    let tasks = one.actor.until("read queue", &open, some).await?;
    let task = tasks["reviewTasks"][0]["name"].as_str().context("a task")?;
    let path = format!("/v1/{task}/claim");
    let (first, second) = tokio::join!(
        one.actor.post("claim task", &path, json!({})),
        two.actor.post("claim task", &path, json!({})),
    );
    let (first, second) = (first?, second?);
    let held = first.is_done() != second.is_done();
    stand
        .ledger
        .tried("R1", held, "of two experts at once one got the task");
    let holder = if first.is_done() { one } else { two };
    let path = format!("/v1/{task}/release");
    holder
        .actor
        .carry_out("release task", &path, json!({}))
        .await?;
    Ok(())
}

fn open_tasks(stand: &Stand) -> String {
    format!(
        "/v1/reviewTasks?state=STATE_OPEN&campaign={}",
        stand.campaign()
    )
}

impl Expert {
    /// A task that is this expert's now, if one is open.
    async fn takes_one(&self, stand: &Stand, at: usize) -> anyhow::Result<Option<String>> {
        let tasks = self.actor.read("read queue", &open_tasks(stand)).await?;
        let tasks = tasks["reviewTasks"].as_array().cloned().unwrap_or_default();
        // Not all of them from the same end.
        for task in tasks.iter().skip(at * 3 % tasks.len().max(1)) {
            let name = task["name"].as_str().context("a task without a name")?;
            let path = format!("/v1/{name}/claim");
            let claimed = self.actor.post("claim task", &path, json!({})).await?;
            if claimed.is_done() {
                return Ok(Some(name.to_owned()));
            }
        }
        Ok(None)
    }

    /// Looks at the dossier and the diploma, and says what is to be said.
    async fn decides(&self, stand: &Stand, task: &str) -> anyhow::Result<()> {
        let path = format!("/v1/{task}/dossier");
        let dossier = self.actor.read("read dossier", &path).await?;
        let paper = diploma(&dossier).context("a dossier without a diploma")?;
        let paper = format!("/v1/{paper}/content");
        let paper = self.actor.download("download document", &paper).await?;
        let (verb, body) = judgement(&dossier, &String::from_utf8_lossy(&paper));
        let step = match verb {
            "accept" => "accept",
            "reject" => "reject",
            _ => "ask for correction",
        };
        let path = format!("/v1/{task}/{verb}");
        let decided = self
            .actor
            .post_and_lose(step, &path, body, verb == "reject")
            .await?;
        let decided = decided.done()?;
        self.cannot_change_it(stand, task, verb).await?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        stand.ledger.facts().decisions.push(Decided {
            task: task.to_owned(),
            application: text(&decided["application"]),
            expert: self.account.clone(),
            outcome: text(&decided["decision"]["outcome"]),
        });
        Ok(())
    }

    /// Having second thoughts is too late.
    async fn cannot_change_it(&self, stand: &Stand, task: &str, verb: &str) -> anyhow::Result<()> {
        if verb == "accept" {
            return Ok(());
        }
        let path = format!("/v1/{task}/accept");
        let answer = self.actor.post("accept", &path, json!({})).await?;
        let held = answer.refused_for("TASK_DECIDED").is_ok();
        stand
            .ledger
            .tried("R2", held, "a decided task can't be decided again");
        Ok(())
    }
}

fn diploma(dossier: &Value) -> Option<&str> {
    let sections = dossier["sections"].as_array()?;
    let education = sections.iter().find(|it| it["section"] == "education")?;
    education["documents"][0].as_str()
}

/// What an expert does: the verb, and what is said with it.
fn judgement(dossier: &Value, paper: &str) -> (&'static str, Value) {
    let checks = dossier["submission"]["readiness"]["checks"].as_array();
    let unmet = checks
        .into_iter()
        .flatten()
        .find(|it| it["outcome"] == "ELIGIBILITY_OUTCOME_NOT_MET");
    if let Some(check) = unmet {
        let code = match check["rule"].as_str() {
            Some("ELIGIBILITY_RULE_EXPERIENCE") => "EXPERIENCE_TOO_SHORT",
            Some("ELIGIBILITY_RULE_AGE") => "OVER_AGE_LIMIT",
            _ => "FALSE_DATA",
        };
        let reason = json!({"code": code, "note": "Құжаттармен салыстырылды"});
        return ("reject", json!({"reasons": [reason]}));
    }
    if paper.contains(FORGED) {
        let reason = json!({"code": "FALSE_DATA", "note": "Диплом берілмеген"});
        return ("reject", json!({"reasons": [reason]}));
    }
    if paper.contains(ILLEGIBLE) {
        let item = json!({"section": "education", "kind": "CORRECTION_KIND_INCORRECT", "note": "Диплом оқылмайды"});
        return ("requestCorrection", json!({"items": [item]}));
    }
    ("accept", json!({}))
}
