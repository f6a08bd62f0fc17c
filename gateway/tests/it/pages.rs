//! The gateway's own pages: nothing from elsewhere, three languages, and calls that exist.

use std::collections::BTreeSet;

use gateway::route::{Found, Routes, access};
use http::Method;
use prost_reflect::DescriptorPool;

use crate::stage::{Stage, stage};

const PAGES: [&str; 6] = [
    "/docs",
    "/confirm",
    "/confirm-email",
    "/recover",
    "/accept-invitation",
    "/reject-offer",
];

async fn text(stage: &Stage, path: &str) -> String {
    let reply = stage.get(path).await;
    assert_eq!(reply.status, 200, "{path}");
    String::from_utf8(reply.bytes.to_vec()).expect("text")
}

/// What stands in quotes and begins with a slash.
fn places(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.split(['"', '\'']);
    quoted.filter(|it| it.starts_with('/') && it.contains('.') && !it.contains(['$', ' ']))
}

/// The scripts of a page, with those that they load.
async fn scripts(stage: &Stage, page: &str) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut open = vec![text(stage, page).await];
    while let Some(text_of) = open.pop() {
        // A script beside another.
        let text_of = text_of.replace("\"./", "\"/docs/");
        for place in places(&text_of).filter(|it| it.ends_with(".js")) {
            if found.insert(place.to_owned()) {
                open.push(text(stage, place).await);
            }
        }
    }
    found
}

#[tokio::test]
async fn pages_bring_no_script_of_their_own_and_nothing_from_elsewhere() {
    let stage = stage();
    for page in PAGES {
        let html = text(&stage, page).await;
        assert!(
            !html.contains("<script>") && !html.contains(" style=") && !html.contains(" onclick"),
            "{page}"
        );
        assert!(html.starts_with("<!doctype html>") && html.ends_with("</html>\n"));
        assert!(!html.contains(['{', '}']), "{page}: a place was left open");
        for place in places(&html) {
            assert_eq!(stage.get(place).await.status, 200, "{page} needs {place}");
        }
        for script in scripts(&stage, page).await {
            let code = text(&stage, &script).await;
            for bad in ["//cdn", "https://", "http://", "innerHTML", "eval("] {
                assert!(!code.contains(bad), "{script}: {bad}");
            }
        }
        assert!(
            !html.contains("//cdn") && !html.contains("https://"),
            "{page}"
        );
    }
    assert_eq!(stage.get("/").await.header("location"), "/docs");
}

/// The names of words in each object that begins with this, such as `kk: {`.
fn words(code: &str, language: &str) -> Vec<BTreeSet<String>> {
    let begin = format!("{language}: {{");
    let blocks = code.split(&begin).skip(1);
    let names = blocks.map(|block| {
        let block = block.split_once('}').map_or(block, |(inside, _)| inside);
        let pairs = block.split(": \"").map(|before| {
            let name = before.rsplit(|it: char| !it.is_alphanumeric()).next();
            name.unwrap_or_default().to_owned()
        });
        pairs.filter(|it| !it.is_empty()).collect()
    });
    names.collect()
}

#[tokio::test]
async fn every_page_has_its_words_in_three_languages() {
    let stage = stage();
    for page in PAGES {
        let mut of_page = 0;
        for script in scripts(&stage, page).await {
            let code = text(&stage, &script).await;
            let kazakh = words(&code, "kk");
            of_page += kazakh.iter().map(BTreeSet::len).sum::<usize>();
            assert_eq!(kazakh, words(&code, "ru"), "{script}");
            assert_eq!(kazakh, words(&code, "en"), "{script}");
        }
        assert!(of_page >= 6, "{page} says nothing");
    }
}

#[tokio::test]
async fn what_a_page_calls_is_in_the_contract() {
    let stage = stage();
    let pool = DescriptorPool::decode(proto::DESCRIPTOR).expect("the contract");
    let routes = Routes::read(&pool, &access::SUITE).expect("routes");
    // The page, a piece of its script, the call, the RPC.
    for (page, piece, path, rpc) in [
        (
            "/confirm",
            "proveEmail",
            "/v1/registrationAttempts/a/proveEmail",
            "ProveRegistrationEmail",
        ),
        (
            "/confirm-email",
            "\"prove\"",
            "/v1/accounts/me/emailChanges/e/prove",
            "ProveEmailChange",
        ),
        (
            "/recover",
            "/prove`",
            "/v1/recoveries/r/prove",
            "ProveRecovery",
        ),
        (
            "/recover",
            "/complete`",
            "/v1/recoveries/r/complete",
            "CompleteRecovery",
        ),
        (
            "/accept-invitation",
            "/accept`",
            "/v1/staffInvitations/i/accept",
            "AcceptStaffInvitation",
        ),
        (
            "/reject-offer",
            "/v1/seatOffers/reject",
            "/v1/seatOffers/reject",
            "RejectSeatOfferByLink",
        ),
    ] {
        let mut has_piece = false;
        for script in scripts(&stage, page).await {
            has_piece |= text(&stage, &script).await.contains(piece);
        }
        assert!(has_piece, "{page} does not call {piece}");
        if !proto::RPCS.iter().any(|it| it.method == rpc) {
            continue;
        }
        match routes.find(&Method::POST, path) {
            Found::Operation(operation, _) => assert_eq!(operation.rpc.name(), rpc),
            _ => panic!("{page} calls {path}, which leads nowhere"),
        }
    }
}
