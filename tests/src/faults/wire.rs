//! PostgreSQL's talk, as far as a proxy has to know it to plant a bug: who is told that a transaction
//! is committed before it is.
//!
//! With the usual manners every byte passes as it came. Otherwise messages are told apart: one letter
//! and a length that counts itself; only the first message of a connection has no letter.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// How a proxy behaves to those who speak PostgreSQL through it.
#[derive(Debug, Clone, Default)]
pub struct Manners {
    speaks_too_soon: bool,
    /// Answers of the server that the caller has had from us.
    anticipated: Arc<AtomicUsize>,
    planted: Arc<AtomicBool>,
}

impl Manners {
    /// Can be made to answer a COMMIT before the server has heard of it.
    pub fn that_may_speak_too_soon() -> Self {
        Self {
            speaks_too_soon: true,
            ..Self::default()
        }
    }

    /// From now on, or no longer.
    pub fn plant(&self, on: bool) {
        self.planted.store(on, Ordering::SeqCst);
    }

    /// For how long the server does not hear of what was acknowledged.
    pub fn dawdles(&self) -> Duration {
        Duration::from_millis(150)
    }

    /// The same for one connection.
    fn of_a_connection(&self) -> Self {
        Self {
            anticipated: Arc::default(),
            ..self.clone()
        }
    }
}

/// What came of a piece: what the caller is told at once, and what goes on after it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Piece {
    pub answer: Vec<u8>,
    pub forward: Vec<u8>,
}

/// `COMMIT` in a message of its own.
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";
/// That it is done, and that no transaction is open.
const COMMITTED: &[u8] = b"C\0\0\0\x0bCOMMIT\0Z\0\0\0\x05I";

/// One connection, from its caller.
pub struct Frontend {
    manners: Manners,
    begun: bool,
    held: Vec<u8>,
}

impl Frontend {
    pub fn new(manners: Manners) -> Self {
        Self {
            manners,
            begun: false,
            held: Vec::new(),
        }
    }

    pub fn take(&mut self, bytes: &[u8]) -> Vec<Piece> {
        if !self.manners.speaks_too_soon {
            return vec![Piece {
                forward: bytes.to_vec(),
                ..Piece::default()
            }];
        }
        self.held.extend_from_slice(bytes);
        let mut pieces = vec![Piece::default()];
        while let Some(message) = next(&mut self.held, self.begun) {
            self.begun |= !is_question_of_encryption(&message);
            let soon = self.manners.planted.load(Ordering::SeqCst) && message == COMMIT;
            if soon {
                self.manners.anticipated.fetch_add(1, Ordering::SeqCst);
                pieces.push(Piece {
                    answer: COMMITTED.to_vec(),
                    forward: Vec::new(),
                });
            }
            if let Some(last) = pieces.last_mut() {
                last.forward.extend(message);
            }
        }
        pieces
    }
}

/// The same connection, from the server.
pub struct Backend {
    manners: Manners,
    held: Vec<u8>,
    /// Whether the end of an anticipated answer is still to come.
    swallows: bool,
    begun: bool,
}

impl Backend {
    pub fn new(manners: Manners) -> Self {
        Self {
            manners,
            held: Vec::new(),
            swallows: false,
            begun: false,
        }
    }

    pub fn take(&mut self, bytes: &[u8]) -> Vec<u8> {
        if !self.manners.speaks_too_soon {
            return bytes.to_vec();
        }
        self.held.extend_from_slice(bytes);
        let mut told = Vec::new();
        // The answer to the question of encryption is one letter alone.
        if !self.begun && !self.held.is_empty() {
            self.begun = true;
            if matches!(self.held[0], b'N' | b'S') {
                told.push(self.held.remove(0));
            }
        }
        while let Some(message) = next(&mut self.held, true) {
            let is_commit = message == COMMIT_DONE;
            if is_commit && self.manners.anticipated.load(Ordering::SeqCst) > 0 {
                self.manners.anticipated.fetch_sub(1, Ordering::SeqCst);
                self.swallows = true;
            } else if self.swallows && message[0] == b'Z' {
                self.swallows = false;
            } else {
                told.extend(message);
            }
        }
        told
    }
}

const COMMIT_DONE: &[u8] = b"C\0\0\0\x0bCOMMIT\0";

/// The pair that one connection needs: both ends know of the same anticipated answers.
pub fn ends(manners: &Manners) -> (Frontend, Backend) {
    let manners = manners.of_a_connection();
    (Frontend::new(manners.clone()), Backend::new(manners))
}

/// Takes the first whole message off.
fn next(held: &mut Vec<u8>, has_letter: bool) -> Option<Vec<u8>> {
    let at = usize::from(has_letter);
    let length: [u8; 4] = held.get(at..at + 4)?.try_into().ok()?;
    let end = at + usize::try_from(u32::from_be_bytes(length)).ok()?.max(4);
    (held.len() >= end).then(|| held.drain(..end).collect())
}

/// `SSLRequest` and `GSSENCRequest` come before the first message.
fn is_question_of_encryption(message: &[u8]) -> bool {
    message.len() == 8 && message[4..6] == [0x04, 0xd2]
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &[u8] = b"\0\0\0\x08\0\x03\0\0";
    const BEGIN: &[u8] = b"Q\0\0\0\x0aBEGIN\0";

    fn planted() -> Manners {
        let manners = Manners::that_may_speak_too_soon();
        manners.plant(true);
        manners
    }

    #[test]
    fn with_the_usual_manners_every_byte_passes_as_it_came() {
        let (mut frontend, mut backend) = ends(&Manners::default());
        let pieces = frontend.take(b"anything");
        assert_eq!(pieces.len(), 1);
        assert_eq!(pieces[0].forward, b"anything");
        assert_eq!(backend.take(b"what"), b"what");
    }

    #[test]
    fn a_planted_proxy_says_that_it_is_done_and_tells_the_server_later() {
        let (mut frontend, mut backend) = ends(&planted());
        let asked = [b"\0\0\0\x08\x04\xd2\x16\x2f".as_slice(), START, BEGIN].concat();
        assert!(frontend.take(&asked).iter().all(|it| it.answer.is_empty()));
        assert_eq!(backend.take(b"N"), b"N");
        assert_eq!(backend.take(b"Z\0\0\0\x05T"), b"Z\0\0\0\x05T");

        let (half, rest) = COMMIT.split_at(3);
        assert!(frontend.take(half).iter().all(|it| it.answer.is_empty()));
        let pieces = frontend.take(rest);
        assert_eq!(pieces[1].answer, COMMITTED);
        assert_eq!(pieces[1].forward, COMMIT);
        // The server's own word comes too late to be news.
        assert_eq!(backend.take(COMMITTED), b"");
        assert_eq!(backend.take(b"Z\0\0\0\x05I"), b"Z\0\0\0\x05I");
    }

    #[test]
    fn before_it_is_planted_the_server_speaks_for_itself() {
        let (mut frontend, mut backend) = ends(&Manners::that_may_speak_too_soon());
        let pieces = frontend.take(&[START, COMMIT].concat());
        assert!(pieces.iter().all(|it| it.answer.is_empty()));
        assert_eq!(backend.take(b"R\0\0\0\x08\0\0\0\0"), b"R\0\0\0\x08\0\0\0\0");
        assert_eq!(backend.take(COMMITTED), COMMITTED);
    }
}
