//! Update masks: which fields an edit changes.

use chassis::violation::Violations;
use prost_types::FieldMask;

/// The fields of the mask, in the order of the contract; all of them where it is empty or `*`.
pub fn read(
    violations: &mut Violations,
    mask: Option<&FieldMask>,
    fields: &'static [&'static str],
) -> Vec<&'static str> {
    let paths = mask.map(|mask| mask.paths.as_slice()).unwrap_or_default();
    if paths.is_empty() || paths == ["*"] {
        return fields.to_vec();
    }
    if paths.iter().any(|path| !fields.contains(&path.as_str())) {
        violations.add("update_mask", "INVALID_UPDATE_MASK");
    }
    let is_named = |field: &&&str| paths.iter().any(|path| path == **field);
    fields.iter().filter(is_named).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_names_fields_of_the_resource_only() {
        const FIELDS: [&str; 3] = ["a", "b", "c"];
        let told = |paths: &[&str]| {
            let mut violations = Violations::new();
            let mask = FieldMask {
                paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            };
            let fields = read(&mut violations, Some(&mask), &FIELDS);
            (fields, violations.is_empty())
        };
        assert_eq!(told(&[]), (FIELDS.to_vec(), true));
        assert_eq!(told(&["*"]), (FIELDS.to_vec(), true));
        assert_eq!(told(&["c", "a"]), (vec!["a", "c"], true));
        assert!(!told(&["a", "d"]).1);
    }
}
