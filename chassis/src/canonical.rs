//! JSON in one way of writing it (RFC 8785): what is signed or hashed has the same bytes wherever they are
//! made.
//!
//! Names in the order of their UTF-16 units, no spaces, texts as they are but for what JSON must escape,
//! numbers as ECMAScript writes them. Numbers that not every reader reads alike are refused instead of
//! rounded: whole ones beyond 2^53 − 1, and fractions of more than 15 digits or smaller than a millionth.
//! They are written as texts. So nothing is ever written with an exponent, and everything that is taken
//! has the bytes that the RFC says.

use serde::Serialize;
use serde_json::Value;

/// The largest whole number that every reader of JSON reads alike.
pub const LARGEST: u64 = (1 << 53) - 1;

/// A fraction of so many digits is one number of 64 bits, and that number is written with these digits.
const MOST_DIGITS: usize = 15;
const SMALLEST: f64 = 1e-6;

/// What has no canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotCanonical {
    /// A number that not every reader reads alike.
    Number,
    /// What is to be written is no JSON: a map with names that are not texts.
    NotJson,
}

impl std::fmt::Display for NotCanonical {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Number => "a number that not every reader reads alike",
            Self::NotJson => "this is not JSON",
        })
    }
}

impl std::error::Error for NotCanonical {}

/// # Errors
/// Where it is no JSON, or has a number that is refused.
pub fn to_bytes<T: Serialize>(what: &T) -> Result<Vec<u8>, NotCanonical> {
    of(&serde_json::to_value(what).map_err(|_| NotCanonical::NotJson)?)
}

/// # Errors
/// Where it has a number that is refused.
pub fn of(value: &Value) -> Result<Vec<u8>, NotCanonical> {
    let mut written = String::new();
    write(&mut written, value)?;
    Ok(written.into_bytes())
}

/// The JSON in these bytes, where they are its canonical form and no other way of writing it.
pub fn read(bytes: &[u8]) -> Option<Value> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    let own = of(&value).ok()?;
    (own == bytes).then_some(value)
}

fn write(to: &mut String, value: &Value) -> Result<(), NotCanonical> {
    match value {
        Value::Null => to.push_str("null"),
        Value::Bool(true) => to.push_str("true"),
        Value::Bool(false) => to.push_str("false"),
        Value::Number(number) => write_number(to, number)?,
        Value::String(text) => write_text(to, text),
        Value::Array(items) => {
            to.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    to.push(',');
                }
                write(to, item)?;
            }
            to.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
            to.push('{');
            for (at, (name, member)) in members.into_iter().enumerate() {
                if at > 0 {
                    to.push(',');
                }
                write_text(to, name);
                to.push(':');
                write(to, member)?;
            }
            to.push('}');
        }
    }
    Ok(())
}

/// serde_json escapes what RFC 8785 does and nothing else: `"`, `\`, and control characters, of which five
/// have letters and the others four small hexadecimal digits.
fn write_text(to: &mut String, text: &str) {
    to.push_str(&Value::from(text).to_string());
}

fn write_number(to: &mut String, number: &serde_json::Number) -> Result<(), NotCanonical> {
    let written = match (number.as_i64(), number.as_f64()) {
        (Some(whole), _) => (whole.unsigned_abs() <= LARGEST).then(|| whole.to_string()),
        (None, Some(number)) => fraction(number),
        (None, None) => None,
    };
    to.push_str(&written.ok_or(NotCanonical::Number)?);
    Ok(())
}

/// `Number::toString` of ECMAScript for what is neither very large nor very small nor very long.
fn fraction(number: f64) -> Option<String> {
    if number == 0.0 {
        return Some("0".to_owned());
    }
    // Neither of the two writes an exponent.
    let written = number.to_string();
    let digits = written.bytes().filter(u8::is_ascii_digit);
    let digits = digits.skip_while(|digit| *digit == b'0').count();
    let is_taken = match number.fract() == 0.0 {
        true => written
            .parse()
            .is_ok_and(|whole: i64| whole.unsigned_abs() <= LARGEST),
        false => digits <= MOST_DIGITS && number.abs() >= SMALLEST,
    };
    is_taken.then_some(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn text(value: &Value) -> String {
        String::from_utf8(of(value).expect("canonical")).expect("text")
    }

    /// RFC 8785, appendix B: the bits of the number, and how it is written.
    const NUMBERS: [(u64, &str); 24] = [
        (0x0000_0000_0000_0000, "0"),
        (0x8000_0000_0000_0000, "0"),
        (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
        (0x0000_0000_0000_0001, "5e-324"),
        (0x8000_0000_0000_0001, "-5e-324"),
        (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
        (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
        (0x4340_0000_0000_0000, "9007199254740992"),
        (0xc340_0000_0000_0000, "-9007199254740992"),
        (0x4430_0000_0000_0000, "295147905179352830000"),
        (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
        (0x44b5_2d02_c7e1_4af6, "1e+23"),
        (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
        (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
        (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
        (0x444b_1ae4_d6e2_ef50, "1e+21"),
        (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
        (0x41b3_de43_5555_5553, "333333333.3333332"),
        (0x41b3_de43_5555_5554, "333333333.33333325"),
        (0x41b3_de43_5555_5555, "333333333.3333333"),
        (0x41b3_de43_5555_5556, "333333333.3333334"),
        (0x41b3_de43_5555_5557, "333333333.33333343"),
        (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
    ];
    /// So many of them are written; the others are what is refused here.
    const TAKEN: usize = 3;

    #[test]
    fn numbers_are_written_as_the_rfc_says_or_not_at_all() {
        for (at, (bits, written)) in NUMBERS.into_iter().enumerate() {
            let number = of(&json!(f64::from_bits(bits)));
            let expected = match at < TAKEN {
                true => Ok(written.as_bytes().to_vec()),
                false => Err(NotCanonical::Number),
            };
            assert_eq!(number, expected, "{bits:016x}");
        }
        for (number, written) in [
            (5.0, "5"),
            (-5.0, "-5"),
            (3.85, "3.85"),
            (-0.5, "-0.5"),
            (9_007_199_254_740_991.0, "9007199254740991"),
            (1e15, "1000000000000000"),
            (123_456_789.012_345, "123456789.012345"),
            (0.001_234_567_890_123_45, "0.00123456789012345"),
        ] {
            assert_eq!(text(&json!(number)), written);
        }
    }

    #[test]
    fn the_example_of_the_rfc_is_written_as_there_but_for_its_very_long_numbers() {
        let read: Value = serde_json::from_str(
            r#"{
                "numbers": [4.50, 2e-3],
                "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
                "literals": [null, true, false]
            }"#,
        )
        .expect("JSON");
        assert_eq!(
            text(&read),
            r#"{"literals":[null,true,false],"numbers":[4.5,0.002],"string":"€$\u000f\nA'B\"\\\\\"/"}"#
        );
    }

    #[test]
    fn names_stand_in_the_order_of_their_utf_16_units() {
        let read: Value = serde_json::from_str(
            r#"{
                "\u20ac": "Euro Sign",
                "\r": "Carriage Return",
                "\ufb33": "Hebrew Letter Dalet With Dagesh",
                "1": "One",
                "\ud83d\ude00": "Emoji: Grinning Face",
                "\u0080": "Control",
                "\u00f6": "Latin Small Letter O With Diaeresis"
            }"#,
        )
        .expect("JSON");
        let written = text(&read);
        let places = [
            "Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew",
        ]
        .map(|word| written.find(word).expect("there"));
        assert!(places.is_sorted(), "{written}");
    }

    #[test]
    fn whole_numbers_that_not_every_reader_reads_alike_are_refused() {
        assert_eq!(text(&json!(LARGEST)), "9007199254740991");
        assert_eq!(
            text(&json!(-9_007_199_254_740_991_i64)),
            "-9007199254740991"
        );
        for beyond in [json!(LARGEST + 1), json!(i64::MIN), json!(u64::MAX)] {
            assert_eq!(of(&beyond), Err(NotCanonical::Number), "{beyond}");
        }
        let names = std::collections::BTreeMap::from([(vec![1], 2)]);
        assert_eq!(to_bytes(&names), Err(NotCanonical::NotJson));
    }

    #[test]
    fn only_the_canonical_form_is_read() {
        let value = json!({"a": [1, "б"], "b": {}});
        assert_eq!(read(r#"{"a":[1,"б"],"b":{}}"#.as_bytes()), Some(value));
        for other in [
            r#"{"a": 1}"#,
            r#"{"b":1,"a":2}"#,
            r#"{"a":1,"a":2}"#,
            r#"{"a":1.0}"#,
            r#"{"a":"\u0431"}"#,
            r#"{"a":1}{}"#,
            "{",
        ] {
            assert_eq!(read(other.as_bytes()), None, "{other}");
        }
    }

    /// Fractions of at most 15 digits.
    fn short() -> impl Strategy<Value = f64> {
        let written = (-999_999_999_999_999_i64..=999_999_999_999_999, 0..=6_usize)
            .prop_map(|(digits, places)| format!("{digits}e-{places}"));
        written.prop_map(|it| it.parse().expect("a number"))
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-(LARGEST as i64)..=LARGEST as i64).prop_map(Value::from),
            short().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|it| Value::Object(it.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_written_the_same_again(value in any_json()) {
            let written = of(&value).expect("canonical");
            prop_assert!(read(&written).is_some());
        }

        #[test]
        fn a_number_that_is_written_is_read_back_as_it_was(number in any::<f64>(), short in short()) {
            for number in [number, short] {
                if let Some(written) = fraction(number) {
                    prop_assert_eq!(written.parse::<f64>().expect("a number"), number);
                    prop_assert!(!written.contains('e'));
                }
            }
            prop_assert!(fraction(short).is_some());
        }
    }
}
