//! testing-svc: the secret of the link by which a seat that was offered is given up.

use chassis::Result;
use chassis::client::Connection;
use chassis::mask::Masked;
use proto::events::v1::SeatOffered;
use proto::testing::v1::GetWaitlistEntryRequest;
use proto::testing::v1::waitlist_entries_client::WaitlistEntriesClient;
use tonic::Code;

pub struct SeatOffers(WaitlistEntriesClient<Connection>);

impl SeatOffers {
    pub fn new(connection: Connection) -> Self {
        Self(WaitlistEntriesClient::new(connection))
    }

    /// `None` where the offer was answered, lapsed, or gave way to another since it was told.
    pub async fn reject_token(&self, offered: &SeatOffered) -> Result<Option<Masked<String>>> {
        let request = GetWaitlistEntryRequest {
            name: offered.waitlist_entry.clone(),
        };
        let entry = match self.0.clone().get_waitlist_entry(request).await {
            Ok(entry) => entry.into_inner(),
            Err(status) if status.code() == Code::NotFound => return Ok(None),
            Err(status) => return Err(status.into()),
        };
        let is_this = entry.offered_session == offered.session && !entry.reject_token.is_empty();
        Ok(is_this.then(|| Masked::new(entry.reject_token)))
    }
}
