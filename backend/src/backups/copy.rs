//! Copies without keeping much in memory.

use std::io::{self, BufRead, Write};

/// Copies all. Between the blocks, others get their turn: a signal may end it.
pub(super) async fn copy(
    from: &mut impl BufRead,
    to: &mut impl Write,
    mut see: impl FnMut(&[u8]),
) -> io::Result<u64> {
    let mut length = 0;
    loop {
        let block = from.fill_buf()?;
        let read = block.len();
        if read == 0 {
            return Ok(length);
        }
        see(block);
        to.write_all(block)?;
        from.consume(read);
        length += read as u64;
        tokio::task::yield_now().await;
    }
}
