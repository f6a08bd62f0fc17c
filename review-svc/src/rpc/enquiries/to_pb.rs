//! Enquiries as the contract shows them.

use chassis::clock::to_pb as time;
use jiff::Timestamp;
use proto::review::v1 as pb;
use proto::review::v1::enquiry::{Kind as PbKind, State as PbState};

use crate::domain::enquiry::{Consent, Kind, Side, State};
use crate::store::enquiry::{Kept, Message};

pub fn enquiry(kept: &Kept, messages: &[Message], now: Timestamp) -> pb::Enquiry {
    let it = &kept.enquiry;
    let public_answer = kept.public_answer.as_ref();
    pb::Enquiry {
        name: kept.name(),
        kind: match it.kind {
            Kind::Question => PbKind::Question.into(),
            Kind::Support => PbKind::Support.into(),
        },
        programme: it.programme.clone(),
        college: it.college.clone(),
        subject: it.subject.clone(),
        text: String::new(),
        may_publish: it.consent == Consent::MayPublish,
        state: match it.state {
            State::Open => PbState::Open.into(),
            State::Answered => PbState::Answered.into(),
            State::Closed => PbState::Closed.into(),
        },
        messages: messages.iter().map(message).collect(),
        create_time: Some(time(kept.create_time)),
        due_time: it.due_time.map(time),
        overdue: it.is_overdue(now),
        public_answer: public_answer
            .map(|id| format!("publicAnswers/{id}"))
            .unwrap_or_default(),
        etag: kept.etag(),
    }
}

fn message(message: &Message) -> pb::EnquiryMessage {
    pb::EnquiryMessage {
        side: match message.side {
            Side::Author => pb::enquiry_message::Side::Author.into(),
            Side::Staff => pb::enquiry_message::Side::Staff.into(),
        },
        text: message.text.clone(),
        create_time: Some(time(message.create_time)),
    }
}
