//! Resource names: `campaigns/reserve-2026/applications/0197…` ⇄ the ids inside.

use uuid::Uuid;

/// The ids at the `*` places of the pattern, where the name has that shape.
///
/// An id is 1–64 characters of `a–z`, `A–Z`, `0–9`, `-` and `_`: a name never needs escaping.
pub fn capture<'a, const N: usize>(pattern: &str, name: &'a str) -> Option<[&'a str; N]> {
    let mut ids = [""; N];
    let mut at = 0;
    let mut parts = name.split('/');
    for expected in pattern.split('/') {
        let part = parts.next()?;
        if expected == "*" {
            if !is_id(part) {
                return None;
            }
            *ids.get_mut(at)? = part;
            at += 1;
        } else if expected != part {
            return None;
        }
    }
    (at == N && parts.next().is_none()).then_some(ids)
}

pub fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// A lower-case id that a person chose: `reserve-2026`.
pub fn is_slug(text: &str) -> bool {
    is_id(text)
        && text.bytes().all(|b| !b.is_ascii_uppercase() && b != b'_')
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
}

/// The UUID at the only `*` of the pattern.
pub fn uuid(pattern: &str, name: &str) -> Option<Uuid> {
    let [id] = capture::<1>(pattern, name)?;
    Uuid::parse_str(id).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_the_right_shape_gives_its_ids() {
        assert_eq!(
            capture(
                "campaigns/*/applications/*",
                "campaigns/reserve-2026/applications/a1"
            ),
            Some(["reserve-2026", "a1"])
        );
    }

    #[test]
    fn other_shapes_give_nothing() {
        for bad in [
            "",
            "campaigns",
            "campaigns/",
            "campaigns/a/b",
            "Campaigns/a",
            "campaigns/a%2Fb",
            "campaigns/ә",
            "campaigns/..",
        ] {
            assert_eq!(capture::<1>("campaigns/*", bad), None, "{bad}");
        }
    }
}
