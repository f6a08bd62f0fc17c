//! Update masks: which fields an Update changes.

use chassis::violation::Violations;
use prost_types::FieldMask;

/// The fields to change; all where nothing was said.
#[derive(Debug, Clone)]
pub struct Mask(Option<Vec<String>>);

impl Mask {
    /// Notes a path that can't be changed.
    pub fn read(
        violations: &mut Violations,
        mask: Option<&FieldMask>,
        changeable: &[&str],
    ) -> Self {
        let paths = mask.map(|mask| mask.paths.clone()).unwrap_or_default();
        if paths
            .iter()
            .any(|path| !changeable.contains(&path.as_str()))
        {
            violations.add("update_mask", "INVALID_UPDATE_MASK");
        }
        Self((!paths.is_empty()).then_some(paths))
    }

    pub fn has(&self, path: &str) -> bool {
        let Some(paths) = &self.0 else {
            return true;
        };
        paths.iter().any(|it| it == path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mask_is_every_field_and_a_strange_path_is_noted() {
        let mut violations = Violations::new();
        assert!(Mask::read(&mut violations, None, &["title"]).has("title"));
        let mask = FieldMask {
            paths: vec!["seats".into()],
        };
        let read = Mask::read(&mut violations, Some(&mask), &["title", "seats"]);
        assert!(read.has("seats") && !read.has("title") && violations.is_empty());
        Mask::read(&mut violations, Some(&mask), &["title"]);
        let reasons: Vec<_> = violations.iter().map(|it| it.reason).collect();
        assert_eq!(reasons, ["INVALID_UPDATE_MASK"]);
    }
}
