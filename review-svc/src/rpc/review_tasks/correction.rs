//! What a request for correction needs to know of others: the sections of the submission, and the term
//! that the campaign gives. Asked before a transaction begins.

use chassis::clock::astana;
use chassis::error::Result;
use jiff::Timestamp;
use proto::questionnaire::v1::campaigns_client::CampaignsClient;
use proto::questionnaire::v1::submissions_client::SubmissionsClient;
use proto::questionnaire::v1::{GetCampaignRequest, GetSubmissionRequest, Submission};

use crate::Context;
use crate::store::calendar;
use crate::store::task::Kept;

/// The sections that were submitted: no others can be judged. They never change, so
/// questionnaire-svc is asked once.
pub async fn sections(ctx: &Context, kept: &Kept) -> Result<Vec<String>> {
    if let Some(sections) = &kept.sections {
        return Ok(sections.clone());
    }
    let mut submissions = SubmissionsClient::new(ctx.questionnaire.clone());
    let request = GetSubmissionRequest {
        name: kept.submission.clone(),
    };
    let submission = submissions.get_submission(request).await?.into_inner();
    Ok(sections_of(&submission))
}

/// What can be asked to be corrected: also a section that was left out and that the applicant asked for.
pub async fn correctable(ctx: &Context, kept: &Kept) -> Result<Vec<String>> {
    let mut sections = sections(ctx, kept).await?;
    let wished = kept.task.wish.iter().flat_map(|wish| &wish.sections);
    sections.extend(wished.cloned());
    Ok(sections)
}

pub fn sections_of(submission: &Submission) -> Vec<String> {
    let names = submission.sections.iter();
    let ids = names.filter_map(|section| section.name.rsplit('/').next());
    ids.map(str::to_owned).collect()
}

/// Until when what is asked for now must be corrected.
pub async fn due_time(ctx: &Context, kept: &Kept, now: Timestamp) -> Result<Timestamp> {
    let mut campaigns = CampaignsClient::new(ctx.questionnaire.clone());
    let request = GetCampaignRequest {
        name: kept.campaign.clone(),
    };
    let campaign = campaigns.get_campaign(request).await?.into_inner();
    let days = campaign
        .rules
        .map_or(0, |rules| rules.correction_working_days);
    let given = u32::try_from(days).ok().filter(|days| *days > 0);
    let days = given.unwrap_or(ctx.config.correction_working_days);
    let calendar = calendar::in_force(ctx.db.read(), &ctx.calendar).await?;
    Ok(calendar.calendar.term(now, days, &astana())?.due_time)
}
