//! The table of tokens.

use latchkey_shared::tokens::TokenSummary;
use leptos::prelude::*;

use crate::components::each::Each;
use crate::components::listing::Reload;
use crate::components::menu::Menu;
use crate::components::status::StatusBadge;
use crate::components::token_actions::{HandOver, TokenName, other_switch, switch};
use crate::text;
use crate::time::{Expiry, LastUsed, Moment};

/// The table of tokens.
#[component]
pub(crate) fn Table(
    rows: RwSignal<Vec<TokenSummary>>,
    selected: RwSignal<Vec<TokenName>>,
    delete: RwSignal<Option<TokenName>>,
    reload: Reload,
    /// Whether the user can manage tokens.
    can_apply: bool,
) -> impl IntoView {
    let manageable = move || rows.read().iter().filter(|token| token.manageable).count();
    let all = move || manageable() > 0 && selected.read().len() == manageable();
    let toggle_all = move |_| {
        let names = if untrack(all) {
            Vec::new()
        } else {
            rows.read_untracked().iter().filter(|token| token.manageable).map(TokenName::from).collect()
        };
        selected.set(names);
    };
    view! {
        <table class="tokens">
            <thead>
                <tr>
                    {can_apply
                        .then(|| view! {
                            <td class="select">
                                <input
                                    type="checkbox"
                                    aria-label=text::tokens::select_all()
                                    prop:checked=all
                                    disabled=move || manageable() == 0
                                    on:change=toggle_all
                                />
                            </td>
                        })}
                    <th scope="col">{text::name()}</th>
                    <th scope="col">{text::status()}</th>
                    <th scope="col" class="minor">{text::tokens::expires()}</th>
                    <th scope="col" class="minor">{text::tokens::last_used()}</th>
                    <th scope="col" class="minor">{text::created()}</th>
                    {can_apply.then(|| view! { <th scope="col" class="row-actions">{text::actions()}</th> })}
                </tr>
            </thead>
            <tbody>
                <Each
                    of=rows
                    key=|token| format!("{} {} {:?}", token.id, token.updated_at, token.status)
                    let:token
                >
                    <Row token selected delete reload can_apply />
                </Each>
            </tbody>
        </table>
    }
}

#[component]
fn Row(
    token: TokenSummary,
    selected: RwSignal<Vec<TokenName>>,
    delete: RwSignal<Option<TokenName>>,
    reload: Reload,
    can_apply: bool,
) -> impl IntoView {
    let this = TokenName::from(&token);
    let page = format!("/tokens/{}", token.id);
    let details = page.clone();
    let cells = token.manageable.then(|| {
        let (is_selected, toggled) = (this.clone(), this.clone());
        let toggle = move |_| {
            selected.update(|selected| {
                if let Some(at) = selected.iter().position(|one| one.id == toggled.id) {
                    selected.remove(at);
                } else {
                    selected.push(toggled.clone());
                }
            });
        };
        let switch = switch(move || reload.now());
        let other = other_switch(token.status);
        let (switched, deleted, copied) = (this.clone(), this.clone(), this.clone());
        let name = token.name.clone();
        (
            view! {
                <td class="select">
                    <input
                        type="checkbox"
                        aria-label=text::tokens::select(&name)
                        prop:checked=move || selected.read().iter().any(|one| one.id == is_selected.id)
                        on:change=toggle
                    />
                </td>
            },
            view! {
                <td class="row-actions">
                    <div>
                        <HandOver token=this.clone() is_small=true />
                        <a
                            class="button quiet small"
                            href=format!("{page}/modify")
                            aria-label=format!("{} {name}", text::modify())
                        >
                            {text::modify()}
                        </a>
                        <button
                            type="button"
                            class="quiet danger small"
                            aria-label=format!("{} {name}", text::delete())
                            on:click=move |_| delete.set(Some(deleted.clone()))
                        >
                            {text::delete()}
                        </button>
                        <Menu id=format!("more-{}", token.id) label=text::tokens::more_for(&name) is_icon=true>
                            <a href=page.clone()>{text::tokens::details()}</a>
                            <a href=format!("/tokens/new?kind={}&from={}", copied.kind.as_str(), copied.id)>
                                {text::tokens::duplicate()}
                            </a>
                            <button type="button" on:click=move |_| switch.send((switched.clone(), other))>
                                {text::tokens::switch_to(other)}
                            </button>
                        </Menu>
                    </div>
                </td>
            },
        )
    });
    // A token that is only granted to the user has empty cells, because the table has columns for actions.
    let (select, actions) = match cells {
        Some((select, actions)) => (Some(select.into_any()), Some(actions.into_any())),
        None if can_apply => {
            (Some(view! { <td class="select"></td> }.into_any()), Some(view! { <td></td> }.into_any()))
        }
        None => (None, None),
    };
    view! {
        <tr>
            {select}
            <th scope="row">
                <a href=details>{token.name}</a>
                <span class="sub">
                    {text::tokens::reach(token.kind, token.grant_count, token.target_count)}
                </span>
            </th>
            <td><StatusBadge status=token.status /></td>
            <td class="minor"><Expiry at=token.expires_at /></td>
            <td class="minor"><LastUsed at=token.last_used_at /></td>
            <td class="minor"><Moment at=token.created_at /></td>
            {actions}
        </tr>
    }
}
