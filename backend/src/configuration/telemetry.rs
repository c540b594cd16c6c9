//! Where traces and metrics go. The settings are the standard variables of OpenTelemetry.

use std::time::Duration;

use anyhow::{Context as _, anyhow, bail, ensure};
use opentelemetry_sdk::trace::Sampler;
use percent_encoding::percent_decode_str;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::options::Options;

/// How often metrics are sent.
const INTERVAL: Duration = Duration::from_mins(1);

/// Where traces and metrics go, and which.
#[derive(Clone)]
pub struct Telemetry {
    /// The receiver of OTLP over HTTP. Its path ends with `/`.
    pub endpoint: Url,
    /// The headers for the receiver. They may have secrets.
    pub headers: HeaderMap,
    /// Which traces are recorded; `None` if traces are not sent.
    pub traces: Option<Sampler>,
    /// How often metrics are sent; `None` if they are not.
    pub metrics: Option<Duration>,
    /// The name of the service.
    pub service: String,
    /// More attributes of the resource.
    pub resource: Vec<(String, String)>,
}

impl Telemetry {
    /// Telemetry for this receiver, with the defaults of all other settings.
    #[must_use]
    pub fn to(mut endpoint: Url) -> Self {
        if !endpoint.path().ends_with('/') {
            endpoint.set_path(&format!("{}/", endpoint.path()));
        }
        Self {
            endpoint,
            headers: HeaderMap::new(),
            traces: Some(Sampler::ParentBased(Box::new(Sampler::AlwaysOn))),
            metrics: Some(INTERVAL),
            service: "latchkey".to_owned(),
            resource: Vec::new(),
        }
    }

    /// The telemetry that is configured. Without an endpoint there is none, and no other setting is
    /// looked at: the environment may have them for other programs.
    pub(super) fn of(first: &Options, second: &Options) -> anyhow::Result<Option<Self>> {
        // An empty variable counts as absent.
        let said = |setting: fn(&Options) -> &Option<String>| {
            [first, second].into_iter().find_map(|options| {
                setting(options).as_deref().map(str::trim).filter(|text| !text.is_empty())
            })
        };
        let Some(endpoint) = said(|options| &options.otlp_endpoint) else { return Ok(None) };
        let endpoint: Url = endpoint.parse().context("otlp_endpoint is not a URL")?;
        ensure!(
            matches!(endpoint.scheme(), "http" | "https"),
            "otlp_endpoint must be a URL with http or https, such as http://127.0.0.1:4318"
        );
        if let Some(protocol) = said(|options| &options.otlp_protocol) {
            ensure!(
                protocol == "http/protobuf",
                "otlp_protocol must be http/protobuf, which receivers expect on port 4318"
            );
        }
        let mut telemetry = Self::to(endpoint);
        for (name, value) in pairs(said(|options| &options.otlp_headers)).context("otlp_headers")? {
            let name: HeaderName = name.parse().context("otlp_headers")?;
            let mut value: HeaderValue = value.parse().map_err(|_| anyhow!("otlp_headers: {name}"))?;
            value.set_sensitive(true);
            telemetry.headers.insert(name, value);
        }
        if !is_sent(said(|options| &options.traces_exporter)).context("traces_exporter")? {
            telemetry.traces = None;
        } else if let Some(name) = said(|options| &options.traces_sampler) {
            let ratio = said(|options| &options.traces_sampler_arg);
            telemetry.traces = Some(sampler(name, ratio)?);
        }
        if !is_sent(said(|options| &options.metrics_exporter)).context("metrics_exporter")? {
            telemetry.metrics = None;
        } else if let Some(millis) = said(|options| &options.metrics_interval) {
            let millis = millis.parse().ok().filter(|millis| *millis > 0);
            let millis = millis.context("metrics_interval must be a number of milliseconds")?;
            telemetry.metrics = Some(Duration::from_millis(millis));
        }
        telemetry.resource =
            pairs(said(|options| &options.resource_attributes)).context("resource_attributes")?;
        // The name of the service has a variable of its own, which goes first.
        if let Some(at) = telemetry.resource.iter().position(|(name, _)| name == "service.name") {
            telemetry.service = telemetry.resource.swap_remove(at).1;
        }
        if let Some(name) = said(|options| &options.service_name) {
            name.clone_into(&mut telemetry.service);
        }
        Ok(Some(telemetry))
    }
}

/// `name=value,name=value`; values are percent-encoded. Errors never show a value.
fn pairs(text: Option<&str>) -> anyhow::Result<Vec<(String, String)>> {
    let pairs = text.into_iter().flat_map(|text| text.split(',')).filter(|pair| !pair.trim().is_empty());
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').context("expected name=value,…")?;
        let value = percent_decode_str(value.trim()).decode_utf8().context("a value is not UTF-8")?;
        Ok((name.trim().to_owned(), value.into_owned()))
    };
    pairs.map(pair).collect()
}

fn is_sent(exporter: Option<&str>) -> anyhow::Result<bool> {
    match exporter {
        None | Some("otlp") => Ok(true),
        Some("none") => Ok(false),
        Some(_) => bail!("must be otlp or none"),
    }
}

fn sampler(name: &str, ratio: Option<&str>) -> anyhow::Result<Sampler> {
    let by_ratio = || {
        let ratio = ratio.map_or(Ok(1.0), str::parse).ok().filter(|ratio| (0.0..=1.0).contains(ratio));
        ratio.map(Sampler::TraceIdRatioBased).context("traces_sampler_arg must be a number from 0 to 1")
    };
    let parent_based = |root| Sampler::ParentBased(Box::new(root));
    Ok(match name {
        "always_on" => Sampler::AlwaysOn,
        "always_off" => Sampler::AlwaysOff,
        "traceidratio" => by_ratio()?,
        "parentbased_always_on" => parent_based(Sampler::AlwaysOn),
        "parentbased_always_off" => parent_based(Sampler::AlwaysOff),
        "parentbased_traceidratio" => parent_based(by_ratio()?),
        _ => bail!(
            "traces_sampler must be always_on, always_off, traceidratio, parentbased_always_on, \
             parentbased_always_off or parentbased_traceidratio"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> anyhow::Result<Option<Telemetry>> {
        Telemetry::of(&Options::default(), &toml::from_str(text)?)
    }

    #[test]
    fn without_an_endpoint_nothing_is_looked_at() -> anyhow::Result<()> {
        assert!(of("otlp_protocol = \"grpc\"\ntraces_sampler = \"xray\"\notlp_endpoint = \"\"")?.is_none());
        Ok(())
    }

    #[test]
    fn the_settings_have_their_standard_meaning() -> anyhow::Result<()> {
        let all = of("otlp_endpoint = \"https://otlp.example/in\"\n\
             otlp_headers = \"authorization=Bearer%20secret, x-scope = a\"\n\
             traces_sampler = \"parentbased_traceidratio\"\ntraces_sampler_arg = \"0.25\"\n\
             metrics_interval = \"5000\"\n\
             resource_attributes = \"service.name=other,deployment.environment.name=north%2Cone\"")?;
        let all = all.context("is on")?;
        assert_eq!(all.endpoint.as_str(), "https://otlp.example/in/");
        assert_eq!(all.headers["authorization"], "Bearer secret");
        assert_eq!(format!("{:?}", all.headers["authorization"]), "Sensitive");
        assert_eq!(format!("{:?}", all.traces), "Some(ParentBased(TraceIdRatioBased(0.25)))");
        assert_eq!((all.metrics, all.service.as_str()), (Some(Duration::from_secs(5)), "other"));
        assert_eq!(all.resource, [("deployment.environment.name".to_owned(), "north,one".to_owned())]);

        let on = of(
            "otlp_endpoint = \"http://127.0.0.1:4318\"\ntraces_exporter = \"none\"\nservice_name = \"edge\"",
        )?;
        let on = on.context("is on")?;
        assert!(on.traces.is_none() && on.metrics == Some(INTERVAL) && on.service == "edge");
        Ok(())
    }

    #[test]
    fn a_wrong_setting_is_refused_and_shows_no_secret() {
        for wrong in [
            "otlp_endpoint = \"127.0.0.1:4317\"",
            "otlp_endpoint = \"ftp://127.0.0.1\"",
            "otlp_endpoint = \"http://a\"\notlp_protocol = \"grpc\"",
            "otlp_endpoint = \"http://a\"\notlp_headers = \"secret\"",
            "otlp_endpoint = \"http://a\"\notlp_headers = \"a=secret%0a\"",
            "otlp_endpoint = \"http://a\"\ntraces_sampler = \"traceidratio\"\ntraces_sampler_arg = \"2\"",
            "otlp_endpoint = \"http://a\"\ntraces_sampler = \"xray\"",
            "otlp_endpoint = \"http://a\"\nmetrics_exporter = \"console\"",
            "otlp_endpoint = \"http://a\"\nmetrics_interval = \"0\"",
        ] {
            let error = of(wrong).err().map(|error| format!("{error:#}"));
            assert!(error.as_deref().is_some_and(|error| !error.contains("secret")), "{wrong}: {error:?}");
        }
    }
}
