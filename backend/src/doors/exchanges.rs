//! How requests for access tokens ended on this node, and how long they took.

use std::time::Duration;

use crate::counting::{Counter, Histogram, Striped, Times};
use crate::oauth::error::Code;

/// The counts of `POST /oauth2/token`.
#[derive(Default)]
pub struct Exchanges(Striped<Ended>);

#[derive(Default)]
struct Ended {
    issued: Counter,
    refused: [Counter; Code::ALL.len()],
    took: Histogram,
}

impl Exchanges {
    /// Counts a request. `refused` is the code of the error.
    pub(super) fn count(&self, refused: Option<Code>, took: Duration) {
        let ended = self.0.mine();
        refused.map_or(&ended.issued, |code| &ended.refused[code as usize]).raise();
        ended.took.count(took);
    }

    /// How many requests ended with an access token, and with each error code.
    pub fn ended(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let sum = |of: &dyn Fn(&Ended) -> u64| self.0.all().map(of).sum::<u64>();
        let issued = ("issued", sum(&|ended| ended.issued.get()));
        let refused = Code::ALL
            .into_iter()
            .map(move |code| (code.as_str(), sum(&|ended| ended.refused[code as usize].get())));
        std::iter::once(issued).chain(refused)
    }

    /// How long they took.
    #[must_use]
    pub fn times(&self) -> Times {
        let mut times = Times::default();
        self.0.all().for_each(|ended| ended.took.add_to(&mut times));
        times
    }
}
