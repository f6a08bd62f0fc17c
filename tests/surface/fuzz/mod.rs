//! No message breaks a call: hostile and half-right messages over every RPC, as each caller.
//!
//! A case is a function of its seed and of the world's names; a failure prints the seed, and
//! `IRIKTEU_FUZZ_SEED=… IRIKTEU_FUZZ_CALLS=1` makes that one call again. `IRIKTEU_FUZZ_CALLS` asks
//! for more calls than the usual ones.

mod messages;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use prost::Message;
use prost_reflect::DynamicMessage;
use tests::Town;
use tests::season::dice::Dice;
use tests::walk::{Persona, Walk};
use tests::wire::{Call, Wire, Words, home_of};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use self::messages::Maker;
use crate::matrix::PEOPLE;
use crate::table::Matrix;

/// On each engine.
const CALLS: u64 = 5000;
const SEED: u64 = 20_260_601;
/// What a "no" may weigh: it is for people to read.
const MOST_DETAILS_BYTES: usize = 64 * 1024;
const LANGUAGES: [&str; 3] = ["kk", "ru", "en"];

/// Who calls, and by which word at each service.
struct Fuzzer {
    wire: Wire,
    partners: Vec<Wire>,
    callers: Vec<(&'static str, BTreeMap<&'static str, String>)>,
    matrix: Matrix,
    maker: Maker,
}

struct Case {
    rpc: &'static str,
    caller: &'static str,
    language: &'static str,
    message: DynamicMessage,
}

#[tokio::test(flavor = "multi_thread")]
async fn no_message_breaks_a_call() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let (first, calls) = (setting("SEED", SEED), setting("CALLS", CALLS));
    let fuzzer = Fuzzer::of(&town).await;
    let begun = Instant::now();
    let mut codes: BTreeMap<String, u64> = BTreeMap::new();
    let mut broken = Vec::new();
    for seed in first..first + calls {
        let (case, answer, took) = fuzzer.one(seed).await;
        let code = answer.as_ref().map_or_else(Status::code, |_| Code::Ok);
        *codes.entry(format!("{code:?}")).or_default() += 1;
        if let Err(why) = in_order(&case, &answer, took) {
            let (rpc, caller, message) = (case.rpc, case.caller, case.message);
            broken.push(format!(
                "seed {seed}: {rpc} of {caller}: {why}\n  {message}\n  {answer:?}"
            ));
        }
    }
    println!(
        "{calls} calls from seed {first} in {:?}: {codes:?}",
        begun.elapsed()
    );
    assert!(
        broken.is_empty(),
        "{} of {calls} calls broke, the first:\n{}",
        broken.len(),
        broken[..broken.len().min(12)].join("\n")
    );
    town.close().await;
}

#[expect(
    clippy::disallowed_methods,
    reason = "a longer run is asked for by the environment"
)]
fn setting(name: &str, usual: u64) -> u64 {
    let set = std::env::var(format!("IRIKTEU_FUZZ_{name}"));
    set.map_or(usual, |text| text.parse().unwrap())
}

impl Fuzzer {
    async fn of(town: &Town) -> Self {
        let mut walk = Walk::begins(town, Persona::numbered(5000)).await;
        walk.applies().await;
        walk.is_accepted().await;
        let sessions = walk.sessions().await;
        walk.books(sessions.last().unwrap()).await;
        let words = Words::of(town);
        let mut callers = vec![("stranger", BTreeMap::new())];
        let mut people = vec![("owner", walk.someone.token().unwrap().to_owned())];
        for (name, email) in PEOPLE {
            let someone = town.staff(email).await;
            people.push((name, someone.token().unwrap().to_owned()));
        }
        for (name, token) in people {
            let mut own = BTreeMap::new();
            for service in gateway::route::SERVICES {
                own.insert(service, words.person(&token, service).await);
            }
            callers.push((name, own));
        }
        for name in standalone::compose::SERVICES {
            let word = |service: &&'static str| (*service, words.service(name, service));
            callers.push((name, gateway::route::SERVICES.iter().map(word).collect()));
        }
        let mut partners = Vec::new();
        for partner in standalone::folder::PARTNERS {
            partners.push(crate::matrix::partners_door(town, partner));
        }
        Self {
            wire: Wire::to(town),
            partners,
            callers,
            matrix: Matrix::read(),
            maker: Maker::new(walk.things.into_values().collect()),
        }
    }

    /// Mostly somebody who may: who may not is not let in to where things break.
    fn caller(
        &self,
        rpc: &str,
        dice: &mut Dice,
    ) -> (&'static str, &BTreeMap<&'static str, String>) {
        let may = |name: &str| {
            let column = if name == "owner" { "applicant" } else { name };
            self.matrix.expects(rpc, column) == "allow"
        };
        let mut among: Vec<_> = self.callers.iter().filter(|(name, _)| may(name)).collect();
        if among.is_empty() || dice.below(8) == 0 {
            among = self.callers.iter().collect();
        }
        let (name, words) = among[dice.below(among.len())];
        (name, words)
    }

    /// The case of a seed, called.
    async fn one(&self, seed: u64) -> (Case, Result<Vec<u8>, Status>, Duration) {
        let mut dice = Dice::new(seed);
        let rpc = dice.pick(proto::RPCS);
        let message = self.maker.request(rpc.path, &mut dice);
        let (caller, words) = self.caller(rpc.path, &mut dice);
        let (mut wire, mut caller) = (&self.wire, caller);
        if rpc.service.starts_with("irikteu.partner.") {
            let at = dice.below(self.partners.len());
            (wire, caller) = (&self.partners[at], standalone::folder::PARTNERS[at]);
        }
        let case = Case {
            rpc: rpc.path,
            caller,
            language: dice.pick(&LANGUAGES),
            message,
        };
        let call = Call {
            rpc: case.rpc,
            token: words.get(home_of(case.rpc)).map(String::as_str),
            language: case.language,
            message: spoilt(case.message.encode_to_vec(), &mut dice),
        };
        let begun = Instant::now();
        let answer = wire.call(call).await;
        (case, answer, begun.elapsed())
    }
}

/// Some messages are cut off or changed on the way: what arrives may be none at all.
fn spoilt(mut message: Vec<u8>, dice: &mut Dice) -> Vec<u8> {
    match dice.below(20) {
        0 => message.truncate(dice.below(message.len() + 1)),
        1 if !message.is_empty() => {
            let at = dice.below(message.len());
            message[at] = dice.throw().to_le_bytes()[0];
        }
        _ => {}
    }
    message
}

fn in_order(case: &Case, answer: &Result<Vec<u8>, Status>, took: Duration) -> Result<(), String> {
    // A call has ten seconds; what is later than that has hung.
    if took > Duration::from_secs(11) {
        return Err(format!("took {took:?}"));
    }
    let Err(status) = answer else { return Ok(()) };
    if [
        Code::Internal,
        Code::Unknown,
        Code::DataLoss,
        Code::Unimplemented,
    ]
    .contains(&status.code())
    {
        return Err("broke".into());
    }
    if status.details().len() > MOST_DETAILS_BYTES {
        return Err(format!("a refusal of {} bytes", status.details().len()));
    }
    let details = status.get_error_details();
    let Some(info) = details.error_info() else {
        return Err("no reason".into());
    };
    if info.reason.is_empty() || info.domain.is_empty() {
        return Err("an empty reason".into());
    }
    match details.localized_message() {
        Some(told) if told.locale == case.language && !told.message.is_empty() => Ok(()),
        other => Err(format!("the sentence in {} is {other:?}", case.language)),
    }
}
