//! What a collector is sent: every span with its attributes, and the metrics.

use chassis::config::CommonArgs;
use chassis::telemetry::collector::Collector;
use clap::Parser;

use crate::places::Place;

#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    common: CommonArgs,
}

pub struct Traces(Collector);

impl Traces {
    /// From now on, for the whole process; every call is recorded.
    pub fn begin() -> Self {
        let collector = Collector::start();
        let url = collector.url();
        let settings = ["canary", "--log", "off", "--otlp-url", &url];
        let settings =
            Settings::parse_from(settings.iter().chain(&["--otlp-metrics-seconds", "1"]));
        chassis::telemetry::start("canary", &settings.common).unwrap();
        Self(collector)
    }

    /// Once everything was sent.
    pub async fn places(&self) -> [Place; 2] {
        chassis::telemetry::stop().await;
        let taken = self.0.taken();
        [
            Place::new("traces", &format!("{:?}", taken.requests)),
            Place::new("metrics-sent", &format!("{:?}", taken.metrics)),
        ]
    }
}
