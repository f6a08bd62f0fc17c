//! What everybody reads, as the contract shows it.

use chassis::clock::to_pb as time;
use proto::review::v1 as pb;

use crate::store::public_answer::Kept;

pub fn to_pb(kept: &Kept) -> pb::PublicAnswer {
    pb::PublicAnswer {
        name: kept.name(),
        programme: kept.programme.clone(),
        college: kept.college.clone(),
        question: kept.question.clone(),
        answer: kept.answer.clone(),
        publish_time: Some(time(kept.publish_time)),
    }
}
