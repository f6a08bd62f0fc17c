//! Reading a session of a request: each field as it stands there, whether it is new or changed.

use chassis::violation::Violations;
use jiff::{SignedDuration, Timestamp};
use proto::testing::v1 as pb;
use uuid::Uuid;

use crate::domain::quota::{MOST_QUOTAS, Quota, Release, wrong_quotas};
use crate::domain::session::MOST_SEATS;
use crate::rpc::{enums, parse, wishes};

pub fn start(violations: &mut Violations, session: &pb::TestSession) -> Option<Timestamp> {
    let time = session.start_time.as_ref();
    parse::time(violations, "session.start_time", time)
}

pub fn end(violations: &mut Violations, session: &pb::TestSession) -> Option<Timestamp> {
    let time = session.end_time.as_ref();
    parse::time(violations, "session.end_time", time)
}

/// The room, of whatever centre its name says: whether that is the session's is seen later.
pub fn room(violations: &mut Violations, session: &pb::TestSession) -> Option<(Uuid, Uuid)> {
    (!session.room.is_empty())
        .then(|| wishes::room(violations, "session.room", &session.room))
        .flatten()
}

pub fn capacity(violations: &mut Violations, session: &pb::TestSession) {
    if session.capacity == 0 {
        violations.add("session.capacity", "REQUIRED");
    } else if !(1..=MOST_SEATS).contains(&session.capacity) {
        violations.add("session.capacity", "OUT_OF_RANGE");
    }
}

pub fn extra_time(violations: &mut Violations, session: &pb::TestSession) {
    if !(0..=100).contains(&session.extra_time_percent) {
        violations.add("session.extra_time_percent", "OUT_OF_RANGE");
    }
}

pub fn quotas(violations: &mut Violations, session: &pb::TestSession, capacity: i32) -> Vec<Quota> {
    if session.quotas.len() > MOST_QUOTAS {
        let most = [("max", MOST_QUOTAS.to_string())];
        violations.add_with("session.quotas", "TOO_MANY", most);
        return Vec::new();
    }
    let mut read = Vec::new();
    let mut whole = true;
    for (at, quota) in session.quotas.iter().enumerate() {
        let field = |name: &str| format!("session.quotas[{at}].{name}");
        if !chassis::name::is_id(&quota.id) {
            let reason = if quota.id.is_empty() {
                "REQUIRED"
            } else {
                "INVALID_FORMAT"
            };
            violations.add(field("id"), reason);
        }
        let kind = parse::word(
            violations,
            &field("kind"),
            quota.kind,
            enums::from_quota_kind,
        );
        let Some(kind) = kind else {
            whole = false;
            continue;
        };
        read.push(Quota {
            id: quota.id.clone(),
            kind,
            value: quota.value.clone(),
            size: quota.size,
            taken: 0,
            release: Release {
                notice: quota.release_notice.map(length),
                is_over: false,
            },
        });
    }
    if whole {
        for (field, reason) in wrong_quotas(&read, capacity) {
            violations.add(format!("session.{field}"), reason);
        }
    }
    read
}

/// Whatever is no length of time is out of every range.
fn length(pb: prost_types::Duration) -> SignedDuration {
    let is_one = pb.seconds.signum() * i64::from(pb.nanos.signum()) >= 0
        && (-999_999_999..=999_999_999).contains(&pb.nanos);
    if is_one {
        SignedDuration::new(pb.seconds, pb.nanos)
    } else {
        SignedDuration::MIN
    }
}
