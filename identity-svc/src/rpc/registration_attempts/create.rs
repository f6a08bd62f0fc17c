//! Starts a registration and mails a code and a link. Whether the IIN or the address is known is
//! not even looked up, so the answer can't tell.

use chassis::caller::Caller;
use chassis::identifier::Iin;
use chassis::mask::{Email, Masked};
use chassis::once::{self, Once};
use chassis::text::Language;
use chassis::violation::Violations;
use chassis::{Result, name};
use proto::identity::v1 as pb;
use tonic::Request;

use super::{may_send, put_into, send, show};
use crate::domain::login;
use crate::domain::password::{self, Owner};
use crate::domain::registration::{Attempt, State};
use crate::rpc::place::Place;
use crate::rpc::proof::Secret;
use crate::rpc::throttle::{Throttle, What};
use crate::rpc::{check_request_id, language_from_pb};
use crate::{Context, store};

/// A request without mistakes.
struct Wanted {
    /// `None` for who says that they have none.
    iin: Option<Iin>,
    email: Email,
    password: Masked<String>,
    language: Language,
    campaign: Option<String>,
}

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateRegistrationAttemptRequest>,
) -> Result<pb::RegistrationAttempt> {
    let (caller, place) = (Caller::of(&request), Place::of(ctx, &request));
    let pb = request.into_inner();
    let wanted = parse(&pb)?;
    let throttle = Throttle::new(ctx, What::Registration, wanted.email.reveal(), &place);
    throttle.check(ctx).await?;
    let unknown_campaign = || Violations::one("registration_attempt.campaign", "UNKNOWN_VALUE");
    let terms = match &wanted.campaign {
        Some(campaign) => Some(
            ctx.questionnaire
                .terms(campaign)
                .await?
                .ok_or_else(unknown_campaign)?,
        ),
        None => None,
    };
    let password_hash = ctx.hasher.hash(&wanted.password, &ctx.ids).await?;

    let (db, clock) = (&ctx.db, &ctx.clock);
    let what = fingerprint(ctx, &wanted);
    let rpc = "CreateRegistrationAttempt";
    let write = match once::begin(db, clock, &caller, rpc, &pb.request_id, &what).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let now = clock.now();
    if let Some(terms) = &terms {
        terms.check_window(now)?;
    }
    let mut attempt = Attempt {
        id: ctx.ids.uuid(),
        kept_state: State::Pending,
        iin: Masked::new(wanted.iin.map(|iin| iin.reveal()).unwrap_or_default()),
        email: Masked::new(wanted.email.reveal().to_owned()),
        password_hash,
        language: wanted.language,
        campaign: wanted.campaign,
        code_hash: String::new(),
        code_expires: now,
        code_tries: 0,
        token_hash: String::new(),
        mailed: now,
        created: now,
        expires: now + ctx.config.registration.life,
        account: None,
    };
    let is_first = throttle.count(ctx, write.tx()).await?;
    let secret = Secret::new(ctx);
    put_into(&secret, ctx, &mut attempt, now);
    store::registration::insert(&ctx.sealer, write.tx(), &attempt).await?;
    // Told to nobody: it would tell that somebody registers with this mailbox just now.
    match may_send(ctx, write.tx(), &attempt, is_first).await? {
        Ok(()) => send(&secret, ctx, write.tx(), &attempt).await?,
        Err(_) => tracing::warn!(attempt = %attempt.id, "too many mails lately: no mail"),
    }
    write.commit(show(&attempt, ctx)).await
}

fn parse(pb: &pb::CreateRegistrationAttemptRequest) -> Result<Wanted> {
    let wanted = pb.registration_attempt.clone().unwrap_or_default();
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let field = |name: &str| format!("registration_attempt.{name}");
    let iin = match (wanted.no_iin, wanted.iin.trim()) {
        (true, "") => Some(None),
        (true, _) => violations.take(&field("iin"), Err("IIN_NOT_EXPECTED")),
        (false, iin) => violations.take(&field("iin"), login::iin(iin).map(Some)),
    };
    let email = violations.take(&field("email"), login::email(&wanted.email));
    let digits = iin.flatten().map(|iin| iin.reveal());
    let owner = Owner {
        iin: digits.as_deref(),
        email: email.as_ref(),
        ..Owner::NOBODY
    };
    let password = password::check(&mut violations, &field("password"), &wanted.password, owner);
    let language = language_from_pb(&mut violations, &field("language"), wanted.language);
    let campaign = Some(wanted.campaign).filter(|campaign| !campaign.is_empty());
    if campaign
        .as_deref()
        .is_some_and(|it| name::capture::<1>("campaigns/*", it).is_none())
    {
        violations.add(field("campaign"), "INVALID_NAME");
    }
    match (iin, email) {
        (Some(iin), Some(email)) if violations.is_empty() => Ok(Wanted {
            iin,
            email,
            password,
            language,
            campaign,
        }),
        _ => Err(violations.into()),
    }
}

fn fingerprint(ctx: &Context, wanted: &Wanted) -> Vec<u8> {
    ctx.secrets.fingerprint(&[
        &wanted.iin.map(|iin| iin.reveal()).unwrap_or_default(),
        wanted.email.reveal(),
        wanted.password.reveal(),
        wanted.language.code(),
        wanted.campaign.as_deref().unwrap_or_default(),
    ])
}
