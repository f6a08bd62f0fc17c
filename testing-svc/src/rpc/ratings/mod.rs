//! Ratings of college admission: made anew for everybody who looks, from what is known at the moment; provisional
//! until the college closed the competition.

mod download;
mod get;
mod lines;
mod list;
mod list_lines;

use std::sync::Arc;

use chassis::caller::{Caller, Role};
use chassis::clock::to_pb;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::enums;
use super::paper::Bytes;
use crate::clients::questionnaire;
use crate::domain::admission::specialty::{KeptPlaces, Specialty, offered_name};
use crate::{Context, store};

#[derive(Clone)]
pub struct Ratings(pub(super) Arc<Context>);

#[async_trait::async_trait]
impl pb::ratings_server::Ratings for Ratings {
    async fn get_admission_specialty(
        &self,
        request: Request<pb::GetAdmissionSpecialtyRequest>,
    ) -> std::result::Result<Response<pb::AdmissionSpecialty>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_admission_specialties(
        &self,
        request: Request<pb::ListAdmissionSpecialtiesRequest>,
    ) -> std::result::Result<Response<pb::ListAdmissionSpecialtiesResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn list_rating_lines(
        &self,
        request: Request<pb::ListRatingLinesRequest>,
    ) -> std::result::Result<Response<pb::ListRatingLinesResponse>, Status> {
        Ok(Response::new(list_lines::list(&self.0, request).await?))
    }

    type DownloadRatingStream = Bytes;

    async fn download_rating(
        &self,
        request: Request<pb::DownloadRatingRequest>,
    ) -> std::result::Result<Response<Self::DownloadRatingStream>, Status> {
        Ok(Response::new(download::download(&self.0, request).await?))
    }
}

/// The college whose specialties the caller sees; none for campaign managers and departments of education, who
/// see all.
fn college(caller: &Caller) -> Result<Option<String>> {
    if caller.has(Role::CampaignManager) || caller.is_department() {
        return Ok(None);
    }
    Ok(Some(caller.signatory()?.organisation.to_string()))
}

/// What else than numbers the caller is shown of people.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Numbers,
    Choices,
}

impl Shown {
    fn to(caller: &Caller) -> Self {
        match caller.is_department() {
            true => Self::Numbers,
            false => Self::Choices,
        }
    }
}

/// A specialty that the caller sees.
async fn seen(ctx: &Context, caller: &Caller, id: Uuid, name: String) -> Result<Specialty> {
    let college = college(caller)?;
    let found = match store::admission_specialty::find(ctx.db.read(), id).await? {
        Some(ranked) => Some(ranked),
        // The competition goes on: as it is offered now.
        None => questionnaire::offered(ctx, id).await?,
    };
    let own = |it: &Specialty| college.is_none_or(|college| college == it.college);
    found.filter(own).ok_or(Error::NotFound(name))
}

fn written(it: &Specialty) -> pb::AdmissionSpecialty {
    let quota = |it: &KeptPlaces| pb::AdmissionQuota {
        category: it.category.clone(),
        places: whole(it.places),
    };
    pb::AdmissionSpecialty {
        name: it.name(),
        specialty: offered_name(it.id),
        campaign: format!("campaigns/{}", it.campaign),
        college: format!("colleges/{}", it.college),
        title: it.started.map(|_| enums::localized(&it.title)),
        college_title: it.started.map(|_| enums::localized(&it.college_title)),
        places: whole(it.places),
        quotas: it.quotas.iter().map(quota).collect(),
        formula_version: whole(it.formula.version),
        start_time: it.started.map(to_pb),
        ranked_count: 0,
        unranked_count: 0,
        seal: None,
        provisional: it.started.is_none(),
    }
}

fn whole(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
