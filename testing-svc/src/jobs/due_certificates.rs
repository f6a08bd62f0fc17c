//! Issues the certificates that results wait for: after a publication, and after an appeal that changed
//! a total. One transaction each, under the lock of the result, so that it doesn't matter how many
//! processes look at once, or how often.

use anyhow::anyhow;
use chassis::clock::astana_date;
use chassis::database::Tx;
use chassis::mask::Masked;
use chassis::{Error, Result, audit};
use jiff::SignedDuration;

use super::this_service;
use crate::domain::certificate::basis::Drawn;
use crate::domain::certificate::number::{CODE_DRAWN, Code, NUMBER_DRAWN, Number};
use crate::domain::certificate::paper::{KeyId, Paper};
use crate::domain::certificate::{Certificate, State};
use crate::domain::code::ALPHABET;
use crate::domain::stage_result::StageResult;
use crate::store::certificate::Due;
use crate::{Context, clients, events, store};

/// Certificates of one turn: their people are asked for one by one.
const TURN: u64 = 100;
/// How long after a failure a result is looked at again; the others go on meanwhile.
const REST: SignedDuration = SignedDuration::from_mins(10);

pub async fn run(ctx: &Context) -> Result<()> {
    // Without a key nothing is issued, and nothing that waits is lost.
    let Some(key) = ctx.config.certificate_keys.signing() else {
        return Ok(());
    };
    for due in store::certificate::due(ctx.db.read(), ctx.clock.now(), TURN).await? {
        match clients::identity::full_name(ctx, due.account).await {
            Ok(name) => issue(ctx, &due, key, name).await?,
            // It is away: nobody's turn until it is back.
            Err(Error::Unavailable(reason)) => return Err(Error::Unavailable(reason)),
            Err(error) => put_off(ctx, &due, &error).await?,
        }
    }
    Ok(())
}

async fn issue(ctx: &Context, due: &Due, key: KeyId, name: Masked<String>) -> Result<()> {
    let (tx, now) = (ctx.db.begin().await?, ctx.clock.now());
    // Locked, so that who makes certificates of one result comes one after another.
    let result = store::stage_result::lock(&tx, due.result).await?;
    let Some(result) = result.filter(|it| it.is_due(now)) else {
        return Ok(());
    };
    store::certificate::put_off(&tx, due.result, None).await?;
    let before = store::certificate::lock_newest(&tx, due.result).await?;
    let before = before.map(|it| it.certificate);
    let stays = |it: &Certificate| it.state == State::Revoked && it.reissued.is_none();
    let is_revoked = before.as_ref().is_some_and(stays);
    let paper = result.paper(drawn(ctx, key)?, name);
    // What was revoked stays so until somebody decides otherwise.
    if let Some(paper) = paper.filter(|_| !is_revoked) {
        let new = replace(ctx, &tx, &result, paper, before.as_ref()).await?;
        let title = &result.terms.as_ref().ok_or_else(no_terms)?.title;
        events::certificate_issued(ctx, &tx, &new, title, before.as_ref()).await?;
    }
    Ok(ctx.db.commit(tx).await?)
}

fn drawn(ctx: &Context, key: KeyId) -> Result<Drawn> {
    let number = Number::of(&ctx.ids.code(ALPHABET, NUMBER_DRAWN));
    let code = Code::of(&ctx.ids.code(ALPHABET, CODE_DRAWN));
    let wrong = || Error::Internal(anyhow!("what was drawn is no number"));
    Ok(Drawn {
        number: number.ok_or_else(wrong)?,
        code: code.ok_or_else(wrong)?,
        key,
        day: astana_date(ctx.clock.now()),
    })
}

async fn replace(
    ctx: &Context,
    tx: &Tx,
    result: &StageResult,
    paper: Paper,
    before: Option<&Certificate>,
) -> Result<Certificate> {
    let (by, now) = (this_service(), ctx.clock.now());
    let sealed = ctx.config.certificate_keys.seal(&paper);
    let new = Certificate {
        id: ctx.ids.uuid(),
        campaign: result.campaign.clone(),
        stage: result.stage,
        result: result.id,
        account: result.account,
        edition: before.map_or(1, |it| it.edition + 1),
        sealed: sealed.ok_or_else(|| Error::Internal(anyhow!("a paper can't be sealed")))?,
        state: State::Valid,
        issued: now,
        ended: None,
        revocation: None,
        reissued: None,
        version: 1,
    };
    if let Some(before) = before.filter(|it| it.state == State::Valid) {
        let mut before = before.clone();
        before.supersede(now)?;
        store::certificate::finish(tx, &before, None).await?;
        let (name, by_name) = (before.name(), new.name());
        audit::record(tx, &ctx.clock, &by, "SupersedeCertificate", &name, &by_name).await?;
    }
    if !store::certificate::insert(tx, &new, &paper.number).await? {
        // Once in a million million times a number is drawn again: the next turn draws another.
        return Err(Error::Unavailable(anyhow!("a number was drawn twice")));
    }
    let detail = format!("edition {}", new.edition);
    audit::record(
        tx,
        &ctx.clock,
        &by,
        "IssueCertificate",
        &new.name(),
        &detail,
    )
    .await?;
    Ok(new)
}

fn no_terms() -> Error {
    Error::Internal(anyhow!("a paper follows from no terms"))
}

/// Its person can't be asked for: the account is gone, or the answer makes no sense.
async fn put_off(ctx: &Context, due: &Due, error: &Error) -> Result<()> {
    let (tx, now) = (ctx.db.begin().await?, ctx.clock.now());
    tracing::warn!(result = %due.result, reason = %error.reason(), "a certificate waits for a name");
    let result = store::stage_result::lock(&tx, due.result).await?;
    if result.is_some_and(|it| it.is_due(now)) {
        let later = now.saturating_add(REST).unwrap_or(now);
        store::certificate::put_off(&tx, due.result, Some(later)).await?;
    }
    Ok(ctx.db.commit(tx).await?)
}
