//! A certificate that ends soon is seen in the metrics and told in the log.

use chassis::telemetry::LogFormat;
use chassis::telemetry::log::lines;
use chassis::tls::SERVICE_URI;
use chassis::tls::life::tell;
use jiff::SignedDuration;
use jiff::civil::date;
use jiff::tz::TimeZone;

use super::certificates::Authority;
use super::instance::tls;
use crate::world::{Kept, until};

#[tokio::test]
async fn the_end_of_the_certificate_in_use_is_counted_down_and_told_a_week_before() {
    chassis::tls::use_ring();
    let folder = tempfile::tempdir().unwrap();
    let ours = Authority::new();
    let name = format!("{SERVICE_URI}x-svc");
    let files = ours.files_until(folder.path(), "x", &name, 2030);
    let tls = tls(files.clone());
    let ends = date(2030, 1, 1).at(0, 0, 0, 0);
    let ends = TimeZone::UTC.to_timestamp(ends).unwrap();
    let (clock, kept) = (chassis::testing::clock(), Kept::default());
    let to = kept.clone();
    let log = lines("info", LogFormat::Json, false, move || to.clone()).unwrap();

    let left = |seconds: i64| {
        clock.set(ends - SignedDuration::from_secs(seconds));
        let is_told = tell("test", tls.life(), clock.now(), false);
        let metrics = chassis::telemetry::metrics();
        let line = format!("irikteu_certificate_seconds_left{{door=\"test\"}} {seconds}\n");
        assert!(metrics.contains(&line), "{line}");
        is_told
    };
    tracing::subscriber::with_default(log, || {
        assert!(!left(8 * 86_400));
        assert_eq!(kept.said(), "");
        assert!(left(6 * 86_400));
        let said = kept.said();
        assert!(
            said.contains("\"WARN\"") && said.contains("ends soon"),
            "{said}"
        );
        assert!(said.contains("\"hours_left\":144"), "{said}");
        assert!(left(-1));
        let said = kept.said();
        assert!(
            said.contains("\"ERROR\"") && said.contains("has ended"),
            "{said}"
        );
        // Said a moment ago: only the metric goes on.
        assert!(!tell("test", tls.life(), clock.now(), true));
        assert_eq!(kept.said(), "");
    });

    ours.renew(&files, &name, 2040);
    until("the new certificate counts", || tls.life().ends > ends).await;
    assert!(!tell("test", tls.life(), clock.now(), false));
}
