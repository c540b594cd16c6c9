//! The configuration for a gateway: `?gateway=nginx`. The recipes are those of the `gateways` folder, which
//! the tests run in real gateways.

use latchkey_shared::installation::Installation;
use latchkey_shared::systems::Gateway;
use leptos::prelude::*;
use leptos::web_sys::Url;
use leptos_router::hooks::use_query_map;

use super::shared::Shared;
use crate::components::clipboard::Snippet;
use crate::components::field::Field;
use crate::components::reading::{Loaded, Reading};
use crate::navigation::{system_link, with_query};
use crate::{api, text};

/// The placeholder for an unknown verifier key.
const NO_KEY: &str = "YOUR_VERIFIER_KEY";

/// The value in the URL for calls without a gateway.
pub(super) const BY_HAND: &str = "curl";

/// The files for a gateway. Without a gateway, the example with `curl`.
fn recipes(gateway: Option<Gateway>) -> &'static [(&'static str, &'static str)] {
    match gateway {
        Some(Gateway::Nginx) => &[("nginx.conf", include_str!("../../../../gateways/nginx.conf"))],
        Some(Gateway::Caddy) => &[("Caddyfile", include_str!("../../../../gateways/Caddyfile"))],
        Some(Gateway::Traefik) => &[("traefik.yaml", include_str!("../../../../gateways/traefik.yaml"))],
        Some(Gateway::Haproxy) => &[
            ("haproxy.cfg", include_str!("../../../../gateways/haproxy.cfg")),
            ("latchkey.lua", include_str!("../../../../gateways/latchkey.lua")),
        ],
        Some(Gateway::Envoy) => &[("envoy.yaml", include_str!("../../../../gateways/envoy.yaml"))],
        None => &[("curl.sh", include_str!("../../../../gateways/curl.sh"))],
    }
}

/// The values to fill into a recipe.
#[derive(Clone, PartialEq)]
struct Values {
    url: String,
    hostname: String,
    port: String,
    system: String,
    key: String,
    upstream: String,
    listen: String,
}

impl Values {
    fn fill(&self, recipe: &str) -> String {
        [
            ("{{latchkey_url}}", &self.url),
            ("{{latchkey_hostname}}", &self.hostname),
            ("{{latchkey_port}}", &self.port),
            ("{{system}}", &self.system),
            ("{{verifier_key}}", &self.key),
            ("{{upstream}}", &self.upstream),
            ("{{listen}}", &self.listen),
        ]
        .into_iter()
        .fold(recipe.to_owned(), |filled, (place, value)| filled.replace(place, value))
    }
}

/// Splits a URL into host and port.
fn host_and_port(url: &str) -> (String, String) {
    // Cannot fail: the server sends a valid URL.
    let Ok(url) = Url::new(url) else { return (url.to_owned(), String::new()) };
    let default_port = if url.protocol() == "https:" { "443" } else { "80" };
    let port = Some(url.port()).filter(|port| !port.is_empty());
    let host = url.hostname();
    (host.trim_matches(['[', ']']).to_owned(), port.unwrap_or_else(|| default_port.to_owned()))
}

/// The choice of a gateway, and its files.
#[component]
pub(super) fn GatewayRecipes(shared: Shared) -> impl IntoView {
    let installation = Reading::new(api::installation::installation);
    let query = use_query_map();
    let chosen = Memo::new(move |_| {
        let query = query.read();
        let wanted = query.get_str("gateway").unwrap_or(Gateway::Nginx.as_str());
        Gateway::named(wanted)
    });
    let choices = Gateway::ALL.map(Some).into_iter().chain([None]);
    let key = StoredValue::new(shared.key());
    view! {
        <section class="panel">
            <h2>{text::systems::tab_gateway()}</h2>
            <p class="hint prose">{text::systems::gateway_intro()}</p>
            <nav class="switch wrapping" aria-label=text::systems::gateway()>
                {choices
                    .map(|one| {
                        let word = one.map_or(BY_HAND, Gateway::as_str);
                        view! {
                            <a
                                href=with_query(&system_link(&key.get_value(), "gateway"), &[("gateway", word)])
                                aria-current=move || (chosen.get() == one).then_some("true")
                            >
                                {one.map_or(text::systems::by_hand(), text::systems::gateway_name)}
                            </a>
                        }
                    })
                    .collect_view()}
            </nav>
            <Loaded
                reading=installation
                children=move |installation| view! { <Recipes installation shared chosen /> }
            />
        </section>
    }
}

#[component]
fn Recipes(installation: Installation, shared: Shared, chosen: Memo<Option<Gateway>>) -> impl IntoView {
    let (hostname, port) = host_and_port(&installation.public_url);
    let (upstream, listen) = (RwSignal::new("127.0.0.1:9000".to_owned()), RwSignal::new("8000".to_owned()));
    let is_own_key =
        move || shared.fresh_key.with(|fresh| fresh.as_ref().map(|fresh| fresh.gateway == chosen.get()));
    let values = Memo::new(move |_| {
        let fresh = shared.fresh_key.read();
        let own = fresh.as_ref().filter(|fresh| fresh.gateway == chosen.get());
        let listen = listen.read().trim().to_owned();
        let is_port = listen.bytes().all(|byte| byte.is_ascii_digit());
        Values {
            url: installation.public_url.clone(),
            hostname: hostname.clone(),
            port: port.clone(),
            system: shared.key(),
            key: own.and_then(|fresh| fresh.key.clone()).unwrap_or_else(|| NO_KEY.to_owned()),
            upstream: upstream.read().trim().to_owned(),
            // nginx takes a bare port to listen on all addresses. The others need a colon before it.
            listen: if is_port && chosen.get() != Some(Gateway::Nginx) {
                format!(":{listen}")
            } else {
                listen
            },
        }
    });
    let asks_for = move |place: &str| recipes(chosen.get()).iter().any(|(_, recipe)| recipe.contains(place));
    let note = move || match is_own_key() {
        Some(true) => text::systems::with_fresh_key(),
        Some(false) => text::systems::with_wrong_key(),
        None => text::systems::without_key(),
    };
    view! {
        <div class="fields">
            <Show when=move || asks_for("{{listen}}")>
                <Field
                    name="listen"
                    label=text::systems::listen()
                    value=listen
                    hint=text::systems::listen_hint()
                />
            </Show>
            <Show when=move || asks_for("{{upstream}}")>
                <Field
                    name="upstream"
                    label=text::systems::upstream()
                    value=upstream
                    hint=text::systems::upstream_hint()
                />
            </Show>
        </div>
        <p class="notice warn" role="status">{note}</p>
        {move || {
            recipes(chosen.get())
                .iter()
                .map(|&(file, recipe)| view! {
                    <Snippet label=file content=Signal::derive(move || values.read().fill(recipe)) />
                })
                .collect_view()
        }}
    }
}
