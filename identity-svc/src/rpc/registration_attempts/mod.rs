//! From an IIN and an e-mail address to an account. Answers never tell who is known.

use std::sync::Arc;

use chassis::clock::to_pb;
use proto::identity::v1 as pb;
use proto::identity::v1::registration_attempts_server;
use tonic::{Request, Response, Status};

use super::language_to_pb;
use super::proof::Secret;
use crate::domain::refusal::Refusal;
use crate::domain::registration::{Attempt, Rules, State, proof_content};
use crate::inbox::{self, RegistrationMail};
use crate::store::mail::Purpose;
use crate::{Context, store};
use chassis::database::Tx;
use jiff::Timestamp;

mod complete;
mod create;
mod get;
mod prove;
mod prove_iin;
mod resend;

#[derive(Clone)]
pub struct RegistrationAttempts(Arc<Context>);

impl RegistrationAttempts {
    pub fn new(ctx: Arc<Context>) -> Self {
        Self(ctx)
    }
}

#[tonic::async_trait]
impl registration_attempts_server::RegistrationAttempts for RegistrationAttempts {
    async fn create_registration_attempt(
        &self,
        request: Request<pb::CreateRegistrationAttemptRequest>,
    ) -> Result<Response<pb::RegistrationAttempt>, Status> {
        Ok(Response::new(create::create(&self.0, request).await?))
    }

    async fn get_registration_attempt(
        &self,
        request: Request<pb::GetRegistrationAttemptRequest>,
    ) -> Result<Response<pb::RegistrationAttempt>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn prove_registration_email(
        &self,
        request: Request<pb::ProveRegistrationEmailRequest>,
    ) -> Result<Response<pb::RegistrationAttempt>, Status> {
        Ok(Response::new(prove::prove(&self.0, request).await?))
    }

    async fn resend_registration_code(
        &self,
        request: Request<pb::ResendRegistrationCodeRequest>,
    ) -> Result<Response<pb::RegistrationAttempt>, Status> {
        Ok(Response::new(resend::resend(&self.0, request).await?))
    }

    async fn complete_registration_attempt(
        &self,
        request: Request<pb::CompleteRegistrationAttemptRequest>,
    ) -> Result<Response<pb::Account>, Status> {
        Ok(Response::new(complete::complete(&self.0, request).await?))
    }
}

const PATTERN: &str = "registrationAttempts/*";

/// Never the IIN or the address it was made with.
fn show(attempt: &Attempt, ctx: &Context) -> pb::RegistrationAttempt {
    use pb::registration_attempt::State as Wire;
    let state = match attempt.state(ctx.clock.now()) {
        State::Pending => Wire::Pending,
        State::EmailProven => Wire::EmailProven,
        State::Completed => Wire::Completed,
        State::Expired => Wire::Expired,
    };
    let resend = attempt.resend_time(&ctx.config.registration);
    pb::RegistrationAttempt {
        name: attempt.name(),
        language: language_to_pb(attempt.language).into(),
        campaign: attempt.campaign.clone().unwrap_or_default(),
        state: state.into(),
        create_time: Some(to_pb(attempt.created)),
        expire_time: Some(to_pb(attempt.expires)),
        resend_time: (state == Wire::Pending).then(|| to_pb(resend)),
        proof_content: proof_content(&ctx.config.public_url, &attempt.name()).into(),
        ..Default::default()
    }
}

/// Makes the attempt wait for this code and this link, and for no others.
fn put_into(secret: &Secret, ctx: &Context, attempt: &mut Attempt, now: Timestamp) {
    let hashes = secret.hashes(ctx, attempt.id);
    attempt.code_hash = hashes.code;
    attempt.code_expires = now + ctx.config.registration.code_life;
    attempt.code_tries = 0;
    attempt.token_hash = hashes.token;
    attempt.mailed = now;
}

/// Whether a mailbox gets one more mail, whoever asked for those before. The first that is asked for
/// from an address of the net is sent in any case, so that nobody can keep the owner of a mailbox from
/// registering by asking for all the mails from elsewhere.
async fn may_send(
    ctx: &Context,
    tx: &Tx,
    attempt: &Attempt,
    is_first: bool,
) -> chassis::Result<Result<(), Refusal>> {
    let to_index = ctx.secrets.email_index(attempt.email.reveal());
    let since = ctx.clock.now() - Rules::MAIL_WINDOW;
    let (sent, oldest) =
        store::mail::sent_since(tx, &to_index, Purpose::Registration, since).await?;
    if sent < ctx.config.registration.most_mails || is_first {
        return Ok(Ok(()));
    }
    let retry_time = oldest + Rules::MAIL_WINDOW;
    Ok(Err(Refusal::RateLimited { retry_time }))
}

async fn send(secret: &Secret, ctx: &Context, tx: &Tx, attempt: &Attempt) -> chassis::Result<()> {
    let mail = RegistrationMail {
        to: &attempt.email,
        language: attempt.language,
        attempt: &attempt.name(),
        code: &secret.code,
        code_minutes: ctx.config.registration.code_life.as_mins(),
        token: &secret.token,
    };
    inbox::send_registration(ctx, tx, ctx.clock.now(), mail).await
}
