//! Lets somebody wait until this node knows all changes that are committed now.

use tokio::sync::watch;

/// Numbers the readings of the log that were asked for, and those that are done.
#[derive(Debug, Default)]
pub(super) struct CatchUp {
    asked: watch::Sender<u64>,
    done: watch::Sender<u64>,
}

impl CatchUp {
    /// Returns when the log was read after this was called, or when it is certain that it is not.
    /// Returns whether it was.
    pub(super) async fn wait(&self) -> bool {
        if self.asked.receiver_count() == 0 {
            return false;
        }
        let mut number = 0;
        self.asked.send_modify(|asked| {
            *asked += 1;
            number = *asked;
        });
        self.done.subscribe().wait_for(|done| *done >= number).await.is_ok()
    }

    /// Changes whenever somebody asks for a reading.
    pub(super) fn asked(&self) -> watch::Receiver<u64> {
        self.asked.subscribe()
    }

    /// All that was asked for up to this number is done.
    pub(super) fn note_done(&self, number: u64) {
        self.done.send_replace(number);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn a_reading_that_began_before_is_not_enough() {
        let catch_up = CatchUp::default();
        assert!(!catch_up.wait().await, "nobody reads");
        let asked = catch_up.asked();
        let begun = *asked.borrow();
        let mut waits = Box::pin(catch_up.wait());
        assert!((&mut waits).now_or_never().is_none());
        catch_up.note_done(begun);
        assert!((&mut waits).now_or_never().is_none());
        catch_up.note_done(*asked.borrow());
        assert!(waits.await);
    }
}
