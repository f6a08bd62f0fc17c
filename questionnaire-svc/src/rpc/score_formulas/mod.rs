//! Score formulas of specialties: seen by everybody, approved by what their college signs.

mod get;
mod list;
pub mod message;

use std::sync::Arc;

use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::score_formulas_server;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct ScoreFormulas(pub Arc<Context>);

#[async_trait::async_trait]
impl score_formulas_server::ScoreFormulas for ScoreFormulas {
    async fn get_score_formula(
        &self,
        request: Request<pb::GetScoreFormulaRequest>,
    ) -> Result<Response<pb::ScoreFormula>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_score_formulas(
        &self,
        request: Request<pb::ListScoreFormulasRequest>,
    ) -> Result<Response<pb::ListScoreFormulasResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }
}
