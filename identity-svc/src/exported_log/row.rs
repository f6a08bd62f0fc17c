//! A line of an export, read.

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chassis::chain::{Entry, Hash};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    #[serde(deserialize_with = "number")]
    sequence: i64,
    #[serde(borrow)]
    previous_hash: Cow<'a, str>,
    #[serde(borrow)]
    content: Cow<'a, str>,
    #[serde(borrow)]
    hash: Cow<'a, str>,
    #[serde(borrow, default)]
    signed_content: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    cms: Option<Cow<'a, str>>,
}

/// In the JSON of protobuf a long number is a text.
fn number<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    struct Number;
    impl Visitor<'_> for Number {
        type Value = i64;
        fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
            to.write_str("a number, or a text that is one")
        }
        fn visit_u64<E: Error>(self, number: u64) -> Result<i64, E> {
            i64::try_from(number).map_err(E::custom)
        }
        fn visit_str<E: Error>(self, text: &str) -> Result<i64, E> {
            text.parse().map_err(E::custom)
        }
    }
    from.deserialize_any(Number)
}

pub struct Row {
    pub entry: Entry,
    pub signed_content: Option<Vec<u8>>,
    pub cms: Option<Vec<u8>>,
}

/// `None` where the line is no row.
pub fn read(line: &[u8]) -> Option<Row> {
    let line: Line<'_> = serde_json::from_slice(line).ok()?;
    let bytes = |text: &str| BASE64.decode(text).ok();
    let hash = |text: &str| Hash::try_from(bytes(text)?).ok();
    let maybe = |text: Option<Cow<'_, str>>| match text {
        Some(text) => bytes(&text).map(Some),
        None => Some(None),
    };
    Some(Row {
        entry: Entry {
            sequence: line.sequence,
            previous_hash: hash(&line.previous_hash)?,
            content: bytes(&line.content)?,
            hash: hash(&line.hash)?,
        },
        signed_content: maybe(line.signed_content)?,
        cms: maybe(line.cms)?,
    })
}
