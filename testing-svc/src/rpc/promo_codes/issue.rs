//! IssuePromoCode: one per person and campaign, both systems together.
//!
//! The right is claimed in questionnaire-svc first: there the row of the application decides
//! between a code and a certificate. A claimed right stays good, so a call that breaks off after
//! the claim is simply made again.

use anyhow::anyhow;
use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use jiff::Timestamp;
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::{explained, written};
use crate::domain::code::{ALPHABET, Code, LENGTH};
use crate::domain::iin_index::IinIndex;
use crate::domain::promo_code::{PromoCode, State};
use crate::domain::refusal::Refusal;
use crate::domain::test_system::TestSystem;
use crate::rpc::{enums, parse};
use crate::{Context, clients, events, store};

/// How often to draw again when by chance a code exists. Once is unheard of.
const DRAWS: usize = 5;

/// What the neighbours say: when the code ends, and whose IIN it is for.
struct Right {
    expires: Timestamp,
    iin: IinIndex,
}

pub async fn issue(
    ctx: &Context,
    request: Request<pb::IssuePromoCodeRequest>,
) -> Result<pb::PromoCode> {
    let caller = Caller::of(&request);
    let account = caller.person()?.account;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let campaign = parse::campaign(&mut violations, "parent", &pb.parent);
    let system = parse::word(
        &mut violations,
        "test_system",
        pb.test_system,
        enums::from_test_system,
    );
    parse::request_id(&mut violations, &pb.request_id);
    let (Some(campaign), Some(system), true) = (campaign, system, violations.is_empty()) else {
        return Err(violations.into());
    };

    // Who has a code needs no right: a repeat is answered even while the neighbours are down.
    let right = match store::promo_code::of(ctx.db.read(), &campaign, account).await? {
        Some(_) => None,
        None => Some(claim(ctx, &campaign, account).await?),
    };
    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "IssuePromoCode",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(code) => return Ok(explained(code)),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    refuse_second(tx, &campaign, account).await?;
    let right = right.ok_or_else(|| Error::Internal(anyhow!("a promo code vanished")))?;
    let code = insert(ctx, tx, &campaign, account, system, &right).await?;
    audit::record(
        tx,
        &ctx.clock,
        &caller,
        "IssuePromoCode",
        &code.name(),
        system.as_str(),
    )
    .await?;
    events::promo_code_issued(ctx, tx, &code).await?;
    let answer = write.commit(written(&code, code.issued)).await?;
    Ok(explained(answer))
}

/// The person first: a right is claimed for good, so nothing may be missing then.
async fn claim(ctx: &Context, campaign: &str, account: Uuid) -> Result<Right> {
    let iin = clients::identity::iin(ctx, account).await?;
    let expires = clients::questionnaire::claim_promo_right(ctx, campaign, account).await?;
    Ok(Right {
        expires,
        iin: ctx.config.iin_key.index(&iin),
    })
}

async fn refuse_second(tx: &Tx, campaign: &str, account: Uuid) -> Result<()> {
    match store::promo_code::of(tx, campaign, account).await? {
        Some(first) => Err(Refusal::PromoCodeAlreadyIssued {
            promo_code: first.name(),
            test_system: first.test_system,
        }
        .into()),
        None => Ok(()),
    }
}

async fn insert(
    ctx: &Context,
    tx: &Tx,
    campaign: &str,
    account: Uuid,
    test_system: TestSystem,
    right: &Right,
) -> Result<PromoCode> {
    for _ in 0..DRAWS {
        let drawn = ctx.ids.code(ALPHABET, LENGTH);
        let code = PromoCode {
            id: ctx.ids.uuid(),
            campaign: campaign.to_owned(),
            account,
            code: Code::parse(&drawn).map_err(|reason| anyhow!("a drawn code has {reason}"))?,
            test_system,
            iin: right.iin,
            state: State::Issued,
            issued: ctx.clock.now(),
            expires: right.expires,
            version: 1,
        };
        if store::promo_code::insert(tx, &code).await? {
            return Ok(code);
        }
        // Another call of the same person was faster; else draw again.
        refuse_second(tx, campaign, account).await?;
    }
    Err(Error::Internal(anyhow!("no free code was drawn")))
}
