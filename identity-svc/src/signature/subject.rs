//! Whom a certificate names: IIN, BIN and the words of its subject.
//!
//! The numbers stand in words of ours to read: `SERIALNUMBER=IIN…`, `OU=BIN…`, and by other authorities
//! `SERIALNUMBER=BIN…`. `GIVENNAME` is the patronymic, so the name is the common name.

use chassis::identifier::{Bin, Iin};
use chassis::mask::Masked;
use der::Tag;

use super::der::{Element, Read};

const COMMON_NAME: &str = "2.5.4.3";
const SERIAL_NUMBER: &str = "2.5.4.5";
const UNIT: &str = "2.5.4.11";
const MOST_PARTS: usize = 32;

#[derive(Debug, Default)]
pub struct Subject {
    pub common_name: Masked<String>,
    pub iin: Option<Iin>,
    /// `None` also where two are named that differ: nobody can tell whose the key is.
    pub bin: Option<Bin>,
}

impl Subject {
    pub fn read(name: &Element<'_>) -> Read<Self> {
        let mut subject = Self::default();
        let mut bins = Vec::new();
        for set in name.inside().all(MOST_PARTS)? {
            for part in set.inside().all(MOST_PARTS)? {
                let mut part = part.inside();
                let oid = part.take(Tag::ObjectIdentifier)?.oid()?;
                let Some(words) = part.next()?.words() else {
                    continue;
                };
                match (oid.as_str(), words.get(..3)) {
                    (COMMON_NAME, _) => subject.common_name = Masked::new(words),
                    (SERIAL_NUMBER, Some("IIN")) => subject.iin = numbered(&words, Iin::parse),
                    (SERIAL_NUMBER | UNIT, Some("BIN")) => bins.push(numbered(&words, Bin::parse)),
                    _ => {}
                }
            }
        }
        bins.dedup();
        subject.bin = match bins.as_slice() {
            [only] => *only,
            _ => None,
        };
        Ok(subject)
    }
}

/// A name in words, in its own order: `C=KZ, O=…, CN=…`. What has no letters here goes by its OID.
pub fn in_words(name: &[u8]) -> Read<String> {
    let mut parts = Vec::new();
    for set in Element::only(name, Tag::Sequence)?
        .inside()
        .all(MOST_PARTS)?
    {
        for part in set.inside().all(MOST_PARTS)? {
            let mut part = part.inside();
            let oid = part.take(Tag::ObjectIdentifier)?.oid()?;
            let words = part.next()?.words().unwrap_or_default();
            let letters = match oid.as_str() {
                COMMON_NAME => "CN",
                "2.5.4.6" => "C",
                "2.5.4.7" => "L",
                "2.5.4.8" => "ST",
                "2.5.4.10" => "O",
                UNIT => "OU",
                other => other,
            };
            parts.push(format!("{letters}={words}"));
        }
    }
    Ok(parts.join(", "))
}

fn numbered<T>(words: &str, parse: impl Fn(&str) -> Result<T, &'static str>) -> Option<T> {
    parse(words.get(3..)?).ok()
}
