//! The metrics that an expression of PromQL names.

use std::collections::BTreeSet;

/// Words of the language, which are followed by no bracket.
const WORDS: [&str; 15] = [
    "and",
    "or",
    "unless",
    "bool",
    "offset",
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
    "inf",
    "nan",
    "start",
    "end",
];

/// After these comes a list of labels.
const BEFORE_LABELS: [&str; 6] = [
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
];

pub fn metrics(expression: &str) -> BTreeSet<String> {
    let text = without_matchers(expression);
    let mut names = BTreeSet::new();
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        if !is_name(first) {
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let end = rest.find(|it| !is_name(it)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after.trim_start();
        if BEFORE_LABELS.contains(&word) && rest.starts_with('(') {
            rest = rest.split_once(')').map_or("", |(_, after)| after);
        } else if BEFORE_LABELS[..2]
            .iter()
            .any(|it| rest.split(|it| !is_name(it)).next() == Some(*it))
        {
            // `sum by (…) (…)`: what aggregates.
        } else if !word.starts_with(|it: char| it.is_ascii_digit())
            && !WORDS.contains(&word.to_lowercase().as_str())
            && !rest.starts_with('(')
        {
            names.insert(word.to_owned());
        }
    }
    names
}

fn is_name(it: char) -> bool {
    it.is_ascii_alphanumeric() || it == '_' || it == ':'
}

/// Without what stands in quotes, braces and square brackets.
fn without_matchers(expression: &str) -> String {
    let (mut text, mut depth, mut quote) = (String::new(), 0_u32, None);
    for it in expression.chars() {
        match (quote, it) {
            (Some(open), it) if open == it => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(it),
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => depth = depth.saturating_sub(1),
            (None, it) if depth == 0 => text.push(it),
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_labels_and_numbers_are_no_metrics() {
        let expression = r#"1 - sum by (service, le) (rate(irikteu_call_seconds_bucket{service="gateway",le="0.5"}[5m]))
            / on(service) group_left() max without (pod) (irikteu:total:rate5m offset 1h) > bool 4 * 3600
            and time() - 1e3 > 0"#;
        let expected = ["irikteu:total:rate5m", "irikteu_call_seconds_bucket"];
        assert_eq!(metrics(expression), expected.map(str::to_owned).into());
    }
}
