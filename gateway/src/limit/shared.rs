//! Buckets in Redis, one for all gateways. The arithmetic is that of [`super::bucket`], in one step.

use std::net::IpAddr;

use chassis::link::{Hashes, Link, Script};

use super::Whose;
use super::bucket::{Answer, Rate};
use crate::together::Together;

/// For each key: when it is full, by the clock of Redis, so that gateways with wrong clocks agree. A
/// bucket that is full is no key at all, so none outlives its window.
const TAKE: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local answers = {}
for i, key in ipairs(KEYS) do
  local interval, window = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local before = tonumber(redis.call('GET', key) or now) or now
  before = math.min(math.max(before, now), now + window)
  local after = before + interval
  local through = after - now <= window
  if through then
    redis.call('SET', key, string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
  else
    after = before
  end
  answers[#answers + 1] = through and 1 or 0
  answers[#answers + 1] = after - now
  if not through then break end
end
return answers";

pub struct Shared {
    link: Link,
    hashes: Hashes,
    take: Script,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("link", &self.link).finish()
    }
}

impl Shared {
    pub fn new(together: &Together) -> Self {
        Self {
            link: together.link().clone(),
            hashes: together.hashes().clone(),
            take: Script::new(TAKE),
        }
    }

    /// Takes from the buckets in turn; the last answer may be a refusal. `None` where Redis can't be
    /// asked.
    pub async fn take(&self, wanted: &[(Whose, Rate)]) -> Option<Vec<Answer>> {
        let keys: Vec<String> = wanted.iter().map(|(whose, _)| self.key(*whose)).collect();
        let numbers: Vec<i64> = wanted
            .iter()
            .flat_map(|(_, rate)| [rate.interval_us(), rate.window_us()])
            .collect();
        let said = self.link.run(&self.take, &keys, &numbers).await?;
        let answers: Vec<Answer> = said
            .chunks_exact(2)
            .zip(wanted)
            .map(|(said, (_, rate))| Answer::of(*rate, said[0] == 1, said[1]))
            .collect();
        let is_whole =
            answers.len() == wanted.len() || answers.last().is_some_and(|it| !it.is_let_through);
        is_whole.then_some(answers)
    }

    /// In braces what decides the slot of a cluster: both buckets of an address are in one.
    fn key(&self, whose: Whose) -> String {
        let of = match whose {
            Whose::Address(address) | Whose::Credentials(address) => match address {
                IpAddr::V4(address) => self.hashes.name(&address.octets()),
                IpAddr::V6(address) => self.hashes.name(&address.octets()),
            },
            Whose::Account(account) => self.hashes.name(account.as_bytes()),
        };
        format!("irikteu:limit:{{{of}}}:{}", whose.name())
    }
}
