//! The order of a season. Within a step people act at the same time; the steps follow each other,
//! so that the same plan leads to the same numbers.

use std::sync::Arc;

use anyhow::Context;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::desk::{self, StageOpen};
use super::experts::{self, Expert};
use super::news;
use super::people::{Person, fill, language, register, submit};
use super::plan::{Fate, Plan};
use super::progress::Progress;
use super::stand::{Options, Stand};
use super::stream::Listener;

/// So many keep a stream of their inbox open.
const LISTENERS: usize = 3;

/// A season that was played.
pub struct Season {
    pub plan: Plan,
    pub stand: Stand,
    pub people: Vec<Person>,
    pub stages: Vec<StageOpen>,
    pub at_once: usize,
}

/// How a season is gone through.
pub struct Going {
    pub stand: Stand,
    at_once: usize,
    shows: bool,
}

pub async fn play(options: &Options) -> anyhow::Result<Season> {
    let plan = Plan::new(options.seed, options.people);
    let going = Going::new(Stand::of(options).await?, options);
    desk::create_campaigns(&going.stand, &plan).await?;
    if going.stand.offers("/newsItems") {
        news::tell(&going.stand).await?;
    }
    experts::set_policy(&going.stand).await?;
    let experts = experts::recruit(&going.stand, &plan.experts).await?;
    let people = going.applications(&plan).await?;
    let people = going.checking(&experts, people).await?;
    let accepted = people.iter().filter(|it| it.planned.fate.is_accepted());
    let stages = going.selection(&plan, accepted.cloned().collect()).await?;
    Ok(Season {
        plan,
        stand: going.stand,
        people,
        stages,
        at_once: options.at_once,
    })
}

impl Going {
    pub fn new(stand: Stand, options: &Options) -> Self {
        Self {
            stand,
            at_once: options.at_once,
            shows: options.shows_progress,
        }
    }

    /// From registration to submission.
    async fn applications(&self, plan: &Plan) -> anyhow::Result<Vec<Person>> {
        let planned = plan.people.clone();
        let registered = self
            .each("register", planned, |stand, planned| async move {
                register::register(&stand, &planned).await
            })
            .await?;
        let people: Vec<Person> = registered.into_iter().flatten().collect();
        if let Some(somebody) = people.first() {
            desk::try_closed_windows(&self.stand, &somebody.actor).await?;
        }
        let people = self
            .each(
                "fill the questionnaire",
                people,
                |stand, mut person| async move {
                    fill::open(&stand, &mut person).await?;
                    fill::fill(&stand, &mut person).await?;
                    Ok(person)
                },
            )
            .await?;
        let people = self
            .each("language test", people, |stand, mut person| async move {
                if person.planned.fate.submits() {
                    language::comes_to_a_certificate(&stand, &mut person).await?;
                }
                Ok(person)
            })
            .await?;
        self.each("submit", people, |stand, person| async move {
            if person.planned.fate.submits() {
                submit::submit(&stand, &person).await?;
            }
            Ok(person)
        })
        .await
    }

    /// The experts' work, with the corrections in between.
    async fn checking(
        &self,
        experts: &[Expert],
        people: Vec<Person>,
    ) -> anyhow::Result<Vec<Person>> {
        let stand = &self.stand;
        let count = |so: &dyn Fn(&Person) -> bool| people.iter().filter(|it| so(it)).count();
        let withdrawn = count(&|it| it.planned.fate == Fate::Withdraws);
        let (first, again) = (
            count(&|it| it.planned.fate.is_decided()),
            count(&|it| it.gets_it_back(stand)),
        );
        experts::withdrawn_are_gone(stand, withdrawn).await?;
        experts::wishes_are_known(stand, count(&|it| it.wants_back(stand).is_some())).await?;
        self.review("check documents", experts, first).await?;
        let people = self
            .each("correct", people, |stand, mut person| async move {
                if person.gets_it_back(&stand) {
                    submit::correct(&stand, &mut person).await?;
                }
                Ok(person)
            })
            .await?;
        self.review("check corrections", experts, again).await?;
        // Some listen while it is published.
        let accepted = people.iter().filter(|it| it.planned.fate.is_accepted());
        let mut listeners = Vec::new();
        if stand.offers("/messages/watch") {
            for person in accepted.take(LISTENERS) {
                listeners.push(Listener::of(person).await?);
            }
        }
        experts::publish(&self.stand, &people).await?;
        for listener in listeners {
            listener.hears(stand, "KIND_APPLICATION_ACCEPTED").await?;
        }
        self.each("learn the decision", people, |stand, person| async move {
            if person.planned.fate.submits() {
                submit::learns(&stand, &person).await?;
            }
            Ok(person)
        })
        .await
    }

    async fn review(
        &self,
        what: &'static str,
        experts: &[Expert],
        of: usize,
    ) -> anyhow::Result<()> {
        let progress = Progress::new(self.shows, what, of);
        experts::review(&self.stand, experts, of, &progress).await?;
        progress.end();
        Ok(())
    }

    /// Everybody does something, so many at the same time; in the order of before when all are done.
    pub async fn each<T, R, F>(
        &self,
        what: &'static str,
        all: Vec<T>,
        act: impl Fn(Stand, T) -> F,
    ) -> anyhow::Result<Vec<R>>
    where
        T: Send + 'static,
        R: Send + 'static,
        F: Future<Output = anyhow::Result<R>> + Send + 'static,
    {
        let progress = Progress::new(self.shows, what, all.len());
        let done = at_once(self.at_once, all, |one| {
            let acting = act(self.stand.clone(), one);
            let progress = progress.clone();
            async move {
                let done = acting.await;
                progress.one_more();
                done
            }
        })
        .await
        .with_context(|| what.to_owned())?;
        progress.end();
        Ok(done)
    }
}

/// Runs all, so many at the same time.
pub async fn at_once<T, R, F>(
    most: usize,
    all: Vec<T>,
    act: impl Fn(T) -> F,
) -> anyhow::Result<Vec<R>>
where
    R: Send + 'static,
    F: Future<Output = anyhow::Result<R>> + Send + 'static,
{
    let turns = Arc::new(Semaphore::new(most.max(1)));
    let mut running = JoinSet::new();
    for (at, one) in all.into_iter().enumerate() {
        let (acting, turns) = (act(one), turns.clone());
        running.spawn(async move {
            let _turn = turns.acquire().await?;
            Ok::<_, anyhow::Error>((at, acting.await?))
        });
    }
    let mut done = Vec::new();
    while let Some(ended) = running.join_next().await {
        done.push(ended??);
    }
    done.sort_by_key(|(at, _)| *at);
    Ok(done.into_iter().map(|(_, one)| one).collect())
}
