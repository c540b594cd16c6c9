//! Extractors. Their errors are problems that name the field.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use futures_util::future::LocalBoxFuture;
use latchkey_shared::fields::Refusal;
use latchkey_shared::problem::FieldError;
use serde::de::DeserializeOwned;

use super::pieces;
use super::problem::{Kind, Problem};
use crate::crypto::{from_base64url, to_base64url};
use crate::json::Objects;

/// The largest JSON body, except for imports.
const JSON_LIMIT: usize = 512 * 1024;

/// A JSON body before it is read.
///
/// Extractors run before the handler, and the first one that fails answers. So this one never
/// fails. The handler checks the rights of the caller, and then reads the body.
pub struct Body<T> {
    request: HttpRequest,
    payload: Payload,
    of: PhantomData<T>,
}

impl<T: DeserializeOwned> Body<T> {
    /// Reads the body.
    pub async fn json(self) -> Result<T, Problem> {
        if !self.request.content_type().eq_ignore_ascii_case("application/json") {
            return Err(
                Problem::new(Kind::UnsupportedMediaType).with_detail("Send Content-Type: application/json.")
            );
        }
        parse_json(&read(self.payload, JSON_LIMIT).await?)
    }

    /// Reads a body that may be absent.
    pub async fn json_or_default(self) -> Result<T, Problem>
    where
        T: Default,
    {
        if self.request.headers().get(header::CONTENT_TYPE).is_some() {
            return self.json().await;
        }
        let body = read(self.payload, JSON_LIMIT).await?;
        if body.is_empty() { Ok(T::default()) } else { parse_json(&body) }
    }
}

impl<T: 'static> FromRequest for Body<T> {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Ok(Self { request: request.clone(), payload: payload.take(), of: PhantomData }))
    }
}

/// A JSON body that is read before the handler runs, for operations that anybody may call.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = Body { request: request.clone(), payload: payload.take(), of: PhantomData };
        Box::pin(async move { body.json().await.map(Self) })
    }
}

/// Reads a body of at most `limit` bytes.
pub async fn read(payload: Payload, limit: usize) -> Result<Bytes, Problem> {
    let mut pieces = pieces::read(payload, limit).await?;
    // Most bodies come in one.
    if pieces.len() > 1 {
        return Ok(pieces.concat().into());
    }
    Ok(pieces.pop().unwrap_or_default())
}

/// Parses JSON and names the field of an error. A syntax error is a malformed request. A wrong
/// type, an unknown field or a missing field is a validation error.
pub fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(Objects(&mut deserializer)).map_err(|error| {
        let path = error.path().to_string();
        let mut field = if path == "." { String::new() } else { path };
        let cause = error.into_inner();
        if cause.is_data() {
            let message = cause.to_string();
            if let Some(missing) = missing_field(&message) {
                field = if field.is_empty() { missing.to_owned() } else { format!("{field}.{missing}") };
            }
            let code = match &message {
                text if text.starts_with("unknown field") => "unknown_field",
                text if text.starts_with("missing field") => "required",
                _ => "wrong_type",
            };
            Problem::validation(vec![FieldError { field, code: code.to_owned(), message }])
        } else {
            Problem::new(Kind::MalformedRequest).with_detail(format!("The body is not JSON: {cause}."))
        }
    })?;
    deserializer.end().map_err(|cause| {
        Problem::new(Kind::MalformedRequest).with_detail(format!("The body is not JSON: {cause}."))
    })?;
    Ok(value)
}

/// The missing field. serde has it only in its message.
fn missing_field(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.split_once('`').map(|(field, _)| field)
}

/// The query parameters. As with [`Body`], the handler decides when to read them.
pub struct Query<T> {
    request: HttpRequest,
    of: PhantomData<T>,
}

impl<T: DeserializeOwned> Query<T> {
    /// Reads the parameters.
    pub fn read(self) -> Result<T, Problem> {
        let query = self.request.query_string();
        if query.len() > 8 * 1024 {
            return Err(Problem::new(Kind::MalformedRequest).with_detail("The query is too long."));
        }
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        serde_path_to_error::deserialize(serde::de::value::MapDeserializer::new(
            pairs.map(|(name, value)| (name, Parameter(value))),
        ))
        .map_err(|error: serde_path_to_error::Error<serde::de::value::Error>| {
            let path = error.path().to_string();
            Problem::validation(vec![FieldError {
                field: if path == "." { String::new() } else { path },
                code: "invalid_parameter".to_owned(),
                message: error.into_inner().to_string(),
            }])
        })
    }
}

impl<T: 'static> FromRequest for Query<T> {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self { request: request.clone(), of: PhantomData }))
    }
}

/// Encodes a cursor. It is opaque for clients.
#[must_use]
pub fn write_cursor(position: &str) -> String {
    to_base64url(position)
}

/// Decodes the position in a cursor.
pub fn read_cursor(cursor: &str) -> Result<String, Problem> {
    let position = from_base64url(cursor).and_then(|bytes| String::from_utf8(bytes).ok());
    position.filter(|position| !position.contains('\0')).ok_or_else(|| {
        Problem::field(
            "cursor",
            Refusal::new("invalid_cursor", "Must be the `next_cursor` of an earlier page."),
        )
    })
}

/// A text that is parsed as the type of its field.
struct Parameter<'a>(std::borrow::Cow<'a, str>);

impl serde::de::IntoDeserializer<'_> for Parameter<'_> {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parse_text {
    ($($method:ident => $visit:ident),*) => {
        $(fn $method<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            match self.0.parse() {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(serde::de::Error::custom(format_args!("`{}` is not what is wanted here", self.0))),
            }
        })*
    };
}

impl<'de> serde::Deserializer<'de> for Parameter<'_> {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_str(&self.0)
    }

    fn deserialize_option<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: serde::de::Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        use serde::de::IntoDeserializer as _;
        let unit: serde::de::value::StrDeserializer<'_, Self::Error> = (*self.0).into_deserializer();
        unit.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_newtype_struct<V: serde::de::Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    parse_text!(deserialize_bool => visit_bool, deserialize_i64 => visit_i64, deserialize_i32 => visit_i32,
        deserialize_u64 => visit_u64, deserialize_u32 => visit_u32, deserialize_u16 => visit_u16);

    serde::forward_to_deserialize_any! {
        i8 i16 i128 u8 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map
        struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        name: String,
        #[serde(default)]
        count: Option<u32>,
        #[serde(default)]
        inner: Vec<Inner>,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Inner {
        #[allow(dead_code, reason = "it is only read in")]
        name: Option<String>,
    }

    fn errors(body: &str) -> (Kind, String) {
        let problem = parse_json::<Wanted>(body.as_bytes()).expect_err("must be refused");
        (
            problem.kind(),
            problem.errors().first().map(|e| format!("{}:{}", e.field, e.code)).unwrap_or_default(),
        )
    }

    #[test]
    fn json_errors_name_their_field() {
        assert_eq!(errors(r#"{"name": 3}"#), (Kind::Validation, "name:wrong_type".into()));
        assert_eq!(errors(r#"{"name": "x", "nam": 3}"#), (Kind::Validation, "nam:unknown_field".into()));
        assert_eq!(errors("{}"), (Kind::Validation, "name:required".into()));
        assert_eq!(errors(r#"["x", null]"#), (Kind::Validation, ":wrong_type".into()));
        let nested = r#"{"name": "x", "inner": [{}, [null]]}"#;
        assert_eq!(errors(nested), (Kind::Validation, "inner[1]:wrong_type".into()));
        assert_eq!(errors("{").0, Kind::MalformedRequest);
        assert_eq!(errors(r#"{"name": "x"} x"#).0, Kind::MalformedRequest);
        assert_eq!(errors("{\"name\": \"\u{0}\"}").0, Kind::MalformedRequest);
        let wanted = parse_json::<Wanted>(br#"{"name": "x", "count": 3}"#).expect("is right");
        assert_eq!((wanted.name.as_str(), wanted.count, wanted.inner.len()), ("x", Some(3), 0));
    }

    #[test]
    fn parameters_are_parsed_as_their_fields() {
        let request =
            |query: &str| actix_web::test::TestRequest::with_uri(&format!("/?{query}")).to_http_request();
        let wanted = |query: &str| Query::<Wanted> { request: request(query), of: PhantomData }.read();
        let found = wanted("name=a%20b&count=7").expect("is right");
        assert_eq!((found.name.as_str(), found.count), ("a b", Some(7)));
        for wrong in ["name=a&count=x", "count=1", "name=a&other=1", "name=a&name=b"] {
            assert_eq!(wanted(wrong).err().map(|p| p.kind()), Some(Kind::Validation), "{wrong}");
        }
    }
}
