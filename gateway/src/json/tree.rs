//! JSON text as a tree that keeps what a usual one drops: doubled keys and their order.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
    /// Something here lies deeper than the limit; it was skipped.
    TooDeep,
}

/// Where the text stops being JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed {
    pub line: usize,
    pub column: usize,
}

/// Reads a text whose lists and objects are nested at most `depth` deep.
///
/// # Errors
/// Where the text is not JSON.
pub fn parse(text: &[u8], depth: usize) -> Result<Json, Malformed> {
    let mut source = serde_json::Deserializer::from_slice(text);
    Level(depth)
        .deserialize(&mut source)
        .and_then(|tree| source.end().map(|()| tree))
        .map_err(|error| Malformed {
            line: error.line(),
            column: error.column(),
        })
}

/// Reads one value with this many levels left.
#[derive(Clone, Copy)]
struct Level(usize);

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Json, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(serde_json::Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let Some(left) = self.0.checked_sub(1) else {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Json::TooDeep);
        };
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Level(left))? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let Some(left) = self.0.checked_sub(1) else {
            while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Json::TooDeep);
        };
        let mut object = Vec::new();
        while let Some(key) = entries.next_key::<String>()? {
            object.push((key, entries.next_value_seed(Level(left))?));
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubled_keys_are_kept_and_depth_is_cut() {
        let tree = parse(br#"{"a": 1, "a": [[2]]}"#, 2).expect("JSON");
        let Json::Object(entries) = tree else {
            panic!("an object")
        };
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[1].1, Json::List(vec![Json::TooDeep]));
    }

    #[test]
    fn a_tower_of_brackets_is_no_trouble() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(parse(deep.as_bytes(), 16).is_ok());
        assert!(parse("[".repeat(100_000).as_bytes(), 16).is_err());
    }

    #[test]
    fn what_is_not_json_is_told_with_its_place() {
        let error = parse(b"{\n  \"a\": 1,\n}", 16).expect_err("a comma too many");
        assert_eq!((error.line, error.column), (3, 1));
        for bad in [
            "",
            "{",
            "[1,]",
            "01",
            "\"\\ud800\"",
            "{} {}",
            "nul",
            "1e999",
            "'a'",
        ] {
            assert!(parse(bad.as_bytes(), 16).is_err(), "{bad}");
        }
        assert!(parse(b"\"\xff\"", 16).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = parse(&bytes, 16);
        }
    }
}
