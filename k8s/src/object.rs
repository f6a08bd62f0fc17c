//! One object of what was rendered, and the pods that it stands for.

use std::collections::BTreeMap;

use serde_json::Value;

/// Of a field that is not there.
const NOTHING: &Value = &Value::Null;

#[derive(Debug, Clone)]
pub struct Object {
    /// `base`, or the overlay's name.
    pub overlay: String,
    pub value: Value,
}

/// Labels, of a pod or asked for.
pub type Labels = BTreeMap<String, String>;

impl Object {
    pub fn at(&self, pointer: &str) -> &Value {
        at(&self.value, pointer)
    }

    pub fn text(&self, pointer: &str) -> &str {
        self.at(pointer).as_str().unwrap_or_default()
    }

    pub fn kind(&self) -> &str {
        self.text("/kind")
    }

    pub fn name(&self) -> &str {
        self.text("/metadata/name")
    }

    pub fn title(&self) -> String {
        format!("{}/{}", self.kind(), self.name())
    }

    pub fn is(&self, kind: &str) -> bool {
        self.kind() == kind
    }

    /// What its pods are made from.
    pub fn pod(&self) -> Option<Pod<'_>> {
        let template = self.value.pointer("/spec/template")?;
        template.pointer("/spec/containers")?;
        Some(Pod {
            owner: self,
            labels: labels(at(template, "/metadata/labels")),
            spec: at(template, "/spec"),
        })
    }
}

/// The pods of a Deployment, a StatefulSet or a Job.
#[derive(Debug, Clone)]
pub struct Pod<'a> {
    pub owner: &'a Object,
    pub labels: Labels,
    pub spec: &'a Value,
}

impl<'a> Pod<'a> {
    /// What they are called where edges are named: by the program, not by the object.
    pub fn name(&self) -> &str {
        let name = self.labels.get("app.kubernetes.io/name");
        name.map_or(self.owner.name(), String::as_str)
    }

    pub fn kind(&self) -> &str {
        let kind = self.labels.get("irikteu.kz/kind");
        kind.map_or("", String::as_str)
    }

    /// Containers that go on, without those that only come before.
    pub fn containers(&self) -> impl Iterator<Item = &'a Value> + use<'a> {
        list(at(self.spec, "/containers"))
    }

    pub fn every_container(&self) -> impl Iterator<Item = &'a Value> + use<'a> {
        list(at(self.spec, "/initContainers")).chain(self.containers())
    }

    /// Name and number of every port.
    pub fn ports(&self) -> Vec<(&'a str, u64)> {
        self.containers()
            .flat_map(|container| list(at(container, "/ports")))
            .map(|port| {
                let number = at(port, "/containerPort").as_u64().unwrap_or_default();
                (text(port, "/name"), number)
            })
            .collect()
    }

    /// The port that is meant by a name or a number.
    pub fn port(&self, meant: &Value) -> Option<(&'a str, u64)> {
        let ports = self.ports();
        ports
            .into_iter()
            .find(|(name, number)| meant.as_str() == Some(*name) || meant.as_u64() == Some(*number))
    }
}

/// All objects of one overlay.
#[derive(Debug, Clone)]
pub struct Overlay {
    pub name: String,
    pub objects: Vec<Object>,
}

impl Overlay {
    pub fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Object> {
        self.objects.iter().filter(move |object| object.is(kind))
    }

    pub fn find(&self, kind: &str, name: &str) -> Option<&Object> {
        self.objects
            .iter()
            .find(|object| object.is(kind) && object.name() == name)
    }

    pub fn pods(&self) -> Vec<Pod<'_>> {
        self.objects.iter().filter_map(Object::pod).collect()
    }

    /// The programs of the suite, without migrations.
    pub fn programs(&self) -> Vec<Pod<'_>> {
        let mut pods = self.pods();
        pods.retain(|pod| ["gateway", "service"].contains(&pod.kind()));
        pods
    }
}

pub fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or(NOTHING)
}

pub fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    at(value, pointer).as_str().unwrap_or_default()
}

pub fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

pub fn labels(value: &Value) -> Labels {
    let labels = value.as_object().into_iter().flatten();
    labels
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect()
}

/// Whether a selector of Kubernetes means a pod with these labels.
pub fn selects(selector: &Value, labels: &Labels) -> bool {
    let equal = self::labels(at(selector, "/matchLabels"));
    let all_equal = equal
        .iter()
        .all(|(name, value)| labels.get(name) == Some(value));
    all_equal
        && list(at(selector, "/matchExpressions")).all(|expression| {
            let value = labels.get(text(expression, "/key"));
            let mut values = list(at(expression, "/values")).filter_map(Value::as_str);
            match text(expression, "/operator") {
                "In" => values.any(|it| Some(it) == value.map(String::as_str)),
                "NotIn" => !values.any(|it| Some(it) == value.map(String::as_str)),
                "Exists" => value.is_some(),
                _ => value.is_none(),
            }
        })
}
