//! A map that never grows beyond its bound: what was not asked for longest goes first.

use std::collections::HashMap;
use std::hash::Hash;

/// Two halves. Whatever is asked for is in the young one; when that is full, it becomes the old one
/// and the old one goes, which costs nothing per entry.
#[derive(Debug)]
pub struct Bounded<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
    half: usize,
}

impl<K: Hash + Eq, V> Bounded<K, V> {
    /// Keeps `most` entries at most.
    pub fn new(most: usize) -> Self {
        Self {
            young: HashMap::new(),
            old: HashMap::new(),
            half: (most / 2).max(1),
        }
    }

    pub fn get(&mut self, key: &K) -> Option<&mut V> {
        if let Some((key, value)) = self.old.remove_entry(key) {
            self.insert(key, value);
        }
        self.young.get_mut(key)
    }

    pub fn insert(&mut self, key: K, value: V) {
        if self.young.len() >= self.half && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.old.remove(&key);
        self.young.insert(key, value);
    }

    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.old.remove(key).or_else(|| self.young.remove(key))
    }

    pub fn retain(&mut self, mut keep: impl FnMut(&V) -> bool) {
        self.young.retain(|_, value| keep(value));
        self.old.retain(|_, value| keep(value));
    }

    pub fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }

    pub fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_holds_more_than_its_bound() {
        let mut map = Bounded::new(10);
        for key in 0..1000 {
            map.insert(key, key);
            assert!(map.len() <= 10, "{}", map.len());
        }
        assert_eq!(map.get(&999), Some(&mut 999));
        assert_eq!(map.get(&0), None);
    }

    #[test]
    fn what_is_asked_for_stays() {
        let mut map = Bounded::new(10);
        map.insert(-1, ());
        for key in 0..1000 {
            map.insert(key, ());
            assert!(map.get(&-1).is_some(), "{key}");
        }
    }

    #[test]
    fn what_was_removed_is_gone_from_both_halves() {
        let mut map = Bounded::new(4);
        for key in 0..4 {
            map.insert(key, key);
        }
        for key in 0..4 {
            map.remove(&key);
            assert_eq!(map.get(&key), None);
        }
        map.insert(1, 1);
        map.insert(2, 2);
        map.retain(|value| *value != 2);
        assert_eq!(map.get(&1), Some(&mut 1));
        assert_eq!(map.get(&2), None);
        map.clear();
        assert!(map.is_empty());
    }
}
