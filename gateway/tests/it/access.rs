//! Which calls are open to strangers: decided by hand, and held against the contract and against
//! the policies of the services.

use std::collections::BTreeSet;
use std::path::Path;

use gateway::route::access::SUITE;
use gateway::route::{Access, Routes, Shape, Shown};
use prost_reflect::DescriptorPool;

fn routes() -> Routes {
    let pool = DescriptorPool::decode(proto::DESCRIPTOR).expect("the contract");
    Routes::read(&pool, &SUITE).expect("routes")
}

/// The full paths of the RPCs that a service's policy opens to anyone, read off its source: the
/// gateway does not depend on services.
fn open_by_policy() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut open = BTreeSet::new();
    for service in gateway::route::SERVICES {
        let file = root.join(service).join("src/policy.rs");
        let text = std::fs::read_to_string(file).expect("a policy");
        let code = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        let code = code.collect::<Vec<_>>().join("\n");
        for row in code.split("\"/irikteu.").skip(1) {
            let (path, allowed) = row.split_once('"').expect("a path");
            let mut words = allowed.split(|letter: char| !letter.is_alphanumeric());
            if words.any(|word| word == "Anyone") {
                open.insert(format!("/irikteu.{path}"));
            }
        }
    }
    open
}

fn all<'a>(lists: impl IntoIterator<Item = &'a [&'static str]>) -> BTreeSet<String> {
    let all = lists.into_iter().flatten();
    all.map(|it| (*it).to_owned()).collect()
}

/// An RPC that is added or opened fails here until somebody writes into `route/access.rs` whether
/// strangers try credentials there, or takes `Anyone` out of its policy.
#[test]
fn every_call_that_a_policy_opens_to_strangers_is_decided_about() {
    let over_http: BTreeSet<String> = routes()
        .operations
        .iter()
        .map(|it| it.path.as_str().to_owned())
        .collect();
    let open: BTreeSet<String> = open_by_policy().intersection(&over_http).cloned().collect();
    assert!(open.contains("/irikteu.identity.v1.Sessions/CreateSession"));
    let decided = all([SUITE.anyone, SUITE.credentials]);
    let decided: BTreeSet<String> = decided.intersection(&over_http).cloned().collect();
    assert_eq!(open, decided);
}

#[test]
fn no_call_is_decided_about_twice() {
    let both = all([SUITE.anyone]);
    assert!(SUITE.credentials.iter().all(|it| !both.contains(*it)));
}

#[test]
fn what_strangers_change_in_the_service_that_vouches_for_people_is_counted_tightly() {
    for operation in &routes().operations {
        let is_open = operation.access != Access::Session;
        if is_open && operation.is_unsafe() {
            assert_eq!(operation.access, Access::Credentials, "{}", operation.path);
        }
        // Reading needs no credentials; what an expensive guess would be is never a GET.
        if operation.access == Access::Credentials {
            assert!(operation.is_unsafe(), "{}", operation.path);
        }
    }
}

#[test]
fn streams_that_are_shared_are_watches_for_those_who_are_signed_in() {
    for operation in &routes().operations {
        let Shape::Events(events) = &operation.shape else {
            assert!(
                !SUITE.is_shared(operation.path.as_str()),
                "{}",
                operation.path
            );
            continue;
        };
        assert!(!events.is_shared || events.is_watch, "{}", operation.path);
        assert!(!events.is_shared || operation.access == Access::Session);
        // A stream that does not end is known by its name, here and behind the services' layers.
        assert_eq!(events.is_watch, operation.rpc.name().starts_with("Watch"));
    }
}

/// What is shown and not saved is written by a service: an upload and what comes back of it is never a page.
#[test]
fn only_downloads_that_are_listed_are_shown_as_pages() {
    let mut pages = BTreeSet::new();
    for operation in &routes().operations {
        if matches!(operation.shape, Shape::Download(Shown::AsPage)) {
            pages.insert(operation.path.as_str().to_owned());
        }
    }
    assert_eq!(pages, all([SUITE.pages]));
    assert!(pages.iter().all(|it| !it.contains("Documents")));
}
