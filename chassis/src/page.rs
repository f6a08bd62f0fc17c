//! Keyset pages: a token says where to go on and which list it belongs to.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::digest::{SHA256, digest};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::violation::Violations;

/// A parsed `page_size` and `page_token`. `K` is the key of the last row seen.
#[derive(Debug)]
pub struct Page<K> {
    pub size: u64,
    pub after: Option<K>,
    filter: String,
}

#[derive(Serialize, Deserialize)]
struct Token<K> {
    f: String,
    k: K,
}

impl<K: Serialize + DeserializeOwned> Page<K> {
    /// As the contract says of every list; a list with other bounds says so itself.
    pub const DEFAULT: i32 = 25;
    pub const MOST: i32 = 100;

    /// `filter` is everything the list depends on beside the page: a token of another list is refused.
    pub fn parse(
        violations: &mut Violations,
        page_size: i32,
        page_token: &str,
        filter: &[&str],
    ) -> Self {
        let filter =
            BASE64.encode(&digest(&SHA256, filter.join("\u{1f}").as_bytes()).as_ref()[..9]);
        if page_size < 0 {
            violations.add("page_size", "OUT_OF_RANGE");
        }
        let size = if page_size <= 0 {
            Self::DEFAULT
        } else {
            page_size.min(Self::MOST)
        };
        let after = if page_token.is_empty() {
            None
        } else {
            let key = read::<K>(page_token, &filter);
            if key.is_none() {
                violations.add("page_token", "INVALID_PAGE_TOKEN");
            }
            key
        };
        Self {
            size: size.unsigned_abs().into(),
            after,
            filter,
        }
    }

    /// Rows to ask the database for: one more than fits, to know whether there is a next page.
    pub fn limit(&self) -> u64 {
        self.size + 1
    }

    /// Cuts the extra row off and gives the token of the next page, empty at the end.
    pub fn next<T>(&self, rows: &mut Vec<T>, key: impl Fn(&T) -> K) -> String {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        if rows.len() <= size {
            return String::new();
        }
        rows.truncate(size);
        let Some(last) = rows.last() else {
            return String::new();
        };
        let token = Token {
            f: self.filter.clone(),
            k: key(last),
        };
        serde_json::to_vec(&token)
            .map(|bytes| BASE64.encode(bytes))
            .unwrap_or_default()
    }
}

fn read<K: DeserializeOwned>(token: &str, filter: &str) -> Option<K> {
    if token.len() > 1024 {
        return None;
    }
    let token: Token<K> = serde_json::from_slice(&BASE64.decode(token).ok()?).ok()?;
    (token.f == filter).then_some(token.k)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_on_in_its_own_list_only() {
        let mut violations = Violations::new();
        let first = Page::<i64>::parse(&mut violations, 2, "", &["a"]);
        let mut rows = vec![1, 2, 3];
        let token = first.next(&mut rows, |row| *row);
        assert_eq!(rows, [1, 2]);
        assert_eq!(
            Page::<i64>::parse(&mut violations, 2, &token, &["a"]).after,
            Some(2)
        );
        assert!(violations.is_empty());
        Page::<i64>::parse(&mut violations, -1, &token, &["b"]);
        let reasons: Vec<_> = violations.iter().map(|v| v.reason).collect();
        assert_eq!(reasons, ["OUT_OF_RANGE", "INVALID_PAGE_TOKEN"]);
    }

    #[test]
    fn the_last_page_has_no_token() {
        let page = Page::<i64>::parse(&mut Violations::new(), 3, "", &[]);
        assert_eq!(page.next(&mut vec![1, 2, 3], |row| *row), "");
    }
}
