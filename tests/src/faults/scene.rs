//! The scene of a run: a campaign of its own, a stage with few seats, and people who may book them.

use std::sync::Arc;

use anyhow::Context;
use chassis::clock::{Clock, to_us};
use chassis::database::{Database, execute};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::history::History;
use super::worker::{Retries, Worker};
use crate::season::desk;
use crate::season::habits::Habits;
use crate::season::people::register::register;
use crate::season::plan::{Fate, Plan, Planned};
use crate::season::play::at_once;
use crate::season::stand::{Options, Stand};

/// Seats of each session: few, so that the last one is often wanted by several at once.
const CAPACITIES: [usize; 4] = [1, 2, 2, 3];
/// One more whose doors close while the run goes on.
const CLOSING: SignedDuration = SignedDuration::from_secs(75);

#[derive(Debug, Clone)]
pub struct Session {
    /// `campaigns/{campaign}/stages/{stage}/sessions/{session}`.
    pub name: String,
    pub capacity: usize,
}

/// Somebody who may book.
#[derive(Debug, Clone)]
pub struct Player {
    pub account: String,
    pub iin: String,
    pub password: String,
}

pub struct Scene {
    pub stand: Stand,
    /// `campaigns/{campaign}`.
    pub campaign: String,
    pub sessions: Vec<Session>,
    pub players: Vec<Player>,
}

/// Makes all of it through the suite's own doors; only that the people were accepted is written
/// straight into the database of testing-svc, as their applications are not what is looked at.
pub async fn set(options: &Options, testing: &Database, players: usize) -> anyhow::Result<Scene> {
    let stand = Stand::of(options).await?;
    let plan = Plan::new(options.seed, options.people);
    let campaign = stand.campaign();
    create_campaign(&stand).await?;
    let planned: Vec<Planned> = plan.people.iter().cycle().take(players).cloned().collect();
    let numbered = planned.into_iter().enumerate();
    let plain = numbered.map(|(number, planned)| Planned {
        number,
        fate: Fate::Accepted,
        habits: Habits::default(),
        // Whoever is too old in the plan is young enough here.
        age_days: planned.age_days.min(12_000),
        ..planned
    });
    let registered = at_once(options.at_once, plain.collect(), |planned| {
        let stand = stand.clone();
        async move { register(&stand, &planned).await }
    })
    .await?;
    let players: Vec<Player> = registered
        .into_iter()
        .flatten()
        .map(|it| Player {
            account: it.account,
            iin: it.iin,
            password: it.password,
        })
        .collect();
    for player in &players {
        accept(testing, &stand, player).await?;
    }
    let sessions = create_sessions(&stand).await?;
    Ok(Scene {
        stand,
        campaign,
        sessions,
        players,
    })
}

impl Scene {
    /// A worker for each of these people.
    pub fn workers(
        &self,
        players: &[Player],
        retries: Retries,
        history: &Arc<History>,
    ) -> Vec<Worker> {
        let visitor = self.stand.visitor.someone();
        let worker = |it: &Player| {
            let login = (it.iin.as_str(), it.password.as_str());
            Worker::new(&it.account, login, visitor, retries, history)
        };
        players.iter().map(worker).collect()
    }
}

async fn create_campaign(stand: &Stand) -> anyhow::Result<()> {
    let path = format!("/v1/campaigns?campaignId={}", stand.campaign_id());
    let campaign = desk::campaign(stand, 10, -1, 5);
    let manager = &stand.manager;
    manager
        .carry_out("create campaign", &path, campaign)
        .await?;
    Ok(())
}

async fn accept(testing: &Database, stand: &Stand, player: &Player) -> anyhow::Result<()> {
    let account = player.account.trim_start_matches("accounts/");
    let tx = testing.begin().await?;
    execute(
        &tx,
        "INSERT INTO eligibilities (campaign, account, application, standing, stage_number,
            changed_us)
         VALUES ($1, $2, $3, 'GRANTED', 1, $4)",
        [
            stand.campaign_id().into(),
            account.into(),
            format!("{}/applications/{account}", stand.campaign()).into(),
            to_us(Clock::machine().now()).into(),
        ],
    )
    .await?;
    Ok(testing.commit(tx).await?)
}

async fn create_sessions(stand: &Stand) -> anyhow::Result<Vec<Session>> {
    let center = desk::create_center(stand).await?;
    // Holds outlast the run, a clock that is ten minutes ahead included.
    let stage = json!({
        "number": 1, "title": {"kk": "Кезең", "ru": "Этап", "en": "Stage"},
        "launchUrl": "https://test.example/start", "holdDuration": "3600s", "changeNotice": "0s",
        "lateStart": "3600s",
    });
    let path = format!("/v1/{}/stages", stand.campaign());
    let stage = stand.desk.carry_out("create stage", &path, stage).await?;
    let stage = name_of(&stage)?;
    let mut sessions = Vec::new();
    let hours = SignedDuration::from_hours(3);
    let starts = CAPACITIES.iter().map(|capacity| (*capacity, hours));
    for (capacity, until) in starts.chain([(2, CLOSING)]) {
        let start = Clock::machine().now() + until;
        let session = json!({
            "startTime": start.to_string(), "center": center, "capacity": capacity,
            "endTime": (start + SignedDuration::from_mins(90)).to_string(),
        });
        let path = format!("/v1/{stage}/sessions");
        let created = stand
            .desk
            .carry_out("create session", &path, session)
            .await?;
        let name = name_of(&created)?;
        sessions.push(Session { name, capacity });
    }
    Ok(sessions)
}

fn name_of(created: &Value) -> anyhow::Result<String> {
    let name = created["name"].as_str();
    Ok(name.context("a resource without a name")?.to_owned())
}
