//! The same metrics as messages of OTLP. They have the same names and the same numbers, without the
//! `_total` that Prometheus adds.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value as Point;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint, Sum,
};

use super::page::{Labels, Number, Page};
use crate::counting::{BOUNDS, Times};

/// The numbers are those since the start.
const CUMULATIVE: i32 = AggregationTemporality::Cumulative as i32;

/// The metrics, while they are written.
pub(super) struct Otlp {
    pub(super) metrics: Vec<Metric>,
    /// When the server started, and now.
    began: u64,
    now: u64,
}

impl Otlp {
    pub(super) fn since(started: SystemTime) -> Self {
        Self { metrics: Vec::new(), began: nanos(started), now: nanos(SystemTime::now()) }
    }

    fn add(&mut self, name: &str, help: &str, data: Data) {
        let unit = match name.rsplit_once('_') {
            Some((_, "seconds")) => "s",
            Some((_, "bytes")) => "By",
            _ => "1",
        };
        self.metrics.push(Metric {
            name: name.to_owned(),
            description: help.to_owned(),
            unit: unit.to_owned(),
            data: Some(data),
            ..Metric::default()
        });
    }

    fn point<const N: usize>(&self, labels: Labels<'_, N>, value: Point) -> NumberDataPoint {
        NumberDataPoint {
            attributes: attributes(labels),
            start_time_unix_nano: self.began,
            time_unix_nano: self.now,
            value: Some(value),
            ..NumberDataPoint::default()
        }
    }
}

impl Page for Otlp {
    fn counters<'l, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        series: impl IntoIterator<Item = (Labels<'l, N>, u64)>,
    ) -> fmt::Result {
        let whole = |value| Point::AsInt(i64::try_from(value).unwrap_or(i64::MAX));
        let points = series.into_iter().map(|(labels, value)| self.point(labels, whole(value)));
        let data_points = points.collect();
        let sum = Sum { data_points, aggregation_temporality: CUMULATIVE, is_monotonic: true };
        self.add(name, help, Data::Sum(sum));
        Ok(())
    }

    fn gauges<'l, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        series: impl IntoIterator<Item = (Labels<'l, N>, impl Into<Number>)>,
    ) -> fmt::Result {
        let points = series.into_iter().map(|(labels, value)| {
            let value = match value.into() {
                Number::Whole(value) => Point::AsInt(value),
                Number::Real(value) => Point::AsDouble(value),
            };
            self.point(labels, value)
        });
        let data_points = points.collect();
        self.add(name, help, Data::Gauge(Gauge { data_points }));
        Ok(())
    }

    fn histograms<'l, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        series: impl IntoIterator<Item = (Labels<'l, N>, Times)>,
    ) -> fmt::Result {
        let points = series.into_iter().map(|(labels, times)| HistogramDataPoint {
            attributes: attributes(labels),
            start_time_unix_nano: self.began,
            time_unix_nano: self.now,
            count: times.count(),
            sum: Some(times.sum.as_secs_f64()),
            bucket_counts: times.buckets.to_vec(),
            explicit_bounds: BOUNDS.iter().map(Duration::as_secs_f64).collect(),
            ..HistogramDataPoint::default()
        });
        let data_points = points.collect();
        self.add(name, help, Data::Histogram(Histogram { data_points, aggregation_temporality: CUMULATIVE }));
        Ok(())
    }
}

fn attributes<const N: usize>(labels: Labels<'_, N>) -> Vec<KeyValue> {
    let attribute = |(name, value): (&str, &str)| KeyValue {
        key: name.to_owned(),
        value: Some(AnyValue { value: Some(Value::StringValue(value.to_owned())) }),
        ..KeyValue::default()
    };
    labels.into_iter().map(attribute).collect()
}

fn nanos(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
