//! Temporary passwords: generated or typed, set and handed over.

use latchkey_shared::fields;
use latchkey_shared::users::{User, UserPatch};
use latchkey_shared::warning::Warning;
use leptos::prelude::*;

use crate::components::clipboard::Snippet;
use crate::components::field::{Check, Field};
use crate::components::form::{Checked, Foot, Form};
use crate::components::listing::Reload;
use crate::components::write::Write;
use crate::{api, text};

/// A temporary password, either generated or typed by the administrator.
#[derive(Clone, Copy)]
pub(super) struct Temporary {
    pub(super) is_own: RwSignal<bool>,
    pub(super) typed: RwSignal<String>,
    pub(super) rule: Checked,
    pub(super) cannot_generate: RwSignal<bool>,
}

impl Temporary {
    pub(super) fn new(error: Signal<Option<api::Error>>) -> Self {
        let (is_own, typed) = (RwSignal::new(false), RwSignal::new(String::new()));
        let rule = move |typed: &str| if is_own.get() { fields::password(typed) } else { Ok(()) };
        Self {
            is_own,
            typed,
            rule: Checked::new(typed, rule, error, "password"),
            cannot_generate: RwSignal::new(false),
        }
    }

    /// The password, if it is valid.
    pub(super) fn take(self) -> Option<String> {
        if !self.rule.holds() {
            return None;
        }
        if self.is_own.get_untracked() {
            return Some(self.typed.get_untracked());
        }
        let made = generate();
        if made.is_none() {
            self.cannot_generate.set(true);
            self.is_own.set(true);
        }
        made
    }
}

/// Generates a password of 100 random bits that can be read aloud: four groups of five letters or digits,
/// without those that look alike. `None` if the browser has no source of randomness.
fn generate() -> Option<String> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0; 20];
    window().crypto().ok()?.get_random_values_with_u8_array(&mut bytes).ok()?;
    let groups = bytes.chunks(5).map(|group| {
        let letters = group.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
        letters.collect::<String>()
    });
    Some(groups.collect::<Vec<_>>().join("-"))
}

#[component]
pub(super) fn TemporaryPassword(password: Temporary) -> impl IntoView {
    view! {
        <fieldset>
            <legend>{text::users::temporary_password()}</legend>
            <Show when=move || !password.is_own.get()>
                <p class="hint">{text::users::generated_hint()}</p>
            </Show>
            <Show when=move || password.cannot_generate.get()>
                <p class="error" role="alert">{text::users::no_randomness()}</p>
            </Show>
            <Check label=text::users::choose_it_myself() value=password.is_own />
            <Show when=move || password.is_own.get()>
                <Field
                    name="password"
                    label=text::session::password()
                    value=password.typed
                    autocomplete="new-password"
                    hint=text::users::at_least_12()
                    error=password.rule.error()
                    focused=true
                />
            </Show>
        </fieldset>
    }
}

/// A password that was just set. It is stored nowhere else in plain text.
#[derive(Clone)]
pub(super) struct Handed {
    pub(super) username: String,
    pub(super) password: String,
    pub(super) warnings: Vec<Warning>,
}

#[component]
pub(super) fn HandOver(handed: Handed, open: RwSignal<bool>) -> impl IntoView {
    view! {
        {handed
            .warnings
            .iter()
            .map(|warning| view! { <p class="notice warn">{text::problems::warning(warning)}</p> })
            .collect::<Vec<_>>()}
        <p>{text::users::shown_once()}</p>
        <Snippet label=text::users::password_of(&handed.username) content=Signal::stored(handed.password) />
        <div class="buttons">
            <button type="button" autofocus on:click=move |_| open.set(false)>{text::users::done()}</button>
        </div>
    }
}

#[component]
pub(crate) fn SetPassword(
    user: RwSignal<Option<User>>,
    open: RwSignal<bool>,
    title: RwSignal<String>,
    reload: Reload,
) -> impl IntoView {
    title.set(text::users::set_password().to_owned());
    let Some(user) = user.get_untracked() else { return ().into_any() };
    let handed = RwSignal::new(None::<Handed>);
    let means = StoredValue::new(text::users::set_password_means(&user.display_name));
    let write = Write::new(
        move |password: String| {
            let id = user.id.clone();
            async move {
                let change = UserPatch { password: Some(password.clone()), ..UserPatch::default() };
                let user = api::users::change(id.as_str(), &change).await?;
                Ok(Handed { username: user.username, password, warnings: Vec::new() })
            }
        },
        move |made| {
            handed.set(Some(made));
            title.set(text::users::password_set().to_owned());
            reload.now();
        },
    );
    let error = write.error();
    let password = Temporary::new(error);
    let submit = move || {
        if let Some(password) = password.take() {
            write.send(password);
        }
    };
    view! {
        {move || match handed.get() {
            Some(handed) => view! { <HandOver handed open /> }.into_any(),
            None => {
                view! {
                    <Form submit error fields=&["password"]>
                        <p>{means.get_value()}</p>
                        <TemporaryPassword password />
                        <Foot cancel=move |()| open.set(false) says=(text::users::set(), text::users::setting()) pending=write.pending() />
                    </Form>
                }
                    .into_any()
            }
        }}
    }
    .into_any()
}
