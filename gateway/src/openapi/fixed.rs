//! What every operation shares: the document's head, problems, headers, ways to sign in.

use super::tree::Tree;

pub fn info() -> Tree {
    let text = "Everything that the suite's frontends may call. Names are lowerCamelCase; the names \
        of the contract (snake_case) are taken too. Numbers, booleans and lists are always in an \
        answer; texts, enums and objects only when they say something. Every refusal is a problem \
        document (RFC 9457) with a reason, a sentence in the caller's language, and all violations \
        of the request at once.";
    let license = Tree::object([
        ("name", "Apache-2.0".into()),
        ("identifier", "Apache-2.0".into()),
    ]);
    Tree::object([
        ("title", "Irikteu".into()),
        ("version", env!("CARGO_PKG_VERSION").into()),
        ("description", text.into()),
        ("license", license),
    ])
}

fn text(description: &str) -> Tree {
    Tree::object([("type", "string".into())]).described(description)
}

pub fn schemas() -> Vec<(String, Tree)> {
    let violation = Tree::object([
        ("type", "object".into()),
        (
            "properties",
            Tree::object([
                (
                    "field",
                    text("The path of the field as it was written, or a header's name."),
                ),
                ("reason", text("What is wrong, for a program.")),
                ("detail", text("What is wrong, for a person.")),
            ]),
        ),
        ("required", Tree::texts(["field", "reason", "detail"])),
    ]);
    let metadata = Tree::object([
        ("type", "object".into()),
        (
            "additionalProperties",
            Tree::object([("type", "string".into())]),
        ),
        (
            "description",
            "What makes the sentence exact: limits, times, names.".into(),
        ),
    ]);
    let violations = Tree::object([
        ("type", "array".into()),
        ("items", Tree::reference("schemas/Violation")),
    ]);
    let problem = Tree::object([
        ("type", "object".into()),
        (
            "properties",
            Tree::object([
                ("type", text("The reason as an address.")),
                (
                    "title",
                    text("What the status means, in the caller's language."),
                ),
                ("status", Tree::object([("type", "integer".into())])),
                ("detail", text("What happened, in the caller's language.")),
                (
                    "reason",
                    text("What happened, for a program, such as `NOT_FOUND`."),
                ),
                (
                    "domain",
                    text("Whose reason it is, such as `testing.irikteu.kz`."),
                ),
                ("metadata", metadata),
                ("violations", violations.described("Every wrong field.")),
                ("traceId", text("How the request is found in the logs.")),
            ]),
        ),
        (
            "required",
            Tree::texts([
                "type", "title", "status", "detail", "reason", "domain", "traceId",
            ]),
        ),
    ]);
    vec![
        ("Problem".to_owned(), problem),
        ("Violation".to_owned(), violation),
    ]
}

pub fn responses() -> Tree {
    let schema = Tree::object([("schema", Tree::reference("schemas/Problem"))]);
    let problem = Tree::object([
        ("description", "A refusal.".into()),
        (
            "content",
            Tree::object([("application/problem+json", schema)]),
        ),
    ]);
    Tree::object([("Problem", problem)])
}

fn header(name: &str, description: &str, schema: Tree) -> Tree {
    Tree::object([("name", name.into()), ("in", "header".into())])
        .described(description)
        .with("schema", schema)
}

pub fn parameters() -> Tree {
    let plain = || Tree::object([("type", "string".into())]);
    Tree::object([
        (
            "AcceptLanguage",
            header(
                "Accept-Language",
                "kk, ru or en; Kazakh when none of them is asked for.",
                plain(),
            ),
        ),
        (
            "IdempotencyKey",
            header(
                "Idempotency-Key",
                "Makes a repeat safe: the same key with the same body gets the first answer again. \
                 A UUID, or any text of up to 255 characters.",
                plain().with("maxLength", Tree::Number(255)),
            ),
        ),
        (
            "IfMatch",
            header(
                "If-Match",
                "The etag that was read, in quotes: a changed resource is answered 412.",
                plain(),
            ),
        ),
        (
            "ContentDigest",
            header(
                "Content-Digest",
                "What the bytes must hash to: `sha-256=:…:` (RFC 9530).",
                plain(),
            ),
        ),
        (
            "LastEventId",
            header(
                "Last-Event-ID",
                "The id of the last event that arrived: the stream goes on after it. Browsers send \
                 it by themselves; it goes before `resumeToken`.",
                plain(),
            ),
        ),
        (
            "Session",
            header(
                "X-Irikteu-Session",
                "`cookie` gives the tokens as cookies instead of in the body.",
                plain().with("enum", Tree::texts(["cookie"])),
            ),
        ),
    ])
}

pub fn security_schemes() -> Tree {
    let bearer = Tree::object([("type", "http".into()), ("scheme", "bearer".into())])
        .described("The access token of a session.");
    let cookie = Tree::object([
        ("type", "apiKey".into()),
        ("in", "cookie".into()),
        ("name", crate::session::ACCESS_COOKIE.into()),
    ]);
    let cookie =
        cookie.described("Set by a sign-in that asked for cookies; only for pages of ours.");
    Tree::object([("bearer", bearer), ("cookie", cookie)])
}
