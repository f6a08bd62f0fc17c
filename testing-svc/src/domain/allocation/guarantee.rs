//! Quotas that are fulfilled together. Whoever holds several rights counts for one of them, and is moved
//! to another when that lets somebody in: an augmenting path, as in any matching of two sides. If there is
//! none, those on the ways that were tried keep the newcomer out, and the worst of them gives way.

use super::lists::Entry;
use super::seats::Taken;

#[derive(Debug)]
pub struct Guarantee {
    quotas: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    right: u32,
    places: usize,
    /// Who counts for it, by position.
    members: Vec<u32>,
}

/// How a quota was reached: who would move there, and from which.
type Way = Option<(u32, usize)>;

impl Guarantee {
    pub fn new(parts: &[(usize, u32)], quotas: &[u32]) -> Self {
        let parts = parts.iter().map(|(quota, places)| Part {
            right: quotas[*quota],
            places: *places as usize,
            members: Vec::new(),
        });
        Self {
            quotas: parts.collect(),
        }
    }

    pub fn held(&self) -> impl Iterator<Item = u32> {
        self.quotas.iter().flat_map(|it| it.members.iter().copied())
    }

    pub fn take(&mut self, newcomer: u32, list: &[Entry]) -> Taken {
        let rights = list[newcomer as usize].rights;
        // By quota: not reached, or the way to it; the newcomer's own have nobody who would move.
        let mut ways: Vec<Option<Way>> = vec![None; self.quotas.len()];
        let mut reached = Vec::with_capacity(self.quotas.len());
        self.reach(rights, None, &mut ways, &mut reached);
        let mut next = 0;
        while let Some(&quota) = reached.get(next) {
            next += 1;
            if self.quotas[quota].members.len() < self.quotas[quota].places {
                self.enter(newcomer, quota, &ways);
                return Taken::Filled;
            }
            for at in 0..self.quotas[quota].members.len() {
                let member = self.quotas[quota].members[at];
                let rights = list[member as usize].rights;
                self.reach(rights, Some((member, quota)), &mut ways, &mut reached);
            }
        }
        let members = reached.iter().flat_map(|quota| {
            let members = self.quotas[*quota].members.iter();
            members.map(|member| (*member, *quota))
        });
        match members.max() {
            Some((worst, quota)) if newcomer < worst => {
                self.quotas[quota].members.retain(|it| *it != worst);
                self.enter(newcomer, quota, &ways);
                Taken::Instead(worst)
            }
            _ => Taken::No,
        }
    }

    /// Notes the quotas that somebody with these rights can move to.
    fn reach(&self, rights: u32, way: Way, ways: &mut [Option<Way>], reached: &mut Vec<usize>) {
        for (quota, part) in self.quotas.iter().enumerate() {
            if rights & part.right != 0 && ways[quota].is_none() {
                ways[quota] = Some(way);
                reached.push(quota);
            }
        }
    }

    /// There is a place in a quota: everybody on the way moves up, and the newcomer takes the last place.
    fn enter(&mut self, newcomer: u32, quota: usize, ways: &[Option<Way>]) {
        let mut vacant = quota;
        while let Some(Some((member, from))) = ways[vacant] {
            self.quotas[from].members.retain(|it| *it != member);
            self.quotas[vacant].members.push(member);
            vacant = from;
        }
        self.quotas[vacant].members.push(newcomer);
    }
}
