//! Trades an access token for a caller token that one service believes for a minute. The roles
//! are those of this moment.

use chassis::caller::{CallerClaims, OrganisationKind, TOKEN_LIFE};
use chassis::clock::to_pb;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::identity::v1 as pb;
use tonic::Request;

use crate::domain::session::{Holder, Session, State};
use crate::domain::signing_organisation::Kind;
use crate::secrets::token_hash;
use crate::{Context, store};

/// Who can be called in a person's name.
const AUDIENCES: [&str; 4] = [
    "identity-svc",
    "questionnaire-svc",
    "review-svc",
    "testing-svc",
];

pub async fn exchange(
    ctx: &Context,
    request: Request<pb::ExchangeSessionRequest>,
) -> Result<pb::ExchangeSessionResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    if pb.audience.is_empty() {
        violations.add("audience", "REQUIRED");
    } else if !AUDIENCES.contains(&pb.audience.as_str()) {
        violations.add("audience", "UNKNOWN_VALUE");
    }
    violations.into_result()?;

    let hash = token_hash(&pb.access_token);
    let now = ctx.clock.now();
    let known = store::session::by_access_token(ctx.db.read(), &hash).await?;
    let token = known.ok_or(Error::Unauthenticated("NOT_SIGNED_IN"))?;
    if token.session.state(now) != State::Active {
        return Err(Error::Unauthenticated("SESSION_ENDED"));
    }
    // The session goes on: a refresh brings a token that is good.
    if now >= token.expires {
        return Err(Error::Unauthenticated("NOT_SIGNED_IN"));
    }
    if !token.used {
        let tx = ctx.db.begin().await?;
        store::session::mark_used(&tx, &hash).await?;
        ctx.db.commit(tx).await?;
    }
    let expires = now + TOKEN_LIFE;
    let claims = claims(ctx, &token.session).await?;
    Ok(pb::ExchangeSessionResponse {
        caller_token: ctx.signer.sign(&pb.audience, expires, &claims)?,
        expire_time: Some(to_pb(expires)),
    })
}

async fn claims(ctx: &Context, session: &Session) -> Result<CallerClaims> {
    let (on, sid) = (ctx.db.read(), session.id);
    match session.holder {
        Holder::Account(account) => Ok(CallerClaims::Person {
            sub: account,
            sid,
            roles: store::role::of(on, account).await?,
        }),
        Holder::Signatory { id, organisation } => {
            let ended = || Error::Unauthenticated("SESSION_ENDED");
            let signatory = store::signatory::find(&ctx.sealer, on, id).await?;
            let known = store::signing_organisation::find(on, organisation).await?;
            let (signatory, known) = signatory.zip(known).ok_or_else(ended)?;
            // What the organisation lets is of this moment, as roles are.
            signatory.may_act(&known).map_err(|_| ended())?;
            Ok(CallerClaims::Signatory {
                sub: id,
                sid,
                bin: organisation.to_string(),
                kind: match known.kind {
                    Kind::College => OrganisationKind::College,
                    Kind::EducationDepartment => OrganisationKind::EducationDepartment,
                    Kind::Other => OrganisationKind::Other,
                },
            })
        }
    }
}
