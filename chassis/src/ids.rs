//! Ids and randomness, injected.

use std::cell::RefCell;
#[cfg(feature = "testing")]
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use ring::rand::{SecureRandom, SystemRandom};
use uuid::Uuid;

use crate::clock::Clock;

/// Random bytes for ids are drawn so many ahead: every request has an id, and asking for each was a quarter
/// of all that a gateway asked of the system. Secrets are drawn as they are needed.
const AHEAD: usize = 1000;

thread_local! {
    static DRAWN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes ids and secrets. Tests count instead of drawing.
#[derive(Clone, Debug)]
pub struct Ids {
    clock: Clock,
    random: Random,
}

#[derive(Clone, Debug)]
enum Random {
    System,
    #[cfg(feature = "testing")]
    Counted(Arc<AtomicU64>),
}

impl Ids {
    pub fn random(clock: Clock) -> Self {
        Self {
            clock,
            random: Random::System,
        }
    }

    /// Ids and secrets that are different from each other and the same in every run.
    #[cfg(feature = "testing")]
    pub fn counted(clock: Clock) -> Self {
        Self {
            clock,
            random: Random::Counted(Arc::default()),
        }
    }

    /// A UUIDv7: its time is the clock's, so new rows land at the end of an index.
    pub fn uuid(&self) -> Uuid {
        let millis = u64::try_from(self.clock.now().as_millisecond()).unwrap_or(0);
        let random = match &self.random {
            Random::System => drawn_ahead(),
            #[cfg(feature = "testing")]
            Random::Counted(_) => self.bytes(),
        };
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// A 256-bit secret.
    pub fn secret(&self) -> [u8; 32] {
        self.bytes()
    }

    /// `length` characters, each drawn evenly from `alphabet` (at most 256 characters).
    ///
    /// # Panics
    /// If the alphabet is empty.
    pub fn code(&self, alphabet: &[u8], length: usize) -> String {
        let fair = 256 - 256 % alphabet.len();
        let mut code = String::with_capacity(length);
        while code.len() < length {
            for byte in self.bytes::<32>() {
                let byte = usize::from(byte);
                if byte < fair && code.len() < length {
                    code.push(char::from(alphabet[byte % alphabet.len()]));
                }
            }
        }
        code
    }

    fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match &self.random {
            Random::System => draw(&mut bytes),
            #[cfg(feature = "testing")]
            Random::Counted(count) => {
                let count = count.fetch_add(1, Ordering::Relaxed).to_be_bytes();
                let digest = ring::digest::digest(&ring::digest::SHA256, &count);
                for (byte, from) in bytes.iter_mut().zip(digest.as_ref().iter().cycle()) {
                    *byte = *from;
                }
            }
        }
        bytes
    }
}

#[expect(
    clippy::expect_used,
    reason = "a machine without randomness must not go on"
)]
fn draw(bytes: &mut [u8]) {
    let drawn = SystemRandom::new().fill(bytes);
    drawn.expect("the system gives random bytes");
}

/// Bytes that are given out once.
fn drawn_ahead<const N: usize>() -> [u8; N] {
    DRAWN.with_borrow_mut(|drawn| {
        if drawn.len() < N {
            drawn.resize(AHEAD.max(N), 0);
            draw(drawn);
        }
        let mut bytes = [0; N];
        bytes.copy_from_slice(&drawn[drawn.len() - N..]);
        drawn.truncate(drawn.len() - N);
        bytes
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_the_clock() {
        let clock = Clock::held_at("2025-06-01T00:00:00Z".parse().expect("an instant"));
        let ids = Ids::random(clock.clone());
        let first = ids.uuid();
        clock.advance(jiff::SignedDuration::from_secs(1));
        assert!(first < ids.uuid());
        assert_eq!(first.get_version_num(), 7);
    }

    #[test]
    fn no_two_ids_are_alike_however_many_are_drawn_ahead() {
        let ids = Ids::random(Clock::held_at(
            "2025-06-01T00:00:00Z".parse().expect("an instant"),
        ));
        let one_thread = || (0..3 * AHEAD).map(|_| ids.uuid()).collect::<Vec<_>>();
        let drawn = std::thread::scope(|scope| {
            let others = [scope.spawn(one_thread), scope.spawn(one_thread)];
            let theirs = others.map(|it| it.join().expect("ids")).concat();
            [theirs, one_thread()].concat()
        });
        let different: std::collections::HashSet<_> = drawn.iter().collect();
        assert_eq!((drawn.len(), different.len()), (9 * AHEAD, 9 * AHEAD));
    }

    #[test]
    fn a_code_has_its_length_and_only_its_alphabet() {
        let code = Ids::random(Clock::machine()).code(b"ABC", 100);
        assert_eq!(code.len(), 100);
        assert!(code.bytes().all(|b| b"ABC".contains(&b)));
    }
}
