//! Everything that is logged, spans with their fields too, down to the finest level of our crates.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::SubscriberExt;

use crate::places::Place;

/// Ours at their finest; others as an operator would have them.
const FILTER: &str = "info,chassis=trace,gateway=trace,standalone=trace,identity_svc=trace,\
                      questionnaire_svc=trace,review_svc=trace,testing_svc=trace";

#[derive(Clone, Default)]
struct Sheet(Arc<Mutex<Vec<u8>>>);

impl Write for Sheet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub struct Diary {
    text: Sheet,
    json: Sheet,
}

impl Diary {
    /// From now on, for the whole process.
    pub fn begin() -> Self {
        let (text, json) = (Sheet::default(), Sheet::default());
        let (to_text, to_json) = (text.clone(), json.clone());
        let lines = tracing_subscriber::registry()
            .with(EnvFilter::new(FILTER))
            .with(
                layer()
                    .with_ansi(false)
                    .with_span_events(FmtSpan::FULL)
                    .with_writer(move || to_text.clone()),
            )
            .with(
                layer()
                    .json()
                    .flatten_event(true)
                    .with_span_events(FmtSpan::FULL)
                    .with_writer(move || to_json.clone()),
            );
        tracing::subscriber::set_global_default(lines).unwrap();
        Self { text, json }
    }

    /// What was written so far is not looked at again.
    pub fn begin_a_new_page(&self) {
        for sheet in [&self.text, &self.json] {
            sheet.0.lock().unwrap().clear();
        }
    }

    pub fn places(&self) -> [Place; 2] {
        let read = |sheet: &Sheet| String::from_utf8_lossy(&sheet.0.lock().unwrap()).into_owned();
        [
            Place::new("log-text", &read(&self.text)),
            Place::new("log-json", &read(&self.json)),
        ]
    }
}
