//! DER, element by element: what is read stays where it is, so that a signature is checked over the
//! very bytes that were signed. Nothing here calls itself, so no depth can exhaust the stack.

use der::asn1::{AnyRef, BitStringRef, GeneralizedTime, ObjectIdentifier, UtcTime};
use der::{Decode, Reader, SliceReader, Tag, TagNumber, Tagged};
use jiff::Timestamp;

/// The bytes are not what they should be. Where and why is nobody's business but an attacker's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

impl From<der::Error> for Malformed {
    fn from(_: der::Error) -> Self {
        Self
    }
}

pub type Read<T> = Result<T, Malformed>;

/// `[number]` around other elements.
pub const fn around(number: u32) -> Tag {
    Tag::ContextSpecific {
        constructed: true,
        number: TagNumber(number),
    }
}

/// `[number]` in place of another tag, around bytes.
pub const fn instead(number: u32) -> Tag {
    Tag::ContextSpecific {
        constructed: false,
        number: TagNumber(number),
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Element<'a> {
    /// With its tag and length.
    pub whole: &'a [u8],
    any: AnyRef<'a>,
}

impl<'a> Element<'a> {
    /// One element of this tag, and nothing after it.
    pub fn only(bytes: &'a [u8], tag: Tag) -> Read<Self> {
        let mut elements = Elements::new(bytes);
        let element = elements.take(tag)?;
        elements.end()?;
        Ok(element)
    }

    pub fn tag(&self) -> Tag {
        self.any.tag()
    }

    pub fn content(&self) -> &'a [u8] {
        self.any.value()
    }

    pub fn inside(&self) -> Elements<'a> {
        Elements::new(self.content())
    }

    /// `1.2.840.113549.1.1.11`.
    pub fn oid(&self) -> Read<String> {
        Ok(self.any.decode_as::<ObjectIdentifier>()?.to_string())
    }

    /// Whole bytes of a BIT STRING.
    pub fn bits(&self) -> Read<&'a [u8]> {
        let bits = self.any.decode_as::<BitStringRef<'a>>()?;
        bits.as_bytes().ok_or(Malformed)
    }

    /// The first sixteen named bits of a BIT STRING; bit 0 is the highest.
    pub fn named_bits(&self) -> Read<u16> {
        let bits = self.any.decode_as::<BitStringRef<'a>>()?;
        let mut named = bits.raw_bytes().iter().copied().chain([0, 0]);
        let mut next = || named.next().unwrap_or_default();
        Ok(u16::from_be_bytes([next(), next()]))
    }

    /// A small INTEGER.
    pub fn number(&self) -> Read<u8> {
        Ok(self.any.decode_as::<u8>()?)
    }

    pub fn truth(&self) -> Read<bool> {
        Ok(self.any.decode_as::<bool>()?)
    }

    pub fn time(&self) -> Read<Timestamp> {
        let since = match self.tag() {
            Tag::UtcTime => self.any.decode_as::<UtcTime>()?.to_unix_duration(),
            _ => self.any.decode_as::<GeneralizedTime>()?.to_unix_duration(),
        };
        let seconds = i64::try_from(since.as_secs()).map_err(|_| Malformed)?;
        Timestamp::from_second(seconds).map_err(|_| Malformed)
    }

    /// The words of any string that certificates use.
    pub fn words(&self) -> Option<String> {
        let bytes = self.content();
        match self.tag() {
            Tag::Utf8String | Tag::PrintableString | Tag::Ia5String => {
                std::str::from_utf8(bytes).ok().map(str::to_owned)
            }
            Tag::BmpString => {
                let (pairs, rest) = bytes.as_chunks::<2>();
                let units = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
                let words = char::decode_utf16(units).collect::<Result<_, _>>().ok();
                words.filter(|_| rest.is_empty())
            }
            _ => None,
        }
    }
}

/// Elements one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Elements<'a> {
    rest: &'a [u8],
}

impl<'a> Elements<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn next(&mut self) -> Read<Element<'a>> {
        let mut reader = SliceReader::new(self.rest)?;
        let whole = reader.tlv_bytes()?;
        let any = AnyRef::from_der(whole)?;
        self.rest = self.rest.get(whole.len()..).ok_or(Malformed)?;
        Ok(Element { whole, any })
    }

    /// The next one, which has this tag.
    pub fn take(&mut self, tag: Tag) -> Read<Element<'a>> {
        self.maybe(tag)?.ok_or(Malformed)
    }

    /// The next one if it has this tag.
    pub fn maybe(&mut self, tag: Tag) -> Read<Option<Element<'a>>> {
        if self.is_empty() {
            return Ok(None);
        }
        let mut after = *self;
        let element = after.next()?;
        if element.tag() != tag {
            return Ok(None);
        }
        *self = after;
        Ok(Some(element))
    }

    pub fn end(self) -> Read<()> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(Malformed)
        }
    }

    /// All that is left, at most so many.
    pub fn all(mut self, most: usize) -> Read<Vec<Element<'a>>> {
        let mut all = Vec::new();
        while !self.is_empty() {
            if all.len() == most {
                return Err(Malformed);
            }
            all.push(self.next()?);
        }
        Ok(all)
    }
}

/// An element of this identifier octet, written.
pub fn write(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut written = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => written.push(short),
        _ => {
            let bytes = length.to_be_bytes();
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            let bytes = bytes.get(zeros..).unwrap_or_default();
            written.push(0x80 | u8::try_from(bytes.len()).unwrap_or_default());
            written.extend_from_slice(bytes);
        }
    }
    for part in parts {
        written.extend_from_slice(part);
    }
    written
}
