//! A test system took the promo code.

use proto::events::v1::PromoCodeRedeemed;

use super::Told;
use crate::domain::notice::Notice;

pub(super) fn told(event: PromoCodeRedeemed) -> Told {
    let notice = Notice::PromoCodeRedeemed {
        test_system: super::test_system(event.test_system()),
    };
    Told {
        account: event.account,
        about: event.promo_code,
        notice,
    }
}
