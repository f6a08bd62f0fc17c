//! Writes down that somebody else is about to see what a person submitted. It is durable before the
//! answer leaves: whatever breaks off, nothing was seen that is not written down.

use chassis::caller::{Caller, Role};
use chassis::{Result, audit};
use proto::questionnaire::v1::disclosure::{Ground, Recipient, Subject};

use crate::Context;
use crate::rpc::access;
use crate::store::application::Kept;
use crate::store::disclosure;

/// What is about to be shown.
pub struct Look<'a> {
    pub subject: Subject,
    /// The name of the submission, the document or the application.
    pub resource: &'a str,
    pub sections: Vec<String>,
}

/// Who looks at their own is not written down, nor the board that fills it in.
pub async fn record(
    ctx: &Context,
    caller: &Caller,
    application: &Kept,
    look: Look<'_>,
) -> Result<()> {
    if access::fills(caller, application) {
        return Ok(());
    }
    let (recipient, recipient_name, ground) = of(caller);
    let kept = disclosure::Kept {
        id: ctx.ids.uuid().to_string(),
        account: application.account,
        subject: code(look.subject.as_str_name(), "SUBJECT_"),
        resource: look.resource.to_owned(),
        sections: look.sections,
        recipient: code(recipient.as_str_name(), "RECIPIENT_"),
        recipient_name,
        ground: code(ground.as_str_name(), "GROUND_"),
        time: ctx.clock.now(),
    };
    let tx = ctx.db.begin().await?;
    disclosure::insert(&tx, &kept).await?;
    // The person is told which college looked; who of its board did stands in the audit.
    if let Caller::Signatory(_) = caller {
        let action = match look.subject {
            Subject::DocumentContent => "DownloadDocument",
            Subject::DocumentDetails => "LookAtDocuments",
            Subject::Submission | Subject::Unspecified => "GetSubmission",
        };
        audit::record(&tx, &ctx.clock, caller, action, look.resource, "").await?;
    }
    Ok(ctx.db.commit(tx).await?)
}

/// As what the caller looks, and what entitles to it. Who of the experts it is stays untold.
fn of(caller: &Caller) -> (Recipient, String, Ground) {
    match caller {
        Caller::Service(name) if name == "review-svc" => {
            (Recipient::Service, name.clone(), Ground::Review)
        }
        Caller::Service(name) => (Recipient::Service, name.clone(), Ground::Selection),
        Caller::Partner(name) => (Recipient::Partner, name.clone(), Ground::Selection),
        Caller::Signatory(board) => {
            let college = format!("colleges/{}", board.organisation);
            (Recipient::College, college, Ground::Admission)
        }
        caller if caller.has(Role::Expert) => (Recipient::Expert, String::new(), Ground::Review),
        _ => (
            Recipient::CampaignManager,
            String::new(),
            Ground::CampaignManagement,
        ),
    }
}

/// The column keeps the word of the contract without its prefix.
fn code(name: &str, prefix: &str) -> String {
    name.trim_start_matches(prefix).to_owned()
}
