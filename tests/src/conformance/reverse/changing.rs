//! The calls that change something, by their request ids.

use proto::partner::v1 as pb;

/// A request that changes something.
pub trait Changing: prost::Message + Clone + Default + Send + 'static {
    const RPC: &'static str;

    fn request_id(&mut self) -> &mut String;

    /// What people may have typed.
    fn typed(&self) -> &str {
        ""
    }

    /// Everything but the id.
    fn content(&self) -> Vec<u8> {
        let mut without = self.clone();
        without.request_id().clear();
        without.encode_to_vec()
    }
}

macro_rules! changing {
    ($($request:ident = $rpc:literal $(, typed $typed:ident)?;)+) => {
        $(impl Changing for pb::$request {
            const RPC: &'static str = $rpc;

            fn request_id(&mut self) -> &mut String {
                &mut self.request_id
            }

            $(fn typed(&self) -> &str {
                &self.$typed
            })?
        })+
    };
}

changing! {
    ReservePromoCodeRequest = "ReservePromoCode", typed partner_reference;
    CancelReservationRequest = "CancelReservation";
    RedeemPromoCodeRequest = "RedeemPromoCode";
    RollBackRedemptionRequest = "RollBackRedemption", typed note;
    ReportResultRequest = "ReportResult";
    CheckInRequest = "CheckIn";
    ReportIrregularityRequest = "ReportIrregularity", typed note;
    ReportScoresRequest = "ReportScores";
    ImportReportRequest = "ImportReport";
}
