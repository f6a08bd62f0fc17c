//! Percent-encoding of paths and query strings (RFC 3986), with nothing left over.

/// The text behind the escapes; `None` where an escape is broken or the bytes are not UTF-8.
pub fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            bytes.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    // U+0000 is in no text of ours, and PostgreSQL keeps none.
    String::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains('\0'))
}

/// The pairs of a query string; `Err` holds the name, as far as it can be told, of a broken one.
pub fn pairs(query: &str) -> impl Iterator<Item = Result<(String, String), String>> + '_ {
    let plain = |text: &str| decode(&text.replace('+', " "));
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(move |pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = plain(name).ok_or_else(|| "?".to_owned())?;
            match plain(value) {
                Some(value) => Ok((name, value)),
                None => Err(name),
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_and_broken_ones_refused() {
        assert_eq!(decode("a%20b%D2%9B").as_deref(), Some("a bқ"));
        for bad in ["%", "%2", "%zz", "%ff", "a%00"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_query_is_a_list_of_pairs() {
        let all: Vec<_> = pairs("a=1&b=x+y&&c&d=%zz").collect();
        assert_eq!(
            all,
            [
                Ok(("a".into(), "1".into())),
                Ok(("b".into(), "x y".into())),
                Ok(("c".into(), String::new())),
                Err("d".into())
            ]
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = decode(&text);
            let _ = pairs(&text).count();
        }
    }
}
