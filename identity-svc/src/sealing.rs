//! Personal data at rest: each record is sealed under a data key of its own, and the data key under
//! a master key that is not in the database.
//!
//! What is sealed is bound to its table, column and row: put elsewhere, it opens no more. A row
//! names the master key of its data key, so a master key can be replaced while the service runs:
//! the new one seals, the old ones open until the job has wrapped every data key anew.

use std::fmt;

use anyhow::{anyhow, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chassis::ids::Ids;
use chassis::{Error, Result};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::digest;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

const KEY_LEN: usize = 32;

/// The keys of the master key file: the first seals, all of them open.
#[derive(Clone)]
pub struct MasterKeys(Vec<[u8; KEY_LEN]>);

impl MasterKeys {
    /// One key of 64 hexadecimal digits a line; empty lines and those with `#` say nothing.
    ///
    /// # Errors
    /// If there is no key, or a line is something else. What the line holds is not told.
    pub fn parse(file: &[u8]) -> anyhow::Result<Self> {
        let text = std::str::from_utf8(file).map_err(|_| anyhow!("the file is not text"))?;
        let mut keys = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut key = [0; KEY_LEN];
            hex::decode_to_slice(line, &mut key)
                .map_err(|_| anyhow!("line {} is not 64 hexadecimal digits", at + 1))?;
            ensure!(
                key != [0; KEY_LEN],
                "line {} is nothing but zeros: no secret",
                at + 1
            );
            ensure!(
                !keys.contains(&key),
                "line {} is there twice: a key is replaced by another one",
                at + 1
            );
            keys.push(key);
        }
        ensure!(!keys.is_empty(), "there is no key");
        Ok(Self(keys))
    }

    /// The content of a new file, with one new key.
    pub fn new_file(ids: &Ids) -> Vec<u8> {
        let key = hex::encode(ids.secret());
        format!("# The first key seals, all of them open.\n{key}\n").into_bytes()
    }
}

impl fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Where something sealed is at home: it opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct Home {
    pub table: &'static str,
    pub column: &'static str,
    pub id: Uuid,
}

impl Home {
    /// None of the parts can hold the sign between them.
    fn bound(&self, what: &str) -> Vec<u8> {
        let Self { table, column, id } = self;
        format!("{what}|{table}|{column}|{id}").into_bytes()
    }
}

/// A sealed record, as three columns keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    pub content: String,
    /// The key of the content, wrapped by a master key.
    pub data_key: String,
    /// Which master key wraps it.
    pub master_key: String,
}

pub struct Sealer {
    /// The first seals.
    masters: Vec<Master>,
    ids: Ids,
}

struct Master {
    id: String,
    key: LessSafeKey,
}

impl Sealer {
    pub fn new(keys: &MasterKeys, ids: &Ids) -> anyhow::Result<Self> {
        let masters = keys.0.iter().map(|key| {
            Ok(Master {
                id: key_id(key),
                key: aead(key)?,
            })
        });
        Ok(Self {
            masters: masters.collect::<anyhow::Result<_>>()?,
            ids: ids.clone(),
        })
    }

    /// The master key under which everything new is sealed.
    pub fn sealing_key(&self) -> &str {
        self.masters.first().map_or("", |master| master.id.as_str())
    }

    /// Whether the master key is one of ours.
    pub fn knows(&self, master_key: &str) -> bool {
        self.masters.iter().any(|master| master.id == master_key)
    }

    pub fn seal<T: Serialize>(&self, home: Home, record: &T) -> Result<Sealed> {
        let plain = serde_json::to_vec(record).map_err(anyhow::Error::from)?;
        let data_key = self.ids.secret();
        let content = self.put(&aead(&data_key)?, &home.bound("content"), plain)?;
        self.wrap(home, content, &data_key)
    }

    pub fn open<T: DeserializeOwned>(&self, home: Home, sealed: &Sealed) -> Result<T> {
        let data_key = self.unwrap(home, sealed)?;
        let plain = take(&aead(&data_key)?, &home.bound("content"), &sealed.content)?;
        serde_json::from_slice(&plain).map_err(|_| shut("a sealed record has another shape"))
    }

    /// The same record, its data key under the master key of today.
    pub fn rewrap(&self, home: Home, sealed: &Sealed) -> Result<Sealed> {
        let data_key = self.unwrap(home, sealed)?;
        self.wrap(home, sealed.content.clone(), &data_key)
    }

    fn wrap(&self, home: Home, content: String, data_key: &[u8]) -> Result<Sealed> {
        let master = self.masters.first();
        let master = master.ok_or_else(|| shut("there is no master key"))?;
        Ok(Sealed {
            content,
            data_key: self.put(&master.key, &home.bound("key"), data_key.to_vec())?,
            master_key: master.id.clone(),
        })
    }

    fn unwrap(&self, home: Home, sealed: &Sealed) -> Result<Vec<u8>> {
        let mut masters = self.masters.iter();
        let master = masters.find(|master| master.id == sealed.master_key);
        let master = master.ok_or_else(|| shut("the master key of a record is not known"))?;
        take(&master.key, &home.bound("key"), &sealed.data_key)
    }

    /// The nonce before what it sealed.
    fn put(&self, key: &LessSafeKey, bound: &[u8], mut plain: Vec<u8>) -> Result<String> {
        let mut nonce = [0; NONCE_LEN];
        for (byte, random) in nonce.iter_mut().zip(self.ids.secret()) {
            *byte = random;
        }
        let sealing = Nonce::assume_unique_for_key(nonce);
        key.seal_in_place_append_tag(sealing, Aad::from(bound), &mut plain)
            .map_err(|_| shut("a record could not be sealed"))?;
        Ok(BASE64.encode([nonce.as_slice(), plain.as_slice()].concat()))
    }
}

fn take(key: &LessSafeKey, bound: &[u8], sealed: &str) -> Result<Vec<u8>> {
    let wrong = || shut("a sealed record does not open");
    let bytes = BASE64.decode(sealed).map_err(|_| wrong())?;
    let (nonce, rest) = bytes.split_at_checked(NONCE_LEN).ok_or_else(wrong)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| wrong())?;
    let mut rest = rest.to_vec();
    let plain = key
        .open_in_place(nonce, Aad::from(bound), &mut rest)
        .map_err(|_| wrong())?;
    Ok(plain.to_vec())
}

fn aead(key: &[u8]) -> anyhow::Result<LessSafeKey> {
    let key = UnboundKey::new(&CHACHA20_POLY1305, key);
    Ok(LessSafeKey::new(
        key.map_err(|_| anyhow!("a key has another length"))?,
    ))
}

/// A key's name follows from the key, so no row can be opened with another key of the same name.
fn key_id(key: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, &[b"master key:", key].concat());
    hex::encode(digest).chars().take(16).collect()
}

fn shut(what: &'static str) -> Error {
    Error::Internal(anyhow!(what))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chassis::clock::Clock;

    const OLD: &str = "1111111111111111111111111111111111111111111111111111111111111111";
    const NEW: &str = "2222222222222222222222222222222222222222222222222222222222222222";

    fn sealer(file: &str) -> Sealer {
        let keys = MasterKeys::parse(file.as_bytes()).expect("keys");
        Sealer::new(&keys, &Ids::random(Clock::machine())).expect("a sealer")
    }

    fn home() -> Home {
        Home {
            table: "account",
            column: "personal",
            id: Uuid::from_u128(1),
        }
    }

    #[test]
    fn what_is_sealed_opens_at_home_and_nowhere_else() {
        let sealer = sealer(OLD);
        let sealed = sealer.seal(home(), &"010101100008").expect("sealed");
        let open = |home, sealed: &Sealed| sealer.open::<String>(home, sealed).ok();
        assert_eq!(open(home(), &sealed).as_deref(), Some("010101100008"));
        for elsewhere in [
            Home {
                table: "mail",
                ..home()
            },
            Home {
                column: "iin",
                ..home()
            },
            Home {
                id: Uuid::from_u128(2),
                ..home()
            },
        ] {
            assert_eq!(open(elsewhere, &sealed), None, "{elsewhere:?}");
        }
    }

    #[test]
    fn a_changed_byte_and_a_foreign_data_key_open_nothing() {
        let sealer = sealer(OLD);
        let [one, other] = ["one", "other"].map(|it| sealer.seal(home(), &it).expect("sealed"));
        assert_ne!(one.data_key, other.data_key);
        let mixed = Sealed {
            data_key: other.data_key,
            ..one.clone()
        };
        assert!(sealer.open::<String>(home(), &mixed).is_err());
        let mut bytes = BASE64.decode(&one.content).expect("base64");
        for at in 0..bytes.len() {
            bytes[at] ^= 1;
            let content = BASE64.encode(&bytes);
            let changed = Sealed {
                content,
                ..one.clone()
            };
            assert!(sealer.open::<String>(home(), &changed).is_err(), "{at}");
            bytes[at] ^= 1;
        }
        for content in ["", "AAAA", "not base64!"] {
            let content = content.to_owned();
            let short = Sealed {
                content,
                ..one.clone()
            };
            assert!(sealer.open::<String>(home(), &short).is_err());
        }
    }

    #[test]
    fn a_master_key_is_replaced_without_touching_what_it_sealed() {
        let sealed = sealer(OLD).seal(home(), &"words").expect("sealed");
        let both = sealer(&format!("# new first\n{NEW}\n\n{OLD}\n"));
        let moved = both.rewrap(home(), &sealed).expect("wrapped anew");
        assert_eq!(moved.content, sealed.content);
        assert_eq!(moved.master_key, sealer(NEW).sealing_key());
        let new = sealer(NEW);
        assert_eq!(new.open::<String>(home(), &moved).expect("opened"), "words");
        assert!(new.open::<String>(home(), &sealed).is_err());
        assert!(both.knows(&sealed.master_key) && !new.knows(&sealed.master_key));
    }

    #[test]
    fn a_file_of_keys_that_is_wrong_is_refused_without_telling_it() {
        let zeros = "0".repeat(64);
        let twice = format!("{OLD}\n{OLD}");
        for file in [
            "",
            "# nothing",
            "1234",
            &zeros,
            &twice,
            &OLD[..63],
            "words of nobody",
        ] {
            let error = MasterKeys::parse(file.as_bytes()).expect_err("refused");
            assert!(!error.to_string().contains("nobody"), "{error}");
        }
        assert!(MasterKeys::parse(&[0xff, 0xfe]).is_err());
        let new = MasterKeys::new_file(&Ids::random(Clock::machine()));
        let keys = MasterKeys::parse(&new).expect("what we write, we read");
        assert_eq!(format!("{keys:?}"), "***");
    }
}
