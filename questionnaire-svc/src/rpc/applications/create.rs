//! Opens the caller's application, or that of somebody for whom a board applies: in the window, of a kind that there is, of age, the first in this
//! campaign, with an attempt left where they are counted.

use chassis::caller::Caller;
use chassis::identifier::{Bin, Iin};
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit, outbox};
use jiff::Timestamp;
use proto::events::v1::ApplicationCreated;
use proto::questionnaire::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::{attempt, message};
use crate::Context;
use crate::clients::persons;
use crate::domain::application_kind;
use crate::domain::board_opening;
use crate::domain::campaign::Campaign;
use crate::domain::eligibility::{Citizenship, Subject, must_be_of_age, must_not_be_a_member};
use crate::domain::experience::Experience;
use crate::domain::refusal::Refusal;
use crate::domain::section::CertificateAnswers;
use crate::rpc::{board_actions, name, organisations};
use crate::store::person::Person;
use crate::store::{application, campaign, membership};

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateApplicationRequest>,
) -> Result<pb::Application> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let campaign_id = name::campaign("parent", &pb.parent)?;
    let not_found = || Error::NotFound(pb.parent.clone());
    let found = campaign::find(ctx.db.read(), campaign_id).await?;
    let seen = found.ok_or_else(not_found)?.campaign;
    let sent = pb.application.as_ref();
    let iin = sent.map_or("", |it| it.applicant_iin.as_str());
    let For {
        account,
        person,
        filled_by,
    } = whose(ctx, &caller, iin, &seen).await?;

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
        filled_by,
        now,
    };
    let before = application::lock_of_person(tx, campaign_id, account).await?;
    let mut before = before.filter(|it| it.application.gives_way(campaign));
    if let Some(before) = &mut before {
        application::make_room(tx, before).await?;
    }
    let is_first = application::insert(write.tx(), &new).await?;
    let kept = application::lock_of_person(write.tx(), campaign_id, account).await?;
    let mut kept = kept.ok_or(Error::InFlight)?;
    if !is_first {
        return Err(Refusal::ApplicationExists {
            application: kept.name(),
        }
        .into());
    }
    if filled_by.is_some() {
        // This one is among them: whoever opens another waits until it is known what became of this one.
        let opened = application::opened_by_boards(tx, campaign_id, account).await?;
        board_opening::must_have_been_left(&campaign.rules, opened)?;
    }
    if let Some(before) = &before {
        application::inherit_promo_right(tx, &mut kept, before).await?;
    }
    attempt::must_be_left(tx, account, campaign, now).await?;
    let event = ApplicationCreated {
        application: kept.name(),
        campaign: kept.campaign_name(),
        account: kept.applicant(),
        board_title: match filled_by {
            Some(bin) => Some(organisations::title(write.tx(), bin).await?),
            None => None,
        },
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

/// Where the IIN is in the request.
const IIN: &str = "application.applicant_iin";

/// Whose application it will be.
struct For {
    account: Uuid,
    person: Person,
    /// The college whose board opens it for them.
    filled_by: Option<Bin>,
}

/// The caller's own; from a board, that of the person with this IIN. What is wrong with an IIN is told
/// before it is looked for.
async fn whose(ctx: &Context, caller: &Caller, iin: &str, campaign: &Campaign) -> Result<For> {
    let Caller::Signatory(board) = caller else {
        let account = caller.person()?.account;
        if !iin.is_empty() {
            return Err(Violations::one(IIN, "NOT_ASKED").into());
        }
        return Ok(For {
            account,
            person: persons::get(ctx, account).await?,
            filled_by: None,
        });
    };
    if campaign.rules.board_openings().is_none() {
        return Err(Error::Denied);
    }
    let bin = board.organisation;
    board_actions::must_be_a_college(ctx.db.read(), bin).await?;
    let iin = match iin {
        "" => Err("REQUIRED"),
        iin => Iin::parse(iin),
    };
    let iin = iin.map_err(|reason| Violations::one(IIN, reason))?;
    let (account, person) = persons::look_up(ctx, iin).await?;
    Ok(For {
        account,
        person,
        filled_by: Some(bin),
    })
}

/// Before anything is answered only the age can be looked at.
fn subject(campaign: &Campaign, person: &Person, now: Timestamp) -> Subject {
    Subject {
        birth_date: *person.birth_date.reveal(),
        registration_day: person
            .registration_time
            .map(|time| campaign.local_day(time)),
        submission_day: campaign.local_day(now),
        last_day: campaign.last_day(),
        education_levels: Vec::new(),
        experience: Experience::default(),
        certificate: CertificateAnswers::default(),
        citizenship: Citizenship::NotDeclared,
        higher_levels: Vec::new(),
        member_until: None,
    }
}
