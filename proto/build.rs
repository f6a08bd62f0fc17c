//! Compiles the contract: no protoc, so a fresh machine needs nothing but Rust.
//!
//! Into OUT_DIR go the messages, clients and servers of each package (`irikteu.identity.v1.rs`), the
//! masked `Debug` of messages with secrets (`irikteu.identity.v1.debug.rs`), the descriptor
//! (`irikteu.binpb`) and the list of RPCs (`rpcs.rs`).

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use protox::prost_reflect::{DescriptorPool, FieldDescriptor, MessageDescriptor};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    println!("cargo::rerun-if-changed=irikteu");
    println!("cargo::rerun-if-changed=vendor");
    #[expect(clippy::disallowed_methods, reason = "cargo tells a build script so")]
    let out = PathBuf::from(env::var("OUT_DIR")?);

    let mut files = Vec::new();
    proto_files(Path::new("irikteu"), &mut files)?;
    files.sort();

    let mut compiler = protox::Compiler::new([".", "vendor"])?;
    compiler
        .include_source_info(true)
        .include_imports(true)
        .open_files(&files)?;

    // These bytes keep google.api.http and the comments; a `prost_types::FileDescriptorSet` would
    // drop the first.
    fs::write(
        out.join("irikteu.binpb"),
        compiler.encode_file_descriptor_set(),
    )?;

    let pool = compiler.descriptor_pool();
    fs::write(out.join("rpcs.rs"), rpcs(&pool)?)?;
    let masked = masked_debug(&pool, &out)?;

    let mut config = prost_build::Config::new();
    // An event is known by the full name of its message.
    config.enable_type_names();

    tonic_prost_build::configure()
        // The caller brings the transport: a channel, or the routes of the same process.
        .build_transport(false)
        // Maps in one order, so that the same message always hashes alike.
        .btree_map(".")
        .bytes(".")
        .disable_comments([".google"])
        .skip_debug(masked)
        .compile_fds_with_config(compiler.file_descriptor_set(), config)?;
    Ok(())
}

fn proto_files(folder: &Path, files: &mut Vec<PathBuf>) -> Outcome<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            proto_files(&path, files)?;
        } else if path.extension().is_some_and(|it| it == "proto") {
            files.push(path);
        }
    }
    Ok(())
}

/// Every RPC as a row of `pub const RPCS`.
fn rpcs(pool: &DescriptorPool) -> Outcome<String> {
    let http = pool
        .get_extension_by_name("google.api.http")
        .ok_or("google.api.http is not in the descriptor")?;
    let mut rows = String::new();
    for service in pool.services() {
        for method in service.methods() {
            writeln!(
                rows,
                "    Rpc {{ service: {:?}, method: {:?}, path: \"/{}/{}\", over_http: {} }},",
                service.full_name(),
                method.name(),
                service.full_name(),
                method.name(),
                method.options().has_extension(&http),
            )?;
        }
    }
    Ok(format!(
        "/// Every RPC of the contract.\npub const RPCS: &[Rpc] = &[\n{rows}];\n"
    ))
}

/// Writes `Debug` for every message with a field marked `debug_redact`, with that field masked, and
/// returns the paths that must not get a derived one.
fn masked_debug(pool: &DescriptorPool, out: &Path) -> Outcome<Vec<String>> {
    let mut masked = Vec::new();
    let mut code: BTreeMap<String, String> = BTreeMap::new();
    for message in pool.all_messages() {
        let package = message.package_name();
        if !package.starts_with("irikteu.") {
            continue;
        }
        let code = code.entry(package.to_owned()).or_default();
        if !message.fields().any(|field| is_secret(&field)) {
            continue;
        }
        if message.parent_message().is_some() {
            return Err(format!("{}: secrets in a nested message", message.full_name()).into());
        }
        // The path covers everything inside the message too: its oneofs and nested enums.
        masked.push(format!(".{}", message.full_name()));
        write_message_debug(code, &message)?;
        let inside = snake(message.name());
        if message.child_messages().any(|it| !it.is_map_entry()) {
            return Err(format!("{}: has secrets and messages inside", message.full_name()).into());
        }
        for oneof in message.oneofs().filter(|it| !it.is_synthetic()) {
            let name = pascal(oneof.name());
            let body = format!("f.write_str(\"{name}(***)\")");
            write_debug(code, &format!("{inside}::{name}"), &body)?;
        }
        for nested in message.child_enums() {
            let path = format!("{inside}::{}", nested.name());
            write_debug(code, &path, "f.write_str(self.as_str_name())")?;
        }
    }
    for (package, code) in code {
        fs::write(out.join(format!("{package}.debug.rs")), code)?;
    }
    Ok(masked)
}

fn write_debug(code: &mut String, path: &str, body: &str) -> Outcome<()> {
    writeln!(
        code,
        "impl ::core::fmt::Debug for {path} {{\n    \
         fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {{\n        \
         {body}\n    }}\n}}"
    )?;
    Ok(())
}

fn write_message_debug(code: &mut String, message: &MessageDescriptor) -> Outcome<()> {
    let name = message.name();
    let mut body = format!("f.debug_struct({name:?})");
    for field in message.fields() {
        let field_name = field.name();
        let in_oneof = field
            .containing_oneof()
            .is_some_and(|oneof| !oneof.is_synthetic());
        if in_oneof {
            continue;
        }
        if is_secret(&field) {
            write!(
                body,
                ".field({field_name:?}, &::core::format_args!(\"***\"))"
            )?;
        } else {
            write!(body, ".field({field_name:?}, &self.{field_name})")?;
        }
    }
    for oneof in message.oneofs().filter(|it| !it.is_synthetic()) {
        let oneof = oneof.name();
        write!(body, ".field({oneof:?}, &self.{oneof})")?;
    }
    body.push_str(".finish()");
    write_debug(code, name, &body)
}

/// Whether the field is marked `debug_redact`.
fn is_secret(field: &FieldDescriptor) -> bool {
    field
        .options()
        .get_field_by_name("debug_redact")
        .and_then(|value| value.as_bool())
        .unwrap_or(false)
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for (at, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && at > 0 {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

fn pascal(name: &str) -> String {
    name.split('_')
        .map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            first.to_ascii_uppercase() + rest
        })
        .collect()
}
