//! Signs in with the IIN or the e-mail address. A login that nobody has takes the same work and
//! gets the same answer as a wrong password.

use chassis::caller::Caller;
use chassis::database::Together;
use chassis::mask::Masked;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::identity::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::{Tokens, show};
use crate::domain::failed_sign_in::FailedSignIn;
use crate::domain::refusal::Refusal;
use crate::domain::session::{Holder, Session, State};
use crate::domain::{login, password};
use crate::rpc::check_request_id;
use crate::rpc::place::Place;
use crate::rpc::throttle::{Throttle, What};
use crate::store::account::Indexes;
use crate::store::sign_in::{Asked, ask};
use crate::{Context, store};

const RPC: &str = "CreateSession";

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateSessionRequest>,
) -> Result<pb::Session> {
    let (caller, place) = (Caller::of(&request), Place::of(ctx, &request));
    let pb = request.into_inner();
    let (login, password) = parse(&pb)?;
    let throttle = Throttle::new(ctx, What::Password, &login, &place);
    let Known {
        account,
        hash,
        has_failed,
    } = check(ctx, &login, &place, &throttle, &password).await?;
    let rehashed = match ctx.hasher.is_outdated(&hash) {
        true => Some(ctx.hasher.hash(&password, &ctx.ids).await?),
        false => None,
    };

    let what = ctx.secrets.fingerprint(&[&login, password.reveal()]);
    let (db, clock, now) = (&ctx.db, &ctx.clock, ctx.clock.now());
    let ends = now + ctx.config.lifetimes.absolute;
    let mut session = Session {
        id: ctx.ids.uuid(),
        holder: Holder::Account(account),
        created: now,
        ends,
        ended: None,
        generation: 1,
        access_expires: ends,
        refresh_expires: ends,
    };
    let mut effect = Together::default();
    let unchanged = store::account::lock_password_hash_with(&mut effect, account, &hash);
    let tokens = Tokens::open(ctx, &mut effect, &mut session, now);
    let by = crate::domain::account::name(account);
    audit::record_with(&mut effect, clock, &caller, RPC, &session.name(), &by);
    // Tokens are not kept: a repeat gets new ones.
    let (id, answer) = (&pb.request_id, show(&session, now));
    let write = match once::whole(db, clock, &caller, RPC, id, &what, &answer, effect).await? {
        Once::Answered(answer) => return again(ctx, &answer).await,
        Once::Begun(write) => write,
    };
    // Changed since it was checked: what ended every session must not leave a new one behind.
    if write.met.of(unchanged) == 0 {
        return Err(Refusal::SignInFailed.into());
    }
    let tx = write.tx();
    if has_failed {
        throttle.forget(tx).await?;
    }
    if let Some(rehashed) = &rehashed {
        store::account::save_password_hash(tx, account, &hash, rehashed).await?;
    }
    write.commit().await?;
    Ok(tokens.show_with(&session, now))
}

fn parse(pb: &pb::CreateSessionRequest) -> Result<(String, Masked<String>)> {
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let login = login::normal(&violations.text("login", &pb.login, login::LONGEST_EMAIL));
    let password = password::sent(&mut violations, "password", &pb.password);
    violations.into_result()?;
    Ok((login, password))
}

/// Who signs in.
struct Known {
    account: Uuid,
    hash: Masked<String>,
    /// With this login from this address, lately.
    has_failed: bool,
}

async fn check(
    ctx: &Context,
    login: &str,
    place: &Place,
    throttle: &Throttle,
    password: &Masked<String>,
) -> Result<Known> {
    let _turn = ctx.turns.take(throttle.key()).await;
    // Both are looked for whatever the login looks like: the work is the same.
    let (iin, email) = (ctx.secrets.iin_index(login), ctx.secrets.email_index(login));
    let indexes = Indexes {
        iin: &iin,
        email: &email,
    };
    let Asked { counts, known } = ask(ctx.db.read(), &indexes, throttle.keys()).await?;
    let has_failed = throttle.judge(ctx, &counts)?;
    let right = ctx
        .hasher
        .verify(password, known.as_ref().map(|(_, hash)| hash))
        .await?;
    match known {
        Some((account, hash)) if right => Ok(Known {
            account,
            hash,
            has_failed,
        }),
        _ => {
            let tx = ctx.db.begin().await?;
            throttle.count(ctx, &tx).await?;
            let failed = FailedSignIn {
                id: ctx.ids.uuid(),
                time: ctx.clock.now(),
                account: known.map(|(account, _)| account),
                login_index: ctx.secrets.login_index(login),
                origin_index: ctx.secrets.origin_index(place),
            };
            store::failed_sign_in::insert(&tx, &failed).await?;
            ctx.db.commit(tx).await?;
            Err(Refusal::SignInFailed.into())
        }
    }
}

/// New tokens of the session that the first call opened.
pub(in crate::rpc) async fn again(ctx: &Context, first: &pb::Session) -> Result<pb::Session> {
    let ended = || Error::Unauthenticated("SESSION_ENDED");
    let id = chassis::name::uuid("sessions/*", &first.name).ok_or_else(ended)?;
    let tx = ctx.db.begin().await?;
    let now = ctx.clock.now();
    let session = store::session::lock(&tx, id).await?;
    let mut session = session
        .filter(|session| session.state(now) == State::Active)
        .ok_or_else(ended)?;
    let tokens = Tokens::issue(ctx, &tx, &mut session, now).await?;
    ctx.db.commit(tx).await?;
    Ok(tokens.show_with(&session, now))
}
