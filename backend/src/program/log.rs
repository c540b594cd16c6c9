//! The log: JSON lines on standard error. It never stops the service. A line that cannot be
//! written is dropped and counted. When writing works again, the count is logged.

use std::fmt;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{Format, Json, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::registry::LookupSpan;

use crate::telemetry;

/// The format of the lines. A line in a trace names it, as OpenTelemetry defines for JSON.
pub struct Lines(pub Format<Json>);

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let Some(span) = telemetry::span_of_log() else {
            return self.0.format_event(context, writer, event);
        };
        let mut line = String::new();
        self.0.format_event(context, Writer::new(&mut line), event)?;
        match line.strip_prefix('{') {
            Some(rest) => {
                let (trace, span) = (span.trace_id(), span.span_id());
                write!(writer, "{{\"trace_id\":\"{trace}\",\"span_id\":\"{span}\",{rest}")
            }
            None => writer.write_str(&line),
        }
    }
}

/// Where lines are written.
pub struct Log<W> {
    make: fn() -> W,
    dropped: AtomicU64,
}

impl Log<io::Stderr> {
    /// Standard error.
    #[must_use]
    pub fn to_stderr() -> Self {
        Self { make: io::stderr, dropped: AtomicU64::new(0) }
    }
}

impl<'a, W: Write + 'a> MakeWriter<'a> for Log<W> {
    type Writer = Line<'a, W>;

    fn make_writer(&'a self) -> Self::Writer {
        Line { to: (self.make)(), dropped: &self.dropped }
    }
}

/// Writes one line. It always reports success, because the caller panics otherwise.
pub struct Line<'a, W> {
    to: W,
    dropped: &'a AtomicU64,
}

impl<W: Write> Write for Line<'_, W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let dropped = self.dropped.swap(0, Ordering::Relaxed);
        // On a new line: the previous one may be incomplete.
        let told = if dropped == 0 {
            Ok(())
        } else {
            writeln!(
                self.to,
                "\n{{\"level\":\"WARN\",\"fields\":{{\"message\":\"lines of the log were dropped: \
                 they could not be written\",\"dropped\":{dropped}}}}}"
            )
        };
        if told.and_then(|()| self.to.write_all(line)).is_err() {
            self.dropped.fetch_add(dropped + 1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        // A failed flush loses lines, and nobody could act on it.
        let _ = self.to.flush();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Has space for this many bytes.
    struct Disk<'a> {
        space: usize,
        written: &'a mut String,
    }

    impl Write for Disk<'_> {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            if self.space == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let fits = line.len().min(self.space);
            self.space -= fits;
            self.written.push_str(&String::from_utf8_lossy(&line[..fits]));
            Ok(fits)
        }

        fn flush(&mut self) -> io::Result<()> {
            if self.space == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
        }
    }

    #[test]
    fn lines_that_cannot_be_written_are_counted_and_reported_later() -> io::Result<()> {
        let (dropped, mut written) = (AtomicU64::new(0), String::new());
        for space in [0, 3, 1_000, 1_000] {
            let mut line = Line { to: Disk { space, written: &mut written }, dropped: &dropped };
            line.write_all(b"a line\n")?;
            line.flush()?;
        }
        let lines: Vec<&str> = written.lines().collect();
        // An incomplete line does not spoil the next one.
        assert!(lines[lines.len() - 3].contains(r#""dropped":2"#), "{lines:?}");
        assert!(lines.ends_with(&["a line", "a line"]), "{lines:?}");
        Ok(())
    }
}
