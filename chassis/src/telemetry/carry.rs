//! The trace between processes, as W3C Trace Context writes it: in headers of HTTP and gRPC, in rows of
//! the outbox and in entries of the stream.

use std::str::FromStr;

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

const PARENT: HeaderName = HeaderName::from_static("traceparent");
const STATE: HeaderName = HeaderName::from_static("tracestate");

/// What systems on the way may add; longer ones need not be passed on.
const LONGEST_STATE: usize = 512;

/// A place in a trace, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    pub parent: String,
    /// Empty where nobody added anything.
    pub state: String,
}

impl Carried {
    /// The place that the work of this moment has, where it belongs to a trace.
    pub fn current() -> Option<Self> {
        super::trace::current().map(|place| Self::of(&place))
    }

    pub fn of(place: &SpanContext) -> Self {
        let (trace, span) = (place.trace_id(), place.span_id());
        Self {
            parent: format!("00-{trace}-{span}-{:02x}", place.trace_flags().to_u8() & 1),
            state: place.trace_state().header(),
        }
    }

    /// The place, where the text is one.
    pub fn place(&self) -> Option<SpanContext> {
        place(&self.parent, &self.state)
    }
}

/// The place that these headers name.
pub fn from_headers(headers: &HeaderMap) -> Option<SpanContext> {
    let text = |name| headers.get(name).and_then(|it| it.to_str().ok());
    place(text(&PARENT)?, text(&STATE).unwrap_or_default())
}

/// Writes a place over what the headers name. No two calls have the same one: a connection that
/// remembered it would forget for it what it hears again.
pub fn into_headers(place: &SpanContext, headers: &mut HeaderMap) {
    let carried = Carried::of(place);
    headers.remove(&STATE);
    if let Ok(mut parent) = HeaderValue::try_from(carried.parent) {
        parent.set_sensitive(true);
        headers.insert(PARENT, parent);
    }
    if !carried.state.is_empty()
        && let Ok(state) = HeaderValue::try_from(carried.state)
    {
        headers.insert(STATE, state);
    }
}

/// Strict, because it also comes from strangers.
fn place(parent: &str, state: &str) -> Option<SpanContext> {
    let mut parts = parent.split('-');
    let mut hex = |length: usize| {
        let part = parts.next()?;
        let is_hex = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
        (part.len() == length && part.bytes().all(is_hex)).then_some(part)
    };
    let (version, trace, span, flags) = (hex(2)?, hex(32)?, hex(16)?, hex(2)?);
    // Later versions may add parts, the first has none.
    if version == "ff" || (version == "00" && parts.next().is_some()) {
        return None;
    }
    let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?) & TraceFlags::SAMPLED;
    let state = Some(state).filter(|state| state.len() <= LONGEST_STATE);
    let state = state.and_then(|state| TraceState::from_str(state).ok());
    let place = SpanContext::new(
        TraceId::from_hex(trace).ok()?,
        SpanId::from_hex(span).ok()?,
        flags,
        true,
        state.unwrap_or_default(),
    );
    place.is_valid().then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_place_survives_the_way_through_headers() {
        let mut headers = HeaderMap::new();
        headers.insert(PARENT, HeaderValue::from_static(GOOD));
        headers.insert(STATE, HeaderValue::from_static("vendor=1"));
        let place = from_headers(&headers).expect("a place");
        let mut sent = HeaderMap::new();
        into_headers(&place, &mut sent);
        assert_eq!(sent, headers);
    }

    #[test]
    fn a_place_is_taken_over_only_where_it_is_one() {
        for bad in [
            "",
            "00",
            "00-xyz-1-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ] {
            assert_eq!(place(bad, ""), None, "{bad}");
        }
        let later = format!("01{}-more", &GOOD[2..]);
        assert!(place(&later, "").is_some(), "a later version may say more");
    }

    #[test]
    fn a_state_that_is_none_or_too_long_is_left_behind() {
        for state in ["no state".to_owned(), format!("a={}", "b".repeat(600))] {
            let place = place(GOOD, &state).expect("a place");
            assert_eq!(place.trace_state().header(), "");
        }
    }
}
