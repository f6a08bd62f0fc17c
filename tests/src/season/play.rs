//! The order of a season. Within a step people act at the same time; the steps follow each other,
//! so that the same plan leads to the same numbers.

use std::sync::Arc;

use anyhow::Context;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::desk::{self, StageOpen};
use super::experts::{self, Expert};
use super::people::{Person, fill, language, register, seat, submit};
use super::plan::{Fate, Plan};
use super::progress::Progress;
use super::stand::{Options, Stand};

/// A season that was played.
pub struct Season {
    pub plan: Plan,
    pub stand: Stand,
    pub people: Vec<Person>,
    pub stages: Vec<StageOpen>,
    pub at_once: usize,
}

/// How a season is gone through.
struct Going {
    stand: Stand,
    at_once: usize,
    shows: bool,
}

pub async fn play(options: &Options) -> anyhow::Result<Season> {
    let plan = Plan::new(options.seed, options.people);
    let going = Going {
        stand: Stand::of(options).await?,
        at_once: options.at_once,
        shows: options.shows_progress,
    };
    desk::create_campaigns(&going.stand, &plan).await?;
    let experts = experts::recruit(&going.stand, &plan.experts).await?;
    let people = going.applications(&plan).await?;
    let people = going.checking(&experts, people).await?;
    let mut stages = Vec::new();
    let center = desk::create_center(&going.stand).await?;
    let candidates: Vec<Person> = people
        .iter()
        .filter(|it| it.planned.fate.is_accepted())
        .cloned()
        .collect();
    stages.push(going.stage(1, &center, candidates).await?);
    Ok(Season {
        plan,
        stand: going.stand,
        people,
        stages,
        at_once: options.at_once,
    })
}

impl Going {
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
        let count = |so: fn(Fate) -> bool| people.iter().filter(|it| so(it.planned.fate)).count();
        let first = count(|fate| fate.submits() && fate != Fate::Withdraws);
        let again = count(|fate| fate == Fate::IsCorrected);
        experts::withdrawn_are_gone(&self.stand, count(|fate| fate == Fate::Withdraws)).await?;
        self.review("check documents", experts, first).await?;
        let people = self
            .each("correct", people, |stand, mut person| async move {
                if person.planned.fate == Fate::IsCorrected {
                    submit::correct(&stand, &mut person).await?;
                }
                Ok(person)
            })
            .await?;
        self.review("check corrections", experts, again).await?;
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

    /// Booking, all at once, and sitting.
    async fn stage(
        &self,
        number: usize,
        center: &str,
        people: Vec<Person>,
    ) -> anyhow::Result<StageOpen> {
        let stage = desk::create_stage(&self.stand, number, center, people.len()).await?;
        let open = Arc::new(stage.clone());
        let of = open.clone();
        let seated = self
            .each("book", people, move |stand, person| {
                let stage = of.clone();
                async move {
                    let seat = seat::book(&stand, &person, &stage).await?;
                    Ok((person, seat))
                }
            })
            .await?;
        self.each("sit the test", seated, move |stand, (person, seat)| {
            let stage = open.clone();
            async move { seat::sit(&stand, &person, &stage, &seat).await }
        })
        .await?;
        Ok(stage)
    }

    /// Everybody does something, so many at the same time; in the order of before when all are done.
    async fn each<T, R, F>(
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
