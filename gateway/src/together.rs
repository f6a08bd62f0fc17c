//! What several gateways share through Redis: limits, and word of sessions that ended.
//!
//! Neither is needed. Without Redis each gateway counts for itself, and asks about sessions as often
//! as it always does.

use chassis::ids::Ids;
use chassis::link::{Hashes, Link, RedisPlace};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Who is to be asked about anew: an account, or `*` for everybody.
const SESSIONS: &str = "irikteu:sessions";
const EVERYBODY: &str = "*";

#[derive(Debug, Clone)]
pub struct Together {
    link: Link,
    hashes: Hashes,
    /// This gateway: it hears itself too.
    me: Uuid,
}

impl Together {
    /// Connects in the background until `stop`. `secret` is the same for all gateways and known to
    /// nobody else: by it addresses become names of keys.
    pub fn start(place: &RedisPlace, secret: &[u8], ids: &Ids, stop: &CancellationToken) -> Self {
        Self {
            link: Link::start(place, "gateway", stop),
            hashes: Hashes::new(secret, "limits of gateways"),
            me: ids.uuid(),
        }
    }

    pub fn link(&self) -> &Link {
        &self.link
    }

    pub fn hashes(&self) -> &Hashes {
        &self.hashes
    }

    /// Tells the others whose sessions to ask about anew; nobody means everybody.
    pub fn changed(&self, account: Option<Uuid>) {
        let whose = account.map_or_else(|| EVERYBODY.to_owned(), |it| it.to_string());
        self.link.tell(SESSIONS, format!("{} {whose}", self.me));
    }

    /// Hears whose sessions changed at another gateway, until `stop`.
    pub async fn listen(&self, stop: &CancellationToken, changed: impl Fn(Option<Uuid>)) {
        let heard = |message: String| {
            if let Some((from, whose)) = read(&message)
                && from != self.me
            {
                changed(whose);
            }
        };
        self.link.listen(SESSIONS, stop, heard).await;
    }
}

/// Who tells it, and of whom. What is neither of an account nor of everybody is not for us.
fn read(message: &str) -> Option<(Uuid, Option<Uuid>)> {
    let (from, whose) = message.split_once(' ')?;
    let whose = match whose {
        EVERYBODY => None,
        account => Some(Uuid::parse_str(account).ok()?),
    };
    Some((Uuid::parse_str(from).ok()?, whose))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_of_an_account_or_of_everybody() {
        let (me, account) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(read(&format!("{me} {account}")), Some((me, Some(account))));
        assert_eq!(read(&format!("{me} *")), Some((me, None)));
        for strange in ["", "*", "x *", &format!("{me} y"), &format!("{me}")] {
            assert_eq!(read(strange), None, "{strange}");
        }
    }
}
