//! Buckets in the memory of this process.

use std::sync::Mutex;

use chassis::bounded::Bounded;

use super::Whose;
use super::bucket::{Answer, Bucket, Rate};

#[derive(Debug)]
pub struct Local(Mutex<Bounded<Whose, Bucket>>);

impl Local {
    /// So many buckets at most; the one not asked for longest goes first.
    pub fn new(most: usize) -> Self {
        Self(Mutex::new(Bounded::new(most)))
    }

    /// Takes from the buckets in turn; the last answer may be a refusal.
    pub fn take(&self, wanted: &[(Whose, Rate)], now_us: i64) -> Vec<Answer> {
        let mut buckets = self.0.lock().unwrap_or_else(|it| it.into_inner());
        let mut answers = Vec::with_capacity(wanted.len());
        for (whose, rate) in wanted {
            let answer = match buckets.get(whose) {
                Some(bucket) => bucket.take(*rate, now_us),
                None => {
                    let mut bucket = Bucket::default();
                    let answer = bucket.take(*rate, now_us);
                    buckets.insert(*whose, bucket);
                    answer
                }
            };
            answers.push(answer);
            if !answer.is_let_through {
                break;
            }
        }
        answers
    }

    /// Keeps what the shared buckets say, for the time when they can't be asked.
    pub fn learn(&self, wanted: &[(Whose, Rate)], answers: &[Answer], now_us: i64) {
        let mut buckets = self.0.lock().unwrap_or_else(|it| it.into_inner());
        for ((whose, _), answer) in wanted.iter().zip(answers) {
            buckets.insert(*whose, Bucket::full_in(answer.full_in, now_us));
        }
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.0.lock().expect("the buckets").len()
    }
}
