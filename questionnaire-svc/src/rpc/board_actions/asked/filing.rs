//! The sending of an application that the board opened for somebody: what is signed of it.

use chassis::identifier::Bin;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;

use crate::Context;
use crate::domain::board_action::{Act, Filing};
use crate::rpc::applications::send::answers_sha256;
use crate::rpc::etag;
use crate::rpc::name::ApplicationName;
use crate::store::application;

/// More than any campaign asks to accept.
const MOST_DECLARATIONS: usize = 20;
const LONGEST_CODE: usize = 64;

/// As it stands now.
pub async fn filing(
    ctx: &Context,
    violations: &mut Violations,
    organisation: Bin,
    asked: &pb::FileApplication,
) -> Result<Act> {
    let field = "file_application.current_etag";
    etag::check_needed(violations, field, &asked.current_etag);
    let accepted = &asked.accepted_declarations;
    let field = "file_application.accepted_declarations";
    if accepted.len() > MOST_DECLARATIONS {
        let max = [("max", MOST_DECLARATIONS.to_string())];
        violations.add_with(field, "TOO_MANY", max);
    } else if accepted.iter().any(|code| code.len() > LONGEST_CODE) {
        violations.add_with(field, "TOO_LONG", [("max", LONGEST_CODE.to_string())]);
    }
    let name = match ApplicationName::parse("file_application.application", &asked.application) {
        Ok(name) => name,
        Err(Error::Invalid(wrong)) => {
            violations.extend(wrong);
            return Ok(Act::FileApplication(Filing::default()));
        }
        Err(error) => return Err(error),
    };
    let on = ctx.db.read();
    let found = application::find(on, &name.campaign, &name.id).await?;
    let own = found.filter(|kept| kept.filled_by == Some(organisation));
    let kept = own.ok_or_else(|| Error::NotFound(asked.application.clone()))?;
    Ok(Act::FileApplication(Filing {
        answers_sha256: answers_sha256(on, &kept).await?,
        accepted_declarations: accepted.clone(),
    }))
}
