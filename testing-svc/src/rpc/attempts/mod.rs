//! Attempts: sitting the test of a booking.

mod create_irregularity;
mod finish;
mod get;
mod list_irregularities;
mod pause;
mod resume;
pub(super) mod start;
mod terminate;

use std::sync::Arc;

use chassis::caller::Caller;
use chassis::clock::to_pb;
use chassis::database::Tx;
use chassis::{Error, Result as Outcome, audit};
use jiff::Timestamp;
use proto::testing::v1 as pb;
use tonic::{Request, Response, Status};

use super::parse::Nested;
use super::stages::length;
use super::{enums, parse};
use crate::domain::attempt::{Attempt, Irregularity, State};
use crate::domain::booking;
use crate::domain::session::Session;
use crate::domain::stage::Stage;
use crate::store::booking::Seat;
use crate::{Context, store};

#[derive(Clone)]
pub struct Attempts(pub(super) Arc<Context>);

#[async_trait::async_trait]
impl pb::attempts_server::Attempts for Attempts {
    async fn start_attempt(
        &self,
        request: Request<pb::StartAttemptRequest>,
    ) -> Result<Response<pb::Attempt>, Status> {
        Ok(Response::new(start::start(&self.0, request).await?))
    }

    async fn get_attempt(
        &self,
        request: Request<pb::GetAttemptRequest>,
    ) -> Result<Response<pb::Attempt>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn pause_attempt(
        &self,
        request: Request<pb::PauseAttemptRequest>,
    ) -> Result<Response<pb::Attempt>, Status> {
        Ok(Response::new(pause::pause(&self.0, request).await?))
    }

    async fn resume_attempt(
        &self,
        request: Request<pb::ResumeAttemptRequest>,
    ) -> Result<Response<pb::Attempt>, Status> {
        Ok(Response::new(resume::resume(&self.0, request).await?))
    }

    async fn finish_attempt(
        &self,
        request: Request<pb::FinishAttemptRequest>,
    ) -> Result<Response<pb::Attempt>, Status> {
        Ok(Response::new(finish::finish(&self.0, request).await?))
    }

    async fn terminate_attempt(
        &self,
        request: Request<pb::TerminateAttemptRequest>,
    ) -> Result<Response<pb::Attempt>, Status> {
        Ok(Response::new(terminate::terminate(&self.0, request).await?))
    }

    async fn create_irregularity(
        &self,
        request: Request<pb::CreateIrregularityRequest>,
    ) -> Result<Response<pb::Irregularity>, Status> {
        Ok(Response::new(
            create_irregularity::create(&self.0, request).await?,
        ))
    }

    async fn list_irregularities(
        &self,
        request: Request<pb::ListIrregularitiesRequest>,
    ) -> Result<Response<pb::ListIrregularitiesResponse>, Status> {
        Ok(Response::new(
            list_irregularities::list(&self.0, request).await?,
        ))
    }
}

/// Without a way in: only who starts it gets a launch token.
fn written(attempt: &Attempt, session: &Session, now: Timestamp) -> pb::Attempt {
    let state = attempt.state_at(session.end, now);
    let end = attempt.end(session.end);
    // What its time ended is finished, whether or not a job has written it down.
    let finished = attempt
        .finished
        .or(end.filter(|_| state == State::Finished));
    let termination = attempt.termination.map(enums::irregularity_code);
    pb::Attempt {
        name: attempt.name(),
        booking: booking::name(&attempt.campaign, attempt.booking),
        state: enums::attempt_state(state).into(),
        start_time: Some(to_pb(attempt.started)),
        candidate_number: attempt.candidate_number.clone(),
        end_time: end.map(to_pb),
        paused_duration: Some(length(attempt.paused)),
        pause_time: attempt.pause.map(to_pb),
        finish_time: finished.map(to_pb),
        termination_code: termination.map(Into::into).unwrap_or_default(),
        etag: parse::written_etag(attempt.version),
        ..pb::Attempt::default()
    }
}

pub(super) fn written_irregularity(one: &Irregularity) -> pb::Irregularity {
    pb::Irregularity {
        name: one.name(),
        code: enums::irregularity_code(one.code).into(),
        note: one.note.clone(),
        candidate_number: one.candidate_number.clone(),
        session: one.session.clone(),
        terminated: one.terminated,
        create_time: Some(to_pb(one.created)),
    }
}

/// Characters of a note at most.
const LONGEST_NOTE: usize = 1_000;

/// An attempt and its seat, locked in their order: nobody publishes the stage meanwhile.
struct Sat {
    attempt: Attempt,
    seat: Seat,
    stage: Stage,
}

impl Sat {
    async fn lock(tx: &Tx, name: &Nested, text: &str) -> Outcome<Self> {
        let not_found = || Error::NotFound(text.to_owned());
        let seat = store::booking::find(tx, name.parent).await?;
        let seat = seat.filter(|seat| seat.booking.campaign == name.campaign);
        let stage = seat.as_ref().ok_or_else(not_found)?.booking.stage;
        let stage = store::stage::share(tx, stage).await?;
        let seat = store::booking::lock(tx, name.parent).await?;
        let attempt = store::attempt::lock(tx, name.id).await?;
        let attempt = attempt.filter(|it| it.booking == name.parent);
        Ok(Self {
            attempt: attempt.ok_or_else(not_found)?,
            seat: seat.ok_or_else(not_found)?,
            stage: stage.ok_or_else(not_found)?,
        })
    }

    /// Saves what became of it, tells the audit, and shows it.
    async fn save(&mut self, ctx: &Context, tx: &Tx, caller: &Caller, action: &str) -> Outcome<()> {
        store::attempt::save(tx, &self.attempt).await?;
        self.attempt.version += 1;
        let state = self.attempt.state;
        if state == State::Finished || state == State::Terminated {
            store::attempt::complete_booking(tx, self.attempt.booking).await?;
        }
        let name = self.attempt.name();
        audit::record(tx, &ctx.clock, caller, action, &name, state.as_str()).await?;
        Ok(())
    }

    fn shown(&self, ctx: &Context) -> pb::Attempt {
        written(&self.attempt, &self.seat.session, ctx.clock.now())
    }
}
