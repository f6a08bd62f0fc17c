//! ListAdmissionOffers: one's own, the newest first; everybody's to campaign managers.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use chassis::Result;
use chassis::caller::{Caller, Role};
use chassis::page::Page;
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::written;
use crate::domain::admission::offer::Offer;
use crate::domain::admission::specialty::Specialty;
use crate::rpc::parse;
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListAdmissionOffersRequest>,
) -> Result<pb::ListAdmissionOffersResponse> {
    let caller = Caller::of(&request);
    let person = caller.person()?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let campaign = parse::campaign(&mut violations, "parent", &pb.parent).unwrap_or_default();
    let account = (!person.has(Role::CampaignManager)).then_some(person.account);
    let bound = format!("{account:?}");
    let bound = ["admissionOffers", campaign.as_str(), bound.as_str()];
    let page = Page::<Uuid>::parse(&mut violations, pb.page_size, &pb.page_token, &bound);
    violations.into_result()?;
    let (db, limit) = (ctx.db.read(), page.limit());
    let mut rows = store::admission_offer::list(db, &campaign, account, page.after, limit).await?;
    let next_page_token = page.next(&mut rows, |it| it.id);
    let mut specialties = BTreeMap::new();
    for offer in &rows {
        if let Entry::Vacant(place) = specialties.entry(offer.specialty) {
            place.insert(store::admission_specialty::find(db, offer.specialty).await?);
        }
    }
    let one = |offer| written(offer, of(&specialties, offer));
    Ok(pb::ListAdmissionOffersResponse {
        admission_offers: rows.iter().map(one).collect(),
        next_page_token,
    })
}

fn of<'a>(
    specialties: &'a BTreeMap<Uuid, Option<Specialty>>,
    offer: &Offer,
) -> Option<&'a Specialty> {
    specialties.get(&offer.specialty)?.as_ref()
}
