//! Every RPC by every sort of caller, over the suite's own ports.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chassis::caller::Role;
use jiff::SignedDuration;
use standalone::partner::Certificates;
use tests::Town;
use tests::wire::{Call, Wire, Words, home_of, never_arrived};
use tonic::{Code, Status};

use crate::table::Matrix;

/// Whom the demonstration has for each role.
pub const PEOPLE: [(&str, &str); 5] = [
    ("applicant", "applicant@demo.irikteu.kz"),
    ("expert", "expert@demo.irikteu.kz"),
    ("exam-desk", "examdesk@demo.irikteu.kz"),
    ("campaign-manager", "manager@demo.irikteu.kz"),
    ("administrator", "admin@demo.irikteu.kz"),
];

/// A column of the table: a door, and a word for each service behind it.
struct Caller {
    name: &'static str,
    wire: Wire,
    words: HashMap<&'static str, String>,
}

#[test]
fn every_rpc_has_a_row_and_every_row_an_rpc() {
    let rows: BTreeSet<&str> = Matrix::read().rpcs().collect();
    let rpcs: BTreeSet<&str> = proto::RPCS.iter().map(|rpc| rpc.path).collect();
    let missing: Vec<_> = rpcs.difference(&rows).collect();
    let left_over: Vec<_> = rows.difference(&rpcs).collect();
    assert!(missing.is_empty(), "without a row: {missing:#?}");
    assert!(left_over.is_empty(), "without an RPC: {left_over:#?}");
}

#[test]
fn every_role_every_service_and_every_partner_has_a_column() {
    let columns = Matrix::read().callers;
    let roles = Role::ALL.map(|role| role.as_str().to_lowercase().replace('_', "-"));
    let services = standalone::compose::SERVICES.map(str::to_owned);
    let partners = standalone::folder::PARTNERS.map(str::to_owned);
    for name in roles.iter().chain(&services).chain(&partners) {
        assert!(columns.contains(&name.as_str()), "{name} has no column");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_caller_gets_what_the_table_says() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let matrix = Arc::new(Matrix::read());
    let other_house = tempfile::tempdir().unwrap();
    let callers = callers(&town, other_house.path()).await;
    let named: Vec<&str> = callers.iter().map(|it| it.name).collect();
    assert_eq!(named, matrix.callers, "the columns, in their order");

    let calling = callers.into_iter().map(|caller| {
        let matrix = matrix.clone();
        tokio::spawn(async move { surprises(&matrix, &caller).await })
    });
    let mut surprises = Vec::new();
    for column in calling {
        surprises.extend(column.await.unwrap());
    }
    assert!(surprises.is_empty(), "{surprises:#?}");
    town.close().await;
}

/// What one caller got that the table does not say.
async fn surprises(matrix: &Matrix, caller: &Caller) -> Vec<String> {
    let mut surprises = Vec::new();
    for rpc in proto::RPCS {
        let call = Call {
            rpc: rpc.path,
            token: caller.words.get(home_of(rpc.path)).map(String::as_str),
            language: "kk",
            message: Vec::new(),
        };
        let answer = caller.wire.call(call).await;
        let (got, expected) = (word_for(&answer), matrix.expects(rpc.path, caller.name));
        if got != expected {
            let status = answer.err();
            surprises.push(format!(
                "{} of {}: expected {expected}, got {got}: {status:?}",
                rpc.path, caller.name
            ));
        }
    }
    surprises
}

fn word_for(answer: &Result<Vec<u8>, Status>) -> &'static str {
    match answer {
        Err(status) if never_arrived(status) => "closed",
        Err(status) => match status.code() {
            Code::PermissionDenied => "deny",
            Code::Unauthenticated => "sign-in",
            Code::Unimplemented => "absent",
            _ => "allow",
        },
        Ok(_) => "allow",
    }
}

/// All columns, in the table's order.
async fn callers(town: &Town, other_house: &std::path::Path) -> Vec<Caller> {
    let (wire, words) = (Wire::to(town), Words::of(town));
    let everywhere = |word: &dyn Fn(&str) -> String| -> HashMap<&'static str, String> {
        let services = gateway::route::SERVICES.iter();
        services.map(|it| (*it, word(it))).collect()
    };
    let at_the_port = |name, words| Caller {
        name,
        wire: wire.clone(),
        words,
    };
    let mut all = vec![at_the_port("stranger", HashMap::new())];
    for (name, email) in PEOPLE {
        let mut own = HashMap::new();
        let session = town.staff(email).await;
        for service in gateway::route::SERVICES {
            let word = words.person(session.token().unwrap(), service).await;
            own.insert(service, word);
        }
        all.push(at_the_port(name, own));
    }
    for service in standalone::compose::SERVICES {
        let word = everywhere(&|audience| words.service(service, audience));
        all.push(at_the_port(service, word));
    }
    for partner in standalone::folder::PARTNERS {
        all.push(Caller {
            name: partner,
            wire: partners_door(town, partner),
            words: HashMap::new(),
        });
    }
    all.push(Caller {
        name: "wrong-certificate",
        wire: with_a_certificate_of(town, other_house),
        words: HashMap::new(),
    });
    let past = SignedDuration::from_secs(-1);
    let expired = everywhere(&|audience| words.powerful("identity-svc", audience, past));
    all.push(at_the_port("expired", expired));
    let elsewhere = everywhere(&|_| words.powerful_now("identity-svc", "gateway"));
    all.push(at_the_port("elsewhere", elsewhere));
    let forged = everywhere(&|audience| words.powerful_now("testing-svc", audience));
    all.push(at_the_port("forged", forged));
    all
}

fn at_the_partners_door(town: &Town, certificates: &Certificates) -> Wire {
    let url = format!("https://localhost:{}", town.suite.partner.port());
    Wire::over(certificates.endpoint(&url, None).unwrap().connect_lazy())
}

/// The partners' port, with the certificate of this one.
pub fn partners_door(town: &Town, partner: &str) -> Wire {
    at_the_partners_door(town, &Certificates::of(&town.data_dir(), partner))
}

/// A certificate that says "kaztest" and that another house's authority has given.
fn with_a_certificate_of(town: &Town, other_house: &std::path::Path) -> Wire {
    let other = standalone::folder::Folder::open(other_house).unwrap();
    other.partner_tls().unwrap();
    let foreign = Certificates {
        authority: Certificates::of(&town.data_dir(), "kaztest").authority,
        ..Certificates::of(other_house, "kaztest")
    };
    at_the_partners_door(town, &foreign)
}

#[test]
fn the_table_speaks_only_of_what_its_head_explains() {
    let matrix = Matrix::read();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for rpc in matrix.rpcs() {
        for caller in &matrix.callers {
            *seen.entry(matrix.expects(rpc, caller)).or_default() += 1;
        }
    }
    let words: Vec<&str> = seen.keys().copied().collect();
    assert_eq!(words, ["absent", "allow", "closed", "deny", "sign-in"]);
}
