//! What a partner's program did, call by call, and what it owes.

use std::collections::{BTreeMap, BTreeSet};

use proto::partner::v1::redemption::State;
use serde_json::Value;
use tonic::{Code, Status};
use uuid::Uuid;

use super::super::report::{Report, heard};
use super::changing::Changing;
use super::rules::{Rule, Tally};
use super::strike::Strike;

/// What there is to do.
#[derive(Debug, Clone, Default)]
pub struct Wants {
    pub session: Option<String>,
    pub codes: usize,
}

/// A call by its id.
#[derive(Debug)]
struct Call {
    content: Vec<u8>,
    /// Nobody told its program how it went.
    owed: Option<Strike>,
}

/// A roster while it is read.
#[derive(Debug, Default)]
struct Roster {
    numbers: BTreeSet<String>,
    /// The last line before it broke off.
    cut: Option<String>,
    is_whole: bool,
    scored: BTreeSet<String>,
}

#[derive(Debug, Default)]
pub struct Watch {
    tally: Tally,
    calls: BTreeMap<(&'static str, String), Call>,
    rosters: BTreeMap<String, Roster>,
    files_owed: BTreeSet<String>,
    redemptions: BTreeMap<String, State>,
}

/// Refusals of what came before its time.
const TOO_EARLY: [&str; 5] = [
    "NOT_STARTED",
    "NOT_REDEEMED",
    "ATTEMPT_RUNNING",
    "NOT_SAT",
    "CHECK_IN_NEEDED",
];

impl Watch {
    /// A call that changes something has come. Whether it is new.
    pub fn arrives<Q: Changing>(&mut self, request: &Q) -> bool {
        let id = request.clone().request_id().clone();
        self.tally.came_up(Rule::Id);
        if !request.typed().is_empty() {
            self.tally.came_up(Rule::NoPerson);
            if has_number(request.typed()) {
                let how = format!("{}: twelve digits in a row", Q::RPC);
                self.tally.broken(Rule::NoPerson, how);
            }
        }
        if Uuid::parse_str(&id).is_err() {
            let how = format!("{} without one", Q::RPC);
            self.tally.broken(Rule::Id, how);
            return false;
        }
        self.tally.came_up(Rule::OneContent);
        let (content, key) = (request.content(), (Q::RPC, id));
        if let Some(known) = self.calls.get(&key) {
            if known.content != content {
                let how = format!("{}: another one under {}", Q::RPC, key.1);
                self.tally.broken(Rule::OneContent, how);
            }
            return false;
        }
        self.is_no_answer_owed(Q::RPC, &content);
        let owed = None;
        self.calls.insert(key, Call { content, owed });
        true
    }

    /// A call whose answer was lost comes again under its own id and no other.
    fn is_no_answer_owed(&mut self, rpc: &'static str, content: &[u8]) {
        let mut calls = self.calls.iter_mut();
        let same = calls
            .find(|((of, _), call)| *of == rpc && call.content == content && call.owed.is_some());
        if let Some(((_, id), call)) = same
            && let Some(strike) = call.owed.take()
        {
            let how = format!("{rpc}: {id} came again under another id");
            self.tally.broken(rule_of(strike), how);
        }
    }

    /// The answer was kept from the program.
    pub fn struck<Q: Changing>(&mut self, request: &Q, strike: Strike) {
        self.tally.came_up(rule_of(strike));
        let key = (Q::RPC, request.clone().request_id().clone());
        if let Some(call) = self.calls.get_mut(&key) {
            call.owed = Some(strike);
        }
    }

    /// The program was told how it went.
    pub fn answered<Q: Changing>(&mut self, request: &Q, refusal: Option<&Status>) {
        let (content, key) = (request.content(), request.clone().request_id().clone());
        if let Some(call) = self.calls.get_mut(&(Q::RPC, key))
            && call.content == content
        {
            call.owed = None;
        }
        match refusal {
            None => self.tally.came_up(Rule::Refused),
            Some(status) => self.refused(Q::RPC, status),
        }
    }

    pub fn refused(&mut self, rpc: &'static str, status: &Status) {
        let why = heard(status);
        let words: Vec<&str> = why.split([' ', ',']).collect();
        let says = |word: &str| words.contains(&word);
        if matches!(status.code(), Code::Unavailable | Code::Aborted)
            || says("REQUEST_ID_REUSED")
            || why == "request_id REQUIRED"
        {
            // That is the suite's, or told under its own rule.
            return;
        }
        let rule = match TOO_EARLY.iter().any(|it| says(it)) {
            true => Rule::Order,
            false => Rule::Refused,
        };
        self.tally.broken(rule, format!("{rpc}: {why}"));
    }

    pub fn in_order(&mut self) {
        self.tally.came_up(Rule::Order);
    }

    /// A roster is asked for, from the beginning or after a line.
    pub fn roster_asked(&mut self, session: &str, after: &str) {
        let roster = self.rosters.entry(session.to_owned()).or_default();
        let Some(cut) = roster.cut.take() else { return };
        // From the beginning nothing is lost either.
        if after != cut && !after.is_empty() {
            let how = format!("it went on after {after}, and {cut} was the last");
            self.tally.broken(Rule::Resume, how);
        }
    }

    pub fn roster_line(&mut self, session: &str, number: &str) {
        let roster = self.rosters.entry(session.to_owned()).or_default();
        roster.numbers.insert(number.to_owned());
    }

    pub fn roster_cut(&mut self, session: &str, after: &str) {
        self.tally.came_up(Rule::Resume);
        let roster = self.rosters.entry(session.to_owned()).or_default();
        roster.cut = Some(after.to_owned());
    }

    pub fn roster_ended(&mut self, session: &str) {
        let roster = self.rosters.entry(session.to_owned()).or_default();
        roster.is_whole = true;
    }

    pub fn file_cut(&mut self, session: &str) {
        self.tally.came_up(Rule::FileAnew);
        self.files_owed.insert(session.to_owned());
    }

    /// A file of a roster was told whole.
    pub fn file_ended(&mut self, session: &str, file: &[u8]) {
        self.files_owed.remove(session);
        for line in String::from_utf8_lossy(file).lines() {
            let line: Value = serde_json::from_str(line).unwrap_or_default();
            if let Some(number) = line["candidate_number"].as_str() {
                self.roster_line(session, number);
            }
        }
        self.roster_ended(session);
    }

    pub fn scored(&mut self, session: &str, number: &str) {
        let roster = self.rosters.entry(session.to_owned()).or_default();
        roster.scored.insert(number.to_owned());
    }

    /// The scores of a file, but for the lines that were not applied.
    pub fn scored_in_file(&mut self, session: &str, file: &[u8], conflicts: &[i32]) {
        for (at, line) in String::from_utf8_lossy(file).lines().enumerate() {
            let line: Value = serde_json::from_str(line).unwrap_or_default();
            let is_applied = i32::try_from(at + 1).is_ok_and(|at| !conflicts.contains(&at));
            if let (Some(number), true) = (line["candidate_number"].as_str(), is_applied) {
                self.scored(session, number);
            }
        }
    }

    pub fn redemption(&mut self, name: &str, state: State) {
        self.redemptions.insert(name.to_owned(), state);
    }

    pub fn has_done(&self, wants: &Wants) -> bool {
        let is_owed = self.calls.values().any(|call| call.owed.is_some());
        let is_told = |session: &String| {
            let roster = self.rosters.get(session);
            roster.is_some_and(|it| it.is_whole && it.numbers.is_subset(&it.scored))
        };
        let results = self.redemptions.values();
        let results = results.filter(|state| **state == State::ResultReported);
        !is_owed
            && self.files_owed.is_empty()
            && wants.session.as_ref().is_none_or(is_told)
            && results.count() >= wants.codes
    }

    /// What is owed at the end is against the rules too.
    pub fn report(&self) -> Report {
        let mut tally = self.tally.clone();
        for ((rpc, id), call) in &self.calls {
            if let Some(strike) = call.owed {
                tally.broken(rule_of(strike), format!("{rpc}: {id} did not come again"));
            }
        }
        for (session, roster) in &self.rosters {
            if let Some(cut) = &roster.cut {
                tally.broken(Rule::Resume, format!("{session}: nothing after {cut}"));
            }
            if !roster.scored.is_empty() {
                tally.came_up(Rule::Everybody);
                let left = roster.numbers.difference(&roster.scored).count();
                if left > 0 {
                    tally.broken(Rule::Everybody, format!("{session}: {left} have neither"));
                }
            }
        }
        for session in &self.files_owed {
            tally.broken(Rule::FileAnew, session.clone());
        }
        for (name, state) in &self.redemptions {
            tally.came_up(Rule::Ended);
            if matches!(state, State::Reserved | State::Redeemed) {
                tally.broken(Rule::Ended, format!("{name}: {}", state.as_str_name()));
            }
        }
        tally.report()
    }
}

fn rule_of(strike: Strike) -> Rule {
    match strike {
        Strike::Lost => Rule::Lost,
        Strike::Twice => Rule::UnderWay,
    }
}

/// Whether something like an IIN is in a text.
fn has_number(text: &str) -> bool {
    let mut runs = text.split(|it: char| !it.is_ascii_digit());
    runs.any(|run| run.len() == 12)
}
