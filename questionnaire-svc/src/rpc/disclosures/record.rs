//! Writes down that somebody else is about to see what a person submitted. It is durable before the
//! answer leaves: whatever breaks off, nothing was seen that is not written down.

use std::collections::HashMap;

use chassis::caller::{Caller, Role};
use chassis::mask::Masked;
use chassis::{Result, audit};
use jiff::SignedDuration;
use proto::questionnaire::v1::disclosure::{Ground, Recipient, Subject};

use crate::Context;
use crate::domain::choice::State;
use crate::rpc::access;
use crate::store::application::Kept;
use crate::store::{applicant_name, choice, disclosure};

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
            Subject::Name => "LookAtNames",
            Subject::Submission | Subject::Unspecified => "GetSubmission",
        };
        audit::record(&tx, &ctx.clock, caller, action, look.resource, "").await?;
    }
    Ok(ctx.db.commit(tx).await?)
}

/// How long a look at a name stands for the next ones: who turns the pages of a folder sees the same names often.
const NOTED_FOR: SignedDuration = SignedDuration::from_hours(24);

/// The names of those who wish for something of the caller's college and did not take it back, by the ids of
/// their applications. Nobody else is told a name. `about` is the list that is read.
pub async fn names(
    ctx: &Context,
    caller: &Caller,
    about: &str,
    choices: &[choice::Kept],
) -> Result<HashMap<String, Masked<String>>> {
    let Caller::Signatory(board) = caller else {
        return Ok(HashMap::new());
    };
    let is_shown = |kept: &&choice::Kept| {
        let is_gone = matches!(kept.choice.state, State::Withdrawn | State::Erroneous);
        kept.choice.bin == board.organisation && !is_gone
    };
    let shown: HashMap<_, _> = choices
        .iter()
        .filter(is_shown)
        .map(|kept| (kept.application.clone(), kept))
        .collect();
    let ids: Vec<_> = shown.keys().cloned().collect();
    let names = applicant_name::of_applications(ctx.db.read(), &ids).await?;

    let now = ctx.clock.now();
    let (recipient, recipient_name, ground) = of(caller);
    let subject = code(Subject::Name.as_str_name(), "SUBJECT_");
    let accounts: Vec<_> = shown.values().map(|kept| kept.account).collect();
    let of_these = (subject.as_str(), recipient_name.as_str());
    let since = now - NOTED_FOR;
    let tx = ctx.db.begin().await?;
    let noted = disclosure::noted_since(&tx, of_these, &accounts, since).await?;
    let is_new = |kept: &&&choice::Kept| !noted.contains(&(kept.account, kept.application_name()));
    let new: Vec<_> = shown.values().filter(is_new).collect();
    for kept in &new {
        let look = disclosure::Kept {
            id: ctx.ids.uuid().to_string(),
            account: kept.account,
            subject: subject.clone(),
            resource: kept.application_name(),
            sections: Vec::new(),
            recipient: code(recipient.as_str_name(), "RECIPIENT_"),
            recipient_name: recipient_name.clone(),
            ground: code(ground.as_str_name(), "GROUND_"),
            time: now,
        };
        disclosure::insert(&tx, &look).await?;
    }
    if !new.is_empty() {
        let count = new.len().to_string();
        audit::record(&tx, &ctx.clock, caller, "LookAtNames", about, &count).await?;
    }
    ctx.db.commit(tx).await?;
    Ok(names)
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
