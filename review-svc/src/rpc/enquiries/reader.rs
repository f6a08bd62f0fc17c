//! Who calls, and the enquiry that a call names: to whom it is nothing, it is not there.

use chassis::caller::{Caller, Role};
use chassis::database::Tx;
use chassis::error::{Error, Result};
use chassis::name;
use chassis::violation::Violations;
use uuid::Uuid;

use crate::Context;
use crate::domain::enquiry::{Answers, Reader, Side};
use crate::store::enquiry::{self, Kept};

/// # Errors
/// Who is neither a person nor a signatory has nothing to ask.
pub fn reader(caller: &Caller) -> Result<Reader> {
    if let Some(organisation) = caller.acts_for() {
        return Ok(Reader {
            key: caller.key(),
            college: Some(format!("colleges/{organisation}")),
            answers: Answers {
                questions: false,
                support: false,
            },
        });
    }
    Ok(Reader {
        key: caller.person()?.name(),
        college: None,
        answers: Answers {
            questions: caller.has(Role::CampaignManager),
            support: caller.has(Role::Administrator),
        },
    })
}

/// The id in a name; what is wrong with the name is noted.
pub fn id(violations: &mut Violations, name: &str) -> Option<Uuid> {
    if name::capture::<1>("enquiries/*", name).is_none() {
        violations.add("name", "INVALID_NAME");
    }
    name::uuid("enquiries/*", name)
}

/// What is shown to the reader, and the reader's side of it.
pub async fn find(
    ctx: &Context,
    reader: &Reader,
    id: Option<Uuid>,
    name: &str,
) -> Result<(Kept, Side)> {
    let found = match id {
        Some(id) => enquiry::find(ctx.db.read(), id).await?,
        None => None,
    };
    seen(reader, found, name)
}

/// The same, held until the transaction ends, and as it was when its etag was given.
pub async fn lock(
    tx: &Tx,
    reader: &Reader,
    id: Option<Uuid>,
    [name, etag]: [&str; 2],
) -> Result<(Kept, Side)> {
    let found = match id {
        Some(id) => enquiry::lock(tx, id).await?,
        None => None,
    };
    let (kept, side) = seen(reader, found, name)?;
    if !etag.is_empty() && etag != kept.etag() {
        return Err(Error::Stale {
            name: kept.name(),
            current: kept.etag(),
        });
    }
    Ok((kept, side))
}

fn seen(reader: &Reader, found: Option<Kept>, name: &str) -> Result<(Kept, Side)> {
    let with_side = found.and_then(|kept| {
        let side = kept.enquiry.side(reader)?;
        Some((kept, side))
    });
    with_side.ok_or_else(|| Error::NotFound(name.to_owned()))
}
