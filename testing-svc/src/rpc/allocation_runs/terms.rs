//! The terms of a run, read and written.

use chassis::violation::Violations;
use proto::testing::v1 as pb;
use proto::testing::v1::allocation_terms as wire;

use crate::domain::admission::run::Agreed;
use crate::domain::allocation::in_turn::Acceptance;
use crate::domain::allocation::lottery::Lottery;
use crate::domain::allocation::plan::{Kind, Order, Unfilled};
use crate::domain::allocation::run::{Mode, Terms};

const USUAL_ROUNDS: u32 = 3;
const MOST_ROUNDS: u32 = 1_000;

/// Everything that is wrong is noted; what is left out is as the contract says.
pub fn read(violations: &mut Violations, pb: Option<pb::AllocationTerms>) -> Option<Agreed> {
    const FIELD: &str = "allocation_run.terms";
    let Some(pb) = pb else {
        violations.add(FIELD, "REQUIRED");
        return None;
    };
    let mut one = |field: &str, number: i32, known: bool| {
        if number != 0 && !known {
            violations.add(format!("{FIELD}.{field}"), "UNKNOWN_VALUE");
        }
    };
    let mode = wire::Mode::try_from(pb.mode).ok();
    let acceptance = wire::Acceptance::try_from(pb.acceptance).ok();
    let lottery = wire::Lottery::try_from(pb.lottery).ok();
    let kind = wire::QuotaKind::try_from(pb.quota_kind).ok();
    let order = wire::Order::try_from(pb.order).ok();
    one("mode", pb.mode, mode.is_some());
    one("acceptance", pb.acceptance, acceptance.is_some());
    one("lottery", pb.lottery, lottery.is_some());
    one("quota_kind", pb.quota_kind, kind.is_some());
    one("order", pb.order, order.is_some());
    if pb.mode == 0 {
        violations.add(format!("{FIELD}.mode"), "REQUIRED");
    }
    let rounds = match u32::try_from(pb.offer_rounds) {
        Ok(0) => USUAL_ROUNDS,
        Ok(rounds) if rounds <= MOST_ROUNDS => rounds,
        _ => {
            violations.add(format!("{FIELD}.offer_rounds"), "OUT_OF_RANGE");
            return None;
        }
    };
    let acceptance = match acceptance? {
        wire::Acceptance::UntilBetter => Acceptance::UntilBetter,
        wire::Acceptance::Unspecified | wire::Acceptance::Final => Acceptance::Final,
    };
    Some(Agreed {
        terms: Terms {
            mode: match mode? {
                wire::Mode::Unspecified => return None,
                wire::Mode::InTurn => Mode::InTurn { rounds, acceptance },
                wire::Mode::DeferredAcceptance => Mode::DeferredAcceptance,
            },
            lottery: match lottery? {
                wire::Lottery::PerSpecialty => Lottery::PerSpecialty,
                wire::Lottery::Unspecified | wire::Lottery::One => Lottery::One,
            },
        },
        quotas: match kind? {
            wire::QuotaKind::Minimum => Kind::Minimum,
            wire::QuotaKind::StaysEmpty => Kind::Reserved(Unfilled::StayEmpty),
            wire::QuotaKind::Unspecified | wire::QuotaKind::FallsOpen => {
                Kind::Reserved(Unfilled::FallOpen)
            }
        },
        order: match order? {
            wire::Order::OpenFirst => Order::OpenFirst,
            wire::Order::Unspecified | wire::Order::ReservedFirst => Order::ReservedFirst,
        },
    })
}

pub fn written(agreed: &Agreed) -> pb::AllocationTerms {
    let (mode, rounds, acceptance) = match agreed.terms.mode {
        Mode::DeferredAcceptance => {
            let none = wire::Acceptance::Unspecified;
            (wire::Mode::DeferredAcceptance, 0, none)
        }
        Mode::InTurn { rounds, acceptance } => {
            let acceptance = match acceptance {
                Acceptance::Final => wire::Acceptance::Final,
                Acceptance::UntilBetter => wire::Acceptance::UntilBetter,
            };
            (wire::Mode::InTurn, super::whole(rounds), acceptance)
        }
    };
    let lottery = match agreed.terms.lottery {
        Lottery::One => wire::Lottery::One,
        Lottery::PerSpecialty => wire::Lottery::PerSpecialty,
    };
    let quota_kind = match agreed.quotas {
        Kind::Minimum => wire::QuotaKind::Minimum,
        Kind::Reserved(Unfilled::StayEmpty) => wire::QuotaKind::StaysEmpty,
        Kind::Reserved(Unfilled::FallOpen) => wire::QuotaKind::FallsOpen,
    };
    let order = match agreed.order {
        Order::OpenFirst => wire::Order::OpenFirst,
        Order::ReservedFirst => wire::Order::ReservedFirst,
    };
    pb::AllocationTerms {
        mode: mode.into(),
        offer_rounds: rounds,
        acceptance: acceptance.into(),
        lottery: lottery.into(),
        quota_kind: quota_kind.into(),
        order: order.into(),
    }
}
