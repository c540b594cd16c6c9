//! The screens: files that `cargo xtask build` built and compressed. They are part of this
//! program. Without them the server still runs, and `/` says how to get them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use actix_web::http::header::{
    self, AcceptEncoding, ContentEncoding, ETag, EntityTag, Header as _, IfNoneMatch, Preference, Quality,
};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha256};

use crate::configuration::Configuration;

/// Reading this variable makes cargo embed the files again after a build.
const _: Option<&str> = option_env!("LATCHKEY_SPA_FINGERPRINT");

#[derive(RustEmbed)]
#[folder = "../frontend/dist"]
#[allow_missing = true]
struct Dist;

static SPA: LazyLock<Spa> = LazyLock::new(|| {
    Spa::new(Dist::iter().filter_map(|path| {
        // The digest was made when the program was built. Making it here would load all files.
        Dist::get(&path).map(|file| (path.into_owned(), file.data, file.metadata.sha256_hash()))
    }))
});

/// Paths of the API. An unknown path below them is not a page.
const API_PATHS: [&str; 8] =
    ["/api", "/oauth2", "/.well-known", "/auth", "/healthz", "/readyz", "/metrics", "/problems"];

const UNBUILT: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Latchkey</title>
<h1>Latchkey is running, without its screens</h1>
<p>This server was built without them; <code>cargo xtask run</code> builds both.</p>
<p>The API is all there: <a href="/api/docs/">/api/docs</a>.</p>
</html>
"#;

/// Answers with a file of the screens, or with their page for a path that only they know.
/// `None` if the request is not for the screens.
#[must_use]
pub fn respond(request: &HttpRequest) -> Option<HttpResponse> {
    SPA.respond(request)
}

/// Whether a browser asks for a page or a file of the screens.
#[must_use]
pub fn is_for_screens(request: &HttpRequest) -> bool {
    let path = request.path();
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_page = path == "/" || !belongs_to_api(path) && accepts_html(request);
    is_read && (is_page || path.starts_with("/assets/"))
}

/// Tells a browser to use HTTPS only (RFC 6797). On a developer's machine, that would break all other servers
/// of `localhost`.
fn require_https(request: &HttpRequest, response: &mut HttpResponseBuilder) {
    let info = request.connection_info();
    let host = info.host().split(':').next().unwrap_or_default();
    let has_certificate = |it: &Data<Configuration>| it.tls.is_some();
    if request.app_data::<Data<Configuration>>().is_some_and(has_certificate) && host != "localhost" {
        response.insert_header((header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"));
    }
}

/// The files, ready to be sent.
struct Spa {
    files: HashMap<String, File>,
    content_security_policy: String,
}

/// A file in all its encodings, the best first, the plain file last.
struct File {
    content_type: String,
    variants: Vec<Variant>,
}

struct Variant {
    encoding: ContentEncoding,
    etag: EntityTag,
    content: Bytes,
}

impl Spa {
    /// From the paths, contents and digests of files.
    fn new(files: impl Iterator<Item = (String, Cow<'static, [u8]>, [u8; 32])>) -> Self {
        let contents: HashMap<String, (Bytes, [u8; 32])> = files
            .map(|(path, content, digest)| {
                let content = match content {
                    Cow::Borrowed(content) => Bytes::from_static(content),
                    Cow::Owned(content) => Bytes::from(content),
                };
                (format!("/{path}"), (content, digest))
            })
            .collect();
        let page =
            contents.get("/index.html").map(|(page, _)| String::from_utf8_lossy(page)).unwrap_or_default();
        let content_security_policy = content_security_policy(&page);
        let files = contents
            .keys()
            .filter(|path| !matches!(path.rsplit_once('.'), Some((_, "br" | "gz"))))
            .map(|path| (path.clone(), File::new(path, &contents)))
            .collect();
        Self { files, content_security_policy }
    }

    fn respond(&self, request: &HttpRequest) -> Option<HttpResponse> {
        let path = request.path();
        if !is_for_screens(request) {
            return None;
        }
        if path.starts_with("/assets/") {
            return self.files.get(path).map(|asset| {
                // The name contains a hash of the content.
                asset.respond(request, "public, max-age=31536000, immutable", |_| {})
            });
        }
        let Some(page) = self.files.get("/index.html") else {
            let mut response = HttpResponse::NotFound();
            require_https(request, &mut response);
            return Some(response.content_type("text/html; charset=utf-8").body(UNBUILT));
        };
        Some(page.respond(request, "no-cache", |response| {
            response
                .insert_header((header::CONTENT_SECURITY_POLICY, self.content_security_policy.as_str()))
                .insert_header((header::REFERRER_POLICY, "no-referrer"))
                .insert_header((header::X_FRAME_OPTIONS, "DENY"))
                .insert_header(("Cross-Origin-Opener-Policy", "same-origin"))
                .insert_header(("Permissions-Policy", "camera=(), geolocation=(), microphone=()"));
            require_https(request, response);
        }))
    }
}

impl File {
    fn new(path: &str, contents: &HashMap<String, (Bytes, [u8; 32])>) -> Self {
        let variants = [
            (ContentEncoding::Brotli, format!("{path}.br")),
            (ContentEncoding::Gzip, format!("{path}.gz")),
            (ContentEncoding::Identity, path.to_owned()),
        ];
        let variants = variants.into_iter().filter_map(|(encoding, path)| {
            let (content, digest) = contents.get(&path)?;
            let etag = EntityTag::new_strong(URL_SAFE_NO_PAD.encode(&digest[..12]));
            Some(Variant { encoding, etag, content: content.clone() })
        });
        let guess = mime_guess::from_path(path).first_or_octet_stream();
        let content_type =
            if guess.type_() == "text" { format!("{guess}; charset=utf-8") } else { guess.to_string() };
        Self { content_type, variants: variants.collect() }
    }

    /// The file in the best encoding for the client, or a 304 if the client has it.
    fn respond(
        &self,
        request: &HttpRequest,
        cache_control: &'static str,
        with_headers: impl FnOnce(&mut HttpResponseBuilder),
    ) -> HttpResponse {
        let accepted = AcceptEncoding::parse(request).unwrap_or(AcceptEncoding(Vec::new()));
        let Some(variant) = self.variants.iter().find(|variant| accepts(&accepted, variant.encoding)) else {
            return HttpResponse::NotAcceptable().finish();
        };
        let is_known = match IfNoneMatch::parse(request) {
            Ok(IfNoneMatch::Any) => true,
            Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|tag| tag.weak_eq(&variant.etag)),
            Err(_) => false,
        };
        let status = if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
        let mut response = HttpResponse::build(status);
        response
            .insert_header(ETag(variant.etag.clone()))
            .insert_header((header::CACHE_CONTROL, cache_control))
            .insert_header((header::VARY, "Accept-Encoding"))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .insert_header(("Cross-Origin-Resource-Policy", "same-origin"));
        with_headers(&mut response);
        if is_known {
            return response.finish();
        }
        if variant.encoding != ContentEncoding::Identity {
            response.insert_header(variant.encoding);
        }
        response.content_type(self.content_type.as_str()).body(variant.content.clone())
    }
}

/// Whether the client accepts this encoding. The plain file is accepted unless it is ruled out
/// (RFC 9110 §12.5.3).
fn accepts(accepted: &AcceptEncoding, encoding: ContentEncoding) -> bool {
    let quality_of = |name: &str| {
        accepted
            .iter()
            .find(|item| matches!(&item.item, Preference::Specific(named) if named.to_string() == name))
            .map(|item| item.quality)
    };
    let any = accepted.iter().find(|item| item.item == Preference::Any).map(|item| item.quality);
    let quality = quality_of(encoding.as_str()).or(any);
    let by_default = if encoding == ContentEncoding::Identity { Quality::MAX } else { Quality::ZERO };
    quality.unwrap_or(by_default) > Quality::ZERO
}

fn belongs_to_api(path: &str) -> bool {
    API_PATHS
        .iter()
        .any(|api| path.strip_prefix(api).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// Whether a browser asks for a page.
fn accepts_html(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// Only our own files may run or load. The page's inline loader is allowed by its hash, and
/// WebAssembly may be compiled.
fn content_security_policy(page: &str) -> String {
    let inline = page.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (script, _) = rest.split_once("</script>")?;
        let hash = STANDARD.encode(Sha256::digest(script));
        (!attributes.contains("src=")).then(|| format!(" 'sha256-{hash}'"))
    });
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'{}; object-src 'none'; \
         frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
        inline.collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn built() -> Spa {
        let file = |path: &str, content: &'static str| {
            let content = content.as_bytes();
            (path.to_owned(), Cow::Borrowed(content), Sha256::digest(content).into())
        };
        Spa::new(
            [
                file("index.html", "<script type=module>start()</script>"),
                file("index.html.br", "packed page"),
                file("assets/app-1.js", "plain"),
                file("assets/app-1.js.br", "brotli"),
                file("assets/app-1.js.gz", "gzip"),
            ]
            .into_iter(),
        )
    }

    fn get(path: &str, headers: &[(&'static str, &str)]) -> Option<HttpResponse> {
        let request = TestRequest::with_uri(path);
        let request = headers.iter().fold(request, |request, header| request.insert_header(*header));
        built().respond(&request.to_http_request())
    }

    fn header_of(response: &HttpResponse, name: &str) -> String {
        response
            .headers()
            .get(name)
            .map(|value| value.to_str().expect("is text").to_owned())
            .unwrap_or_default()
    }

    #[test]
    fn a_file_is_sent_in_the_best_encoding_that_the_client_takes() {
        for (accept_encoding, encoding) in [
            ("gzip, deflate, br, zstd", "br"),
            ("gzip", "gzip"),
            ("br;q=0, gzip;q=0.1", "gzip"),
            ("*", "br"),
            ("deflate", ""),
            ("", ""),
        ] {
            let asset = get("/assets/app-1.js", &[("accept-encoding", accept_encoding)]).expect("is known");
            assert_eq!(header_of(&asset, "content-encoding"), encoding, "{accept_encoding}");
            assert_eq!(header_of(&asset, "vary"), "Accept-Encoding");
            assert!(header_of(&asset, "content-type").starts_with("text/javascript"));
            assert!(header_of(&asset, "cache-control").contains("immutable"));
        }
        let refused = get("/assets/app-1.js", &[("accept-encoding", "identity;q=0")]).expect("is known");
        assert_eq!(refused.status(), StatusCode::NOT_ACCEPTABLE);
    }

    #[test]
    fn a_file_that_the_client_has_is_not_sent_again() {
        let first = get("/", &[]).expect("is the page");
        let again = get("/", &[("if-none-match", &header_of(&first, "etag"))]).expect("is the page");
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(header_of(&again, "cache-control"), "no-cache");
        let packed = [("if-none-match", &*header_of(&first, "etag")), ("accept-encoding", "br")];
        assert_eq!(get("/", &packed).expect("is the page").status(), StatusCode::OK);
    }

    #[test]
    fn a_deep_link_serves_the_page_but_an_unknown_file_or_api_path_does_not() {
        let html = [("accept", "text/html,application/xhtml+xml,*/*;q=0.8")];
        for path in ["/", "/tokens", "/tokens/tok_1/issued", "/apiary", "/login?next=%2Ftokens"] {
            assert_eq!(get(path, &html).map(|page| page.status()), Some(StatusCode::OK), "{path}");
        }
        for path in
            ["/assets/gone-2.js", "/api", "/api/v1/nothing", "/oauth2/x", "/.well-known/x", "/metrics"]
        {
            assert!(get(path, &html).is_none(), "{path}");
        }
        assert!(get("/tokens", &[("accept", "*/*")]).is_none());
        let post = TestRequest::post().uri("/tokens").insert_header(html[0]).to_http_request();
        assert!(built().respond(&post).is_none());
    }

    #[test]
    fn the_page_may_run_its_own_loader_and_nothing_else() {
        let page = get("/", &[]).expect("is the page");
        let policy = header_of(&page, "content-security-policy");
        let hash = STANDARD.encode(Sha256::digest("start()"));
        assert!(
            policy.contains(&format!("script-src 'self' 'wasm-unsafe-eval' 'sha256-{hash}';")),
            "{policy}"
        );
        assert!(!policy.contains("unsafe-inline"));
        assert_eq!(header_of(&page, "x-content-type-options"), "nosniff");
    }

    #[test]
    fn without_built_screens_the_page_says_how_to_build_them() {
        let unbuilt = Spa::new(std::iter::empty());
        let page = unbuilt.respond(&TestRequest::default().to_http_request()).expect("is a page");
        assert_eq!(page.status(), StatusCode::NOT_FOUND);
    }
}
