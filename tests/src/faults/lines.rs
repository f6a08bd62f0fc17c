//! The lines of a fleet: a proxy on every way from one program to another.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use super::proxy::{Proxy, Weather};
use super::wire::Manners;
use crate::processes::Link;

/// Every line, by who calls and who is called.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<BTreeMap<(String, String), Proxy>>>);

impl Lines {
    /// A proxy for a line; where none can be made it goes straight.
    pub fn lay(&self, link: &Link) -> SocketAddr {
        let manners = match link.to.as_str() {
            "postgres" => Manners::that_may_speak_too_soon(),
            _ => Manners::default(),
        };
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (link.from.clone(), link.to.clone());
        if let Some(line) = lines.get(&key) {
            return line.address();
        }
        match Proxy::with_manners(link.address, manners) {
            Ok(line) => {
                let address = line.address();
                lines.insert(key, line);
                address
            }
            Err(_) => link.address,
        }
    }

    /// Something is done to every line that leads there: to `postgres`, or to all of a service.
    pub fn to(&self, whom: &str, act: impl Fn(&Proxy)) {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for ((_, to), line) in lines.iter() {
            if to == whom || to.starts_with(&format!("{whom}-")) {
                act(line);
            }
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    pub fn clear_up(&self) {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.values().for_each(|line| line.set(Weather::Fair));
    }
}
