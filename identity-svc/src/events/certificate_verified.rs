//! A language result filled the certificate section.

use proto::events::v1::CertificateVerified;

use super::Told;
use crate::domain::notice::Notice;

pub(super) fn told(event: CertificateVerified) -> Told {
    Told {
        account: event.account,
        about: event.application,
        notice: Notice::CertificateVerified,
    }
}
