//! UpdateReviewPolicy: the next version of a campaign's policy.

use chassis::audit;
use chassis::caller::Caller;
use chassis::error::{Error, Result};
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::questionnaire::v1::GetCampaignRequest;
use proto::questionnaire::v1::campaigns_client::CampaignsClient;
use proto::review::v1 as pb;
use proto::review::v1::review_policy::{Publication as PbPublication, SectionMarks as PbMarks};
use tonic::Request;

use super::to_pb::{campaign_of, etag, to_pb};
use crate::Context;
use crate::domain::opinion::{Publication, SecondOpinion};
use crate::domain::policy::{ReviewPolicy, SectionMarks};
use crate::rpc::answered;
use crate::rpc::review_tasks::request_id;
use crate::store::policy;

const ACTION: &str = "UpdateReviewPolicy";

/// What can be changed.
const FIELDS: [&str; 8] = [
    "working_days",
    "claims_per_expert",
    "second_opinion_percent",
    "second_opinion_on_rejection",
    "publication",
    "near_due_hours",
    "escalate_after_hours",
    "section_marks",
];

pub async fn update(
    ctx: &Context,
    request: Request<pb::UpdateReviewPolicyRequest>,
) -> Result<pb::ReviewPolicy> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (campaign, given, fields) = parse(&pb)?;
    if let Some(shown) = answered(ctx, &caller, ACTION, &pb.request_id, &pb).await? {
        return Ok(shown);
    }
    // A campaign that is none has no policy.
    let mut campaigns = CampaignsClient::new(ctx.questionnaire.clone());
    let asked = GetCampaignRequest {
        name: campaign.clone(),
    };
    campaigns.get_campaign(asked).await?;

    let (db, id) = (&ctx.db, &pb.request_id);
    let write = match once::begin(db, &ctx.clock, &caller, ACTION, id, &pb).await? {
        Once::Answered(shown) => return Ok(shown),
        Once::Begun(write) => write,
    };
    let now = ctx.clock.now();
    let (current, _) = policy::of(write.tx(), &campaign, &ctx.config).await?;
    let stale = || Error::Stale {
        name: given.name.clone(),
        current: etag(&current),
    };
    if given.etag != etag(&current) {
        return Err(stale());
    }
    let next = changed(current, &given, &fields);
    next.check()?;
    if !policy::insert(write.tx(), &campaign, &next, now).await? {
        return Err(stale());
    }
    let detail = format!("version {}", next.version);
    audit::record(
        write.tx(),
        &ctx.clock,
        &caller,
        ACTION,
        &given.name,
        &detail,
    )
    .await?;
    write
        .commit(to_pb(given.name.clone(), &next, Some(now)))
        .await
}

type Asked = (String, pb::ReviewPolicy, Vec<String>);

fn parse(pb: &pb::UpdateReviewPolicyRequest) -> Result<Asked> {
    let mut violations = Violations::new();
    let given = pb.review_policy.clone().unwrap_or_default();
    let campaign = campaign_of(&given.name);
    if campaign.is_none() {
        violations.add("review_policy.name", "INVALID_NAME");
    }
    if given.etag.is_empty() {
        violations.add("review_policy.etag", "REQUIRED");
    }
    let fields = fields(&mut violations, pb);
    let wants = |field: &str| fields.iter().any(|it| it == field);
    let enums = [
        (
            "publication",
            PbPublication::try_from(given.publication).map(i32::from),
        ),
        (
            "section_marks",
            PbMarks::try_from(given.section_marks).map(i32::from),
        ),
    ];
    for (field, value) in enums.into_iter().filter(|(field, _)| wants(field)) {
        match value {
            Ok(0) => drop(violations.add(format!("review_policy.{field}"), "REQUIRED")),
            Ok(_) => {}
            Err(_) => drop(violations.add(format!("review_policy.{field}"), "UNKNOWN_VALUE")),
        }
    }
    // The bounds are held against what is given; what stays as it is was within them.
    let checked = changed(ReviewPolicy::of_settings(1), &given, &fields);
    if let Err(wrong) = checked.check() {
        violations.extend(wrong);
    }
    request_id(&mut violations, &pb.request_id);
    violations.into_result()?;
    Ok((campaign.unwrap_or_default(), given, fields))
}

fn fields(violations: &mut Violations, pb: &pb::UpdateReviewPolicyRequest) -> Vec<String> {
    let paths = pb.update_mask.iter().flat_map(|mask| &mask.paths);
    let paths: Vec<String> = paths.cloned().collect();
    if paths.iter().any(|path| !FIELDS.contains(&path.as_str())) {
        violations.add("update_mask", "INVALID_UPDATE_MASK");
    }
    match paths.is_empty() {
        true => FIELDS.map(str::to_owned).into(),
        false => paths,
    }
}

fn changed(current: ReviewPolicy, given: &pb::ReviewPolicy, fields: &[String]) -> ReviewPolicy {
    // What is less than nothing is out of all bounds.
    let number = |value: i32| u32::try_from(value).unwrap_or(u32::MAX);
    let mut next = current;
    next.version += 1;
    for field in fields {
        match field.as_str() {
            "working_days" => next.working_days = number(given.working_days),
            "claims_per_expert" => next.claims_per_expert = number(given.claims_per_expert),
            "second_opinion_percent" => {
                next.second_opinion_percent = number(given.second_opinion_percent);
            }
            "second_opinion_on_rejection" => {
                next.rejections = match given.second_opinion_on_rejection {
                    true => SecondOpinion::Needed,
                    false => SecondOpinion::NotNeeded,
                };
            }
            "publication" => {
                next.publication = match given.publication() {
                    PbPublication::Together => Publication::Together,
                    _ => Publication::Immediate,
                };
            }
            "near_due_hours" => next.near_due_hours = number(given.near_due_hours),
            "escalate_after_hours" => {
                next.escalate_after_hours = number(given.escalate_after_hours);
            }
            _ => {
                next.section_marks = match given.section_marks() {
                    PbMarks::Optional => SectionMarks::Optional,
                    _ => SectionMarks::Required,
                };
            }
        }
    }
    next
}
