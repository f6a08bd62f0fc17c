//! What programs stream comes with lengths that are told at the end, and content in pieces: CMS allows
//! it (BER), and what is read here is DER. Everything of a told length is kept byte for byte, so what a
//! signature is about stays as it was signed.

use std::borrow::Cow;

use super::der::{Malformed, Read, write};

/// Deeper nobody needs to nest, and each level costs stack.
const DEEPEST: usize = 12;
const CONSTRUCTED: u8 = 0x20;
const OCTETS: u8 = 0x04;
const OCTETS_IN_PIECES: u8 = OCTETS | CONSTRUCTED;
const TOLD_AT_THE_END: u8 = 0x80;

/// The same with lengths that are told.
pub fn to_der(bytes: &[u8]) -> Read<Cow<'_, [u8]>> {
    if bytes.get(1) != Some(&TOLD_AT_THE_END) {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut input = Input(bytes);
    let element = element(&mut input, 0)?;
    if input.0.is_empty() {
        Ok(Cow::Owned(element))
    } else {
        Err(Malformed)
    }
}

struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn byte(&mut self) -> Read<u8> {
        let (first, rest) = self.0.split_first().ok_or(Malformed)?;
        self.0 = rest;
        Ok(*first)
    }

    fn bytes(&mut self, length: usize) -> Read<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(Malformed)?;
        self.0 = rest;
        Ok(bytes)
    }

    /// `None` where the length is told at the end.
    fn length(&mut self) -> Read<Option<usize>> {
        let first = self.byte()?;
        if first == TOLD_AT_THE_END {
            return Ok(None);
        }
        if first < 0x80 {
            return Ok(Some(first.into()));
        }
        let bytes = self.bytes((first & 0x7f).into())?;
        if bytes.len() > 4 {
            return Err(Malformed);
        }
        let length = bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        Ok(Some(length))
    }

    fn is_at_the_end(&mut self) -> bool {
        let rest = self.0.strip_prefix(&[0, 0]);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }
}

fn element(input: &mut Input<'_>, depth: usize) -> Read<Vec<u8>> {
    if depth > DEEPEST {
        return Err(Malformed);
    }
    let before = input.0;
    let tag = input.byte()?;
    let length = input.length()?;
    let in_pieces = tag == OCTETS_IN_PIECES;
    match length {
        Some(length) if !in_pieces => {
            input.bytes(length)?;
            let whole = before.len() - input.0.len();
            Ok(before.get(..whole).ok_or(Malformed)?.to_vec())
        }
        Some(length) => {
            let mut inner = Input(input.bytes(length)?);
            let mut content = Vec::new();
            while !inner.0.is_empty() {
                content.extend(piece(&mut inner, depth)?);
            }
            Ok(write(OCTETS, &[&content]))
        }
        None if tag & CONSTRUCTED == 0 => Err(Malformed),
        None => {
            let mut content = Vec::new();
            while !input.is_at_the_end() {
                let next = if in_pieces {
                    piece(input, depth)?
                } else {
                    element(input, depth + 1)?
                };
                content.extend(next);
            }
            let tag = if in_pieces { OCTETS } else { tag };
            Ok(write(tag, &[&content]))
        }
    }
}

/// The content of one piece of an OCTET STRING.
fn piece(input: &mut Input<'_>, depth: usize) -> Read<Vec<u8>> {
    let element = element(input, depth + 1)?;
    let mut written = Input(&element);
    if written.byte()? != OCTETS {
        return Err(Malformed);
    }
    let length = written.length()?.ok_or(Malformed)?;
    Ok(written.bytes(length)?.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_become_one_and_what_has_a_length_is_kept() {
        // SEQUENCE { OCTET STRING in two pieces, INTEGER with a length in two bytes }
        let streamed = b"\x30\x80\x24\x80\x04\x01a\x04\x02bc\x00\x00\x02\x81\x01\x07\x00\x00";
        let read = to_der(streamed).expect("read");
        assert_eq!(&*read, b"\x30\x09\x04\x03abc\x02\x81\x01\x07");
        // One of a told length with pieces inside.
        let streamed = b"\x30\x80\x24\x04\x04\x02ab\x00\x00";
        assert_eq!(&*to_der(streamed).expect("read"), b"\x30\x04\x04\x02ab");
        assert_eq!(&*to_der(b"\x30\x01").expect("kept"), b"\x30\x01");
    }

    #[test]
    fn what_breaks_off_nests_without_end_or_goes_on_is_refused() {
        let deep = [b"\x30\x80".repeat(2000), b"\x00\x00".repeat(2000)].concat();
        for bad in [
            b"\x30\x80".as_slice(),
            b"\x30\x80\x04\x05a\x00\x00",
            b"\x30\x80\x00\x00\x00",
            b"\x04\x80a\x00\x00",
            b"\x30\x80\x24\x03\x02\x01\x01\x00\x00",
            b"\x30\x80\x04\x85\x01\x01\x01\x01\x01\x00\x00",
            &deep,
        ] {
            assert_eq!(to_der(bad), Err(Malformed), "{bad:x?}");
        }
    }
}
