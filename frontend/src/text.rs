//! Every sentence on the screen, in one place.

use latchkey_shared::tokens::{Kind, Status};

pub(crate) const PRODUCT: &str = "Latchkey";
pub(crate) const SKIP_TO_CONTENT: &str = "Skip to content";

pub(crate) const LOG_IN: &str = "Log in";
pub(crate) const LOGGING_IN: &str = "Logging in…";
pub(crate) const LOG_OUT: &str = "Log out";
pub(crate) const USERNAME: &str = "User name";
pub(crate) const PASSWORD: &str = "Password";
pub(crate) const SESSION_OVER: &str = "Log in to go on where you were.";

pub(crate) const CHANGE_PASSWORD: &str = "Change password";
pub(crate) const CHANGING_PASSWORD: &str = "Changing…";
pub(crate) const CHOOSE_PASSWORD: &str = "Choose your own password";
pub(crate) const TEMPORARY_PASSWORD_HINT: &str =
    "The password you logged in with is temporary. Choose one that only you know.";
pub(crate) const CURRENT_PASSWORD: &str = "Current password";
pub(crate) const NEW_PASSWORD: &str = "New password";
pub(crate) const NEW_PASSWORD_HINT: &str =
    "At least 12 characters; a few words that only you combine are good.";
pub(crate) const REPEAT_PASSWORD: &str = "New password, again";
pub(crate) const PASSWORDS_DIFFER: &str = "This is not the same password.";
pub(crate) const CANCEL: &str = "Cancel";
pub(crate) const SHOW_PASSWORD: &str = "Show password";

pub(crate) const TOKENS: &str = "Tokens";
pub(crate) const KIND_OF_TOKEN: &str = "Kind of token";
pub(crate) const SEARCH: &str = "Search";
pub(crate) const SEARCH_BY_NAME: &str = "Search by name";
pub(crate) const CLEAR_SEARCH: &str = "Clear search";
pub(crate) const NAME: &str = "Name";
pub(crate) const STATUS: &str = "Status";
pub(crate) const EXPIRES: &str = "Expires";
pub(crate) const LAST_USED: &str = "Last used";
pub(crate) const CREATED: &str = "Created";
pub(crate) const NEVER: &str = "never";
pub(crate) const SHOW_MORE: &str = "Show more";
pub(crate) const LOADING: &str = "Loading…";
pub(crate) const TRY_AGAIN: &str = "Try again";
pub(crate) const LIST_FAILED: &str = "The list could not be loaded";
pub(crate) const API_DOCUMENTATION: &str = "API documentation";

pub(crate) const NOT_FOUND: &str = "There is no such page";
pub(crate) const NOT_FOUND_HINT: &str = "The address may be mistyped, or what it named is gone.";
pub(crate) const GO_TO_TOKENS: &str = "Go to the tokens";

pub(crate) const UNREACHABLE: &str = "The server cannot be reached. Check the connection and try again.";

/// The answer was none that the server itself gives.
pub(crate) fn unexpected(status: u16) -> String {
    format!("The server gave an answer that cannot be understood (HTTP {status}). Try again in a moment.")
}

pub(crate) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Rsa => "RSA",
        Kind::Jwt => "JWT",
    }
}

pub(crate) fn status(status: Status) -> &'static str {
    match status {
        Status::Active => "Active",
        Status::Disabled => "Disabled",
        Status::Expired => "Expired",
    }
}

/// The list is empty, and nothing was searched.
pub(crate) fn no_tokens(kind: Kind) -> &'static str {
    match kind {
        Kind::Rsa => "No RSA tokens yet",
        Kind::Jwt => "No JWT tokens yet",
    }
}

/// What to do about it.
pub(crate) fn no_tokens_hint(kind: Kind) -> &'static str {
    match kind {
        Kind::Rsa => {
            "An RSA token lets a service call the APIs that it is granted, in the projects that it is for. \
             Apply for the first one with POST /api/v1/tokens."
        }
        Kind::Jwt => {
            "A JWT token lets a program call the APIs that it is granted, as one of the users that it is for. \
             Apply for the first one with POST /api/v1/tokens."
        }
    }
}

/// The list is empty because this person administers nothing.
pub(crate) fn no_tokens_for_you(kind: Kind) -> &'static str {
    match kind {
        Kind::Rsa => {
            "RSA tokens are managed by the administrators of their projects, and you administer none. \
             Ask an administrator of your project."
        }
        Kind::Jwt => {
            "You would see the JWT tokens that are granted to you. So far there are none; \
             ask an administrator of your project."
        }
    }
}

/// The search found nothing.
pub(crate) fn no_match(kind: Kind, search: &str) -> String {
    format!("No {} token is named like “{search}”", self::kind(kind))
}

/// How many tokens are shown; `more` when there are others.
pub(crate) fn count(count: usize, more: bool) -> String {
    match (count, more) {
        (1, false) => "1 token".to_owned(),
        (count, false) => format!("{count} tokens"),
        (count, true) => format!("The newest {count} tokens"),
    }
}
