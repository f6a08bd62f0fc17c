//! The words that are searched for, and every way in which they could be written.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use tests::walk::Persona;

/// One word of a person.
pub struct Song {
    pub name: &'static str,
    spellings: Vec<(&'static str, String)>,
}

impl Song {
    fn new(name: &'static str, word: &str) -> Self {
        let mut spellings = vec![
            ("as it is", word.to_owned()),
            ("in capitals", word.to_uppercase()),
            ("in small letters", word.to_lowercase()),
            ("hex", hex::encode(word)),
            ("hex", hex::encode_upper(word)),
            ("percent", percent(word)),
            ("percent", percent(word).to_lowercase()),
            ("escaped", escaped(word)),
        ];
        for offset in 0..3 {
            spellings.push(("base64", inside(&STANDARD_NO_PAD, word, offset)));
            spellings.push(("base64", inside(&URL_SAFE_NO_PAD, word, offset)));
        }
        Self { name, spellings }
    }

    /// How the word is written in a text, where it is.
    pub fn is_in(&self, text: &str) -> Option<&'static str> {
        let found = self.spellings.iter().find(|(_, it)| text.contains(it));
        found.map(|(spelling, _)| *spelling)
    }
}

pub fn of(persona: &Persona, access_token: &str) -> Vec<Song> {
    vec![
        Song::new("iin", &persona.iin),
        Song::new("e-mail", &persona.email),
        Song::new("new-e-mail", "zhumbaq.zhana@qupiya.example"),
        Song::new("password", &persona.password),
        Song::new("family-name", &persona.family_name),
        Song::new("given-name", &persona.given_name),
        Song::new("patronymic", &persona.patronymic),
        // Without its plus, as some would write it.
        Song::new("phone", &persona.phone[1..]),
        Song::new("address", &persona.address),
        Song::new("workplace", &persona.workplace),
        Song::new("paper", &persona.paper),
        Song::new("access-token", access_token),
    ]
}

fn percent(word: &str) -> String {
    word.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// As JSON may write it.
fn escaped(word: &str) -> String {
    word.encode_utf16()
        .map(|unit| match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
            _ => format!("\\u{unit:04x}"),
        })
        .collect()
}

/// The letters that a word has in base64 wherever it begins: without those it shares with its
/// neighbours.
fn inside(engine: &impl Engine, word: &str, offset: usize) -> String {
    let padded = [vec![0; offset], word.as_bytes().to_vec()].concat();
    let first = (offset * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    engine.encode(padded)[first..last].to_owned()
}

#[test]
fn a_word_is_known_however_it_is_written() {
    let song = Song::new("name", "Ұшқын Әлі");
    for text in [
        "x Ұшқын Әлі x",
        "ҰШҚЫН ӘЛІ",
        "ұшқын әлі",
        "\"\\u04b0\\u0448\\u049b\\u044b\\u043d \\u04d8\\u043b\\u0456\"",
        "q=%D2%B0%D1%88%D2%9B%D1%8B%D0%BD%20%D3%98%D0%BB%D1%96&",
    ] {
        assert!(song.is_in(text).is_some(), "{text}");
    }
    assert!(song.is_in(&hex::encode("x Ұшқын Әлі")).is_some());
    for before in ["", "x", "xx", "xxx"] {
        let text = STANDARD_NO_PAD.encode(format!("{before}Ұшқын Әлі and more"));
        assert!(song.is_in(&text).is_some(), "{text}");
    }
    assert!(song.is_in("Ұшқын").is_none());
}
