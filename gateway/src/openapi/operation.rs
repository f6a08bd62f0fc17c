//! Operations: where they are, what they take, what they answer.

use prost_reflect::{FieldDescriptor, Kind};

use super::schema::Schemas;
use super::tag;
use super::tree::Tree;
use crate::comment::Comments;
use crate::route::{Access, Body, Events, Operation, Routes, Shape, Shown};
use crate::template::Step;

/// Every path with its operations.
pub fn paths(routes: &Routes, comments: &Comments, schemas: &mut Schemas<'_>) -> Tree {
    let mut paths: Vec<(String, Tree)> = Vec::new();
    for operation in &routes.operations {
        let (path, names) = readable(operation);
        let tree = describe(operation, &names, comments, schemas);
        let method = operation.method.as_str().to_ascii_lowercase();
        match paths.iter_mut().find(|(known, _)| *known == path) {
            Some((_, Tree::Object(methods))) => methods.push((method, tree)),
            _ => paths.push((path, Tree::Object(vec![(method, tree)]))),
        }
    }
    Tree::Object(paths)
}

/// `/v1/{name=campaigns/*}/x` is `/v1/campaigns/{campaign}/x` for a reader.
fn readable(operation: &Operation) -> (String, Vec<String>) {
    let (mut path, mut names, mut before) = (String::new(), Vec::new(), "");
    for step in &operation.template.steps {
        path.push('/');
        match step {
            Step::Literal(text) => {
                path.push_str(text);
                before = text;
            }
            Step::Any => {
                let name = singular(before);
                path.push_str(&format!("{{{name}}}"));
                names.push(name);
            }
        }
    }
    (path, names)
}

fn singular(collection: &str) -> String {
    match collection.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => collection
            .strip_suffix('s')
            .unwrap_or(collection)
            .to_owned(),
    }
}

fn describe(
    operation: &Operation,
    path_names: &[String],
    comments: &Comments,
    schemas: &mut Schemas<'_>,
) -> Tree {
    let rpc = &operation.rpc;
    let service = rpc.parent_service();
    let tag = tag::of(service);
    let text = comments.of(&service.parent_file(), rpc.path());
    // The first sentence is the summary, the rest the description.
    let end = [". ", ".\n"].iter().filter_map(|end| text.find(end)).min();
    let (summary, rest) = text.split_at(end.unwrap_or(text.len()));
    let rest = rest.trim_start_matches('.').trim();
    let mut tree = Tree::object([
        ("operationId", Tree::Text(format!("{tag}_{}", rpc.name()))),
        ("tags", Tree::texts([tag.as_str()])),
        ("summary", summary.trim_end_matches('.').into()),
    ]);
    tree = tree.described(rest).with("x-rpc", operation.path.as_str());
    let parameters = parameters(operation, path_names, schemas);
    tree = tree.with("parameters", Tree::List(parameters));
    if let Some(body) = request_body(operation, schemas) {
        tree = tree.with("requestBody", body);
    }
    tree = tree.with("responses", responses(operation, schemas));
    tree.with("security", security(operation.access == Access::Session))
}

/// Calls that are open to strangers take a session too.
fn security(is_needed: bool) -> Tree {
    let scheme = |name| Tree::object([(name, Tree::List(Vec::new()))]);
    let mut ways = vec![scheme("bearer"), scheme("cookie")];
    if !is_needed {
        ways.push(Tree::Object(Vec::new()));
    }
    Tree::List(ways)
}

fn parameters(
    operation: &Operation,
    path_names: &[String],
    schemas: &mut Schemas<'_>,
) -> Vec<Tree> {
    let mut all = Vec::new();
    let variable = operation
        .template
        .variables
        .first()
        .and_then(|it| it.fields.last());
    let about = variable
        .map(|field| schemas.about(field))
        .unwrap_or_default();
    for name in path_names {
        let schema = Tree::object([
            ("type", "string".into()),
            ("pattern", "^[A-Za-z0-9_-]{1,64}$".into()),
        ]);
        let described = Tree::object([
            ("name", name.as_str().into()),
            ("in", "path".into()),
            ("required", true.into()),
        ]);
        all.push(
            described
                .described(&format!("Part of {about}"))
                .with("schema", schema),
        );
    }
    if !matches!(operation.body, Body::Whole) {
        all.extend(query_parameters(operation, schemas));
    }
    all.push(Tree::reference("parameters/AcceptLanguage"));
    if operation.request_id.is_some() {
        all.push(Tree::reference("parameters/IdempotencyKey"));
    }
    if operation.etag.is_some() {
        all.push(Tree::reference("parameters/IfMatch"));
    }
    if matches!(operation.shape, Shape::Upload(_)) {
        all.push(Tree::reference("parameters/ContentDigest"));
    }
    if let Shape::Events(events) = &operation.shape
        && events.resume_token.is_some()
    {
        all.push(Tree::reference("parameters/LastEventId"));
    }
    let tokens = operation
        .rpc
        .output()
        .get_field_by_name("access_token")
        .is_some();
    if tokens && operation.is_unsafe() {
        all.push(Tree::reference("parameters/Session"));
    }
    all
}

fn query_parameters(operation: &Operation, schemas: &mut Schemas<'_>) -> Vec<Tree> {
    let fields: Vec<_> = operation
        .input()
        .fields()
        .filter(|it| is_in_query(operation, it))
        .collect();
    let describe = |field: &FieldDescriptor| {
        let schema = schemas.value(field);
        Tree::object([("name", field.json_name().into()), ("in", "query".into())])
            .described(schemas.about(field))
            .with("schema", schema)
    };
    fields.iter().map(describe).collect()
}

fn is_in_query(operation: &Operation, field: &FieldDescriptor) -> bool {
    let in_path = operation
        .template
        .variables
        .iter()
        .any(|it| it.fields.first() == Some(field));
    let in_body = matches!(&operation.body, Body::Field(body) if body == field);
    let by_header = operation.request_id.as_ref() == Some(field);
    let by_upload = matches!(&operation.shape, Shape::Upload(upload) if upload.commit == *field);
    let is_flat = match field.kind() {
        Kind::Message(message) => message.package_name() == "google.protobuf" && !field.is_map(),
        _ => true,
    };
    !in_path && !in_body && !by_header && !by_upload && is_flat
}

fn request_body(operation: &Operation, schemas: &mut Schemas<'_>) -> Option<Tree> {
    let schema = match &operation.body {
        Body::None => return None,
        _ if matches!(operation.shape, Shape::Upload(_)) => {
            return Some(Tree::object([
                ("description", "The bytes themselves.".into()),
                ("required", true.into()),
                ("content", Tree::object([("*/*", Tree::Object(Vec::new()))])),
            ]));
        }
        Body::Field(field) => schemas.value(field),
        Body::Whole => {
            let is_free = |field: &FieldDescriptor| {
                let in_path = operation
                    .template
                    .variables
                    .iter()
                    .any(|it| it.fields.first() == Some(field));
                !in_path && operation.request_id.as_ref() != Some(field)
            };
            if !operation.input().fields().any(|field| is_free(&field)) {
                return None;
            }
            schemas.object(&operation.input(), is_free)
        }
    };
    // A body whose every field may be left out may be left out itself.
    let is_required = !matches!(&schema, Tree::Object(members)
        if members.iter().any(|(name, _)| name == "type")
            && !members.iter().any(|(name, _)| name == "required"));
    let content = Tree::object([("application/json", Tree::object([("schema", schema)]))]);
    Some(Tree::object([
        ("required", is_required.into()),
        ("content", content),
    ]))
}

/// Events are messages with a name; after the last one the page knows whether to ask again.
fn event_stream(events: &Events, message: Tree) -> Tree {
    let names: Vec<_> = events
        .framing
        .names()
        .iter()
        .map(|it| format!("`{it}`"))
        .collect();
    let end = if events.is_watch {
        "A stream that ends is asked for again after `retry`, which browsers do by themselves."
    } else {
        "After the last one comes `end`: ask no more."
    };
    let text = format!(
        "Server-sent events for as long as somebody listens. `event` is {}; `data` is one such \
         message as JSON; `id` is its `resumeToken`. Comments are signs of life. An event `problem` \
         says why the stream ends (data: Problem). {end}",
        names.join(", ")
    );
    let content = Tree::object([("text/event-stream", Tree::object([("schema", message)]))]);
    Tree::object([("description", text.as_str().into()), ("content", content)])
}

fn responses(operation: &Operation, schemas: &mut Schemas<'_>) -> Tree {
    let output = operation.rpc.output();
    let good = match &operation.shape {
        Shape::Events(events) => event_stream(events, schemas.message(&output)),
        Shape::Download(shown) => {
            let (text, content_type) = match shown {
                Shown::AsFile => ("The bytes themselves, as an attachment.", "*/*"),
                Shown::AsPage => ("A page to look at; nothing on it runs.", "text/html"),
            };
            let content = Tree::object([(content_type, Tree::Object(Vec::new()))]);
            Tree::object([("description", text.into()), ("content", content)])
        }
        _ => {
            let schema = schemas.message(&output);
            let content = Tree::object([("application/json", Tree::object([("schema", schema)]))]);
            let mut tree = Tree::object([("description", "Done.".into())]);
            if output.get_field_by_name("etag").is_some() {
                let text = Tree::object([("type", "string".into())]);
                let etag = Tree::object([("schema", text)]).described("The etag of the resource.");
                tree = tree.with("headers", Tree::object([("ETag", etag)]));
            }
            tree.with("content", content)
        }
    };
    Tree::object([
        ("200", good),
        ("default", Tree::reference("responses/Problem")),
    ])
}
