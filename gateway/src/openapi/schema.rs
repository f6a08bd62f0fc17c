//! Messages and enums as JSON schemas.

use std::collections::BTreeMap;

use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};

use super::tree::Tree;
use crate::comment::{Comments, has_behavior, is_output_only};

/// The schemas that were asked for, each once.
pub struct Schemas<'a> {
    pub comments: &'a Comments,
    made: BTreeMap<String, Option<Tree>>,
}

impl<'a> Schemas<'a> {
    pub fn new(comments: &'a Comments) -> Self {
        Self {
            comments,
            made: BTreeMap::new(),
        }
    }

    pub fn finish(self) -> Vec<(String, Tree)> {
        self.made
            .into_iter()
            .filter_map(|(name, tree)| Some((name, tree?)))
            .collect()
    }

    /// The comment of a field, without the behaviours at its start: the schema has them already.
    pub fn about(&self, field: &FieldDescriptor) -> &'a str {
        let text = self.comments.of(&field.parent_file(), field.path());
        let is_behavior = |text: &str| {
            text.bytes()
                .all(|it| it.is_ascii_uppercase() || b"_, ".contains(&it))
        };
        match text.split_once(". ") {
            Some((behaviors, rest)) if is_behavior(behaviors) => rest,
            _ => text,
        }
    }

    /// A reference to a message's schema, or the schema itself where JSON has a form for it.
    pub fn message(&mut self, message: &MessageDescriptor) -> Tree {
        if let Some(tree) = well_known(message) {
            return tree;
        }
        let name = short(message.full_name());
        if !self.made.contains_key(&name) {
            // The place is taken first: a message may hold itself.
            self.made.insert(name.clone(), None);
            let text = self.comments.of(&message.parent_file(), message.path());
            let tree = self.object(message, |_| true).described(text);
            self.made.insert(name.clone(), Some(tree));
        }
        Tree::reference(&format!("schemas/{name}"))
    }

    /// An object with these fields of a message.
    pub fn object(
        &mut self,
        message: &MessageDescriptor,
        takes: impl Fn(&FieldDescriptor) -> bool,
    ) -> Tree {
        let fields: Vec<_> = message.fields().filter(|field| takes(field)).collect();
        let properties = fields
            .iter()
            .map(|it| (it.json_name().to_owned(), self.field(it)));
        let properties = properties.collect();
        let mut tree = Tree::object([
            ("type", "object".into()),
            ("properties", Tree::Object(properties)),
        ]);
        let required = fields
            .iter()
            .filter(|field| has_behavior(field, "REQUIRED"));
        let required: Vec<_> = required.map(FieldDescriptor::json_name).collect();
        if !required.is_empty() {
            tree = tree.with("required", Tree::texts(required));
        }
        let pairs = exclusive_pairs(&fields);
        if pairs.is_empty() {
            tree
        } else {
            tree.with("allOf", Tree::List(pairs))
        }
    }

    /// A field with its description and who fills it.
    fn field(&mut self, field: &FieldDescriptor) -> Tree {
        let mut tree = self.value(field).described(self.about(field));
        if is_output_only(field) {
            tree = tree.with("readOnly", true);
        }
        if has_behavior(field, "INPUT_ONLY") {
            tree = tree.with("writeOnly", true);
        }
        tree
    }

    /// What a field holds.
    pub fn value(&mut self, field: &FieldDescriptor) -> Tree {
        if let (true, Kind::Message(entry)) = (field.is_map(), field.kind()) {
            let values = self.value(&entry.map_entry_value_field());
            return Tree::object([("type", "object".into()), ("additionalProperties", values)]);
        }
        let one = match field.kind() {
            Kind::Message(message) => self.message(&message),
            Kind::Enum(one) => self.enumeration(&one),
            kind => scalar(&kind),
        };
        if field.is_list() {
            Tree::object([("type", "array".into()), ("items", one)])
        } else {
            one
        }
    }

    fn enumeration(&mut self, one: &EnumDescriptor) -> Tree {
        let name = short(one.full_name());
        if !self.made.contains_key(&name) {
            let mut text = self.comments.of(&one.parent_file(), one.path()).to_owned();
            text.push_str("\n\n");
            let mut values = Vec::new();
            for value in one.values() {
                let says = self
                    .comments
                    .of(&value.parent_enum().parent_file(), value.path());
                if says != "Never sent." {
                    text.push_str(&format!(
                        "- `{}`: {}\n",
                        value.name(),
                        says.replace('\n', " ")
                    ));
                    values.push(value.name().into());
                }
            }
            let tree = Tree::object([("type", "string".into()), ("enum", Tree::List(values))]);
            self.made
                .insert(name.clone(), Some(tree.described(text.trim())));
        }
        Tree::reference(&format!("schemas/{name}"))
    }
}

/// `irikteu.identity.v1.Session.State` is `identity.Session.State` here.
fn short(name: &str) -> String {
    name.strip_prefix("irikteu.")
        .unwrap_or(name)
        .replacen(".v1.", ".", 1)
}

/// Of the members of a oneof, no two may be there together.
fn exclusive_pairs(fields: &[FieldDescriptor]) -> Vec<Tree> {
    let mut pairs = Vec::new();
    for (at, one) in fields.iter().enumerate() {
        let Some(oneof) = one.containing_oneof().filter(|oneof| !oneof.is_synthetic()) else {
            continue;
        };
        for other in fields[at + 1..]
            .iter()
            .filter(|it| it.containing_oneof().as_ref() == Some(&oneof))
        {
            let both = Tree::texts([one.json_name(), other.json_name()]);
            pairs.push(Tree::object([("not", Tree::object([("required", both)]))]));
        }
    }
    pairs
}

fn typed(name: &str) -> Tree {
    Tree::object([("type", name.into())])
}

fn scalar(kind: &Kind) -> Tree {
    match kind {
        Kind::Bool => typed("boolean"),
        Kind::String => typed("string"),
        Kind::Bytes => typed("string").with("contentEncoding", "base64"),
        Kind::Float | Kind::Double => typed("number"),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => typed("integer").with("format", "int32"),
        Kind::Uint32 | Kind::Fixed32 => typed("integer")
            .with("format", "int64")
            .with("minimum", Tree::Number(0)),
        // 64-bit numbers are texts: a browser's number can't hold them.
        _ => typed("string")
            .with("format", "int64")
            .with("pattern", "^-?[0-9]+$"),
    }
}

fn well_known(message: &MessageDescriptor) -> Option<Tree> {
    let name = message.full_name().strip_prefix("google.protobuf.")?;
    Some(match name {
        "Timestamp" => typed("string").with("format", "date-time"),
        "Duration" => typed("string").with("pattern", r"^-?[0-9]+(\.[0-9]{1,9})?s$"),
        "FieldMask" => typed("string"),
        "Struct" => typed("object").with("additionalProperties", true),
        "Value" => Tree::Object(Vec::new()),
        "ListValue" => typed("array").with("items", Tree::Object(Vec::new())),
        _ => scalar(&message.get_field(1)?.kind()),
    })
}
