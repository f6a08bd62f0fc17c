//! Patterns of forms. Ours run on an engine whose time grows with the text only; frontends run the
//! same pattern on engines that go back and forth, where `(a+)+` can take longer than anybody waits.

/// Long enough for a code, too short for a riddle.
const MAX_CHARS: usize = 200;
/// The most times that something may be repeated.
const MAX_REPEAT: u32 = 1000;

/// Whether nothing that repeats is itself repeated, nothing looks around or back, and the rest is
/// an expression at all.
pub fn is_safe(pattern: &str) -> bool {
    pattern.chars().count() <= MAX_CHARS && repeats_once(pattern) && compiles(pattern)
}

/// What an engine that never goes back refuses, goes back: looking around and references.
fn compiles(pattern: &str) -> bool {
    let schema = serde_json::json!({"type": "string", "pattern": pattern});
    super::check::Checker::compiled(&schema).is_some()
}

/// Goes through the pattern once. A group that repeats inside, or that chooses, may not be repeated
/// without end from outside.
fn repeats_once(pattern: &str) -> bool {
    let chars: Vec<char> = pattern.chars().collect();
    // For each open group: whether something in it repeats without end or chooses.
    let mut groups = vec![false];
    // What a quantifier here would repeat: whether it repeats inside.
    let mut last = false;
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        at += 1;
        match c {
            '\\' => {
                at += 1;
                last = false;
            }
            '[' => {
                at = after_class(&chars, at);
                last = false;
            }
            '(' => groups.push(false),
            ')' => {
                last = groups.pop().unwrap_or_default();
                match groups.last_mut() {
                    Some(outer) => *outer |= last,
                    None => return false,
                }
            }
            '|' => {
                if let Some(group) = groups.last_mut() {
                    *group = true;
                }
            }
            '*' | '+' | '?' | '{' => {
                let Some((most, next)) = quantifier(&chars, at - 1) else {
                    return false;
                };
                at = next;
                let is_long = most.is_none_or(|most| most > 10);
                if most.is_some_and(|most| most > MAX_REPEAT) || (last && is_long) {
                    return false;
                }
                // A lazy mark, and nothing else, may stand after a quantifier.
                if chars.get(at) == Some(&'?') {
                    at += 1;
                }
                if matches!(chars.get(at), Some('*' | '+' | '{')) {
                    return false;
                }
                if let Some(group) = groups.last_mut() {
                    *group |= is_long;
                }
                last = false;
            }
            _ => last = false,
        }
    }
    groups.len() == 1
}

/// The place after the class that opened just before `at`.
fn after_class(chars: &[char], mut at: usize) -> usize {
    while let Some(&c) = chars.get(at) {
        at += 1;
        match c {
            '\\' => at += 1,
            ']' => break,
            _ => {}
        }
    }
    at
}

/// How often the quantifier at this place repeats at most, `None` without end; and the place after it.
fn quantifier(chars: &[char], at: usize) -> Option<(Option<u32>, usize)> {
    match chars.get(at)? {
        '?' => Some((Some(1), at + 1)),
        '{' => {
            let end = at + chars[at..].iter().position(|c| *c == '}')?;
            let inside: String = chars[at + 1..end].iter().collect();
            let most = match inside.split_once(',') {
                Some((_, "")) => None,
                Some((_, most)) => Some(most.parse().ok()?),
                None => Some(inside.parse().ok()?),
            };
            Some((most, end + 1))
        }
        _ => Some((None, at + 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_need_is_taken() {
        for good in [
            "^[A-Z]{2}-\\d{2}$",
            "^\\d{12}$",
            "^(KZ|RU)-[0-9]+$",
            "^[\\p{L} -]*$",
            "^(\\d{3}-){2}\\d{4}$",
            "^a+?b$",
            "^\\(x\\)+$",
            "^[(+*]+$",
        ] {
            assert!(is_safe(good), "{good}");
        }
    }

    #[test]
    fn what_can_run_away_is_not() {
        for bad in [
            "(a+)+$",
            "(a*)*",
            "([a-z]+)*x",
            "(a|aa)+$",
            "(a|a?)+",
            "((ab)+c)+",
            "(x+x+)+y",
            "(.*a){20}",
            "a{5000}",
            "a{1,50}{1,50}",
            "(?=a)b",
            "(?!a)b",
            "(?<=a)b",
            "(a)\\1",
            "(",
            ")",
            "[a",
            "a{b}",
        ] {
            assert!(!is_safe(bad), "{bad}");
        }
        assert!(!is_safe(&"a".repeat(201)));
    }
}
