//! The few directions that the source keeps, read off its files: what the rooms of a service
//! may know of each other, and that the tables for readers say what the code says.
//!
//! Each test names every place that breaks its rule, not only the first.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says no by panicking"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Names that say nothing of what is inside.
const EMPTY_NAMES: [&str; 12] = [
    "util", "utils", "helper", "helpers", "common", "misc", "manager", "managers", "types",
    "models", "service", "services",
];

#[test]
fn the_domain_knows_neither_transport_nor_storage_nor_the_time() {
    let outside = [
        "tonic",
        "proto",
        "prost",
        "prost_types",
        "sea_orm",
        "tokio",
        "redis",
    ];
    let clocks = [
        "SystemTime",
        "Instant",
        "Timestamp",
        "Zoned",
        "Utc",
        "Local",
    ];
    let mut found = Findings::default();
    for file in sources()
        .iter()
        .filter(|file| file.service().is_some() && file.is_in("domain"))
    {
        for (line, code) in file.code_lines() {
            for name in outside.iter().filter(|name| imports(code, name)) {
                found.add(file, line, format!("imports {name}"));
            }
            for clock in clocks
                .iter()
                .filter(|clock| contains_path(code, clock, "now"))
            {
                found.add(file, line, format!("reads {clock}"));
            }
        }
    }
    found.none("rules are functions of what they are given");
}

#[test]
fn only_the_store_and_the_migrations_know_the_database_library() {
    let mut found = Findings::default();
    let programs = ["gateway", "standalone"];
    for file in sources() {
        let in_program = programs
            .iter()
            .any(|program| file.path.starts_with(program));
        if !file.path.components().any(|part| part.as_os_str() == "src")
            || (file.service().is_none() && !in_program)
            || file.is_in("store")
            || file.is_in("migrations")
        {
            continue;
        }
        for (line, code) in file.code_lines() {
            for name in ["sea_orm", "sea_orm_migration", "sea_query", "sqlx"] {
                if imports(code, name) {
                    found.add(&file, line, format!("imports {name}"));
                }
            }
        }
    }
    found.none("one place knows SQL");
}

#[test]
fn only_the_edges_of_a_service_know_the_wire() {
    let edges = ["rpc", "events", "clients"];
    let edge_files = [
        "lib.rs",
        "main.rs",
        "rpc.rs",
        "events.rs",
        "client.rs",
        "clients.rs",
    ];
    let mut found = Findings::default();
    for file in sources() {
        let Some(in_source) = file.path_in_source() else {
            continue;
        };
        if file.service().is_none()
            || edges.iter().any(|edge| file.is_in(edge))
            || edge_files.iter().any(|name| in_source == Path::new(name))
            || file
                .path
                .file_name()
                .is_some_and(|name| name == "client.rs")
        {
            continue;
        }
        for (line, code) in file.code_lines() {
            for name in ["tonic", "proto"].iter().filter(|name| imports(code, name)) {
                found.add(&file, line, format!("imports {name}"));
            }
        }
    }
    found.none("the wire is parsed where it arrives");
}

#[test]
fn no_service_depends_on_another_and_the_chassis_on_none() {
    let crates = crate_folders();
    let leaves: Vec<&String> = crates
        .iter()
        .filter(|name| is_service(name) || *name == "gateway")
        .collect();
    let mut found = Vec::new();
    for name in &crates {
        let allowed: &[&str] = match name.as_str() {
            "proto" => &[],
            "chassis" => &["proto"],
            service if leaves.iter().any(|leaf| *leaf == service) => &["proto", "chassis"],
            _ => continue,
        };
        let manifest = read(&root().join(name).join("Cargo.toml"));
        for dependency in dependencies(&manifest) {
            // A crate's tests may ask for a feature of the crate itself.
            let is_itself = dependency == *name;
            if crates.contains(&dependency) && !is_itself && !allowed.contains(&dependency.as_str())
            {
                found.push(format!("{name} depends on {dependency}"));
            }
        }
    }
    assert!(
        found.is_empty(),
        "services stand side by side:\n{}",
        found.join("\n")
    );
}

#[test]
fn no_file_folder_or_module_has_a_name_that_says_nothing() {
    let mut found = Findings::default();
    for file in sources() {
        for part in file.path.with_extension("").components() {
            if EMPTY_NAMES.iter().any(|name| part.as_os_str() == *name) {
                found.add(
                    &file,
                    1,
                    format!("is called {}", part.as_os_str().display()),
                );
            }
        }
        for (line, code) in file.code_lines() {
            let words: Vec<&str> = code.split_whitespace().collect();
            for pair in words.windows(2).filter(|pair| pair[0] == "mod") {
                let name = pair[1].trim_end_matches([';', '{']);
                if EMPTY_NAMES.contains(&name) {
                    found.add(&file, line, format!("has a module {name}"));
                }
            }
        }
    }
    found.none("a name says what is inside");
}

#[test]
fn the_first_line_of_a_file_says_what_it_is() {
    let mut found = Findings::default();
    for file in sources().into_iter().chain(contract_files()) {
        let first = file.text.lines().next().unwrap_or_default();
        let says = first
            .strip_prefix("//!")
            .or_else(|| first.strip_prefix("//"));
        if says.is_none_or(|says| says.starts_with('/') || says.split_whitespace().count() < 2) {
            found.add(&file, 1, format!("begins with {first:?}"));
        }
    }
    found.none("a reader who opens a file is told where they are");
}

#[test]
fn the_readme_of_each_service_lists_its_refusals_and_no_others() {
    let mut found = Vec::new();
    for service in services() {
        let Ok(refusals) = fs::read_to_string(root().join(&service).join("src/domain/refusal.rs"))
        else {
            continue;
        };
        let in_code = reasons_in_code(&refusals);
        if in_code.is_empty() {
            found.push(format!(
                "{service}: no reason is readable in domain/refusal.rs"
            ));
        }
        let in_readme = reasons_in_readme(&readme(&service));
        for reason in in_code.difference(&in_readme) {
            found.push(format!(
                "{service}: {reason} is in domain/refusal.rs, not in README.md"
            ));
        }
        for reason in in_readme.difference(&in_code) {
            found.push(format!(
                "{service}: {reason} is in README.md, not in domain/refusal.rs"
            ));
        }
    }
    assert!(
        found.is_empty(),
        "the table of refusals is out of step:\n{}",
        found.join("\n")
    );
}

#[test]
fn the_readme_of_each_service_lists_its_settings() {
    let mut found = Vec::new();
    for service in services() {
        let readme = readme(&service);
        let config = fs::read_to_string(root().join(&service).join("src/config.rs"));
        for setting in settings(&config.unwrap_or_default()) {
            if !readme.contains(&format!("`{setting}`")) {
                found.push(format!(
                    "{service}: {setting} is in config.rs, not in README.md"
                ));
            }
        }
    }
    assert!(
        found.is_empty(),
        "the table of settings is out of step:\n{}",
        found.join("\n")
    );
}

#[test]
fn each_service_has_a_readme() {
    let without: Vec<String> = services()
        .into_iter()
        .filter(|service| !root().join(service).join("README.md").is_file())
        .collect();
    assert!(
        without.is_empty(),
        "services without README.md: {without:?}"
    );
}

/// `docs/telemetry.md` and `chassis/src/telemetry/names.rs`, and who sets a level.
#[test]
fn the_page_on_telemetry_lists_every_name_and_no_others() {
    let names = read(&root().join("chassis/src/telemetry/names.rs"));
    let page = read(&root().join("docs/telemetry.md"));
    let mut in_code: BTreeSet<String> = quoted(&names, '"')
        .filter(|it| it.starts_with("irikteu_") || it.starts_with("process_") || is_attribute(it))
        .map(str::to_owned)
        .collect();
    let levels = names.split_once("LEVELS").map_or("", |(_, levels)| levels);
    let levels: BTreeSet<&str> = quoted(levels, '"').filter(|it| is_level(it)).collect();
    in_code.extend(levels.iter().map(|it| format!("irikteu_{it}")));
    let on_page: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" |").next())
        .flat_map(|cell| quoted(cell, '`'))
        .filter(|it| it.starts_with("irikteu_") || it.starts_with("process_") || is_attribute(it))
        .map(str::to_owned)
        .collect();
    let missing: Vec<_> = in_code.difference(&on_page).collect();
    let left_over: Vec<_> = on_page.difference(&in_code).collect();
    assert!(
        missing.is_empty() && left_over.is_empty(),
        "not on the page: {missing:?}; only on the page: {left_over:?}"
    );
    assert!(in_code.len() > 40, "{in_code:?}");

    let mut found = Findings::default();
    for file in sources() {
        for call in ["level(", "levels(", "change("] {
            for (at, _) in file.text.match_indices(call) {
                let arguments = file.text[at..].split(';').next().unwrap_or_default();
                let what = quoted(arguments, '"').find(|it| is_level(it));
                let is_telemetry = file.text[..at].ends_with("telemetry::")
                    || file.text.contains("use chassis::telemetry::level")
                    || file.text.contains("use crate::telemetry::level");
                if let Some(what) = what.filter(|it| is_telemetry && !levels.contains(it)) {
                    let line = file.text[..at].lines().count();
                    found.add(&file, line, format!("sets the level {what}"));
                }
            }
        }
    }
    found.none("a level is listed in names.rs and on the page");
}

/// `docs/bad-days.md`: every file and every test that it names.
#[test]
fn the_page_on_bad_days_names_tests_that_are_there() {
    let page = read(&root().join("docs/bad-days.md"));
    let mut named = 0;
    for line in page.lines().filter(|line| line.starts_with("| ")) {
        let shown_by = line.trim_end_matches(" |").rsplit(" | ").next();
        for shown in shown_by.unwrap_or_default().split("; ") {
            let Some(path) = quoted(shown, '`').next() else {
                continue;
            };
            let file = read(&root().join(path));
            let rest = shown.rsplit('`').next().unwrap_or_default();
            for test in rest.split([' ', ',']).filter(|it| it.contains('_')) {
                assert!(file.contains(&format!("fn {test}()")), "{path}: {test}");
                named += 1;
            }
        }
    }
    assert!(named > 25, "{named}");
}

/// What stands between pairs of this mark.
fn quoted(text: &str, mark: char) -> impl Iterator<Item = &str> {
    text.split(mark).skip(1).step_by(2)
}

fn is_attribute(word: &str) -> bool {
    let parts = ["rpc.", "http.", "db.", "messaging.", "error.", "service."];
    parts.iter().any(|part| word.starts_with(part)) && !word.contains(' ')
}

fn is_level(word: &str) -> bool {
    let is_name = |it: u8| it.is_ascii_lowercase() || it == b'_';
    word.contains('_') && word.bytes().all(is_name)
}

#[test]
fn no_test_waits_for_a_while() {
    // A client of a suite elsewhere can only ask again after a pause: the season does, in one place.
    let patient = Path::new("tests/src/season/patience.rs");
    let mut found = Findings::default();
    for file in sources().iter().filter(|file| file.path != patient) {
        let is_test = file.path.starts_with("tests")
            || file
                .path
                .components()
                .nth(1)
                .is_some_and(|part| part.as_os_str() == "tests");
        let mut in_tests = is_test;
        for (line, code) in file.code_lines() {
            in_tests |= code.contains("#[cfg(test)]");
            if in_tests && code.contains("sleep(") {
                found.add(file, line, "sleeps".to_owned());
            }
        }
    }
    found.none("a test waits for what it needs, not for a while");
}

#[test]
fn the_lock_file_is_committed() {
    assert!(root().join("Cargo.lock").is_file());
    if root().join(".git").exists() {
        let known = Command::new("git")
            .args(["ls-files", "--error-unmatch", "Cargo.lock"])
            .current_dir(root())
            .output()
            .unwrap();
        assert!(
            known.status.success(),
            "{}",
            String::from_utf8_lossy(&known.stderr)
        );
    }
}

/// Places that break a rule.
#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    fn add(&mut self, file: &Source, line: usize, what: String) {
        self.0
            .push(format!("{}:{line} {what}", file.path.display()));
    }

    #[track_caller]
    fn none(self, rule: &str) {
        assert!(self.0.is_empty(), "{rule}:\n{}", self.0.join("\n"));
    }
}

/// A file of ours, its path counted from the root of the workspace.
struct Source {
    path: PathBuf,
    text: String,
    code: String,
}

impl Source {
    fn service(&self) -> Option<&str> {
        let first = self.path.components().next()?.as_os_str().to_str()?;
        is_service(first).then_some(first)
    }

    /// The path below `src`, for what is there.
    fn path_in_source(&self) -> Option<&Path> {
        let mut parts = self.path.components();
        parts.by_ref().find(|part| part.as_os_str() == "src")?;
        Some(parts.as_path())
    }

    /// Whether it lies in this room of its crate's source, or is its only file.
    fn is_in(&self, room: &str) -> bool {
        self.path_in_source().is_some_and(|path| {
            path.starts_with(room) || path == Path::new(room).with_extension("rs")
        })
    }

    /// Numbered lines without comments and without what stands in strings.
    fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
    }
}

fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn readme(service: &str) -> String {
    fs::read_to_string(root().join(service).join("README.md")).unwrap_or_default()
}

fn is_service(name: &str) -> bool {
    name.ends_with("-svc")
}

/// The folders of the workspace that hold a crate.
fn crate_folders() -> BTreeSet<String> {
    let entries = fs::read_dir(root()).unwrap().flatten();
    entries
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect()
}

fn services() -> Vec<String> {
    let mut services: Vec<String> = crate_folders().into_iter().collect();
    services.retain(|name| is_service(name) && root().join(name).join("src").is_dir());
    services
}

/// Every Rust file of every crate.
fn sources() -> Vec<Source> {
    crate_folders()
        .iter()
        .flat_map(|name| files_below(&root().join(name), "rs"))
        .collect()
}

/// Our part of the contract; the vendored files are as their authors wrote them.
fn contract_files() -> Vec<Source> {
    files_below(&root().join("proto/irikteu"), "proto")
}

fn files_below(folder: &Path, extension: &str) -> Vec<Source> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            let name = entry.file_name();
            if name != "target"
                && name != "node_modules"
                && !name.display().to_string().starts_with('.')
            {
                files.extend(files_below(&path, extension));
            }
        } else if path.extension().is_some_and(|found| found == extension) {
            let text = read(&path);
            let code = without_comments_and_strings(&text);
            let path = path.strip_prefix(root()).unwrap().to_owned();
            files.push(Source { path, text, code });
        }
    }
    files
}

/// Keeps the lines where they are, so that a finding can say which one it is.
fn without_comments_and_strings(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(length) = raw_string(rest, kept.chars().next_back()) {
            length
        } else if next == '"' {
            string(rest)
        } else if let Some(length) = character(rest) {
            length
        } else {
            kept.push(next);
            rest = &rest[next.len_utf8()..];
            continue;
        };
        kept.extend(rest[..skipped].chars().filter(|left_out| *left_out == '\n'));
        rest = &rest[skipped..];
    }
    kept
}

/// The length of a string from its opening quote on.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// The length of `r"…"`, `r#"…"#` and so on, where one begins.
fn raw_string(text: &str, before: Option<char>) -> Option<usize> {
    let in_word = before.is_some_and(|before| is_word(before) && before != 'b');
    let after = text.strip_prefix('r').filter(|_| !in_word)?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let body = 1 + hashes + 1;
    Some(
        text[body..]
            .find(&end)
            .map_or(text.len(), |at| body + at + end.len()),
    )
}

/// The length of a character literal that could be taken for a quote or a comment.
fn character(text: &str) -> Option<usize> {
    ["'\"'", "'\\\"'", "'\\''", "'/'"]
        .into_iter()
        .find(|literal| text.starts_with(literal))
        .map(str::len)
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// What stands before and after `name` wherever it is a whole word.
fn around_word<'a>(code: &'a str, name: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    code.match_indices(name).filter_map(move |(at, _)| {
        let (before, after) = (&code[..at], &code[at + name.len()..]);
        let whole = !before.ends_with(is_word) && !after.starts_with(is_word);
        whole.then_some((before.trim_end(), after.trim_start()))
    })
}

/// Whether a line names something of this crate: `use name…` or `name::…`.
fn imports(code: &str, name: &str) -> bool {
    around_word(code, name).any(|(before, after)| {
        !before.ends_with("::") && (after.starts_with("::") || before.ends_with("use"))
    })
}

fn contains_path(code: &str, owner: &str, item: &str) -> bool {
    around_word(code, owner).any(|(_, after)| {
        after
            .strip_prefix("::")
            .and_then(|after| after.trim_start().strip_prefix(item))
            .is_some_and(|after| !after.starts_with(is_word))
    })
}

/// The names on the left in every table of dependencies, tests' and builds' included.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut in_table = false;
    for line in manifest.lines().map(str::trim) {
        if let Some(table) = line.strip_prefix('[') {
            let table = table.trim_end_matches(']');
            in_table = table.ends_with("dependencies");
            if let Some((_, name)) = table.split_once("dependencies.") {
                found.push(name.trim_matches('"').to_owned());
            }
        } else if in_table {
            let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
            found.push(name.trim_matches('"').to_owned());
            if let Some((_, package)) = line.split_once("package = \"") {
                found.extend(package.split('"').next().map(str::to_owned));
            }
        }
    }
    found
}

/// The reasons that the shipped part of a `refusal.rs` writes as strings.
fn reasons_in_code(refusals: &str) -> BTreeSet<String> {
    let shipped = refusals.split("#[cfg(test)]").next().unwrap_or_default();
    let literals = shipped.split('"').skip(1).step_by(2);
    literals
        .filter(|literal| is_reason(literal))
        .map(str::to_owned)
        .collect()
}

/// The reasons in the first column of the tables under the heading about refusals.
fn reasons_in_readme(readme: &str) -> BTreeSet<String> {
    let mut under_heading = false;
    let mut found = BTreeSet::new();
    for line in readme.lines() {
        if line.starts_with('#') {
            under_heading = line.to_lowercase().contains("refusal");
        } else if under_heading && let Some(row) = line.trim().strip_prefix('|') {
            let first = row.split('|').next().unwrap_or_default();
            let names = first.split('`').skip(1).step_by(2);
            found.extend(names.filter(|name| is_reason(name)).map(str::to_owned));
        }
    }
    found
}

fn is_reason(word: &str) -> bool {
    word.len() > 2
        && word.starts_with(|first: char| first.is_ascii_uppercase())
        && word
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

fn settings(config: &str) -> BTreeSet<String> {
    let literals = config.split('"').skip(1).step_by(2);
    literals
        .filter(|literal| literal.starts_with("IRIKTEU_") && is_reason(literal))
        .map(str::to_owned)
        .collect()
}

/// The rules above are only as good as this reading of the source.
mod the_reading {
    use super::*;

    #[test]
    fn comments_and_strings_are_left_out_and_lines_stay_where_they_are() {
        let text = "let a = \"tonic::x // \\\" y\"; // sea_orm::b\n/* tokio::\n */ r#\"redis::\"\n\"#; '\"' use real::c;\n";
        let code = without_comments_and_strings(text);
        assert_eq!(
            code,
            "let a = ; \n\n ;  use real::c;\n".replace("\n ;", "\n \n;")
        );
        assert_eq!(code.lines().count(), text.lines().count());
    }

    #[test]
    fn an_import_is_seen_in_each_of_its_forms_and_a_lookalike_is_not() {
        for code in ["use tonic::Status;", "use tonic;", "tonic::Status::ok()"] {
            assert!(imports(code, "tonic"), "{code}");
        }
        for code in [
            "my_tonic::x",
            "chassis::tonic::x",
            "let tonic = 1;",
            "tonic_types::x",
        ] {
            assert!(!imports(code, "tonic"), "{code}");
        }
        assert!(contains_path(
            "let now = Timestamp::now();",
            "Timestamp",
            "now"
        ));
        assert!(!contains_path("context.clock.now()", "Timestamp", "now"));
    }

    #[test]
    fn dependencies_are_read_from_every_table_of_a_manifest() {
        let manifest = "\
[package]
name = \"review-svc\"
[dependencies]
chassis.workspace = true
other = { package = \"testing-svc\", path = \"../testing-svc\" }
[dev-dependencies]
proto = { workspace = true }
[build-dependencies.identity-svc]
path = \"../identity-svc\"
";
        let read = dependencies(manifest);
        assert_eq!(
            read,
            ["chassis", "other", "testing-svc", "proto", "identity-svc"]
        );
    }

    #[test]
    fn reasons_are_read_off_the_code_and_off_the_table() {
        let code = "Self::SeatTaken => \"SEAT_TAKEN\", (\"limit\", x)\n#[cfg(test)] \"IN_A_TEST\"";
        assert_eq!(
            reasons_in_code(code),
            BTreeSet::from(["SEAT_TAKEN".to_owned()])
        );
        let readme = "\
## Settings
| `IRIKTEU_X` | a setting |
## Refusals
| reason | when |
|---|---|
| `SEAT_TAKEN` | unlike `NOT_LISTED` |
";
        assert_eq!(
            reasons_in_readme(readme),
            BTreeSet::from(["SEAT_TAKEN".to_owned()])
        );
    }
}
