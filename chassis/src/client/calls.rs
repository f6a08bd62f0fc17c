//! Which calls may be sent again, read off the contract: those that change nothing, those that say so
//! of themselves, and those that carry a request id.

use std::collections::HashMap;

use anyhow::Context;
use bytes::Buf;
use prost::Message;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

/// The calls of the contract, by path.
#[derive(Debug, Default)]
pub struct Calls(HashMap<String, Call>);

/// What has to be known of a call to send it, and perhaps to send it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Call {
    /// One message there: it can be kept until the answer came.
    pub has_one_message: bool,
    /// One message back: the deadline is for the whole call.
    pub has_one_answer: bool,
    again: Again,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    Always,
    /// If the message has this field: the answer to a request id is kept with its effect.
    WithRequestId(u32),
    Never,
}

/// What isn't in the contract, such as health: passed on as it comes.
pub(crate) const UNKNOWN: Call = Call {
    has_one_message: false,
    has_one_answer: false,
    again: Again::Never,
};

impl Calls {
    /// `descriptor` is an encoded `google.protobuf.FileDescriptorSet`.
    ///
    /// # Errors
    /// If it is something else.
    pub fn read(descriptor: &[u8]) -> anyhow::Result<Self> {
        let contract = Contract::decode(descriptor).context("the contract")?;
        let mut request_ids = HashMap::new();
        for file in &contract.files {
            for message in &file.messages {
                let field = message
                    .fields
                    .iter()
                    .find(|field| field.name == "request_id");
                if let Some(number) = field.and_then(|field| u32::try_from(field.number).ok()) {
                    request_ids.insert(format!(".{}.{}", file.package, message.name), number);
                }
            }
        }
        let mut calls = HashMap::new();
        for file in &contract.files {
            for service in &file.services {
                for method in &service.methods {
                    let path = format!("/{}.{}/{}", file.package, service.name, method.name);
                    let request_id = request_ids.get(&method.input).copied();
                    calls.insert(path, method.call(request_id));
                }
            }
        }
        Ok(Self(calls))
    }

    pub(crate) fn find(&self, path: &str) -> Call {
        self.0.get(path).copied().unwrap_or(UNKNOWN)
    }
}

impl Call {
    /// Whether a call that may have arrived may be sent again. `frame` is its one message as gRPC
    /// frames it.
    pub(crate) fn may_be_repeated(self, frame: &[u8]) -> bool {
        match self.again {
            Again::Always => true,
            Again::Never => false,
            Again::WithRequestId(number) => {
                // A flag and a length of four bytes; what is compressed isn't looked into.
                frame.first() == Some(&0) && frame.get(5..).is_some_and(|it| has(it, number))
            }
        }
    }
}

/// Whether an encoded message has something in this field.
fn has(mut message: &[u8], number: u32) -> bool {
    while message.has_remaining() {
        let Ok((tag, kind)) = decode_key(&mut message) else {
            return false;
        };
        if tag == number && kind == WireType::LengthDelimited {
            return decode_varint(&mut message).is_ok_and(|length| length > 0);
        }
        if skip_field(kind, tag, &mut message, DecodeContext::default()).is_err() {
            return false;
        }
    }
    false
}

/// As much of `google.protobuf.FileDescriptorSet` as is asked for here. The usual types drop
/// `google.api.http`, which is an extension.
#[derive(Clone, PartialEq, prost::Message)]
struct Contract {
    #[prost(message, repeated, tag = "1")]
    files: Vec<File>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct File {
    #[prost(string, tag = "2")]
    package: String,
    #[prost(message, repeated, tag = "4")]
    messages: Vec<Shape>,
    #[prost(message, repeated, tag = "6")]
    services: Vec<Service>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Shape {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, repeated, tag = "2")]
    fields: Vec<Field>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Field {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(int32, tag = "3")]
    number: i32,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Service {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, repeated, tag = "2")]
    methods: Vec<Method>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Method {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    input: String,
    #[prost(message, optional, tag = "4")]
    options: Option<Options>,
    #[prost(bool, tag = "5")]
    has_many_messages: bool,
    #[prost(bool, tag = "6")]
    has_many_answers: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Options {
    /// Above zero: it has no side effects, or a second call has none.
    #[prost(int32, tag = "34")]
    idempotency_level: i32,
    /// `google.api.http`
    #[prost(message, optional, tag = "72295728")]
    http: Option<Rule>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Rule {
    #[prost(string, tag = "2")]
    get: String,
}

impl Method {
    fn call(&self, request_id: Option<u32>) -> Call {
        let options = self.options.clone().unwrap_or_default();
        let is_read = options.http.is_some_and(|rule| !rule.get.is_empty());
        let again = match request_id {
            _ if self.has_many_messages => Again::Never,
            _ if is_read || options.idempotency_level > 0 => Again::Always,
            Some(number) => Again::WithRequestId(number),
            None => Again::Never,
        };
        Call {
            has_one_message: !self.has_many_messages,
            has_one_answer: !self.has_many_answers,
            again,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn method(name: &str, input: &str, options: Options) -> Method {
        Method {
            name: name.into(),
            input: format!(".x.v1.{input}"),
            options: Some(options),
            ..Method::default()
        }
    }

    fn calls() -> Calls {
        let field = |name: &str, number| Field {
            name: name.into(),
            number,
        };
        let get = Options {
            http: Some(Rule {
                get: "/v1/things".into(),
            }),
            ..Options::default()
        };
        let posted = Options {
            http: Some(Rule::default()),
            ..Options::default()
        };
        let declared = Options {
            idempotency_level: 2,
            ..Options::default()
        };
        let methods = vec![
            method("GetThing", "Asked", get.clone()),
            method("MakeThing", "Ordered", posted.clone()),
            method("SignIn", "Asked", posted),
            method("Exchange", "Asked", declared),
            Method {
                has_many_messages: true,
                ..method("Upload", "Ordered", get)
            },
        ];
        let contract = Contract {
            files: vec![File {
                package: "x.v1".into(),
                messages: vec![
                    Shape {
                        name: "Asked".into(),
                        fields: vec![field("name", 1)],
                    },
                    Shape {
                        name: "Ordered".into(),
                        fields: vec![field("name", 1), field("request_id", 3)],
                    },
                ],
                services: vec![Service {
                    name: "Things".into(),
                    methods,
                }],
            }],
        };
        Calls::read(&contract.encode_to_vec()).expect("a contract")
    }

    #[derive(Clone, PartialEq, prost::Message)]
    struct Ordered {
        #[prost(string, tag = "1")]
        name: String,
        #[prost(string, tag = "3")]
        request_id: String,
    }

    fn frame(request_id: &str) -> Vec<u8> {
        let order = Ordered {
            name: "a".into(),
            request_id: request_id.into(),
        };
        [&[0, 0, 0, 0, 9][..], &order.encode_to_vec()].concat()
    }

    #[test]
    fn only_what_is_safe_is_sent_again() {
        let calls = calls();
        let repeated = |name: &str, frame: &[u8]| {
            let path = format!("/x.v1.Things/{name}");
            calls.find(&path).may_be_repeated(frame)
        };
        assert!(repeated("GetThing", &frame("")));
        assert!(repeated("Exchange", &frame("")));
        assert!(repeated("MakeThing", &frame("one")));
        assert!(!repeated("MakeThing", &frame("")), "without a request id");
        assert!(
            !repeated("MakeThing", &[1, 0, 0, 0, 9, 26, 1, 65]),
            "compressed"
        );
        assert!(!repeated("MakeThing", &[]));
        assert!(!repeated("SignIn", &frame("one")));
        assert!(!repeated("Upload", &frame("one")), "a stream");
        assert!(!repeated("Nobody", &frame("one")));
    }
}
