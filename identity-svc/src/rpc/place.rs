//! Where a call comes from, as far as it can be believed.

use std::net::IpAddr;

use chassis::caller::{self, Caller};
use tonic::Request;

use crate::Context;

/// The address of the person's browser or app, as the gateway saw it.
const ADDRESS: &str = "x-client-address";
/// A token of the gateway's own for this service: anybody could write the address. It is beside the
/// caller's token and not in its place, so that a call in nobody's name stays in nobody's name.
const VOUCHER: &str = "x-gateway-token";
const GATEWAY: &str = "gateway";

/// A place as throttles know it: a keyed hash; empty where nobody we believe tells the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(String);

impl Place {
    pub fn of<T>(ctx: &Context, request: &Request<T>) -> Self {
        let header = |name| request.metadata().get(name)?.to_str().ok();
        let vouched = || {
            let token = header(VOUCHER)?;
            caller::verify(&ctx.verifier, token, ctx.clock.now())
        };
        let gateway = Caller::Service(GATEWAY.into());
        let is_believed = Caller::of(request) == gateway || vouched() == Some(gateway);
        let address = header(ADDRESS)
            .filter(|_| is_believed)
            .and_then(|address| address.parse().ok());
        Self(address.map_or_else(String::new, |address| {
            ctx.secrets.throttle_key(&["address", &network(address)])
        }))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_known(&self) -> bool {
        !self.0.is_empty()
    }
}

/// Who has one address of IPv6 has the whole /64.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_house_is_one_place_and_its_neighbour_another() {
        let of = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
