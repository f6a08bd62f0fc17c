//! The OpenAPI 3.1 document, made of the contract: its comments are the descriptions, its behaviours
//! say what is required and who fills what.
//!
//! | room | what it makes |
//! |---|---|
//! | [`tree`] | JSON whose members stay in the order they were put |
//! | [`schema`] | messages and enums |
//! | [`operation`] | paths, parameters, bodies and answers |
//! | [`tag`] | what services are called |
//! | [`fixed`] | what every operation shares: problems, headers, security |

use prost_reflect::DescriptorPool;

use crate::comment::Comments;
use crate::route::Routes;
use schema::Schemas;
use tree::Tree;

mod fixed;
mod operation;
mod schema;
mod tag;
mod tree;

/// The document as JSON text.
///
/// # Errors
/// Never on a contract whose routes could be read.
pub fn document(
    pool: &DescriptorPool,
    routes: &Routes,
    comments: &Comments,
) -> anyhow::Result<String> {
    let mut schemas = Schemas::new(comments);
    let paths = operation::paths(routes, comments, &mut schemas);
    let services = pool.services().filter(|service| {
        routes
            .operations
            .iter()
            .any(|it| it.rpc.parent_service() == service)
    });
    let tags = services.map(|service| {
        Tree::object([
            ("name", Tree::Text(tag::of(&service))),
            (
                "description",
                comments.of(&service.parent_file(), service.path()).into(),
            ),
        ])
    });
    let tags = Tree::List(tags.collect());
    let mut all = schemas.finish();
    all.extend(fixed::schemas());
    let document = Tree::object([
        ("openapi", "3.1.0".into()),
        ("info", fixed::info()),
        (
            "servers",
            Tree::List(vec![Tree::object([("url", "/".into())])]),
        ),
        ("tags", tags),
        ("paths", paths),
        (
            "components",
            Tree::object([
                ("schemas", Tree::Object(all)),
                ("parameters", fixed::parameters()),
                ("responses", fixed::responses()),
                ("securitySchemes", fixed::security_schemes()),
            ]),
        ),
    ]);
    Ok(serde_json::to_string(&document)?)
}
