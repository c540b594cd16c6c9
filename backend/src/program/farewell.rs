//! Tells clients with HTTP/2 that the server is about to stop (RFC 9113 §6.8). actix does not.
//!
//! The stream looks at the frames that the server writes. When the server is about to stop, it puts a GOAWAY
//! between two of them. The client then opens no new requests on this connection, and closes it after the last
//! answer. A connection without an answer waits for its first, as the client would else never get one.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::web::stopping::{Began, Stopping};

/// The length of the head of a frame.
const HEAD: usize = 9;
/// The type of the frame that begins an answer.
const HEADERS: u8 = 1;
/// The type of the frame that continues it.
const CONTINUATION: u8 = 9;
/// The flag of the last of these frames.
const END_HEADERS: u8 = 4;
/// All requests that the client has sent until it reads this are answered, and there is no error.
const GOAWAY: [u8; HEAD + 8] = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0];

/// The stream of a connection that ends well.
pub(super) struct Farewell<S> {
    stream: S,
    frames: Frames,
    state: State,
}

/// Whether the client knows.
enum State {
    /// There is nothing to tell yet.
    Waiting(Began),
    /// It is told as soon as it may be.
    Due,
    /// So much of it is written.
    Telling(usize),
    /// It is written, and may wait in a buffer.
    Told,
    /// There is nothing more to do.
    Done,
}

impl<S> Farewell<S> {
    /// The stream of a connection. Without HTTP/2, each answer says that it is the last one.
    pub(super) fn new(stream: S, is_http2: bool, stopping: &Stopping) -> Self {
        let state = if is_http2 { State::Waiting(stopping.began()) } else { State::Done };
        Self { stream, frames: Frames::default(), state }
    }

    /// The stream itself.
    pub(super) fn stream(&self) -> &S {
        &self.stream
    }
}

impl<S: AsyncWrite + Unpin> Farewell<S> {
    /// Tells the client, if that is due and possible. Returns whether others may write now.
    fn part(&mut self, context: &mut Context<'_>) -> io::Result<bool> {
        loop {
            self.state = match &mut self.state {
                State::Due if self.frames.may_part() => State::Telling(0),
                State::Waiting(_) | State::Due | State::Done => return Ok(true),
                State::Telling(written) => {
                    match Pin::new(&mut self.stream).poll_write(context, &GOAWAY[*written..])? {
                        Poll::Ready(0) => return Err(io::ErrorKind::WriteZero.into()),
                        Poll::Ready(more) if *written + more == GOAWAY.len() => State::Told,
                        Poll::Ready(more) => State::Telling(*written + more),
                        Poll::Pending => return Ok(false),
                    }
                }
                State::Told => match Pin::new(&mut self.stream).poll_flush(context)? {
                    Poll::Ready(()) => State::Done,
                    Poll::Pending => return Ok(true),
                },
            };
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Farewell<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // An idle connection only reads, so this is where it hears of the stop.
        if let State::Waiting(began) = &mut self.state
            && began.as_mut().poll(context).is_ready()
        {
            self.state = State::Due;
        }
        self.part(context)?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Farewell<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if !self.part(context)? {
            return Poll::Pending;
        }
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
        if !matches!(self.state, State::Done) {
            self.frames.note(&bytes[..written]);
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // The last frame of an answer is written.
        if !self.part(context)? {
            return Poll::Pending;
        }
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Where the server is in the frames that it writes.
#[derive(Default)]
struct Frames {
    head: [u8; HEAD],
    /// How much of the head is written.
    known: usize,
    /// How much of the content is left to write.
    left: usize,
    has_answered: bool,
    /// Whether the next frame must be the continuation of this one (RFC 9113 §6.10).
    is_continued: bool,
}

impl Frames {
    /// These bytes are written.
    fn note(&mut self, mut bytes: &[u8]) {
        while let Some((first, rest)) = bytes.split_first() {
            if self.left > 0 {
                let content = self.left.min(bytes.len());
                self.left -= content;
                bytes = &bytes[content..];
                continue;
            }
            self.head[self.known] = *first;
            self.known += 1;
            bytes = rest;
            if self.known == HEAD {
                let [high, middle, low, kind, flags, ..] = self.head;
                self.known = 0;
                self.left = usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low);
                self.has_answered |= kind == HEADERS;
                if matches!(kind, HEADERS | CONTINUATION) {
                    self.is_continued = flags & END_HEADERS == 0;
                }
            }
        }
    }

    /// Whether a frame may follow that ends the connection.
    fn may_part(&self) -> bool {
        self.known == 0 && self.left == 0 && self.has_answered && !self.is_continued
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_may_follow_between_two_frames_after_the_first_answer() {
        let settings = [0, 0, 6, 4, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6];
        let headers = [0, 0, 3, HEADERS, 4, 0, 0, 0, 1, 7, 7, 7];
        let mut frames = Frames::default();
        frames.note(&settings);
        assert!(!frames.may_part(), "nothing was answered");
        for (index, byte) in headers.iter().enumerate() {
            frames.note(&[*byte]);
            assert_eq!(frames.may_part(), index + 1 == headers.len(), "{index}");
        }
        frames.note(&[&settings[..], &headers[..4]].concat());
        assert!(!frames.may_part());
        frames.note(&headers[4..]);
        assert!(frames.may_part());
        frames.note(&[0, 0, 1, HEADERS, 0, 0, 0, 0, 1, 7]);
        assert!(!frames.may_part(), "a continuation must follow");
        frames.note(&[0, 0, 1, CONTINUATION, END_HEADERS, 0, 0, 0, 1, 7]);
        assert!(frames.may_part());
    }
}
