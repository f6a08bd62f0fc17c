//! The reason that staff give for ending an application: a code of a dictionary.

use chassis::Result;
use chassis::violation::Violations;
use jiff::Timestamp;
use proto::wire::v1::LocalizedText;

use crate::Context;
use crate::rpc::etag;
use crate::rpc::wire::to_text;
use crate::store::Connection;

/// The reason that was sent, and the etag beside it.
pub struct Reason<'a> {
    pub dictionary: &'a str,
    pub code: &'a str,
    pub etag: &'a str,
}

impl Reason<'_> {
    /// What the dictionary calls it.
    ///
    /// # Errors
    /// `INVALID_REQUEST` for a reason or an etag that is none.
    pub async fn check<C: Connection>(
        &self,
        ctx: &Context,
        on: &C,
        now: Timestamp,
    ) -> Result<LocalizedText> {
        let mut violations = Violations::new();
        etag::check(&mut violations, "etag", self.etag);
        let dictionaries = ctx.catalogue.dictionaries(on, now).await?;
        let found = dictionaries
            .find(self.dictionary)
            .and_then(|reasons| reasons.entry(self.code));
        match found {
            _ if self.code.is_empty() => drop(violations.add("reason_code", "REQUIRED")),
            None => drop(violations.add("reason_code", "UNKNOWN_VALUE")),
            Some(entry) if entry.retired => {
                violations.add("reason_code", "OPTION_RETIRED");
            }
            Some(_) => {}
        }
        violations.into_result()?;
        Ok(found.map(|it| to_text(&it.labels)).unwrap_or_default())
    }
}
