//! What the contract says of its fields and RPCs beside their types: comments and behaviours.

use std::collections::HashMap;

use anyhow::Context;
use prost::Message;
use prost_reflect::FieldDescriptor;
use prost_types::FileDescriptorSet;

/// The comments of the whole contract, by file and path.
pub struct Comments(HashMap<(String, Vec<i32>), String>);

impl Comments {
    /// # Errors
    /// If this is no encoded `FileDescriptorSet`.
    pub fn read(descriptor: &[u8]) -> anyhow::Result<Self> {
        let mut all = HashMap::new();
        for file in FileDescriptorSet::decode(descriptor)
            .context("the contract")?
            .file
        {
            let name = file.name.unwrap_or_default();
            let info = file.source_code_info.unwrap_or_default();
            for location in info.location {
                if let Some(text) = &location.leading_comments {
                    all.insert((name.clone(), location.path), paragraphs(text));
                }
            }
        }
        Ok(Self(all))
    }

    pub fn of(&self, file: &prost_reflect::FileDescriptor, path: &[i32]) -> &str {
        let key = (file.name().to_owned(), path.to_vec());
        self.0.get(&key).map_or("", String::as_str)
    }
}

/// The text with a line for each paragraph; the list of errors is one of its own.
fn paragraphs(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines().map(str::trim) {
        if out.is_empty() {
        } else if line.is_empty() || line.starts_with("Errors:") {
            out.truncate(out.trim_end().len());
            out.push_str("\n\n");
        } else if !out.ends_with('\n') {
            out.push(' ');
        }
        out.push_str(line);
    }
    out.trim_end().to_owned()
}

/// Whether `google.api.field_behavior` of the field has this value.
pub fn has_behavior(field: &FieldDescriptor, name: &str) -> bool {
    let pool = field.parent_pool();
    let Some(extension) = pool.get_extension_by_name("google.api.field_behavior") else {
        return false;
    };
    let kind = extension.kind();
    let number = kind
        .as_enum()
        .and_then(|it| it.get_value_by_name(name))
        .map(|value| value.number());
    let options = field.options();
    let values = options.get_extension(&extension);
    values
        .as_list()
        .is_some_and(|all| all.iter().any(|value| value.as_enum_number() == number))
}

/// Whether only the service fills it.
pub fn is_output_only(field: &FieldDescriptor) -> bool {
    has_behavior(field, "OUTPUT_ONLY") || has_behavior(field, "IDENTIFIER")
}
