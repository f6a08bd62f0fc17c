//! A promo code was issued: how to use it. The code itself is not told.

use proto::events::v1::PromoCodeIssued;

use super::{Told, instant};
use crate::domain::notice::Notice;

pub(super) fn told(event: PromoCodeIssued) -> Told {
    let notice = Notice::PromoCodeIssued {
        test_system: super::test_system(event.test_system()),
        expires: instant(event.expire_time.as_ref()),
    };
    Told {
        account: event.account,
        about: event.promo_code,
        notice,
    }
}
