//! Stage by stage: booked, sat, scored, cut, published, to the last list.

use std::sync::Arc;

use anyhow::ensure;

use super::closure;
use super::desk::{self, StageOpen};
use super::people::Person;
use super::people::seat::{self, Seat};
use super::people::sit::{self, Sitting};
use super::people::waiting;
use super::plan::Plan;
use super::play::Going;
use super::results;
use super::scores::{self, Entrant};

impl Going {
    /// Stage by stage, to the last list.
    pub async fn selection(
        &self,
        plan: &Plan,
        people: Vec<Person>,
    ) -> anyhow::Result<Vec<StageOpen>> {
        let stand = &self.stand;
        let center = desk::create_center(stand).await?;
        let mut inside = people;
        let mut outside: Vec<Person> = Vec::new();
        let mut stages = Vec::new();
        for number in 1..=plan.stages {
            ensure!(!inside.is_empty(), "nobody is left for stage {number}");
            let stage = desk::create_stage(stand, plan, number, &center, inside.len()).await?;
            if let Some(somebody) = outside.first() {
                seat::is_out(stand, somebody, &stage).await?;
            }
            let entrants = if stage.last {
                self.before_the_commission(&stage, inside).await?
            } else {
                self.sitting(&stage, inside).await?
            };
            stages.push(stage.clone());
            if !stand.offers("/importResults") {
                break;
            }
            scores::import(stand, &stage, &entrants).await?;
            results::publish(stand, &stage, &desk::rule(plan, number), &entrants).await?;
            (inside, outside) = self.outcome(&stage, entrants).await?;
        }
        Ok(stages)
    }

    /// Booking, all at once, and sitting.
    async fn sitting(
        &self,
        stage: &StageOpen,
        people: Vec<Person>,
    ) -> anyhow::Result<Vec<Entrant>> {
        let waits = |it: &Person| it.planned.habits.waits && self.stand.offers("/waitlistEntries");
        let (patient, hasty): (Vec<_>, Vec<_>) = people.into_iter().partition(waits);
        let mut seated = self.book("book", stage, hasty).await?;
        if !patient.is_empty() {
            let more = self.wait(stage, patient, &mut seated).await?;
            seated.extend(more);
        }
        if stage.number == 1 && self.stand.offers("/closures") {
            closure::closes(&self.stand, stage, &mut seated).await?;
        }
        let sat = Arc::new(stage.clone());
        self.each("sit the test", seated, move |stand, (person, seat)| {
            let stage = sat.clone();
            async move {
                let sitting = sit::sit(&stand, &person, &stage, &seat).await?;
                let score = person.planned.scores[stage.number - 1];
                Ok(Entrant {
                    candidate: person.candidate(&stand).await?,
                    score: (sitting == Sitting::Sat).then_some(score),
                    sent_out: sitting == Sitting::SentOut,
                    person,
                })
            }
        })
        .await
    }

    /// Everybody books at the same time.
    async fn book(
        &self,
        what: &'static str,
        stage: &StageOpen,
        people: Vec<Person>,
    ) -> anyhow::Result<Vec<(Person, Seat)>> {
        let stage = Arc::new(stage.clone());
        self.each(what, people, move |stand, person| {
            let stage = stage.clone();
            async move {
                let seat = seat::book(&stand, &person, &stage).await?;
                Ok((person, seat))
            }
        })
        .await
    }

    /// Some wait for the popular session; half as many leave it, and their seats are offered. Who gets
    /// none leaves the list and takes another session.
    async fn wait(
        &self,
        stage: &StageOpen,
        patient: Vec<Person>,
        seated: &mut [(Person, Seat)],
    ) -> anyhow::Result<Vec<(Person, Seat)>> {
        let stand = &self.stand;
        let popular = stage
            .sessions
            .first()
            .map(|it| it.name.clone())
            .unwrap_or_default();
        let of = Arc::new(stage.clone());
        let mut list = self
            .each("wait for a seat", patient, move |stand, person| {
                let stage = of.clone();
                async move { waiting::waits(&stand, &person, &stage).await }
            })
            .await?;
        let most = list.len().div_ceil(2);
        let mut left = 0;
        for (person, seat) in seated
            .iter_mut()
            .filter(|(_, it)| it.session == popular)
            .take(most)
        {
            *seat = seat::moves(stand, person, stage, seat.clone()).await?;
            left += usize::from(seat.session != popular);
        }
        let offered = waiting::offers(stand, &mut list, left).await?;
        let mut taken = Vec::new();
        for waiting in offered {
            let seat = waiting.accepts(stand).await?;
            taken.push((waiting.person, seat));
        }
        for waiting in &list {
            waiting.leaves(stand).await?;
        }
        let others = list.into_iter().map(|it| it.person).collect();
        taken.extend(self.book("book another session", stage, others).await?);
        Ok(taken)
    }

    /// A commission gives everybody a score.
    async fn before_the_commission(
        &self,
        stage: &StageOpen,
        people: Vec<Person>,
    ) -> anyhow::Result<Vec<Entrant>> {
        let number = stage.number;
        self.each(
            "before the commission",
            people,
            move |stand, person| async move {
                Ok(Entrant {
                    candidate: person.candidate(&stand).await?,
                    score: Some(person.planned.scores[number - 1]),
                    sent_out: false,
                    person,
                })
            },
        )
        .await
    }

    /// Everybody reads their result, some appeal; who goes on and who does not.
    async fn outcome(
        &self,
        stage: &StageOpen,
        entrants: Vec<Entrant>,
    ) -> anyhow::Result<(Vec<Person>, Vec<Person>)> {
        let (of, appealed) = (Arc::new(stage.clone()), Arc::new(stage.clone()));
        let told = self
            .each("learn the result", entrants, move |_, entrant| {
                let stage = of.clone();
                async move { Ok((results::result_of(&stage, &entrant.person).await?, entrant)) }
            })
            .await?;
        let appellants = told.iter().filter(|(_, it)| {
            it.person.planned.habits.appeals && it.score.is_some() && !stage.last
        });
        let filed = self
            .each(
                "appeal",
                appellants.cloned().collect(),
                |stand, (result, entrant)| async move {
                    let appeal = results::appeal(&stand, &entrant.person, &result).await?;
                    Ok((entrant, appeal))
                },
            )
            .await?;
        if !filed.is_empty() {
            results::decide_appeals(&self.stand, stage, &filed).await?;
        }
        let told = self
            .each("read the list", told, move |_, (result, entrant)| {
                let stage = appealed.clone();
                async move {
                    let result = match entrant.person.planned.habits.appeals {
                        true => results::result_of(&stage, &entrant.person).await?,
                        false => result,
                    };
                    Ok((result["outcome"] == "OUTCOME_ADVANCED", entrant.person))
                }
            })
            .await?;
        let (inside, outside): (Vec<_>, Vec<_>) = told.into_iter().partition(|(on, _)| *on);
        let people = |all: Vec<(bool, Person)>| all.into_iter().map(|(_, it)| it).collect();
        Ok((people(inside), people(outside)))
    }
}
