//! Routes, read off the contract: which method and path is which RPC.

use std::collections::{BTreeSet, HashMap};

use anyhow::{Context, bail, ensure};
use http::Method;
use http::uri::PathAndQuery;
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor,
};

use crate::percent;
use crate::template::{Step, Template};

/// The services behind the gateway; package `irikteu.x.v1` is served by `x-svc`. A package that is
/// not here, such as the one for partners, has no place in HTTP.
pub const SERVICES: [&str; 4] = [
    "identity-svc",
    "questionnaire-svc",
    "review-svc",
    "testing-svc",
];

/// One RPC with its place in HTTP.
#[derive(Debug, Clone)]
pub struct Operation {
    pub rpc: MethodDescriptor,
    pub service: &'static str,
    /// The path of the RPC on the wire.
    pub path: PathAndQuery,
    pub method: Method,
    pub template: Template,
    pub body: Body,
    pub shape: Shape,
    /// `request_id`, for requests that change something.
    pub request_id: Option<FieldDescriptor>,
    /// The way to the etag of the request, or of the resource in it.
    pub etag: Option<Vec<FieldDescriptor>>,
    pub update_mask: Option<FieldDescriptor>,
}

/// What the HTTP body is to the request.
#[derive(Debug, Clone)]
pub enum Body {
    None,
    /// `*`: every field that the path doesn't bind.
    Whole,
    Field(FieldDescriptor),
}

#[derive(Debug, Clone)]
pub enum Shape {
    /// One message there, one back.
    Unary,
    /// The body's bytes in many messages, one message back.
    Upload(Upload),
    /// One message there, bytes back.
    Download,
}

/// The fields of an upload's messages. The commit is known by its shape: a message with
/// `size_bytes` and `sha256`.
#[derive(Debug, Clone)]
pub struct Upload {
    pub chunk: FieldDescriptor,
    pub commit: FieldDescriptor,
}

impl Operation {
    pub fn input(&self) -> MessageDescriptor {
        self.rpc.input()
    }

    /// Whether it may change something: such calls need a page of our own origin behind a cookie.
    pub fn is_unsafe(&self) -> bool {
        self.method != Method::GET
    }

    fn read(rpc: MethodDescriptor, pool: &DescriptorPool) -> anyhow::Result<Option<Self>> {
        let Some((method, path, body)) = http_rule(&rpc, pool)? else {
            return Ok(None);
        };
        let input = rpc.input();
        let body = match body.as_str() {
            "" => Body::None,
            "*" => Body::Whole,
            name => Body::Field(input.get_field_by_name(name).context("body is no field")?),
        };
        let resource = match &body {
            Body::Field(field) => field.kind().as_message().cloned(),
            _ => None,
        };
        let own = input.get_field_by_name("etag").map(|etag| vec![etag]);
        let inner = || match (&body, resource?.get_field_by_name("etag")) {
            (Body::Field(field), Some(etag)) if !crate::comment::is_output_only(&etag) => {
                Some(vec![field.clone(), etag])
            }
            _ => None,
        };
        Ok(Some(Self {
            service: service_of(rpc.parent_service().package_name())?,
            path: format!("/{}/{}", rpc.parent_service().full_name(), rpc.name()).parse()?,
            template: Template::parse(&path, &input)?,
            shape: shape(&rpc, &body)?,
            request_id: input.get_field_by_name("request_id"),
            update_mask: input.get_field_by_name("update_mask"),
            etag: own.or_else(inner),
            method,
            body,
            rpc,
        }))
    }
}

fn service_of(package: &str) -> anyhow::Result<&'static str> {
    let name = package.split('.').nth(1).unwrap_or_default();
    SERVICES
        .into_iter()
        .find(|service| service.strip_suffix("-svc") == Some(name))
        .with_context(|| format!("no service for package {package}"))
}

/// The method, path and body of the RPC's `google.api.http`, if it has one.
fn http_rule(
    rpc: &MethodDescriptor,
    pool: &DescriptorPool,
) -> anyhow::Result<Option<(Method, String, String)>> {
    let http = pool
        .get_extension_by_name("google.api.http")
        .context("the contract has lost its annotations")?;
    let options = rpc.options();
    if !options.has_extension(&http) {
        return Ok(None);
    }
    let rule = options.get_extension(&http);
    let rule = rule.as_message().context("google.api.http is a message")?;
    let text = |name: &str| {
        let value = rule.get_field_by_name(name);
        value
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default()
    };
    for used in ["additional_bindings", "response_body", "custom"] {
        ensure!(!rule.has_field_by_name(used), "{used} is not supported");
    }
    for verb in ["get", "put", "post", "delete", "patch"] {
        if rule.has_field_by_name(verb) {
            let method = Method::from_bytes(verb.to_uppercase().as_bytes())?;
            return Ok(Some((method, text(verb), text("body"))));
        }
    }
    bail!("no method")
}

fn shape(rpc: &MethodDescriptor, body: &Body) -> anyhow::Result<Shape> {
    let is_bytes = |message: &MessageDescriptor| message.full_name() == "google.api.HttpBody";
    Ok(
        match (rpc.is_client_streaming(), rpc.is_server_streaming()) {
            (false, false) if is_bytes(&rpc.output()) => bail!("HttpBody only as a stream"),
            (false, false) => Shape::Unary,
            (false, true) if is_bytes(&rpc.output()) => Shape::Download,
            (true, false) => {
                let Body::Field(chunk) = body else {
                    bail!("an upload without a body field")
                };
                ensure!(
                    chunk.kind().as_message().is_some_and(is_bytes),
                    "a body that is no HttpBody"
                );
                let commit = rpc.input().fields().find(is_commit);
                let commit = commit.context("an upload without a commit")?;
                Shape::Upload(Upload {
                    chunk: chunk.clone(),
                    commit,
                })
            }
            _ => bail!("a stream of messages"),
        },
    )
}

fn is_commit(field: &FieldDescriptor) -> bool {
    field.kind().as_message().is_some_and(|message| {
        let kind = |name| message.get_field_by_name(name).map(|field| field.kind());
        kind("size_bytes") == Some(Kind::Int64) && kind("sha256") == Some(Kind::String)
    })
}

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
    pub fn read(pool: &DescriptorPool) -> anyhow::Result<Self> {
        let mut routes = Self::default();
        for rpc in pool
            .services()
            .flat_map(|service| service.methods().collect::<Vec<_>>())
        {
            let name = rpc.full_name().to_owned();
            let operation = Operation::read(rpc, pool).with_context(|| name.clone())?;
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
