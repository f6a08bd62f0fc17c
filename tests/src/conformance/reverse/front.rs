//! The door before the suite: every call goes through it, as the partner that its certificate names.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chassis::tls::Peer;
use proto::google::api::HttpBody;
use proto::partner::v1 as pb;
use proto::partner::v1::examinations_client::ExaminationsClient;
use proto::partner::v1::redemptions_client::RedemptionsClient;
use proto::testing::v1::{Irregularity, RosterEntry};
use standalone::folder::PARTNERS;
use standalone::partner::Certificates;
use tokio::sync::Notify;
use tokio_stream::StreamExt;
use tonic::codegen::BoxStream;
use tonic::transport::Channel;
use tonic::{Request, Response, Status};

use super::changing::Changing;
use super::strike::{Strike, Strikes};
use super::watch::Watch;
use crate::conformance::report::heard;
use crate::person::new_key;
use crate::town::Town;

type Answer<A> = Result<Response<A>, Status>;

pub struct Front {
    /// The suite's own port, by who calls.
    behind: BTreeMap<&'static str, Channel>,
    watch: Mutex<Watch>,
    strikes: Mutex<Strikes>,
    /// Something was done.
    news: Notify,
}

impl Front {
    pub fn before(town: &Town, strikes: Strikes) -> anyhow::Result<Self> {
        let url = format!("https://localhost:{}", town.suite.partner.port());
        let mut behind = BTreeMap::new();
        for partner in PARTNERS {
            let certificates = Certificates::of(&town.data_dir(), partner);
            let endpoint = certificates.endpoint(&url, None)?;
            behind.insert(partner, endpoint.connect_lazy());
        }
        Ok(Self {
            behind,
            watch: Mutex::default(),
            strikes: Mutex::new(strikes),
            news: Notify::new(),
        })
    }

    pub fn watched<T>(&self, look: impl FnOnce(&mut Watch) -> T) -> T {
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        look(&mut watch)
    }

    fn strikes<T>(&self, look: impl FnOnce(&mut Strikes) -> T) -> T {
        let mut strikes = self.strikes.lock().unwrap_or_else(PoisonError::into_inner);
        look(&mut strikes)
    }

    /// Returns once this is so.
    pub async fn until(&self, is_so: impl Fn(&Watch) -> bool) {
        loop {
            let news = self.news.notified();
            if self.watched(|watch| is_so(watch)) {
                return;
            }
            news.await;
        }
    }

    /// The way to the suite for who calls here.
    fn behind<Q>(&self, request: &Request<Q>) -> Result<Channel, Status> {
        let certificates = request.peer_certs();
        let first = certificates.as_ref().and_then(|all| all.first());
        let Some(Peer::Partner(name)) = first.and_then(|it| chassis::tls::peer(it)) else {
            return Err(Status::unauthenticated("the certificate names no partner"));
        };
        let way = self.behind.get(name.as_str()).cloned();
        way.ok_or_else(|| Status::permission_denied("the suite does not know the partner"))
    }

    /// A call that changes something: what happens to it on the way, and what its program hears.
    async fn change<Q, A>(
        &self,
        request: Request<Q>,
        send: impl AsyncFn(Channel, Request<Q>) -> Answer<A>,
        learn: impl FnOnce(&mut Watch, &Q, &A),
    ) -> Answer<A>
    where
        Q: Changing,
    {
        let behind = self.behind(&request)?;
        let is_new = self.watched(|watch| watch.arrives(request.get_ref()));
        let strike = self.strikes(|it| it.next(Q::RPC)).filter(|_| is_new);
        let mut answer = send(behind.clone(), copy(&request)).await;
        if let (Some(strike), Ok(_)) = (strike, &answer) {
            self.strikes(|it| it.fell(Q::RPC, strike));
            self.watched(|watch| watch.struck(request.get_ref(), strike));
            return Err(match strike {
                Strike::Lost => Status::unavailable("the connection broke"),
                Strike::Twice => {
                    send(behind, copy(&request)).await?;
                    chassis::Error::InFlight.into()
                }
            });
        }
        if self.strikes(|it| it.lies)
            && let Err(status) = &answer
            && heard(status).contains("REQUEST_ID_REUSED")
        {
            let mut other = copy(&request);
            *other.get_mut().request_id() = new_key();
            answer = send(behind, other).await;
        }
        self.watched(|watch| {
            watch.answered(request.get_ref(), answer.as_ref().err());
            if let Ok(answer) = &answer {
                learn(watch, request.get_ref(), answer.get_ref());
            }
        });
        self.news.notify_waiters();
        answer
    }

    /// A call that changes nothing.
    async fn look<Q, A>(
        &self,
        (rpc, request): (&'static str, Request<Q>),
        send: impl AsyncFn(Channel, Request<Q>) -> Answer<A>,
    ) -> Answer<A>
    where
        Q: Clone,
    {
        let behind = self.behind(&request)?;
        let answer = send(behind, copy(&request)).await;
        if let Err(status) = &answer {
            self.watched(|watch| watch.refused(rpc, status));
        }
        answer
    }
}

/// The same request once more, in the caller's language.
fn copy<Q: Clone>(request: &Request<Q>) -> Request<Q> {
    let mut again = Request::new(request.get_ref().clone());
    if let Some(language) = request.metadata().get("accept-language") {
        let headers = again.metadata_mut();
        headers.insert("accept-language", language.clone());
    }
    again
}

fn redeemed<Q>(watch: &mut Watch, _: &Q, answer: &pb::Redemption) {
    watch.in_order();
    watch.redemption(&answer.name, answer.state());
}

#[async_trait::async_trait]
impl pb::redemptions_server::Redemptions for Front {
    async fn look_up_promo_code(
        &self,
        request: Request<pb::LookUpPromoCodeRequest>,
    ) -> Answer<pb::LookUpPromoCodeResponse> {
        self.look(("LookUpPromoCode", request), async |to, it| {
            RedemptionsClient::new(to).look_up_promo_code(it).await
        })
        .await
    }

    async fn reserve_promo_code(
        &self,
        request: Request<pb::ReservePromoCodeRequest>,
    ) -> Answer<pb::Redemption> {
        let send = async |to, it| RedemptionsClient::new(to).reserve_promo_code(it).await;
        self.change(request, send, redeemed).await
    }

    async fn cancel_reservation(
        &self,
        request: Request<pb::CancelReservationRequest>,
    ) -> Answer<pb::Redemption> {
        let send = async |to, it| RedemptionsClient::new(to).cancel_reservation(it).await;
        self.change(request, send, redeemed).await
    }

    async fn redeem_promo_code(
        &self,
        request: Request<pb::RedeemPromoCodeRequest>,
    ) -> Answer<pb::Redemption> {
        let send = async |to, it| RedemptionsClient::new(to).redeem_promo_code(it).await;
        self.change(request, send, redeemed).await
    }

    async fn roll_back_redemption(
        &self,
        request: Request<pb::RollBackRedemptionRequest>,
    ) -> Answer<pb::Redemption> {
        let send = async |to, it| RedemptionsClient::new(to).roll_back_redemption(it).await;
        self.change(request, send, redeemed).await
    }

    async fn report_result(
        &self,
        request: Request<pb::ReportResultRequest>,
    ) -> Answer<pb::Redemption> {
        let send = async |to, it| RedemptionsClient::new(to).report_result(it).await;
        self.change(request, send, redeemed).await
    }

    async fn get_redemption(
        &self,
        request: Request<pb::GetRedemptionRequest>,
    ) -> Answer<pb::Redemption> {
        self.look(("GetRedemption", request), async |to, it| {
            RedemptionsClient::new(to).get_redemption(it).await
        })
        .await
    }
}

#[async_trait::async_trait]
impl pb::examinations_server::Examinations for Front {
    type StreamRosterStream = BoxStream<RosterEntry>;
    type DownloadRosterStream = BoxStream<HttpBody>;

    async fn stream_roster(
        &self,
        request: Request<pb::StreamRosterRequest>,
    ) -> Answer<Self::StreamRosterStream> {
        let session = request.get_ref().parent.clone();
        let after = request.get_ref().resume_token.clone();
        self.watched(|watch| watch.roster_asked(&session, &after));
        let lines = self.look(("StreamRoster", request), async |to, it| {
            ExaminationsClient::new(to).stream_roster(it).await
        });
        let lines: Vec<RosterEntry> = all(lines.await?.into_inner()).await?;
        // A rehearsal's roster is short: what is to be told is known before it is.
        Ok(Response::new(self.roster(&session, lines, &after)))
    }

    async fn download_roster(
        &self,
        request: Request<pb::DownloadRosterRequest>,
    ) -> Answer<Self::DownloadRosterStream> {
        let session = request.get_ref().parent.clone();
        let pieces = self.look(("DownloadRoster", request), async |to, it| {
            ExaminationsClient::new(to).download_roster(it).await
        });
        let pieces: Vec<HttpBody> = all(pieces.await?.into_inner()).await?;
        Ok(Response::new(self.file(&session, pieces)))
    }

    async fn check_in(&self, request: Request<pb::CheckInRequest>) -> Answer<RosterEntry> {
        let send = async |to, it| ExaminationsClient::new(to).check_in(it).await;
        self.change(request, send, |watch, _, _| watch.in_order())
            .await
    }

    async fn report_irregularity(
        &self,
        request: Request<pb::ReportIrregularityRequest>,
    ) -> Answer<Irregularity> {
        let send = async |to, it| ExaminationsClient::new(to).report_irregularity(it).await;
        self.change(request, send, |watch, _, _| watch.in_order())
            .await
    }

    async fn report_scores(
        &self,
        request: Request<pb::ReportScoresRequest>,
    ) -> Answer<pb::ReportScoresResponse> {
        let send = async |to, it| ExaminationsClient::new(to).report_scores(it).await;
        self.change(request, send, |watch, request, _| {
            watch.in_order();
            for row in &request.scores {
                watch.scored(&request.parent, &row.candidate_number);
            }
        })
        .await
    }

    async fn import_report(
        &self,
        request: Request<pb::ImportReportRequest>,
    ) -> Answer<pb::ImportReportResponse> {
        let send = async |to, it| ExaminationsClient::new(to).import_report(it).await;
        self.change(request, send, |watch, request, answer| {
            let conflicts: Vec<i32> = answer.conflicts.iter().map(|it| it.line).collect();
            if !request.dry_run {
                watch.scored_in_file(&request.parent, &request.file, &conflicts);
            }
        })
        .await
    }
}

/// Everything of a stream.
async fn all<T>(mut stream: tonic::Streaming<T>) -> Result<Vec<T>, Status> {
    let mut all = Vec::new();
    while let Some(one) = stream.next().await {
        all.push(one?);
    }
    Ok(all)
}

impl Front {
    fn roster(
        &self,
        session: &str,
        mut lines: Vec<RosterEntry>,
        after: &str,
    ) -> BoxStream<RosterEntry> {
        if self.strikes(|it| it.lies) && !after.is_empty() {
            lines = lines.split_off(1.min(lines.len()));
        }
        let is_longer = |most: &mut usize| *most < lines.len();
        let cut = self.strikes(|it| it.cut_after.take_if(is_longer));
        let mut told: Vec<Result<RosterEntry, Status>> = lines.into_iter().map(Ok).collect();
        told.truncate(cut.unwrap_or(usize::MAX));
        self.watched(|watch| {
            let lines = || told.iter().flatten();
            for line in lines() {
                watch.roster_line(session, &line.candidate_number);
            }
            match (cut, lines().last()) {
                (Some(_), Some(last)) => watch.roster_cut(session, &last.resume_token),
                _ => watch.roster_ended(session),
            }
        });
        if cut.is_some() {
            told.push(Err(Status::unavailable("the connection broke")));
        }
        self.news.notify_waiters();
        Box::pin(tokio_stream::iter(told))
    }

    fn file(&self, session: &str, pieces: Vec<HttpBody>) -> BoxStream<HttpBody> {
        let cut = self.strikes(Strikes::cuts_a_file);
        let mut told: Vec<Result<HttpBody, Status>> = pieces.into_iter().map(Ok).collect();
        if cut {
            told.truncate(1);
            told.push(Err(Status::unavailable("the connection broke")));
        }
        self.watched(|watch| match cut {
            true => watch.file_cut(session),
            false => {
                let data: Vec<u8> = told
                    .iter()
                    .flatten()
                    .flat_map(|it| it.data.clone())
                    .collect();
                watch.file_ended(session, &data);
            }
        });
        self.news.notify_waiters();
        Box::pin(tokio_stream::iter(told))
    }
}
