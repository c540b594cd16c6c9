//! How many requests of one connection are answered at the same time. With HTTP/2, a client can open as many
//! as it wants: actix tells it no limit. Each takes memory, also from a client who holds nothing.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::http::header::RETRY_AFTER;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};

/// A gateway has far fewer, and a browser a hundred at most.
const MOST: usize = 250;

/// How many requests of a connection are being answered.
#[derive(Default)]
pub struct Streams(Rc<Cell<usize>>);

/// The turn of a request. Dropping it ends the turn. A connection without a count has turns without end.
pub(super) struct Turn(Option<Rc<Cell<usize>>>);

/// The body of an answer. The turn lasts until it is sent: a client may leave it waiting.
pub struct Body {
    content: BoxBody,
    _turn: Option<Turn>,
}

impl Streams {
    fn turn(&self) -> Option<Turn> {
        let open = self.0.get();
        (open < MOST).then(|| {
            self.0.set(open + 1);
            Turn(Some(Rc::clone(&self.0)))
        })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(open) = &self.0 {
            open.set(open.get() - 1);
        }
    }
}

impl Turn {
    /// The turn of a request. `None` if too many others of its connection have one.
    pub(super) fn of(request: &HttpRequest) -> Option<Self> {
        request.conn_data().map_or(Some(Self(None)), Streams::turn)
    }

    /// Lasts until this is sent.
    pub(super) fn until_sent(self, content: impl MessageBody + 'static) -> Body {
        Body { content: content.boxed(), _turn: Some(self) }
    }
}

/// The answer to a request without a turn. It has no content, which could wait for the client.
pub(super) fn refusal() -> HttpResponse<Body> {
    let answer = HttpResponse::ServiceUnavailable().insert_header((RETRY_AFTER, "1")).finish();
    answer.map_body(|_, content| Body { content, _turn: None })
}

impl MessageBody for Body {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.content.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().content).poll_next(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_has_so_many_turns_at_the_same_time() {
        let streams = Streams::default();
        let mut open: Vec<_> = std::iter::from_fn(|| streams.turn()).collect();
        assert_eq!(open.len(), MOST);
        open.pop();
        assert!(streams.turn().is_some());
        open.extend(streams.turn());
        assert!(streams.turn().is_none());
    }
}
