//! Signing in, staying signed in, signing out.

use std::sync::Arc;

use chassis::caller::Caller;
use chassis::clock::to_pb;
use chassis::database::{Together, Tx};
use chassis::mask::Masked;
use chassis::violation::Violations;
use proto::identity::v1 as pb;
use proto::identity::v1::sessions_server;
use tonic::{Request, Response, Status};

use super::named;
use crate::domain::session::{Holder, Session, State};
use crate::domain::{account, signing_organisation};
use crate::secrets::{new_token, token_hash};
use crate::store::session::Pair;
use crate::{Context, store};
use jiff::Timestamp;
use uuid::Uuid;

mod create;
mod end;
mod end_others;
mod exchange;
mod get;
mod list;
mod refresh;

pub(in crate::rpc) use create::again;

#[derive(Clone)]
pub struct Sessions(Arc<Context>);

impl Sessions {
    pub fn new(ctx: Arc<Context>) -> Self {
        Self(ctx)
    }
}

#[tonic::async_trait]
impl sessions_server::Sessions for Sessions {
    async fn create_session(
        &self,
        request: Request<pb::CreateSessionRequest>,
    ) -> Result<Response<pb::Session>, Status> {
        Ok(Response::new(create::create(&self.0, request).await?))
    }

    async fn refresh_session(
        &self,
        request: Request<pb::RefreshSessionRequest>,
    ) -> Result<Response<pb::Session>, Status> {
        Ok(Response::new(refresh::refresh(&self.0, request).await?))
    }

    async fn get_session(
        &self,
        request: Request<pb::GetSessionRequest>,
    ) -> Result<Response<pb::Session>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_sessions(
        &self,
        request: Request<pb::ListSessionsRequest>,
    ) -> Result<Response<pb::ListSessionsResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn end_other_sessions(
        &self,
        request: Request<pb::EndOtherSessionsRequest>,
    ) -> Result<Response<pb::EndOtherSessionsResponse>, Status> {
        Ok(Response::new(
            end_others::end_others(&self.0, request).await?,
        ))
    }

    async fn end_session(
        &self,
        request: Request<pb::EndSessionRequest>,
    ) -> Result<Response<pb::Session>, Status> {
        Ok(Response::new(end::end(&self.0, request).await?))
    }

    async fn exchange_session(
        &self,
        request: Request<pb::ExchangeSessionRequest>,
    ) -> Result<Response<pb::ExchangeSessionResponse>, Status> {
        Ok(Response::new(exchange::exchange(&self.0, request).await?))
    }
}

/// The session without its tokens.
pub(in crate::rpc) fn show(session: &Session, now: Timestamp) -> pb::Session {
    use pb::session::State as Wire;
    let state = match session.state(now) {
        State::Active => Wire::Active,
        State::Ended => Wire::Ended,
        State::Expired => Wire::Expired,
    };
    let (mut account, mut signatory, mut organisation) = Default::default();
    match session.holder {
        Holder::Account(id) => account = account::name(id),
        Holder::Signatory {
            id,
            organisation: bin,
        } => {
            signatory = signing_organisation::signatory_name(id);
            organisation = signing_organisation::name(bin);
        }
    }
    pb::Session {
        name: session.name(),
        account,
        signatory,
        organisation,
        access_expire_time: Some(to_pb(session.access_expires)),
        refresh_expire_time: Some(to_pb(session.refresh_expires)),
        create_time: Some(to_pb(session.created)),
        state: state.into(),
        ..Default::default()
    }
}

/// A pair of tokens, shown once.
pub(in crate::rpc) struct Tokens {
    access: Masked<String>,
    refresh: Masked<String>,
}

impl Tokens {
    /// Opens a session with its first pair, among statements that go together.
    pub(in crate::rpc) fn open(
        ctx: &Context,
        all: &mut Together,
        session: &mut Session,
        now: Timestamp,
    ) -> Self {
        let (tokens, [access, refresh]) = Self::draw(ctx, session, now);
        store::session::open(all, session, &pair(&access, &refresh));
        tokens
    }

    /// A new pair of the session's generation, good from now on.
    pub(in crate::rpc) async fn issue(
        ctx: &Context,
        tx: &Tx,
        session: &mut Session,
        now: Timestamp,
    ) -> chassis::Result<Self> {
        let (tokens, [access, refresh]) = Self::draw(ctx, session, now);
        store::session::add_pair(tx, session, &pair(&access, &refresh)).await?;
        Ok(tokens)
    }

    /// With the hashes under which they are kept.
    fn draw(ctx: &Context, session: &mut Session, now: Timestamp) -> (Self, [String; 2]) {
        let lifetimes = &ctx.config.lifetimes;
        session.access_expires = (now + lifetimes.access).min(session.ends);
        session.refresh_expires = (now + lifetimes.idle).min(session.ends);
        let tokens = Self {
            access: new_token(&ctx.ids),
            refresh: new_token(&ctx.ids),
        };
        let hashes = [&tokens.access, &tokens.refresh].map(|it| token_hash(it.reveal()));
        (tokens, hashes)
    }

    pub(in crate::rpc) fn show_with(self, session: &Session, now: Timestamp) -> pb::Session {
        pb::Session {
            access_token: self.access.into_revealed(),
            refresh_token: self.refresh.into_revealed(),
            ..show(session, now)
        }
    }
}

fn pair<'a>(access_hash: &'a str, refresh_hash: &'a str) -> Pair<'a> {
    Pair {
        access_hash,
        refresh_hash,
    }
}

/// As its owner sees it, who may be in it now.
fn show_to(caller: &Caller, session: &Session, now: Timestamp) -> pb::Session {
    let current = session_of(caller) == Some(session.id);
    pb::Session {
        current,
        ..show(session, now)
    }
}

/// The session that a name means, where `sessions/current` is the one the caller is in.
fn meant(violations: &mut Violations, caller: &Caller, name: &str) -> Option<Uuid> {
    session_of(caller)
        .filter(|_| name == "sessions/current")
        .or_else(|| named(violations, "name", "sessions/*", name))
}

fn session_of(caller: &Caller) -> Option<Uuid> {
    match caller {
        Caller::Person(person) => Some(person.session),
        Caller::Signatory(signatory) => Some(signatory.session),
        _ => None,
    }
}
