//! Strict schemas: a field that is not known is a mistake. Kubernetes' own are those of two versions, the
//! oldest that is promised and a new one; those of custom resources are cut out of their makers'.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use xtask::tools;

use crate::finding::Finding;
use crate::object::{Object, list, text};

/// The oldest that README promises, and a newer one.
pub const VERSIONS: [&str; 2] = ["1.32", "1.37"];

pub struct Schemas {
    /// For each version its definitions, and what was made of them.
    versions: Vec<(&'static str, Value)>,
    custom: BTreeMap<String, Value>,
    made: BTreeMap<(String, String), Validator>,
}

impl Schemas {
    /// # Errors
    /// If they can't be had or read.
    pub fn read(home: &Path) -> Result<Self> {
        let folder = tools::kubernetes::schemas()?;
        let mut versions = Vec::new();
        for version in VERSIONS {
            let file = folder.join(format!("v{version}.0-local-strict/_definitions.json"));
            let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            let text = text.replace("/api/_definitions.json#", "#");
            let definitions: Value = serde_json::from_str(&text)?;
            versions.push((version, definitions["$defs"].clone()));
        }
        let mut custom = BTreeMap::new();
        let folder = home.join("schemas");
        for file in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let schema: Value = serde_json::from_str(&fs::read_to_string(file?.path())?)?;
            custom.insert(text(&schema, "/x-kind").to_owned(), schema);
        }
        Ok(Self {
            versions,
            custom,
            made: BTreeMap::new(),
        })
    }

    /// # Errors
    /// If a schema is none.
    pub fn check(&mut self, object: &Object) -> Result<Vec<Finding>> {
        let kind = format!("{} {}", object.text("/apiVersion"), object.kind());
        let mut findings = Vec::new();
        if self.custom.contains_key(&kind) {
            self.hold(object, &kind, "custom", &mut findings)?;
            return Ok(findings);
        }
        for version in VERSIONS {
            let known = self.hold(object, &kind, version, &mut findings)?;
            if !known {
                let what = format!("Kubernetes {version} has no {kind}, and k8s/schemas neither");
                findings.push(Finding::of(object, "schema", what));
            }
        }
        Ok(findings)
    }

    /// Whether there is such a schema; what breaks it is added.
    fn hold(
        &mut self,
        object: &Object,
        kind: &str,
        version: &str,
        findings: &mut Vec<Finding>,
    ) -> Result<bool> {
        let key = (version.to_owned(), kind.to_owned());
        if !self.made.contains_key(&key) {
            let Some(schema) = self.schema(kind, version) else {
                return Ok(false);
            };
            let made = jsonschema::options().build(&schema);
            let made = made.map_err(|error| anyhow::anyhow!("the schema of {kind}: {error}"))?;
            self.made.insert(key.clone(), made);
        }
        for error in self.made[&key].iter_errors(&object.value) {
            let place = error.instance_path().to_string();
            let what = format!("{place}: {error} ({version})");
            findings.push(Finding::of(object, "schema", what));
        }
        Ok(true)
    }

    fn schema(&self, kind: &str, version: &str) -> Option<Value> {
        if version == "custom" {
            return self.custom.get(kind).cloned();
        }
        let (_, definitions) = self.versions.iter().find(|(name, _)| *name == version)?;
        let (name, _) = definitions.as_object()?.iter().find(|(_, definition)| {
            list(&definition["x-kubernetes-group-version-kind"]).any(|it| {
                let group = match text(it, "/group") {
                    "" => String::new(),
                    group => format!("{group}/"),
                };
                format!("{group}{} {}", text(it, "/version"), text(it, "/kind")) == kind
            })
        })?;
        let reference = format!("#/$defs/{name}");
        let mut needed = Map::new();
        gather(&json!({"$ref": reference}), definitions, &mut needed);
        Some(json!({"$ref": reference, "$defs": needed}))
    }
}

/// What a schema refers to, and what that refers to: a small part of all there is.
fn gather(schema: &Value, definitions: &Value, needed: &mut Map<String, Value>) {
    match schema {
        Value::Object(fields) => {
            for (field, inside) in fields {
                let name = inside.as_str().and_then(|it| it.strip_prefix("#/$defs/"));
                match name.filter(|_| field == "$ref") {
                    Some(name) if !needed.contains_key(name) => {
                        needed.insert(name.to_owned(), definitions[name].clone());
                        gather(&definitions[name], definitions, needed);
                    }
                    _ => gather(inside, definitions, needed),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|it| gather(it, definitions, needed)),
        _ => {}
    }
}
