//! Base45 (RFC 9285): two bytes are three characters of the 45 that a QR code packs into eleven bits
//! for two, so that a byte costs little more than in the binary mode, which phones read in different
//! ways.

const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3 / 2 + 1);
    for pair in bytes.chunks(2) {
        let (mut number, digits) = match *pair {
            [high, low] => (u32::from(high) * 256 + u32::from(low), 3),
            [one] => (u32::from(one), 2),
            _ => continue,
        };
        for _ in 0..digits {
            text.extend(ALPHABET.get(number as usize % 45).map(|it| char::from(*it)));
            number /= 45;
        }
    }
    text
}

/// None where no bytes are written so: a text that is decoded is the only one of its bytes.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 2 / 3 + 1);
    for group in text.as_bytes().chunks(3) {
        let mut number = 0_u32;
        for letter in group.iter().rev() {
            let digit = ALPHABET.iter().position(|it| it == letter)?;
            number = number * 45 + u32::try_from(digit).ok()?;
        }
        match group.len() {
            3 => bytes.extend(u16::try_from(number).ok()?.to_be_bytes()),
            2 => bytes.push(u8::try_from(number).ok()?),
            _ => return None,
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_examples_of_the_rfc_are_written_and_read() {
        for (plain, written) in [
            ("AB", "BB8"),
            ("Hello!!", "%69 VD92EX0"),
            ("base-45", "UJCLQE7W581"),
            ("ietf!", "QED8WEX0"),
            ("", ""),
        ] {
            assert_eq!(encode(plain.as_bytes()), written);
            assert_eq!(decode(written).as_deref(), Some(plain.as_bytes()));
        }
    }

    #[test]
    fn what_no_bytes_are_written_as_is_not_read() {
        for wrong in ["GGW", "A", "::", "bb8", "BB8é", "BB8A"] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }

        #[test]
        fn a_text_that_is_read_is_the_only_one(text in "[0-9A-Z $%*+./:-]{0,40}") {
            if let Some(bytes) = decode(&text) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }
    }
}
