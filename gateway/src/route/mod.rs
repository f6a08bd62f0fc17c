//! Routes, read off the contract: which method and path is which RPC.

use std::collections::{BTreeSet, HashMap};

use anyhow::{Context, ensure};
use http::Method;
use prost_reflect::{DescriptorPool, DynamicMessage, FieldDescriptor};

use crate::percent;
use crate::template::Step;

pub mod access;
mod operation;

pub use access::{Access, Doors};
pub use operation::{Body, Events, Operation, SERVICES, Shape, Shown, Upload};

/// All operations, to be found by method and path.
#[derive(Debug, Default)]
pub struct Routes {
    pub operations: Vec<Operation>,
    root: Node,
}

#[derive(Debug, Default)]
struct Node {
    literals: HashMap<String, Node>,
    any: Option<Box<Node>>,
    ends: Vec<(Method, usize)>,
}

pub enum Found<'a> {
    /// The operation, and the path's segments without their escapes.
    Operation(&'a Operation, Vec<String>),
    /// The path is known, with these methods.
    WrongMethod(BTreeSet<String>),
    Nothing,
}

impl Routes {
    /// Reads every annotated RPC.
    ///
    /// # Errors
    /// If an annotation can't be served, or two share a method and path.
    pub fn read(pool: &DescriptorPool, doors: &Doors) -> anyhow::Result<Self> {
        let mut routes = Self::default();
        for rpc in pool
            .services()
            .flat_map(|service| service.methods().collect::<Vec<_>>())
        {
            let name = rpc.full_name().to_owned();
            let operation = Operation::read(rpc, pool, doors).with_context(|| name.clone())?;
            if let Some(operation) = operation {
                routes.add(operation).context(name)?;
            }
        }
        Ok(routes)
    }

    fn add(&mut self, operation: Operation) -> anyhow::Result<()> {
        let mut node = &mut self.root;
        for step in &operation.template.steps {
            node = match step {
                Step::Literal(text) => node.literals.entry(text.clone()).or_default(),
                Step::Any => node.any.get_or_insert_default(),
            };
        }
        let taken = node
            .ends
            .iter()
            .any(|(method, _)| *method == operation.method);
        ensure!(
            !taken,
            "{} {} is taken",
            operation.method,
            operation.template.text
        );
        node.ends
            .push((operation.method.clone(), self.operations.len()));
        self.operations.push(operation);
        Ok(())
    }

    /// Finds the operation. Where a literal and a `*` both fit, the literal wins.
    pub fn find(&self, method: &Method, path: &str) -> Found<'_> {
        let segments = path.strip_prefix('/').unwrap_or(path).split('/');
        // A `%2F` inside a segment would make another name of it.
        let decoded: Option<Vec<String>> = segments
            .take(32)
            .map(|segment| {
                percent::decode(segment).filter(|it| !it.is_empty() && !it.contains('/'))
            })
            .collect();
        let Some(segments) = decoded else {
            return Found::Nothing;
        };
        let mut ends = Vec::new();
        self.root.walk(&segments, &mut ends);
        // What can be read with GET can be asked for with HEAD.
        let wanted = if method == Method::HEAD {
            &Method::GET
        } else {
            method
        };
        match ends.iter().find(|(method, _)| method == wanted) {
            Some((_, at)) => Found::Operation(&self.operations[*at], segments),
            None if ends.is_empty() => Found::Nothing,
            None => Found::WrongMethod(ends.iter().map(|(method, _)| method.to_string()).collect()),
        }
    }
}

impl Node {
    fn walk<'a>(&'a self, segments: &[String], ends: &mut Vec<&'a (Method, usize)>) {
        let Some((first, rest)) = segments.split_first() else {
            ends.extend(&self.ends);
            return;
        };
        if let Some(node) = self.literals.get(first) {
            node.walk(rest, ends);
        }
        if let Some(node) = &self.any {
            node.walk(rest, ends);
        }
    }
}

/// Puts a value at the end of a way through messages.
pub fn set_at(message: &mut DynamicMessage, way: &[FieldDescriptor], value: prost_reflect::Value) {
    match way {
        [] => {}
        [last] => message.set_field(last, value),
        [first, rest @ ..] => {
            if let Some(inner) = message.get_field_mut(first).as_message_mut() {
                set_at(inner, rest, value);
            }
        }
    }
}
