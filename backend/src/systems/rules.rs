//! The rules for fields of systems and APIs.

use latchkey_shared::fields::{self, Refusal};

use super::matching::bad_template::MAX_TEMPLATE;
use super::matching::path::Path;
use super::matching::template::Template;

/// The methods of an API that is added by hand: those of an OpenAPI path item.
pub(super) const METHODS: [&str; 9] =
    ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE", "QUERY"];

/// Parses a base path: empty, or an absolute path. A trailing slash is dropped.
pub(super) fn base_path(raw: &str) -> Result<String, Refusal> {
    let trimmed = raw.trim().trim_end_matches('/');
    if trimmed.is_empty() {
        return Ok(String::new());
    }
    if trimmed.contains('?') || trimmed.len() > MAX_TEMPLATE {
        return Err(Refusal::new("invalid_path", "Must be an absolute path such as /api/v3."));
    }
    Path::parse(trimmed).map_err(|reason| Refusal::new("invalid_path", sentence(&reason)))?;
    Ok(trimmed.to_owned())
}

/// Parses the path template of an API that is added by hand.
pub(super) fn template(raw: &str) -> Result<String, Refusal> {
    let trimmed = raw.trim();
    if trimmed.is_empty() {
        return Err(Refusal::new("required", "Must not be empty."));
    }
    Template::parse(trimmed, &[]).map_err(|reason| Refusal::new("invalid_path", sentence(&reason)))?;
    Ok(trimmed.to_owned())
}

/// Parses the method of an API that is added by hand. Any case is accepted.
pub(super) fn method(raw: &str) -> Result<String, Refusal> {
    let method = raw.trim().to_ascii_uppercase();
    if METHODS.contains(&method.as_str()) {
        Ok(method)
    } else {
        Err(Refusal::new("invalid_method", format!("Must be one of {}.", METHODS.join(", "))))
    }
}

/// Formats a reason as a sentence.
fn sentence(reason: &impl std::fmt::Display) -> String {
    let reason = reason.to_string();
    let mut characters = reason.chars();
    characters
        .next()
        .map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), characters.as_str()))
}

pub(super) fn audience(raw: &str) -> Result<String, Refusal> {
    let fits = raw.len() <= 500 && raw.bytes().all(|byte| byte.is_ascii_graphic()) && !raw.contains('#');
    match url::Url::parse(raw) {
        Ok(_) if fits => Ok(raw.to_owned()),
        _ => Err(Refusal::new("invalid_audience", "Must be an absolute URI without a fragment.")),
    }
}

pub(super) fn project_param(raw: &str) -> Result<String, Refusal> {
    let fits = (1..=64).contains(&raw.len())
        && raw.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    if fits {
        Ok(raw.to_owned())
    } else {
        Err(Refusal::new("invalid_parameter", "Must be a valid name of a path parameter."))
    }
}

pub(super) fn tags(raw: &[String]) -> Result<Vec<String>, Refusal> {
    if raw.len() > 20 {
        return Err(Refusal::new("too_many", "At most 20 tags."));
    }
    raw.iter().map(|tag| fields::name(tag)).collect()
}
