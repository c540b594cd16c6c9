//! Large bodies, in pieces. One buffer for all of it would be copied again and again as it grows,
//! and every other request of the thread would wait for it.

use actix_web::body::SizedStream;
use actix_web::dev::Payload;
use actix_web::web::Bytes;
use futures_util::{TryStreamExt as _, stream};

use super::problem::{Kind, Problem};

/// The size of the pieces of an answer, in bytes.
const PIECE: usize = 64 * 1024;

/// Reads a body of at most `limit` bytes.
pub async fn read(mut payload: Payload, limit: usize) -> Result<Vec<Bytes>, Problem> {
    let incomplete = |_| Problem::new(Kind::MalformedRequest).with_detail("The body is incomplete.");
    let too_large = || Problem::new(Kind::TooLarge).with_detail(format!("At most {limit} bytes."));
    let (mut pieces, mut left) = (Vec::new(), limit);
    while let Some(piece) = payload.try_next().await.map_err(incomplete)? {
        left = left.checked_sub(piece.len()).ok_or_else(too_large)?;
        pieces.push(piece);
    }
    Ok(pieces)
}

/// The body of an answer.
#[must_use]
pub fn answer(body: Vec<u8>) -> SizedStream<impl stream::Stream<Item = Result<Bytes, actix_web::Error>>> {
    let mut rest = Bytes::from(body);
    let length = rest.len() as u64;
    let pieces =
        std::iter::from_fn(move || (!rest.is_empty()).then(|| Ok(rest.split_to(rest.len().min(PIECE)))));
    SizedStream::new(length, stream::iter(pieces))
}
