//! A segment of a path template that mixes text and parameters.

/// The side from which literals are searched. If both sides give the same result, it is the
/// only one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// `prefix{a}between{b}suffix`. There is one more literal than there are names. A literal may
/// be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    pub(super) names: Vec<String>,
    pub(super) literals: Vec<String>,
}

impl Pattern {
    /// The position of each parameter in `text`. A value has at least one character. Each
    /// literal is placed as far to one side as possible, which leaves the most room for the
    /// others. So there is no backtracking.
    pub(super) fn place(&self, text: &str, side: Side) -> Option<Vec<(usize, usize)>> {
        let (prefix, rest) = self.literals.split_first()?;
        let (suffix, inner) = rest.split_last()?;
        let end = text.len().checked_sub(suffix.len())?;
        if !text.starts_with(prefix.as_str()) || !text.ends_with(suffix.as_str()) || prefix.len() > end {
            return None;
        }
        let (mut from, mut to) = (prefix.len(), end);
        let mut places = Vec::with_capacity(self.names.len());
        match side {
            Side::Left => {
                for literal in inner {
                    let least = from + text[from..to].chars().next()?.len_utf8();
                    let at = least + text[least..to].find(literal.as_str())?;
                    places.push((from, at));
                    from = at + literal.len();
                }
                places.push((from, to));
            }
            Side::Right => {
                for literal in inner.iter().rev() {
                    let most = to - text[from..to].chars().next_back()?.len_utf8();
                    let at = from + text[from..most].rfind(literal.as_str())?;
                    places.push((at + literal.len(), to));
                    to = at;
                }
                places.push((from, to));
                places.reverse();
            }
        }
        (from < to).then_some(places)
    }
}
