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

use super::{Proofs, show};
use crate::domain::registration::{Attempt, State};
use crate::domain::{login, password};
use crate::rpc::{check_request_id, language_from_pb};
use crate::{Context, store};

/// A request without mistakes.
struct Wanted {
    iin: Iin,
    email: Email,
    password: Masked<String>,
    language: Language,
    campaign: Option<String>,
}

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateRegistrationAttemptRequest>,
) -> Result<pb::RegistrationAttempt> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let wanted = parse(&pb)?;
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
        iin: Masked::new(wanted.iin.reveal()),
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
    let proofs = Proofs::new(ctx);
    proofs.put_into(ctx, &mut attempt, now);
    store::registration::insert(&ctx.sealer, write.tx(), &attempt).await?;
    proofs.send(ctx, write.tx(), &attempt, now).await?;
    write.commit(show(&attempt, ctx)).await
}

fn parse(pb: &pb::CreateRegistrationAttemptRequest) -> Result<Wanted> {
    let wanted = pb.registration_attempt.clone().unwrap_or_default();
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let field = |name: &str| format!("registration_attempt.{name}");
    let iin = violations.take(&field("iin"), login::iin(&wanted.iin));
    let email = violations.take(&field("email"), login::email(&wanted.email));
    let digits = iin.map(|iin| iin.reveal());
    let password = password::check(
        &mut violations,
        &field("password"),
        &wanted.password,
        digits.as_deref(),
        email.as_ref(),
    );
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
        &wanted.iin.reveal(),
        wanted.email.reveal(),
        wanted.password.reveal(),
        wanted.language.code(),
        wanted.campaign.as_deref().unwrap_or_default(),
    ])
}
