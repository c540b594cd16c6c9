//! Reads metrics as strictly as Prometheus does.

use std::collections::BTreeMap;

use reqwest::header;

/// The metrics of a server at one moment.
#[derive(Debug)]
pub(crate) struct Scrape {
    /// By name and labels, as they were written.
    series: BTreeMap<String, f64>,
    /// The type of each family.
    families: BTreeMap<String, String>,
}

impl Scrape {
    /// Asks for the metrics, in the format that this header asks for.
    pub(crate) async fn of(url: &str, accept: &str) -> (String, Self) {
        let answer = reqwest::Client::new().get(url).header(header::ACCEPT, accept).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let media_type = answer.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        let text = answer.text().await.unwrap();
        let text =
            match (media_type.starts_with("application/openmetrics-text"), text.strip_suffix("# EOF\n")) {
                (true, Some(text)) => text,
                (false, None) => &text,
                _ => panic!("only OpenMetrics ends with # EOF: {media_type}"),
            };
        (media_type, Self::parse(text))
    }

    /// The metrics in the format of Prometheus.
    pub(crate) async fn now(url: &str) -> Self {
        Self::of(url, "text/plain").await.1
    }

    fn parse(text: &str) -> Self {
        let mut scrape = Self { series: BTreeMap::new(), families: BTreeMap::new() };
        let mut helped = "";
        let mut family = ("", "");
        for line in text.lines() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, sentence) = help.split_once(' ').unwrap();
                assert!(sentence.ends_with('.'), "{line}");
                helped = name;
            } else if let Some(declared) = line.strip_prefix("# TYPE ") {
                family = declared.split_once(' ').unwrap();
                assert_eq!(family.0, helped, "{line}");
                let known = scrape.families.insert(family.0.to_owned(), family.1.to_owned());
                assert!(known.is_none(), "{line} comes twice");
            } else {
                let (series, value) = line.rsplit_once(' ').unwrap();
                let name = series.split('{').next().unwrap();
                let suffix =
                    name.strip_prefix(family.0).unwrap_or_else(|| panic!("{line} is not of {family:?}"));
                let suffixes: &[&str] = match family.1 {
                    "histogram" => &["_bucket", "_sum", "_count"],
                    "counter" => &["", "_total"],
                    "gauge" => &[""],
                    other => panic!("{other}"),
                };
                assert!(suffixes.contains(&suffix), "{line}");
                let value: f64 = value.parse().unwrap();
                assert!(scrape.series.insert(series.to_owned(), value).is_none(), "{series} comes twice");
            }
        }
        scrape.check_histograms();
        scrape
    }

    /// The buckets of a histogram ascend, and the last one has all.
    fn check_histograms(&self) {
        let is_histogram = |(_, kind): &(&String, &String)| *kind == "histogram";
        for (family, _) in self.families.iter().filter(is_histogram) {
            let counts = format!("{family}_count");
            for (series, count) in self.series.iter().filter(|(series, _)| series.starts_with(&counts)) {
                let labels = series.strip_prefix(&counts).unwrap().trim_matches(['{', '}']);
                let bucket = format!("{family}_bucket{{");
                let mut buckets: Vec<(f64, f64)> = self
                    .series
                    .iter()
                    .filter_map(|(series, value)| {
                        let own = series.strip_prefix(&bucket)?.strip_suffix('}')?.split(',');
                        let (bound, rest): (Vec<&str>, Vec<&str>) =
                            own.partition(|label| label.starts_with("le="));
                        let bound = bound.first()?.strip_prefix("le=\"")?.strip_suffix('"')?;
                        (rest.join(",") == labels).then(|| (bound.parse().unwrap(), *value))
                    })
                    .collect();
                buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
                assert!(buckets.is_sorted_by(|one, other| one.1 <= other.1), "{series}: {buckets:?}");
                assert_eq!(buckets.last(), Some(&(f64::INFINITY, *count)), "{series}");
            }
        }
    }

    /// The value of a series, such as `latchkey_feed_live` or `a_total{door="verify",reason="allowed"}`.
    pub(crate) fn value(&self, series: &str) -> f64 {
        *self.series.get(series).unwrap_or_else(|| panic!("no {series} in {:#?}", self.series))
    }

    /// How many calls a door denied for this reason, or `allowed`.
    pub(crate) fn decisions(&self, door: &str, reason: &str) -> f64 {
        self.value(&format!("latchkey_decisions_total{{door=\"{door}\",reason=\"{reason}\"}}"))
    }

    /// The series of a family, with their values.
    pub(crate) fn family<'s>(&'s self, name: &str) -> impl Iterator<Item = (&'s str, f64)> {
        let name = name.to_owned();
        let all = self.series.iter().map(|(series, value)| (series.as_str(), *value));
        all.filter(move |(series, _)| series.split('{').next() == Some(&name))
    }

    /// All series, with their values.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, f64)> {
        self.series.iter().map(|(series, value)| (series.as_str(), *value))
    }

    /// The names of all families.
    pub(crate) fn families(&self) -> impl Iterator<Item = &str> {
        self.families.keys().map(String::as_str)
    }

    /// How many series there are.
    pub(crate) fn len(&self) -> usize {
        self.series.len()
    }
}
