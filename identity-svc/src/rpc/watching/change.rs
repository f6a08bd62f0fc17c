//! One change of an inbox, put into the words of a language when the first listener asks for it.

use std::sync::OnceLock;

use chassis::text::Language;
use proto::identity::v1 as pb;

use crate::rpc::messages::show;
use crate::store::message::Message;

#[derive(Debug)]
pub struct Change {
    pub number: i64,
    pub unread: i64,
    message: Message,
    words: [OnceLock<pb::Message>; 3],
}

impl Change {
    pub fn new(number: i64, unread: i64, message: Message) -> Self {
        Self {
            number,
            unread,
            message,
            words: Default::default(),
        }
    }

    pub fn in_language(&self, language: Language, mail_from: &str) -> pb::Message {
        let [kk, ru, en] = &self.words;
        let words = match language {
            Language::Kk => kk,
            Language::Ru => ru,
            Language::En => en,
        };
        let made = || show(mail_from, &self.message, language);
        words.get_or_init(made).clone()
    }
}
