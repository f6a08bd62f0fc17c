//! A review policy as the contract shows it.

use chassis::clock::to_pb as time;
use jiff::Timestamp;
use proto::review::v1 as pb;
use proto::review::v1::review_policy::{Publication as PbPublication, SectionMarks as PbMarks};

use crate::domain::opinion::{Publication, SecondOpinion};
use crate::domain::policy::{ReviewPolicy, SectionMarks};
use crate::rpc::review_tasks::to_pb::count;

pub fn to_pb(name: String, policy: &ReviewPolicy, since: Option<Timestamp>) -> pb::ReviewPolicy {
    let publication = match policy.publication {
        Publication::Immediate => PbPublication::Immediate,
        Publication::Together => PbPublication::Together,
    };
    let marks = match policy.section_marks {
        SectionMarks::Required => PbMarks::Required,
        SectionMarks::Optional => PbMarks::Optional,
    };
    pb::ReviewPolicy {
        name,
        version: count(policy.version),
        working_days: count(policy.working_days),
        claims_per_expert: count(policy.claims_per_expert),
        second_opinion_percent: count(policy.second_opinion_percent),
        second_opinion_on_rejection: policy.rejections == SecondOpinion::Needed,
        publication: publication.into(),
        near_due_hours: count(policy.near_due_hours),
        escalate_after_hours: count(policy.escalate_after_hours),
        section_marks: marks.into(),
        update_time: since.map(time),
        etag: etag(policy),
    }
}

pub fn etag(policy: &ReviewPolicy) -> String {
    format!("v{}", policy.version)
}

/// The campaign in the name of its policy.
pub fn campaign_of(name: &str) -> Option<String> {
    let [campaign] = chassis::name::capture::<1>("campaigns/*/reviewPolicy", name)?;
    Some(format!("campaigns/{campaign}"))
}
