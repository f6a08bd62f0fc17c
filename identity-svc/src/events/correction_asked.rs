//! An expert asks for corrections.

use proto::events::v1::CorrectionAsked;

use super::{Told, instant};
use crate::domain::notice::{Correction, Notice};
use proto::events::v1::AskedCorrection;

pub(super) fn told(event: CorrectionAsked) -> Told {
    let due = instant(event.correction_due_time.as_ref());
    let items = event.items.into_iter().map(item).collect();
    Told {
        account: event.account,
        about: event.application,
        notice: Notice::CorrectionAsked { items, due },
    }
}

fn item(asked: AskedCorrection) -> Correction {
    let fault = asked
        .kind()
        .as_str_name()
        .trim_start_matches("CORRECTION_KIND_")
        .to_owned();
    Correction {
        section: asked.section,
        fault,
    }
}
