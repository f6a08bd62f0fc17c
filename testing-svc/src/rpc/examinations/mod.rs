//! Examinations: what partners call of the sessions at their places. The client certificate names the
//! partner, the list of partners says of which campaigns and places it sees the sessions.

mod check_in;
mod download_roster;
mod import_report;
mod report_irregularity;
mod report_lines;
mod report_scores;
mod stream_roster;

use std::sync::Arc;

use chassis::Error;
use chassis::caller::Caller;
use chassis::database::Tx;
use proto::partner::v1 as pb;
use proto::testing::v1 as testing;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::parse::Nested;
use super::test_sessions::roster;
use crate::domain::refusal::PartnerRefusal;
use crate::domain::session::Session;
use crate::domain::stage::Stage;
use crate::store::booking::Seat;
use crate::store::partner_report::{Entry, Told};
use crate::{Context, store};

#[derive(Clone)]
pub struct Examinations(pub(super) Arc<Context>);

#[async_trait::async_trait]
impl pb::examinations_server::Examinations for Examinations {
    type StreamRosterStream = roster::Stream;
    type DownloadRosterStream = download_roster::Stream;

    async fn stream_roster(
        &self,
        request: Request<pb::StreamRosterRequest>,
    ) -> Result<Response<Self::StreamRosterStream>, Status> {
        Ok(Response::new(
            stream_roster::stream(&self.0, request).await?,
        ))
    }

    async fn download_roster(
        &self,
        request: Request<pb::DownloadRosterRequest>,
    ) -> Result<Response<Self::DownloadRosterStream>, Status> {
        Ok(Response::new(
            download_roster::download(&self.0, request).await?,
        ))
    }

    async fn check_in(
        &self,
        request: Request<pb::CheckInRequest>,
    ) -> Result<Response<testing::RosterEntry>, Status> {
        Ok(Response::new(check_in::check_in(&self.0, request).await?))
    }

    async fn report_irregularity(
        &self,
        request: Request<pb::ReportIrregularityRequest>,
    ) -> Result<Response<testing::Irregularity>, Status> {
        Ok(Response::new(
            report_irregularity::report(&self.0, request).await?,
        ))
    }

    async fn report_scores(
        &self,
        request: Request<pb::ReportScoresRequest>,
    ) -> Result<Response<pb::ReportScoresResponse>, Status> {
        Ok(Response::new(
            report_scores::report(&self.0, request).await?,
        ))
    }

    async fn import_report(
        &self,
        request: Request<pb::ImportReportRequest>,
    ) -> Result<Response<pb::ImportReportResponse>, Status> {
        Ok(Response::new(
            import_report::import(&self.0, request).await?,
        ))
    }
}

/// The partner that calls, if it holds examinations at all.
fn examiner<'a>(ctx: &Context, caller: &'a Caller) -> chassis::Result<&'a str> {
    let partner = caller.partner()?;
    match ctx.config.partners.examines(partner) {
        true => Ok(partner),
        false => Err(Error::Denied),
    }
}

/// A session of the partner's; any other is not there.
async fn own_session(
    ctx: &Context,
    partner: &str,
    name: &Nested,
    text: &str,
) -> chassis::Result<Session> {
    let session = roster::session(ctx, name, text).await?;
    match is_own(ctx, partner, &session) {
        true => Ok(session),
        false => Err(Error::NotFound(text.to_owned())),
    }
}

/// A booking of the partner's sessions; any other is not there.
async fn own_seat(
    ctx: &Context,
    tx: &Tx,
    partner: &str,
    (campaign, id): (&str, Uuid),
) -> chassis::Result<Seat> {
    let found = store::booking::find(tx, id).await?;
    found
        .filter(|it| it.booking.campaign == campaign && is_own(ctx, partner, &it.session))
        .ok_or_else(|| Error::NotFound(crate::domain::booking::name(campaign, id)))
}

/// The partner's booking, locked, as it is now.
async fn still_own(ctx: &Context, tx: &Tx, caller: &Caller, seat: &Seat) -> chassis::Result<Seat> {
    let partner = caller.partner()?;
    let found = store::booking::lock(tx, seat.booking.id).await?;
    found
        .filter(|it| is_own(ctx, partner, &it.session))
        .ok_or_else(|| Error::NotFound(seat.booking.name()))
}

fn is_own(ctx: &Context, partner: &str, session: &Session) -> bool {
    let partners = &ctx.config.partners;
    partners.serves(partner, &session.campaign, session.center)
}

/// The stage, which nobody publishes meanwhile, if it still hears partners.
async fn shared_stage(tx: &Tx, seat: &Seat) -> chassis::Result<Stage> {
    let stage = store::stage::share(tx, seat.booking.stage).await?;
    let stage = stage.ok_or_else(|| Error::NotFound(seat.booking.name()))?;
    stage.hears_partners()?;
    Ok(stage)
}

/// Whether what the id stands for is new; an id stands for one thing.
async fn told(tx: &Tx, entry: &Entry<'_>) -> chassis::Result<Told> {
    match entry.told(tx).await? {
        Told::Other => Err(PartnerRefusal::EntryReused.into()),
        known => Ok(known),
    }
}

/// A request id that was read before: there is no other.
fn id_of(request_id: &str) -> Uuid {
    Uuid::parse_str(request_id).unwrap_or_default()
}
