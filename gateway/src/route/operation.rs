//! One operation: an RPC with its place in HTTP, read off its annotation.

use anyhow::{Context, bail, ensure};
use http::Method;
use http::uri::PathAndQuery;
use prost_reflect::{DescriptorPool, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor};

use super::access::{Access, Doors};
use crate::events::frame::Framing;
use crate::template::Template;

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
    pub access: Access,
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
    Download(Shown),
    /// One message there, events back for as long as somebody listens.
    Events(Events),
}

/// What a browser does with bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// It saves them: what somebody uploaded is never opened as if it were ours.
    AsFile,
    /// It shows them: a page that a service of ours wrote.
    AsPage,
}

/// What there is to know of a stream of events.
#[derive(Debug, Clone)]
pub struct Events {
    pub framing: Framing,
    /// Where a listener that comes back says what it heard last.
    pub resume_token: Option<FieldDescriptor>,
    /// One call to the service is enough for everybody who is signed in.
    pub is_shared: bool,
    /// It lasts for as long as somebody listens; any other stream has an end of its own.
    pub is_watch: bool,
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

    /// The operation of an RPC; `None` for one that has no place in HTTP.
    ///
    /// # Errors
    /// If its annotation asks for what the gateway can't do.
    pub(super) fn read(
        rpc: MethodDescriptor,
        pool: &DescriptorPool,
        doors: &Doors,
    ) -> anyhow::Result<Option<Self>> {
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
        let service = service_of(rpc.parent_service().package_name())?;
        let full = format!("/{}/{}", rpc.parent_service().full_name(), rpc.name());
        let shape = match shape(&rpc, &body)? {
            Shape::Events(events) => {
                ensure!(method == Method::GET, "browsers listen with GET");
                Shape::Events(Events {
                    is_shared: doors.is_shared(&full),
                    is_watch: chassis::watch::is_watch(&full),
                    ..events
                })
            }
            Shape::Download(_) if doors.is_page(&full) => Shape::Download(Shown::AsPage),
            other => other,
        };
        Ok(Some(Self {
            access: doors.access(&full),
            service,
            path: full.parse()?,
            template: Template::parse(&path, &input)?,
            shape,
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
            (false, true) if is_bytes(&rpc.output()) => Shape::Download(Shown::AsFile),
            (false, true) => Shape::Events(Events {
                framing: Framing::of(rpc),
                resume_token: rpc
                    .input()
                    .get_field_by_name("resume_token")
                    .filter(|it| it.kind() == Kind::String),
                is_shared: false,
                is_watch: false,
            }),
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
            (true, true) => bail!("messages both ways have no place in HTTP"),
        },
    )
}

fn is_commit(field: &FieldDescriptor) -> bool {
    field.kind().as_message().is_some_and(|message| {
        let kind = |name| message.get_field_by_name(name).map(|field| field.kind());
        kind("size_bytes") == Some(Kind::Int64) && kind("sha256") == Some(Kind::String)
    })
}
