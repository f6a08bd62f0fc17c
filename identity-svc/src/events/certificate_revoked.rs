//! A certificate was revoked.

use proto::events::v1::CertificateRevoked;

use super::{Told, titles};
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: CertificateRevoked) -> Told {
    let reason = event.reason().as_str_name();
    let reason = reason.trim_start_matches("REVOKE_REASON_").to_owned();
    Told {
        account: event.account,
        about: event.certificate,
        notice: Notice::Step(Step::CertificateRevoked {
            title: titles(event.title),
            reason,
        }),
    }
}
