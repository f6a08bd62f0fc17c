//! How much a section may hold, counted before anything else looks at it.

use chassis::violation::Violations;
use serde_json::Value;

/// How deep answers may be nested; the forms need four.
pub const MAX_DEPTH: usize = 8;
/// How many bytes answers may have when written as JSON.
pub const MAX_BYTES: usize = 64 * 1024;
/// How many values there may be in all.
pub const MAX_VALUES: usize = 2000;
/// How many violations are told at once; nobody reads more.
pub const MAX_VIOLATIONS: usize = 100;

/// What is too much about the answers.
pub fn check(answers: &Value) -> Violations {
    let mut wrong = Violations::new();
    let mut values = 0;
    if !fits(answers, 1, &mut values) {
        let reason = if values > MAX_VALUES {
            "TOO_MANY"
        } else {
            "TOO_DEEP"
        };
        let max = if values > MAX_VALUES {
            MAX_VALUES
        } else {
            MAX_DEPTH
        };
        wrong.add_with("", reason, [("max", max.to_string())]);
        return wrong;
    }
    if answers.to_string().len() > MAX_BYTES {
        wrong.add_with("", "TOO_LONG", [("max", MAX_BYTES.to_string())]);
    }
    wrong
}

fn fits(value: &Value, depth: usize, values: &mut usize) -> bool {
    *values += 1;
    if depth > MAX_DEPTH || *values > MAX_VALUES {
        return false;
    }
    match value {
        Value::Array(items) => items.iter().all(|item| fits(item, depth + 1, values)),
        Value::Object(fields) => fields.values().all(|field| fits(field, depth + 1, values)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn reason(answers: &Value) -> Option<&'static str> {
        check(answers)
            .iter()
            .map(|violation| violation.reason)
            .next()
    }

    #[test]
    fn nesting_is_limited() {
        let nested = |depth| (1..depth).fold(json!(1), |inside, _| json!([inside]));
        assert_eq!(reason(&nested(8)), None);
        assert_eq!(reason(&nested(9)), Some("TOO_DEEP"));
    }

    #[test]
    fn the_number_of_values_is_limited() {
        assert_eq!(reason(&json!(vec![1; 1999])), None);
        assert_eq!(reason(&json!(vec![1; 2000])), Some("TOO_MANY"));
    }

    #[test]
    fn the_bytes_are_limited() {
        assert_eq!(reason(&json!("ә".repeat(32_767))), None);
        assert_eq!(reason(&json!("ә".repeat(32_768))), Some("TOO_LONG"));
    }
}
