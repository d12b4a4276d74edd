//! The thread that writes lines, so that a slow disk delays no answer.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

/// Octets that wait for a disk that has stalled; lines after that are counted and dropped.
const MAX_WAITING: usize = 8 * 1024 * 1024;

/// Octets that are worth a system call before the pause is over.
const WORTH_WRITING: usize = 64 * 1024;

/// How long the thread lets lines gather: a human does not notice, and an idle server sleeps.
const GATHERING: Duration = Duration::from_millis(50);

/// Writes lines to a file or to standard output.
#[derive(Debug)]
pub struct Writer {
    path: Option<PathBuf>,
    mailbox: Arc<Mailbox>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug, Default)]
struct Mailbox {
    contents: Mutex<Contents>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Contents {
    lines: Vec<u8>,
    reopened: Option<File>,
    closed: bool,
    lost: u64,
    failure: Option<String>,
}

impl Writer {
    /// Appends to the file at `path`, or writes to standard output without one.
    ///
    /// # Errors
    /// The file can't be opened, or the thread not started.
    pub fn open(path: Option<PathBuf>) -> io::Result<Self> {
        let output: Box<dyn Write + Send> = match &path {
            Some(path) => Box::new(append_to(path)?),
            None => Box::new(io::stdout()),
        };
        let mailbox = Arc::new(Mailbox::default());
        let for_thread = Arc::clone(&mailbox);
        let thread = thread::Builder::new()
            .name("pyre-access-log".into())
            .spawn(move || for_thread.write_until_closed(output))?;
        Ok(Self {
            path,
            mailbox,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Opens the file anew, after a log rotation has moved it away.
    ///
    /// # Errors
    /// The file can't be opened; the old one stays in use.
    pub fn reopen(&self) -> io::Result<()> {
        if let Some(path) = &self.path {
            self.mailbox.lock().reopened = Some(append_to(path)?);
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

    /// Writes what is left and ends the thread. Returns how many lines were lost, and why.
    pub fn close(&self) -> Option<(u64, String)> {
        self.mailbox.lock().closed = true;
        self.mailbox.changed.notify_one();
        if let Some(thread) = lock(&self.thread).take() {
            // A thread that panicked has nothing left to write.
            let _ = thread.join();
        }
        let contents = self.mailbox.lock();
        let why = contents
            .failure
            .clone()
            .unwrap_or_else(|| "the file took them too slowly".into());
        (contents.lost > 0).then_some((contents.lost, why))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

impl Mailbox {
    fn lock(&self) -> MutexGuard<'_, Contents> {
        lock(&self.contents)
    }

    fn write_until_closed(&self, mut output: Box<dyn Write + Send>) {
        let mut lines = Vec::new();
        while self.next_lines(&mut lines) {
            if let Some(file) = self.lock().reopened.take() {
                output = Box::new(file);
            }
            if let Err(error) = output.write_all(&lines).and_then(|()| output.flush()) {
                let mut contents = self.lock();
                contents.lost += count_lines(&lines);
                contents.failure = Some(error.to_string());
            }
            lines.clear();
        }
    }

    /// Waits for lines and lets some gather; `false` when there will be no more.
    fn next_lines(&self, lines: &mut Vec<u8>) -> bool {
        let contents = self.lock();
        let contents = self
            .changed
            .wait_while(contents, |contents| {
                contents.lines.is_empty() && !contents.closed
            })
            .unwrap_or_else(PoisonError::into_inner);
        let (mut contents, _) = self
            .changed
            .wait_timeout_while(contents, GATHERING, |contents| {
                contents.lines.len() < WORTH_WRITING && !contents.closed
            })
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut contents.lines, lines);
        !lines.is_empty()
    }
}

fn append_to(path: &PathBuf) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).open(path)
}

/// A panic elsewhere leaves nothing half done in what these locks guard.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn count_lines(lines: &[u8]) -> u64 {
    lines
        .iter()
        .fold(0, |count, &octet| count + u64::from(octet == b'\n'))
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::*;

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
        assert_eq!(writer.close(), None);
        assert_eq!(fs::read(&path).unwrap(), b"one\ntwo\n");
        writer.append(&mut b"late\n".to_vec());
        assert_eq!(writer.close().map(|(lost, _)| lost), Some(1));
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn reopening_follows_a_rotation() {
        let (path, rotated) = (temporary("reopen.log"), temporary("reopen.log.1"));
        let writer = Writer::open(Some(path.clone())).unwrap();
        fs::rename(&path, &rotated).unwrap();
        writer.reopen().unwrap();
        writer.append(&mut b"new\n".to_vec());
        writer.close();
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
        let (lost, why) = writer.close().unwrap();
        assert_eq!(lost, 2);
        assert!(why.contains("No space"), "{why}");
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_an_error() {
        assert!(Writer::open(Some("/nonexistent/access.log".into())).is_err());
    }
}
