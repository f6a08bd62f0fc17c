//! A certificate was issued: the first of its result, or in place of another.

use proto::events::v1::CertificateIssued;
use proto::events::v1::certificate_issued::Occasion;

use super::{Told, titles};
use crate::domain::notice::Notice;
use crate::domain::step::{Occasion as For, Step};

pub(super) fn told(event: CertificateIssued) -> Told {
    let occasion = match event.occasion() {
        Occasion::Unspecified | Occasion::Publication => For::Publication,
        Occasion::Appeal => For::Appeal,
        Occasion::Reissue => For::Reissue,
    };
    Told {
        account: event.account,
        about: event.certificate,
        notice: Notice::Step(Step::CertificateIssued {
            title: titles(event.title),
            occasion,
        }),
    }
}
