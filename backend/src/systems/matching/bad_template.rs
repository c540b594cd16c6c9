//! Why no call can match a path template.

use super::path::NotCanonical;

/// The longest path template, in bytes.
pub(in crate::systems) const MAX_TEMPLATE: usize = 2 * 1024;

/// Why no call can match a path template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTemplate {
    /// Over [`MAX_TEMPLATE`].
    #[error("the path template is longer than {MAX_TEMPLATE} bytes")]
    TooLong,
    /// A brace that opens or closes nothing, or nothing between two.
    #[error("the path template has a brace without its counterpart, or an empty parameter name")]
    Braces,
    /// A query parameter without a name, or with a value that is neither a text nor one parameter.
    #[error("a query parameter of the path template has no name, or mixes a parameter with text")]
    Query,
    /// A query parameter stands twice in it.
    #[error("the path template wants the query parameter `{0}` twice")]
    Repeated(String),
    /// No canonical path looks like this.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
}
