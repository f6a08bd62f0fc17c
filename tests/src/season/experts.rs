//! The experts: they are given the role, share the queue, and decide by what they see.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::actor::{Actor, Outcome};
use super::judgement::Judgement;
use super::ledger::Decided;
use super::patience::pause;
use super::people::Person;
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
    if expected == 0 {
        return Ok(());
    }
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
                    pause(Duration::from_millis(100)).await;
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

/// Returns when the queue knows of everybody who asks for an application back.
pub async fn wishes_are_known(stand: &Stand, expected: usize) -> anyhow::Result<()> {
    if !stand.offers("/askForCorrection") {
        return Ok(());
    }
    let campaign = stand.campaign();
    let path =
        format!("/v1/reviewTasks?correctionWantedOnly=true&campaign={campaign}&pageSize=100");
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

/// Every section marked, all decisions told together: as far as the suite has such a policy.
pub async fn set_policy(stand: &Stand) -> anyhow::Result<()> {
    if !stand.offers("/reviewPolicy") {
        return Ok(());
    }
    let path = format!("/v1/{}/reviewPolicy", stand.campaign());
    let policy = stand.manager.read("read policy", &path).await?;
    let etag = policy["etag"].as_str().unwrap_or_default();
    let wanted = json!({
        "workingDays": 3, "claimsPerExpert": 5, "secondOpinionPercent": 0,
        "publication": "PUBLICATION_TOGETHER", "nearDueHours": 24, "escalateAfterHours": 24,
        "sectionMarks": "SECTION_MARKS_REQUIRED",
    });
    let set = stand
        .manager
        .patch("set policy", &path, etag, &wanted)
        .await?;
    set.done().map(drop)
}

/// Nobody knows of a decision until the manager publishes all of them, twice at the same time.
pub async fn publish(stand: &Stand, people: &[Person]) -> anyhow::Result<()> {
    if !stand.offers("/publishDecisions") {
        return Ok(());
    }
    let decided = people.iter().filter(|it| it.planned.fate.is_decided());
    for person in decided.clone().take(10) {
        let path = format!("/v1/{}", person.application);
        let seen = person.actor.read("read application", &path).await?;
        // Where somebody died, the news that an expert has it may still be on its way.
        let is_open = seen["state"] == "STATE_IN_REVIEW" || seen["state"] == "STATE_SUBMITTED";
        let held = is_open && seen["decision"].is_null();
        stand
            .ledger
            .tried("R3", held, "no decision was seen before its publication");
    }
    let path = format!("/v1/{}/publishDecisions", stand.campaign());
    let (one, two) = tokio::join!(
        stand
            .manager
            .carry_out("publish decisions", &path, json!({})),
        stand
            .manager
            .carry_out("publish decisions", &path, json!({})),
    );
    let count = |answer: &Value| {
        let count = |field: &str| answer[field].as_u64().unwrap_or_default();
        count("acceptedCount") + count("rejectedCount")
    };
    let published = count(&one?) + count(&two?);
    let expected = decided.count() as u64;
    stand.ledger.tried(
        "R2",
        published == expected,
        format!("{published} decisions were published, {expected} were made"),
    );
    Ok(())
}

impl Expert {
    /// A task that is this expert's now, if one is open.
    async fn takes_one(&self, stand: &Stand, at: usize) -> anyhow::Result<Option<Value>> {
        if stand.offers("/claimNextReviewTask") {
            let path = format!("/v1/{}/claimNextReviewTask", stand.campaign());
            let claimed = self.actor.post("claim next task", &path, json!({})).await?;
            if claimed.is_done() {
                return claimed.done().map(Some);
            }
            return claimed.refused_for("NO_TASK_TO_CLAIM").map(|()| None);
        }
        let tasks = self.actor.read("read queue", &open_tasks(stand)).await?;
        let tasks = tasks["reviewTasks"].as_array().cloned().unwrap_or_default();
        // Not all of them from the same end.
        for task in tasks.iter().skip(at * 3 % tasks.len().max(1)) {
            let name = task["name"].as_str().context("a task without a name")?;
            let path = format!("/v1/{name}/claim");
            let claimed = self.actor.post("claim task", &path, json!({})).await?;
            if claimed.is_done() {
                return claimed.done().map(Some);
            }
        }
        Ok(None)
    }

    /// Looks at the dossier and the diploma, and says what is to be said.
    async fn decides(&self, stand: &Stand, task: &Value) -> anyhow::Result<()> {
        let name = task["name"].as_str().context("a task without a name")?;
        let path = format!("/v1/{name}/dossier");
        let dossier = self.actor.read("read dossier", &path).await?;
        let paper = diploma(&dossier).context("a dossier without a diploma")?;
        let paper = format!("/v1/{paper}/content");
        let paper = self.actor.download("download document", &paper).await?;
        let judgement = Judgement::of(task, &dossier, &String::from_utf8_lossy(&paper));
        if judgement.declines_wish {
            let path = format!("/v1/{name}/declineCorrection");
            self.actor
                .carry_out("decline correction", &path, json!({}))
                .await?;
        }
        if stand.offers("/sectionReview") {
            let path = format!("/v1/{name}/sectionReview/save");
            let marks = judgement.marks(&dossier);
            self.actor.carry_out("mark sections", &path, marks).await?;
        }
        let (step, verb, body) = judgement.says();
        let path = format!("/v1/{name}/{verb}");
        let decided = self
            .actor
            .post_and_lose(step, &path, body, verb == "reject")
            .await?;
        let decided = decided.done().with_context(|| format!("{step}: {path}"))?;
        if verb != "accept" {
            self.cannot_change_it(stand, name).await?;
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let decision = match &decided["pendingDecision"] {
            Value::Null => &decided["decision"],
            pending => pending,
        };
        stand.ledger.facts().decisions.push(Decided {
            task: name.to_owned(),
            application: text(&decided["application"]),
            expert: self.account.clone(),
            outcome: text(&decision["outcome"]),
        });
        Ok(())
    }

    /// Having second thoughts is too late.
    async fn cannot_change_it(&self, stand: &Stand, task: &str) -> anyhow::Result<()> {
        let path = format!("/v1/{task}/accept");
        let answer = self.actor.post("accept", &path, json!({})).await?;
        let held = ["TASK_DECIDED", "TASK_PENDING"].contains(&answer.reason().as_str());
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
