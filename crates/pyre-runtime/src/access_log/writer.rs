//! The thread that writes lines, so that a slow disk delays no answer.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{self, Path, PathBuf},
    process,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

/// Octets that wait for a disk that has stalled; lines after that are counted and dropped.
const MAX_WAITING: usize = 8 * 1024 * 1024;

/// Octets that are worth a system call before the pause is over.
const WORTH_WRITING: usize = 64 * 1024;

/// How long the thread lets lines gather: a human does not notice, and an idle server sleeps.
const GATHERING: Duration = Duration::from_millis(50);

/// Octets of whole lines that one system call passes to a pipe: `PIPE_BUF` of Linux, up to which lines
/// of several processes do not mix, and what is stuck is known to the line.
const PIECE: usize = 4096;

/// How long the thread waits for a reader when a descriptor that does not block is full.
const RETRY: Duration = Duration::from_millis(10);

/// How long a writer that is dropped without having been closed waits for its last lines.
const DROP_PATIENCE: Duration = Duration::from_secs(1);

/// Writes lines to a file or to standard output.
///
/// The thread is not joined: one that a full pipe holds can't be ended, and a forked child has none.
#[derive(Debug)]
pub struct Writer {
    path: Option<PathBuf>,
    mailbox: Arc<Mailbox>,
    /// The process that has the thread. In a forked child the locks are as they were by chance.
    owner: u32,
}

#[derive(Debug, Default)]
struct Mailbox {
    contents: Mutex<Contents>,
    changed: Condvar,
    ended: Condvar,
}

#[derive(Debug, Default)]
struct Contents {
    lines: Vec<u8>,
    /// Lines that the thread has taken and the system has not.
    in_hand: u64,
    reopened: Option<Output>,
    closed: bool,
    /// Nobody waits for the thread any more: it writes nothing else.
    abandoned: bool,
    ended: bool,
    lost: u64,
    failure: Option<String>,
}

impl Writer {
    /// Appends to the file at `path`, or writes to standard output without one.
    ///
    /// # Errors
    /// The file can't be opened, or the thread not started.
    pub fn open(path: Option<PathBuf>) -> io::Result<Self> {
        // Absolute, as the program may change its directory before the file is opened again.
        let path = path.map(path::absolute).transpose()?;
        let output = path
            .as_deref()
            .map_or_else(Output::standard, Output::append_to)?;
        let mailbox = Arc::new(Mailbox::default());
        let for_thread = Arc::clone(&mailbox);
        thread::Builder::new()
            .name("pyre-access-log".into())
            .spawn(move || for_thread.write_until_closed(output))?;
        Ok(Self {
            path,
            mailbox,
            owner: process::id(),
        })
    }

    /// Opens the file anew, after a log rotation has moved it away.
    ///
    /// # Errors
    /// The file can't be opened; the old one stays in use.
    pub fn reopen(&self) -> io::Result<()> {
        if let Some(path) = &self.path {
            self.mailbox.lock().reopened = Some(Output::append_to(path)?);
            self.mailbox.changed.notify_one();
        }
        Ok(())
    }

    /// Takes whole `lines`, and leaves the buffer empty for the next.
    pub(super) fn append(&self, lines: &mut Vec<u8>) {
        let mut contents = self.mailbox.lock();
        if contents.closed || contents.lines.len() + lines.len() > MAX_WAITING {
            contents.lost += count_lines(lines);
            lines.clear();
            return;
        }
        let before = contents.lines.len();
        contents.lines.append(lines);
        let after = contents.lines.len();
        drop(contents);
        if before == 0 || (before < WORTH_WRITING && after >= WORTH_WRITING) {
            self.mailbox.changed.notify_one();
        }
    }

    /// Takes no more lines, and waits for at most `patience` until the others are written. Returns
    /// true when they are. A forked child has none: they are the parent's.
    pub fn close(&self, patience: Duration) -> bool {
        if process::id() != self.owner {
            return true;
        }
        let mut contents = self.mailbox.lock();
        contents.closed = true;
        self.mailbox.changed.notify_one();
        let (contents, _) = self
            .mailbox
            .ended
            .wait_timeout_while(contents, patience, |contents| !contents.ended)
            .unwrap_or_else(PoisonError::into_inner);
        contents.ended
    }

    /// Gives up what is not written yet. Returns how many lines were lost, and why.
    #[must_use]
    pub fn abandon(&self) -> Option<(u64, String)> {
        if process::id() != self.owner {
            return None;
        }
        let mut contents = self.mailbox.lock();
        contents.abandoned = true;
        let lost = contents.lost + contents.in_hand + count_lines(&contents.lines);
        let why = contents
            .failure
            .clone()
            .unwrap_or_else(|| "the file took them too slowly".into());
        (lost > 0).then_some((lost, why))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if process::id() == self.owner && !self.mailbox.lock().abandoned {
            self.close(DROP_PATIENCE);
        }
    }
}

impl Mailbox {
    fn lock(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_until_closed(&self, mut output: Output) {
        let mut lines = Vec::new();
        while self.next_lines(&mut lines, &mut output) {
            for piece in pieces(&lines, output.piece) {
                let written = output.write(piece, || self.lock().abandoned);
                let mut contents = self.lock();
                if contents.abandoned {
                    return;
                }
                contents.in_hand -= count_lines(piece);
                if let Err(error) = written {
                    contents.lost += count_lines(piece);
                    contents.failure = Some(error.to_string());
                }
            }
            lines.clear();
        }
        self.lock().ended = true;
        self.ended.notify_all();
    }

    /// Waits for lines and lets some gather; `false` when there will be no more.
    fn next_lines(&self, lines: &mut Vec<u8>, output: &mut Output) -> bool {
        let mut contents = self.lock();
        loop {
            if let Some(reopened) = contents.reopened.take() {
                *output = reopened;
            }
            if contents.closed || !contents.lines.is_empty() {
                break;
            }
            contents = self
                .changed
                .wait(contents)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let (mut contents, _) = self
            .changed
            .wait_timeout_while(contents, GATHERING, |contents| {
                contents.lines.len() < WORTH_WRITING && !contents.closed
            })
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut contents.lines, lines);
        contents.in_hand = count_lines(lines);
        !lines.is_empty()
    }
}

/// What lines are written to.
#[derive(Debug)]
struct Output {
    file: File,
    /// Octets that are passed to the system at a time.
    piece: usize,
}

impl Output {
    fn new(file: File) -> io::Result<Self> {
        let piece = if file.metadata()?.is_file() {
            usize::MAX
        } else {
            PIECE
        };
        Ok(Self { file, piece })
    }

    fn append_to(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        if is_fifo(path) {
            // To open it for writing alone would wait for a reader; and a reader may leave and return.
            options.read(true).write(true);
        } else {
            options.append(true).create(true);
        }
        Self::new(options.open(path)?)
    }

    /// A duplicate: it stays what it is when the program closes its own.
    fn standard() -> io::Result<Self> {
        #[cfg(unix)]
        let output = std::os::fd::AsFd::as_fd(&io::stdout()).try_clone_to_owned()?;
        #[cfg(windows)]
        let output =
            std::os::windows::io::AsHandle::as_handle(&io::stdout()).try_clone_to_owned()?;
        Self::new(File::from(output))
    }

    /// Writes all of `lines`; where the descriptor does not block, unless it is told to give up.
    fn write(&mut self, mut lines: &[u8], give_up: impl Fn() -> bool) -> io::Result<()> {
        while !lines.is_empty() {
            match self.file.write(lines) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => lines = lines.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if give_up() {
                        return Err(error);
                    }
                    thread::sleep(RETRY);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(unix)]
fn is_fifo(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    path.metadata()
        .is_ok_and(|metadata| metadata.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_fifo(_path: &Path) -> bool {
    false
}

/// Cuts `lines` at ends of lines into pieces of at most `size` octets; a longer line stays whole.
fn pieces(mut lines: &[u8], size: usize) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        if lines.is_empty() {
            return None;
        }
        let is_end = |&octet: &u8| octet == b'\n';
        let most = lines.get(..size).unwrap_or(lines);
        let end = most
            .iter()
            .rposition(is_end)
            .or_else(|| lines.iter().position(is_end))
            .map_or(lines.len(), |end| end + 1);
        let (piece, rest) = lines.split_at_checked(end).unwrap_or((lines, &[]));
        lines = rest;
        Some(piece)
    })
}

fn count_lines(lines: &[u8]) -> u64 {
    lines
        .iter()
        .fold(0, |count, &octet| count + u64::from(octet == b'\n'))
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use super::*;

    /// As long as a test may take.
    const PATIENCE: Duration = Duration::from_secs(60);

    fn temporary(name: &str) -> PathBuf {
        env::temp_dir().join(format!("pyre-{}-{name}", process::id()))
    }

    #[test]
    fn closing_writes_what_is_left() {
        let path = temporary("close.log");
        let writer = Writer::open(Some(path.clone())).unwrap();
        let mut lines = b"one\ntwo\n".to_vec();
        writer.append(&mut lines);
        assert!(lines.is_empty());
        assert!(writer.close(PATIENCE));
        assert_eq!(writer.abandon(), None);
        assert_eq!(fs::read(&path).unwrap(), b"one\ntwo\n");
        writer.append(&mut b"late\n".to_vec());
        assert_eq!(writer.abandon().map(|(lost, _)| lost), Some(1));
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn reopening_follows_a_rotation() {
        let (path, rotated) = (temporary("reopen.log"), temporary("reopen.log.1"));
        let writer = Writer::open(Some(path.clone())).unwrap();
        fs::rename(&path, &rotated).unwrap();
        writer.reopen().unwrap();
        writer.append(&mut b"new\n".to_vec());
        assert!(writer.close(PATIENCE));
        assert_eq!(fs::read(&path).unwrap(), b"new\n");
        assert_eq!(fs::read(&rotated).unwrap(), b"");
        fs::remove_file(path).unwrap();
        fs::remove_file(rotated).unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_reported_with_the_lines_it_cost() {
        let writer = Writer::open(Some("/dev/full".into())).unwrap();
        writer.append(&mut b"one\ntwo\n".to_vec());
        assert!(writer.close(PATIENCE));
        let (lost, why) = writer.abandon().unwrap();
        assert_eq!(lost, 2);
        assert!(why.contains("No space"), "{why}");
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_an_error() {
        assert!(Writer::open(Some("/nonexistent/access.log".into())).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_pipe_without_a_reader_holds_nobody_and_costs_the_lines_it_did_not_take() {
        let path = temporary("fifo");
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, 0o600.into()).unwrap();
        let writer = Writer::open(Some(path.clone())).unwrap();
        let line = [&[b'a'; 1023][..], b"\n"].concat();
        // The pipe takes 64 KiB.
        for _ in 0..100 {
            writer.append(&mut line.clone());
        }
        assert!(!writer.close(Duration::from_millis(200)));
        let (lost, why) = writer.abandon().unwrap();
        assert_eq!(lost, 36);
        assert!(why.contains("too slowly"), "{why}");
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn pieces_are_whole_lines() {
        let cut = |lines: &'static str, size| pieces(lines.as_bytes(), size).collect::<Vec<_>>();
        assert_eq!(cut("a\nbb\nc\n", 5), [&b"a\nbb\n"[..], b"c\n"]);
        assert_eq!(cut("long\na\n", 2), [&b"long\n"[..], b"a\n"]);
        assert_eq!(cut("a\nb\n", usize::MAX), [b"a\nb\n"]);
        assert!(cut("", 5).is_empty());
    }
}
