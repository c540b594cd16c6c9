//! Why no call can match a path template.

use super::path::NotCanonical;

/// The longest path template, in bytes.
pub(in crate::systems) const MAX_TEMPLATE: usize = 2 * 1024;

/// Why no call can match a path template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTemplate {
    /// The template is longer than [`MAX_TEMPLATE`].
    #[error("the path template is longer than {MAX_TEMPLATE} bytes")]
    TooLong,
    /// A brace has no counterpart, or a name is empty.
    #[error("the path template has a brace without its counterpart, or an empty parameter name")]
    Braces,
    /// A query parameter has no name, or its value mixes text and a parameter.
    #[error("a query parameter of the path template has no name, or mixes a parameter with text")]
    Query,
    /// A query parameter is there twice.
    #[error("the path template wants the query parameter `{0}` twice")]
    Repeated(String),
    /// No canonical path matches it.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
}
