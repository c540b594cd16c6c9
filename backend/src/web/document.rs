//! The OpenAPI document: the descriptions of all routes, and what they have in common.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use latchkey_shared::problem::ProblemBody;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::schema::ArrayItems;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::server::ServerBuilder;
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, ComponentsBuilder, Content, ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, PathItem,
    Ref, RefOr, Response, ResponseBuilder, Schema,
};
use utoipa::{PartialSchema as _, ToSchema as _};

use super::problem::Kind;

/// The path of the document.
pub const PATH: &str = "/api/openapi.json";

/// The tags of operations, and their descriptions.
const TAGS: [(&str, &str); 12] = [
    ("session", "Log in and out, and change the password."),
    ("tokens", "API tokens: apply for them, change, rotate and delete them."),
    ("systems", "Core systems, their APIs and their verifier keys."),
    ("projects", "Projects, their members, and the systems that are open to them."),
    ("users", "Users. They log in, or calls are made as them."),
    ("verify", "Decisions and revocations, for systems and gateways."),
    ("oauth", "OAuth 2: access tokens, introspection, revocation and metadata."),
    ("signing_keys", "The keys that sign access tokens."),
    ("data_keys", "The keys that encrypt secrets at rest, and the master key that wraps them."),
    ("audit", "The audit trail."),
    ("installation", "Settings and statistics of the installation."),
    ("operation", "Health checks and problem types, for operators."),
];

/// The descriptions of path parameters.
const PATH_PARAMETERS: [(&str, &str); 6] = [
    ("system", "The system's key or id."),
    ("api", "The API's id, key or operation id."),
    ("project", "The project's key or id."),
    ("user", "The user's id or name."),
    ("token", "The token's id."),
    ("key", "The key's id."),
];

/// The only operation below `/api/v1` without a credential.
const LOGIN: &str = "log_in";

/// Adds what all operations have in common: problems, and ways to authenticate.
#[must_use]
pub fn complete(mut document: OpenApi, session_cookie: &str) -> OpenApi {
    document.info = InfoBuilder::new()
        .title("Latchkey")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Latchkey issues API tokens and decides every call that is made with them. Administrators see all \
             tokens and can withdraw them at once. Errors are problem details (RFC 9457) with a stable `type`.",
        ))
        .license(Some(
            LicenseBuilder::new().name("Apache-2.0 OR MIT").identifier(Some("Apache-2.0 OR MIT")).build(),
        ))
        .build();
    document.servers = Some(vec![
        ServerBuilder::new().url("/").description(Some("The server that serves this document.")).build(),
    ]);
    let tag = |(name, description): (&str, &str)| {
        TagBuilder::new().name(name).description(Some(description)).build()
    };
    document.tags = Some(TAGS.map(tag).into());
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations_mut(item) {
            describe_path(path, operation);
            describe_errors(operation);
            if path.starts_with("/api/v1") {
                add_credentials(operation);
                add_problems(path, method, operation);
            }
            name_problems(path, method, operation);
            // An operation that names no credential needs none, and says so.
            operation.security.get_or_insert_default();
        }
    }
    let bearer = |description: &str| {
        SecurityScheme::Http(
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(description)).build(),
        )
    };
    let basic = HttpBuilder::new()
        .scheme(HttpAuthScheme::Basic)
        .description(Some("`client_id` and `client_secret` (RFC 6749 §2.3.1); also accepted in the body."))
        .build();
    let cookie = ApiKeyValue::with_description(session_cookie, "A person's session, from `POST /session`.");
    let mut components = ComponentsBuilder::from(document.components.take().unwrap_or_default())
        .security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)))
        .security_scheme(
            "bearer",
            bearer("A token with a grant for the operation: an open token, a one-time request or a JWT."),
        )
        .security_scheme(
            "verifier_key",
            bearer(
                "A verifier key of the system: `lkv_…`. At the listener for verifiers, a client certificate \
                 may take its place.",
            ),
        )
        .security_scheme(
            "gateway",
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
                "X-Latchkey-Verifier",
                "A verifier key of the system that names the gateway: `lkv_…`.",
            ))),
        )
        .security_scheme("client", SecurityScheme::Http(basic))
        .schema(ProblemBody::name(), ProblemBody::schema());
    let mut nested = Vec::new();
    ProblemBody::schemas(&mut nested);
    for (name, schema) in nested {
        components = components.schema(name, schema);
    }
    let mut components = components.build();
    refer_to_items(&mut components);
    document.components = Some(components);
    document
}

/// Makes pages refer to the schema of their items instead of a copy.
fn refer_to_items(components: &mut Components) {
    let known = components.schemas.clone();
    for (name, schema) in &mut components.schemas {
        let Some((item, known)) = name.strip_prefix("Page_").and_then(|item| Some((item, known.get(item)?)))
        else {
            continue;
        };
        if let RefOr::T(Schema::Object(page)) = schema
            && let Some(RefOr::T(Schema::Array(list))) = page.properties.get_mut("items")
            && matches!(&list.items, ArrayItems::RefOrSchema(copy) if **copy == *known)
        {
            list.items = ArrayItems::RefOrSchema(Box::new(RefOr::Ref(Ref::from_schema_name(item))));
        }
    }
}

/// The operations of a path, by method in upper case.
fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [
        ("GET", item.get.as_mut()),
        ("POST", item.post.as_mut()),
        ("PUT", item.put.as_mut()),
        ("PATCH", item.patch.as_mut()),
        ("DELETE", item.delete.as_mut()),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.map(|operation| (method, operation)))
}

/// Sorts the path parameters first, in the order of the path, and describes them.
fn describe_path(path: &str, operation: &mut Operation) {
    let place = |parameter: &RefOr<Parameter>| match parameter {
        RefOr::T(Parameter { parameter_in: ParameterIn::Path, name, .. }) => {
            path.find(&format!("{{{name}}}"))
        }
        _ => None,
    };
    if let Some(parameters) = &mut operation.parameters {
        parameters.sort_by_key(|parameter| place(parameter).unwrap_or(usize::MAX));
    }
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(Parameter { parameter_in: ParameterIn::Path, name, description, .. }) = parameter
            && let Some((_, known)) = PATH_PARAMETERS.iter().find(|(known, _)| known == name)
        {
            description.get_or_insert_with(|| (*known).to_owned());
        }
    }
}

/// Gives errors the schema of problems, unless the operation has another one.
fn describe_errors(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.as_str() >= "400"
            && response.content.is_empty()
        {
            response.content.insert("application/problem+json".to_owned(), problem_content().into());
        }
    }
}

fn problem_content() -> Content {
    ContentBuilder::new().schema(Some(Ref::from_schema_name(ProblemBody::name()))).build()
}

/// Lets a session or a token authenticate, unless the operation says otherwise.
fn add_credentials(operation: &mut Operation) {
    if operation.security.is_none() && operation.operation_id.as_deref() != Some(LOGIN) {
        let scheme = |name: &str| SecurityRequirement::new(name, Vec::<String>::new());
        operation.security = Some(vec![scheme("session"), scheme("bearer")]);
    }
}

/// Adds the answers that follow from the parameters and the body.
fn add_problems(path: &str, method: &str, operation: &mut Operation) {
    let mut add = |status: &str, description: &str| {
        if !operation.responses.responses.contains_key(status) {
            let response = ResponseBuilder::new()
                .description(description)
                .content("application/problem+json", problem_content());
            operation.responses.responses.insert(status.to_owned(), response.build().into());
        }
    };
    add("400", "The request cannot be read.");
    add("500", "An internal error occurred.");
    add("503", "Temporarily unavailable. Try again.");
    let in_query =
        |one: &RefOr<Parameter>| matches!(one, RefOr::T(Parameter { parameter_in: ParameterIn::Query, .. }));
    let has_query = operation.parameters.iter().flatten().any(in_query);
    let has_body = operation.request_body.is_some();
    if has_query || has_body {
        add("422", "Some fields are invalid. `errors` lists them, with the reasons.");
    }
    if has_body {
        add("413", "The body is too large.");
    }
    let takes = |body: &RefOr<RequestBody>| matches!(body, RefOr::T(body) if body.content.len() == 1 && body.content.contains_key("application/json"));
    if operation.request_body.as_ref().is_some_and(takes) {
        add("415", "The content type of the body is not supported.");
    }
    if operation.security.is_some() {
        add("401", "The request has no session and no valid credential.");
        if !is_session(path) || method != "GET" {
            add("403", "The caller may not do this.");
        }
    }
    let schemes = serde_json::to_string(&operation.security).unwrap_or_default();
    if schemes.contains("\"bearer\"") {
        add(
            "429",
            "More calls than a rate limit or a quota of the token allows, or too many wrong credentials.",
        );
    } else if schemes.contains("\"session\"") && !is_session(path) {
        add("429", "The credential is wrong, and too many others from the same address were.");
    }
    if path.contains('{') {
        add("404", "It does not exist, or the caller may not see it.");
    }
}

/// Whether a path is that of the caller's own session, which anyone may look at and end.
fn is_session(path: &str) -> bool {
    path.starts_with("/api/v1/session")
}

/// Names the possible problem types of each answer.
fn name_problems(path: &str, method: &str, operation: &mut Operation) {
    let taken = Taken::by(path, method, operation);
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        if !response.content.contains_key("application/problem+json") {
            continue;
        }
        let named = |kind: &Kind| response.description.contains(&format!("`{}`", kind.name()));
        let possible =
            |kind: &Kind| kind.status().as_str() == status && (named(kind) || taken.leads_to(*kind));
        let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(possible).collect();
        describe(response, "Problem types", &kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>());
        let types: Vec<String> = kinds.into_iter().map(Kind::uri).collect();
        response.extensions.get_or_insert_default().insert("x-problem-types".to_owned(), types.into());
    }
}

/// Names the possible OAuth error codes of each answer.
pub fn name_codes(operation: &mut Operation, codes: &[(&'static str, StatusCode)]) {
    for (status, response) in &mut operation.responses.responses {
        let of_status = codes.iter().filter(|(_, own)| own.as_str() == status);
        let names: Vec<&str> = of_status.map(|(name, _)| *name).collect();
        if let RefOr::T(response) = response
            && !names.is_empty()
        {
            describe(response, "Error codes", &names);
            response.extensions.get_or_insert_default().insert("x-error-codes".to_owned(), names.into());
        }
    }
}

/// Adds names to the description of an answer that does not have them.
fn describe(response: &mut Response, what: &str, names: &[&str]) {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    if !names.iter().all(|name| response.description.contains(name)) {
        response.description = format!("{} {what}: {}.", response.description, names.join(", "));
    }
}

/// The parts of an operation that lead to problems.
#[allow(clippy::struct_excessive_bools, reason = "each is a question of its own")]
struct Taken {
    is_session: bool,
    is_read: bool,
    writes: bool,
    session: bool,
    bearer: bool,
    anybody_else: bool,
}

impl Taken {
    fn by(path: &str, method: &str, operation: &Operation) -> Self {
        let security = serde_json::to_string(&operation.security).unwrap_or_default();
        let takes = |scheme: &str| security.contains(&format!("\"{scheme}\""));
        let is_read = matches!(method, "GET" | "HEAD");
        let asks_only = path.contains("/verify") && !path.contains("verifier-keys") || path.ends_with("/try");
        // An installation may show a secret once.
        let shows_once = operation.responses.responses.contains_key("410");
        Self {
            is_session: is_session(path),
            is_read,
            writes: path.starts_with("/api/v1") && (shows_once || !is_read && !asks_only),
            session: takes("session"),
            bearer: takes("bearer"),
            anybody_else: takes("verifier_key") || takes("gateway"),
        }
    }

    /// Whether this type of problem follows from these parts. Other types are named in the
    /// description of their answer.
    fn leads_to(&self, kind: Kind) -> bool {
        match kind {
            Kind::MalformedRequest
            | Kind::UnsupportedMediaType
            | Kind::TooLarge
            | Kind::Validation
            | Kind::NotFound
            | Kind::PreconditionFailed
            | Kind::ShownAlready
            | Kind::TooManyRequests
            | Kind::Unavailable
            | Kind::DatabaseWentBack
            | Kind::Internal => true,
            Kind::Unauthenticated => self.session || self.bearer || self.anybody_else,
            Kind::Forbidden => self.anybody_else || !self.is_session,
            Kind::CallDenied => self.bearer,
            Kind::SessionRequired => self.session && !self.bearer && !self.is_session,
            Kind::PasswordChangeRequired => self.session && !self.is_session,
            Kind::CrossSite => self.session && !self.is_read,
            Kind::NotWritten | Kind::OutcomeUnknown => self.writes,
            Kind::LoginFailed
            | Kind::Taken
            | Kind::Conflict
            | Kind::InUse
            | Kind::IdempotencyKeyReused
            | Kind::HttpsRequired
            | Kind::MethodNotAllowed => false,
        }
    }
}

/// The methods of each path in the document.
pub struct Operations(Vec<(Vec<String>, Vec<&'static str>)>);

impl Operations {
    /// Reads them from a document.
    #[must_use]
    pub fn of(document: &OpenApi) -> Self {
        let mut merged: BTreeMap<Vec<String>, Vec<&'static str>> = BTreeMap::new();
        for (path, item) in &document.paths.paths {
            let shape =
                path.split('/').map(|s| if s.starts_with('{') { "{}" } else { s }.to_owned()).collect();
            let methods = merged.entry(shape).or_default();
            for (method, _) in operations_mut(&mut item.clone()) {
                methods.push(method);
                if method == "GET" {
                    methods.push("HEAD");
                }
            }
        }
        Self(merged.into_iter().collect())
    }

    /// The methods of a path; none if it does not exist.
    #[must_use]
    pub fn methods(&self, path: &str) -> Vec<&'static str> {
        let segments: Vec<&str> = path.split('/').collect();
        let matches = |template: &[String]| {
            template.len() == segments.len()
                && template
                    .iter()
                    .zip(&segments)
                    .all(|(wanted, found)| if wanted == "{}" { !found.is_empty() } else { wanted == found })
        };
        let mut methods: Vec<_> =
            self.0.iter().filter(|(t, _)| matches(t)).flat_map(|(_, m)| m).copied().collect();
        methods.sort_unstable();
        methods.dedup();
        methods
    }
}
