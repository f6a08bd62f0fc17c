//! Everybody who uses the suite during a run, from the first fault until the last answer.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use super::history::History;
use super::scene::Scene;
use super::worker::Retries;
use super::{seats, sessions};
use crate::season::dice::Dice;
use crate::season::invariants::{self, Line};
use crate::season::{Options, play};

/// How long people still ask after the last fault.
const GOES_ON: Duration = Duration::from_secs(60);
/// How long a season may take to its end then: several times what a whole one takes.
const PLAYS_ON: Duration = Duration::from_secs(180);

/// Who acts.
pub struct Actors {
    pub retries: Retries,
    /// How the seasons that are played beside are to be played; none without it.
    pub seasons: Option<Options>,
    pub seed: u64,
}

pub struct Play {
    workers: JoinSet<()>,
    seasons: JoinHandle<Played>,
}

/// What came of the seasons, and what else went wrong.
#[derive(Default)]
pub struct Played {
    pub seasons: Vec<Vec<Line>>,
    pub wrong: Vec<String>,
}

impl Played {
    fn broken(why: String) -> Self {
        Self {
            wrong: vec![why],
            ..Self::default()
        }
    }
}

impl Play {
    /// All but the last of the scene's people want seats; the last one signs in and out.
    pub fn begin(scene: &Scene, actors: Actors, history: &Arc<History>) -> Self {
        let mut workers = JoinSet::new();
        let mut people = scene.workers(&scene.players, actors.retries, history);
        if let Some(last) = people.pop() {
            workers.spawn(sessions::act(last));
        }
        for (number, person) in people.into_iter().enumerate() {
            let dice = Dice::about(actors.seed, &format!("seats {number}"));
            let (campaign, sessions) = (scene.campaign.clone(), scene.sessions.clone());
            workers.spawn(seats::act(person, campaign, sessions, dice));
        }
        Self {
            workers,
            seasons: tokio::spawn(seasons(actors.seasons, history.clone())),
        }
    }

    /// Lets everybody end what they are at.
    pub async fn end(mut self, history: &History) -> Played {
        history.stop(GOES_ON);
        let mut wrong = Vec::new();
        while let Some(ended) = self.workers.join_next().await {
            if let Err(error) = ended {
                wrong.push(format!("a worker broke off: {error}"));
            }
        }
        let mut played = match timeout(PLAYS_ON, &mut self.seasons).await {
            Ok(Ok(played)) => played,
            Ok(Err(error)) => Played::broken(format!("the seasons broke off: {error}")),
            Err(_) => {
                self.seasons.abort();
                Played::broken(format!("a season had no end in {PLAYS_ON:?}"))
            }
        };
        played.wrong.extend(wrong);
        played
    }
}

/// One season after another; the one that is on at the end is played to its end.
async fn seasons(options: Option<Options>, history: Arc<History>) -> Played {
    let mut played = Played::default();
    let Some(mut options) = options else {
        return played;
    };
    while !history.stops() && played.wrong.is_empty() {
        options.seed += 1000;
        match season(&options).await {
            Ok(lines) => played.seasons.push(lines),
            Err(error) => played
                .wrong
                .push(format!("season {} broke off: {error:#}", options.seed)),
        }
    }
    played
}

async fn season(options: &Options) -> anyhow::Result<Vec<Line>> {
    let season = play(options).await?;
    invariants::check(&season).await
}
