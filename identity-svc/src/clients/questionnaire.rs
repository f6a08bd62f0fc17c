//! questionnaire-svc: the terms on which a campaign takes registrations.

use chassis::client::Connection;
use chassis::clock::{astana, from_pb};
use chassis::{Error, Result};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use proto::questionnaire::v1::campaigns_client::CampaignsClient;
use proto::questionnaire::v1::{AgeReference, Campaign, CampaignRules, GetCampaignRequest};
use tonic::Code;

use crate::domain::age::{Reference, Terms};

pub struct Questionnaire(CampaignsClient<Connection>);

impl Questionnaire {
    pub fn new(connection: Connection) -> Self {
        Self(CampaignsClient::new(connection))
    }

    /// `None` where there is no such campaign.
    pub async fn terms(&self, campaign: &str) -> Result<Option<Terms>> {
        let request = GetCampaignRequest {
            name: campaign.to_owned(),
        };
        match self.0.clone().get_campaign(request).await {
            Ok(campaign) => read(campaign.into_inner()).map(Some),
            Err(status) if status.code() == Code::NotFound => Ok(None),
            Err(status) => Err(status.into()),
        }
    }
}

fn read(campaign: Campaign) -> Result<Terms> {
    let odd = |what: &str| Error::Internal(anyhow::anyhow!("{} has no {what}", campaign.name));
    let rules = campaign.rules.unwrap_or_default();
    Ok(Terms {
        opens: campaign
            .open_time
            .as_ref()
            .and_then(from_pb)
            .ok_or_else(|| odd("open_time"))?,
        closes: campaign
            .close_time
            .as_ref()
            .and_then(from_pb)
            .ok_or_else(|| odd("close_time"))?,
        zone: TimeZone::get(&campaign.time_zone).unwrap_or_else(|_| astana()),
        max_age_years: (rules.max_age_years > 0).then_some(rules.max_age_years),
        reference: reference(&rules).ok_or_else(|| odd("age_reference_date"))?,
        campaign: campaign.name,
    })
}

fn reference(rules: &CampaignRules) -> Option<Reference> {
    Some(match rules.age_reference() {
        AgeReference::Submission => Reference::Submission,
        AgeReference::Date => {
            let date = rules.age_reference_date.as_ref()?;
            let number = |n: i32| i8::try_from(n).ok();
            Reference::Date(
                Date::new(
                    i16::try_from(date.year).ok()?,
                    number(date.month)?,
                    number(date.day)?,
                )
                .ok()?,
            )
        }
        AgeReference::Registration | AgeReference::Unspecified => Reference::Registration,
    })
}
