//! Until when a call may take. What is left of it goes with every call made on its behalf, so that
//! nobody works on an answer that nobody waits for.

use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderName, HeaderValue};

const HEADER: HeaderName = HeaderName::from_static("grpc-timeout");

tokio::task_local! {
    static UNTIL: Instant;
}

/// Runs `work` on behalf of a call that may take until then.
pub(crate) async fn until<F: Future>(then: Instant, work: F) -> F::Output {
    UNTIL.scope(then, work).await
}

/// What is left for the call under way; `None` where there is none.
pub fn left() -> Option<Duration> {
    let until = UNTIL.try_with(|until| *until).ok()?;
    Some(until.saturating_duration_since(Instant::now()))
}

/// The `grpc-timeout` header: a number and a unit.
pub(crate) fn read(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(HEADER)?.to_str().ok()?;
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: u64 = number.parse().ok().filter(|_| number.len() <= 8)?;
    Some(match unit {
        "H" => Duration::from_secs(number * 3600),
        "M" => Duration::from_secs(number * 60),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return None,
    })
}

/// Writes it: in milliseconds, which 8 digits hold for a day.
pub(crate) fn write(headers: &mut HeaderMap, left: Duration) {
    let milliseconds = left.as_millis().clamp(1, 99_999_999);
    if let Ok(value) = HeaderValue::try_from(format!("{milliseconds}m")) {
        headers.insert(HEADER, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut headers = HeaderMap::new();
        for (left, read_again) in [(0, 1), (1, 1), (9_999, 9_999), (u64::MAX, 99_999_999)] {
            write(&mut headers, Duration::from_millis(left));
            assert_eq!(read(&headers), Some(Duration::from_millis(read_again)));
        }
        for wrong in ["", "m", "1", "x1m", "123456789m", "1w"] {
            headers.insert(HEADER, HeaderValue::from_static(wrong));
            assert_eq!(read(&headers), None, "{wrong}");
        }
    }
}
