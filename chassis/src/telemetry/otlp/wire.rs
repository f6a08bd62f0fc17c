//! Our spans and metrics as OTLP writes them. The metrics are those of `/metrics`: there is one set.

use opentelemetry::trace::TraceId;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint,
    ResourceMetrics, ScopeMetrics, Sum, metric, number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator, SpanData};
use prometheus::proto::{LabelPair, MetricFamily, MetricType};

use super::super::names::attribute;
use super::super::process;
use crate::clock::Clock;

/// Who tells. The instance is another one at each start, so that two of a service are two.
pub(super) fn resource(name: &'static str) -> Resource {
    let instance: TraceId = RandomIdGenerator::default().new_trace_id();
    Resource {
        attributes: vec![
            pair(attribute::SERVICE_NAME, name),
            pair(attribute::SERVICE_NAMESPACE, "irikteu"),
            pair(attribute::SERVICE_VERSION, env!("CARGO_PKG_VERSION")),
            pair(attribute::SERVICE_INSTANCE, &instance.to_string()),
        ],
        ..Default::default()
    }
}

pub(super) fn spans(batch: Vec<SpanData>, resource: &Resource) -> ExportTraceServiceRequest {
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(resource.clone()),
            scope_spans: vec![ScopeSpans {
                scope: Some(scope()),
                spans: batch.into_iter().map(Into::into).collect(),
                ..Default::default()
            }],
            ..Default::default()
        }],
    }
}

pub(super) fn metrics(
    families: &[MetricFamily],
    resource: &Resource,
) -> ExportMetricsServiceRequest {
    let now = nanos(Clock::machine().now());
    let times = Times {
        begun: now.saturating_sub(process::age_nanos()),
        now,
    };
    ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            resource: Some(resource.clone()),
            scope_metrics: vec![ScopeMetrics {
                scope: Some(scope()),
                metrics: families.iter().map(|it| times.family(it)).collect(),
                ..Default::default()
            }],
            ..Default::default()
        }],
    }
}

/// Counters count from the beginning of the process.
struct Times {
    begun: u64,
    now: u64,
}

impl Times {
    fn family(&self, family: &MetricFamily) -> Metric {
        let all = family.get_metric();
        let data = match family.get_field_type() {
            MetricType::COUNTER => metric::Data::Sum(Sum {
                data_points: all
                    .iter()
                    .map(|it| self.number(it.get_label(), it.get_counter().get_value()))
                    .collect(),
                aggregation_temporality: AggregationTemporality::Cumulative.into(),
                is_monotonic: true,
            }),
            MetricType::HISTOGRAM => metric::Data::Histogram(Histogram {
                data_points: all.iter().map(|it| self.histogram(it)).collect(),
                aggregation_temporality: AggregationTemporality::Cumulative.into(),
            }),
            _ => metric::Data::Gauge(Gauge {
                data_points: all
                    .iter()
                    .map(|it| self.number(it.get_label(), it.get_gauge().get_value()))
                    .collect(),
            }),
        };
        Metric {
            name: family.name().to_owned(),
            description: family.help().to_owned(),
            unit: unit(family.name()).to_owned(),
            data: Some(data),
            ..Default::default()
        }
    }

    fn number(&self, labels: &[LabelPair], value: f64) -> NumberDataPoint {
        NumberDataPoint {
            attributes: pairs(labels),
            start_time_unix_nano: self.begun,
            time_unix_nano: self.now,
            value: Some(number_data_point::Value::AsDouble(value)),
            ..Default::default()
        }
    }

    /// Prometheus counts everything up to a bound, OTLP what lies between two.
    fn histogram(&self, metric: &prometheus::proto::Metric) -> HistogramDataPoint {
        let histogram = metric.get_histogram();
        let count = histogram.get_sample_count();
        let finite = histogram.get_bucket().iter();
        let finite = finite.filter(|it| it.upper_bound().is_finite());
        let (mut bounds, mut counts, mut below) = (Vec::new(), Vec::new(), 0);
        for bucket in finite {
            bounds.push(bucket.upper_bound());
            counts.push(bucket.cumulative_count().saturating_sub(below));
            below = bucket.cumulative_count();
        }
        counts.push(count.saturating_sub(below));
        HistogramDataPoint {
            attributes: pairs(metric.get_label()),
            start_time_unix_nano: self.begun,
            time_unix_nano: self.now,
            count,
            sum: Some(histogram.get_sample_sum()),
            bucket_counts: counts,
            explicit_bounds: bounds,
            ..Default::default()
        }
    }
}

/// The unit is the end of a metric's name.
fn unit(name: &str) -> &'static str {
    if name.ends_with("_seconds") {
        "s"
    } else if name.ends_with("_bytes") {
        "By"
    } else {
        "1"
    }
}

fn scope() -> InstrumentationScope {
    InstrumentationScope {
        name: "irikteu".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        ..Default::default()
    }
}

fn pairs(labels: &[LabelPair]) -> Vec<KeyValue> {
    labels
        .iter()
        .map(|label| pair(label.name(), label.value()))
        .collect()
}

fn pair(key: &str, value: &str) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue {
            value: Some(Value::StringValue(value.to_owned())),
        }),
        ..Default::default()
    }
}

fn nanos(time: jiff::Timestamp) -> u64 {
    u64::try_from(time.as_nanosecond()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::metrics;

    #[test]
    fn a_histogram_says_the_same_in_both_formats() {
        for milliseconds in [1, 30, 30, 20_000] {
            let took = std::time::Duration::from_millis(milliseconds);
            metrics::answered("wire-svc", "Say", "0", took);
        }
        let families = metrics::gather();
        let request = super::metrics(&families, &resource("wire-svc"));
        let all = &request.resource_metrics[0].scope_metrics[0].metrics;
        let seconds = all
            .iter()
            .find(|it| it.name == "irikteu_call_seconds")
            .expect("the metric");
        assert_eq!(seconds.unit, "s");
        let Some(metric::Data::Histogram(histogram)) = &seconds.data else {
            panic!("{seconds:?}");
        };
        let ours = pair("service", "wire-svc");
        let point = histogram
            .data_points
            .iter()
            .find(|it| it.attributes.contains(&ours))
            .expect("the point");
        assert_eq!(point.count, 4);
        assert_eq!(point.bucket_counts.iter().sum::<u64>(), 4);
        assert_eq!(point.bucket_counts.len(), point.explicit_bounds.len() + 1);
        assert_eq!(point.bucket_counts.last(), Some(&1), "20 s are beyond");
        let at_50_ms = point.explicit_bounds.iter().position(|it| *it == 0.05);
        assert_eq!(point.bucket_counts[at_50_ms.expect("a bound")], 2);
        assert!(point.start_time_unix_nano <= point.time_unix_nano);
        let text = metrics::metrics();
        assert!(text.contains("irikteu_call_seconds_count{rpc=\"Say\",service=\"wire-svc\"} 4"));
    }
}
