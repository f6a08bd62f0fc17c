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
use crate::rpc::{enums, parse};
use crate::store::campaign_window::Window;
use crate::{Context, clients, events, store};

/// How often to draw again when by chance a code exists. Once is unheard of.
const DRAWS: usize = 5;

/// What the neighbours say: when the campaign closes, and whose IIN the code is for.
struct Right {
    window: Window,
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
    let expires = end(ctx, tx, &campaign, right.window).await?;
    let code = PromoCode {
        id: ctx.ids.uuid(),
        campaign,
        account,
        code: draw(ctx)?,
        test_system: system,
        iin: right.iin,
        state: State::Issued,
        issued: ctx.clock.now(),
        expires,
        version: 1,
    };
    let code = insert(ctx, tx, code).await?;
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
    let window = clients::questionnaire::claim_promo_right(ctx, campaign, account).await?;
    Ok(Right {
        window,
        iin: ctx.config.iin_key.index(&iin),
    })
}

/// When a code that is written now ends. The campaign may have moved since it was asked, or its news may
/// not have come yet: the newer of the two holds, and does not move until the code is there.
async fn end(ctx: &Context, tx: &Tx, campaign: &str, told: Window) -> Result<Timestamp> {
    let known = store::campaign_window::find(tx, campaign).await?;
    // Not under the lock that is shared: two who both want more of it would wait for each other.
    if known.is_none_or(|known| known.version < told.version) {
        events::learn_window(ctx, tx, campaign, told).await?;
    }
    let held = store::campaign_window::hold(tx, campaign).await?;
    Ok(held.map_or(told.close, |held| held.close))
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

fn draw(ctx: &Context) -> Result<Code> {
    let drawn = ctx.ids.code(ALPHABET, LENGTH);
    Ok(Code::parse(&drawn).map_err(|reason| anyhow!("a drawn code has {reason}"))?)
}

async fn insert(ctx: &Context, tx: &Tx, mut code: PromoCode) -> Result<PromoCode> {
    for _ in 0..DRAWS {
        if store::promo_code::insert(tx, &code).await? {
            return Ok(code);
        }
        // Another call of the same person was faster; else draw again.
        refuse_second(tx, &code.campaign, code.account).await?;
        code.code = draw(ctx)?;
    }
    Err(Error::Internal(anyhow!("no free code was drawn")))
}
