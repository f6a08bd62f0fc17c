//! What AcceptAdmissionOffer and DeclineAdmissionOffer share: an answer under the lock of the offer.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use jiff::Timestamp;
use prost::Message;
use proto::testing::v1 as pb;

use super::written;
use crate::domain::Change;
use crate::domain::admission::offer::Offer;
use crate::domain::refusal::Refusal;
use crate::rpc::parse;
use crate::{Context, store};

/// A request as both of them are.
pub struct Asked<'a, Q> {
    pub rpc: &'static str,
    pub name: &'a str,
    pub etag: &'a str,
    pub request_id: &'a str,
    pub request: &'a Q,
}

pub async fn answer<Q: Message>(
    ctx: &Context,
    caller: &Caller,
    asked: Asked<'_, Q>,
    answered: fn(&mut Offer, Timestamp) -> std::result::Result<Change, Refusal>,
) -> Result<pb::AdmissionOffer> {
    let Asked { rpc, name, .. } = asked;
    let mut violations = Violations::new();
    let parts = parse::below_campaign(&mut violations, "name", parse::ADMISSION_OFFER, name);
    let version = parse::etag(&mut violations, asked.etag);
    parse::request_id(&mut violations, asked.request_id);
    let (Some((campaign, id)), true) = (parts, violations.is_empty()) else {
        return Err(violations.into());
    };
    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, caller, rpc, asked.request_id, asked.request).await? {
        Once::Answered(offer) => return Ok(offer),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let own = |it: &Offer| it.account.is_some_and(|account| caller.is(account));
    let found = store::admission_offer::lock(tx, id).await?;
    let found = found.filter(|it| it.campaign == campaign && own(it));
    let mut offer = found.ok_or_else(|| Error::NotFound(name.to_owned()))?;
    if version.is_some_and(|version| version != offer.version) {
        return Err(Error::Stale {
            name: name.to_owned(),
            current: parse::written_etag(offer.version),
        });
    }
    if answered(&mut offer, clock.now())? == Change::Made {
        store::admission_offer::save(tx, &mut offer).await?;
        audit::record(tx, clock, caller, rpc, name, "").await?;
    }
    let specialty = store::admission_specialty::find(tx, offer.specialty).await?;
    write.commit(written(&offer, specialty.as_ref())).await
}
