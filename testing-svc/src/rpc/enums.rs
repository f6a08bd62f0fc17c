//! The domain's words as the wire writes them, and back.

use proto::google::r#type::Date as PbDate;
use proto::partner::v1 as partner;
use proto::testing::v1 as pb;
use proto::wire::v1 as wire;

use crate::domain::admission::{offer, outcome};
use crate::domain::booking::{Action, Phase};
use crate::domain::certificate::paper::Line;
use crate::domain::language_result::{Level, Outcome};
use crate::domain::localized::Localized;
use crate::domain::participant::Came;
use crate::domain::promo_code::Standing;
use crate::domain::quota;
use crate::domain::redemption::{RollbackReason, Step};
use crate::domain::session::Language;
use crate::domain::test_center::Mode;
use crate::domain::test_system::TestSystem;
use crate::domain::{appeal, attempt, certificate, membership, waitlist};

/// Both ways between an enum of ours and one of the wire's.
macro_rules! both_ways {
    ($to:ident, $from:ident, $ours:ty, $wire:ty { $($variant:ident),+ $(,)? }) => {
        pub fn $to(value: $ours) -> $wire {
            match value { $(<$ours>::$variant => <$wire>::$variant),+ }
        }
        pub fn $from(value: $wire) -> Option<$ours> {
            match value {
                $(<$wire>::$variant => Some(<$ours>::$variant),)+
                <$wire>::Unspecified => None,
            }
        }
    };
}

both_ways!(
    test_system,
    from_test_system,
    TestSystem,
    pb::TestSystem { Kaztest, Qrt }
);
both_ways!(
    level,
    from_level,
    Level,
    pb::LanguageLevel {
        A1,
        A2,
        B1,
        B2,
        C1,
        C2
    }
);
both_ways!(
    mode,
    from_mode,
    Mode,
    pb::test_center::Mode { Onsite, Online }
);
both_ways!(
    language,
    from_language,
    Language,
    wire::Language { Kk, Ru, En }
);
both_ways!(
    code_state,
    from_code_state,
    Standing,
    pb::promo_code::State {
        Issued,
        Reserved,
        Redeemed,
        ResultReceived,
        Expired,
        Revoked,
        Void,
    }
);
both_ways!(
    phase,
    from_phase,
    Phase,
    pb::booking::State {
        Held,
        Booked,
        CheckedIn,
        Started,
        Completed,
        NoShow,
        Cancelled,
        HoldExpired,
        Displaced,
    }
);
both_ways!(
    action,
    from_action,
    Action,
    pb::booking::Action {
        Confirm,
        Move,
        Cancel,
        CheckIn,
        Start,
        UndoCheckIn,
        MarkNoShow,
        UndoNoShow,
    }
);
both_ways!(
    quota_kind,
    from_quota_kind,
    quota::Kind,
    pb::quota::Kind {
        SeatClass,
        LanguageForm,
        Subject,
        AccessibleWorkstation,
        OrdinarySeat,
    }
);
both_ways!(
    waitlist_state,
    from_waitlist_state,
    waitlist::State,
    pb::waitlist_entry::State {
        Waiting,
        Offered,
        Accepted,
        Rejected,
        Lapsed,
        Left,
    }
);
both_ways!(
    attempt_state,
    from_attempt_state,
    attempt::State,
    pb::attempt::State {
        Awaiting,
        Authorized,
        Active,
        Paused,
        Finished,
        Terminated,
        NoShow,
    }
);
both_ways!(
    irregularity_code,
    from_irregularity_code,
    attempt::Code,
    pb::irregularity::Code {
        ForbiddenItem,
        Impersonation,
        HelpFromOthers,
        Disturbance,
        LeftPlace,
        TechnicalFailure,
        Other,
    }
);
both_ways!(
    came,
    from_came,
    Came,
    pb::stage_result::Outcome {
        Advanced,
        NotAdvanced,
        Absent,
        Terminated,
    }
);
both_ways!(
    appeal_state,
    from_appeal_state,
    appeal::State,
    pb::appeal::State {
        Filed,
        Decided,
        Published,
    }
);
both_ways!(
    verdict,
    from_verdict,
    appeal::Verdict,
    pb::appeal::Decision { Granted, Rejected }
);
both_ways!(
    membership_state,
    from_membership_state,
    membership::State,
    pb::membership::State {
        Active,
        Ended,
        Expired,
    }
);
both_ways!(
    certificate_state,
    from_certificate_state,
    certificate::State,
    pb::certificate::State {
        Valid,
        Revoked,
        Superseded,
    }
);
both_ways!(
    revoke_reason,
    from_revoke_reason,
    certificate::Revocation,
    pb::certificate::RevokeReason {
        ResultAnnulled,
        Mistake,
        OwnWish,
    }
);
both_ways!(
    end_reason,
    from_end_reason,
    membership::EndReason,
    pb::membership::EndReason {
        Appointed,
        OwnWish,
        Excluded,
        Disqualified,
        Death,
    }
);
both_ways!(
    admission_offer_state,
    from_admission_offer_state,
    offer::State,
    pb::admission_offer::State {
        Offered,
        Accepted,
        Declined,
        Lapsed,
        Withdrawn,
    }
);
both_ways!(
    choice_outcome,
    from_choice_outcome,
    outcome::Outcome,
    pb::choice_result::Outcome {
        Admitted,
        NotNeeded,
        Behind,
        NoPlaces,
        NotRanked,
        PassedOver,
    }
);
both_ways!(
    step,
    from_step,
    Step,
    partner::redemption::State {
        Reserved,
        Cancelled,
        Lapsed,
        Redeemed,
        RolledBack,
        ResultReported,
    }
);
both_ways!(
    rollback_reason,
    from_rollback_reason,
    RollbackReason,
    partner::RollbackReason {
        TestCancelled,
        TechnicalFailure,
        Mistake,
        RulesBroken,
        NoShow,
    }
);

pub fn outcome(outcome: &Outcome) -> pb::language_result::Outcome {
    match outcome {
        Outcome::Passed(_) => pb::language_result::Outcome::Passed,
        Outcome::Failed => pb::language_result::Outcome::Failed,
    }
}

/// What a partner is told of a code's standing.
pub fn code_status(standing: Standing) -> partner::CodeStatus {
    match standing {
        Standing::Issued => partner::CodeStatus::Available,
        Standing::Reserved => partner::CodeStatus::Reserved,
        Standing::Redeemed | Standing::ResultReceived => partner::CodeStatus::Redeemed,
        Standing::Expired | Standing::Revoked | Standing::Void => partner::CodeStatus::Closed,
    }
}

pub fn subject_total(title: &Localized, line: &Line) -> pb::SubjectTotal {
    pb::SubjectTotal {
        subject: line.subject.clone(),
        title: Some(localized(title)),
        score: line.score.written(),
        appeal_delta: line.delta.written(),
        total: line.total().written(),
    }
}

pub fn localized(text: &Localized) -> wire::LocalizedText {
    wire::LocalizedText {
        kk: text.kk.clone(),
        ru: text.ru.clone(),
        en: text.en.clone(),
    }
}

/// In the language of the call.
pub fn in_language(text: &Localized) -> String {
    text.get(chassis::error::language()).to_owned()
}

pub fn date(date: jiff::civil::Date) -> PbDate {
    PbDate {
        year: date.year().into(),
        month: date.month().into(),
        day: date.day().into(),
    }
}
