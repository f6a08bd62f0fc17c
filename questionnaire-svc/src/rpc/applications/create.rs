//! Opens the caller's application: in the window, of a kind that there is, of age, the first in this
//! campaign, with an attempt left where they are counted.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::{Error, Result, audit, outbox};
use jiff::Timestamp;
use proto::events::v1::ApplicationCreated;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::{attempt, message};
use crate::Context;
use crate::clients::persons;
use crate::domain::application_kind;
use crate::domain::campaign::Campaign;
use crate::domain::eligibility::{Citizenship, Subject, must_be_of_age, must_not_be_a_member};
use crate::domain::experience::Experience;
use crate::domain::refusal::Refusal;
use crate::domain::section::CertificateAnswers;
use crate::rpc::name;
use crate::store::person::Person;
use crate::store::{application, campaign, membership};

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateApplicationRequest>,
) -> Result<pb::Application> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let account = caller.person()?.account;
    let campaign_id = name::campaign("parent", &pb.parent)?;
    let not_found = || Error::NotFound(pb.parent.clone());
    if campaign::find(ctx.db.read(), campaign_id).await?.is_none() {
        return Err(not_found());
    }
    let person = persons::get(ctx, account).await?;

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "CreateApplication",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(application) => return Ok(application),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let now = ctx.clock.now();
    // Held as it is: its rules don't change under the first application.
    let held = campaign::hold(tx, campaign_id).await?;
    let held = held.ok_or_else(not_found)?;
    let campaign = &held.campaign;
    campaign.must_be_open(now)?;
    let kind = pb.application.as_ref().map_or("", |it| it.kind.as_str());
    application_kind::choice(&campaign.kinds, kind).into_result()?;
    let form_revision = campaign.form_of(kind);
    let day = campaign.local_day(now);
    let until = membership::runs_until(tx, account, &campaign.programme, day).await?;
    must_not_be_a_member(until)?;
    must_be_of_age(&campaign.rules, &subject(campaign, &person, now))?;
    let id = ctx.ids.uuid().to_string();
    let new = application::New {
        id: &id,
        campaign: campaign_id,
        account,
        campaign_version: held.version,
        kind,
        form_revision: form_revision.unwrap_or(&campaign.form_revision),
        person: &person,
        filled_by: None,
        now,
    };
    let is_first = application::insert(write.tx(), &new).await?;
    let kept = application::lock_of_person(write.tx(), campaign_id, account).await?;
    let kept = kept.ok_or(Error::InFlight)?;
    if !is_first {
        return Err(Refusal::ApplicationExists {
            application: kept.name(),
        }
        .into());
    }
    attempt::must_be_left(tx, account, campaign, now).await?;
    let event = ApplicationCreated {
        application: kept.name(),
        campaign: kept.campaign_name(),
        account: kept.applicant(),
    };
    outbox::publish(write.tx(), &ctx.clock, &ctx.ids, &kept.name(), &event).await?;
    audit::record(
        write.tx(),
        &ctx.clock,
        &caller,
        "CreateApplication",
        &kept.name(),
        "DRAFT",
    )
    .await?;
    write.commit(message::of(&kept)).await
}

/// Before anything is answered only the age can be looked at.
fn subject(campaign: &Campaign, person: &Person, now: Timestamp) -> Subject {
    Subject {
        birth_date: *person.birth_date.reveal(),
        registration_day: person
            .registration_time
            .map(|time| campaign.local_day(time)),
        submission_day: campaign.local_day(now),
        education_levels: Vec::new(),
        experience: Experience::default(),
        certificate: CertificateAnswers::default(),
        citizenship: Citizenship::NotDeclared,
        higher_levels: Vec::new(),
        member_until: None,
    }
}
