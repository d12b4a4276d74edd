//! A part of a file as content: the seam to the system call that moves octets from a file to a socket.

use std::{fs::File, io, sync::Arc};

use crate::stream::Stream;

/// Octets of a file, read at their position: where the file itself stands does not matter.
#[derive(Debug, Clone)]
pub struct FileContent {
    file: Arc<File>,
    position: u64,
    length: u64,
}

impl FileContent {
    /// `length` octets of `file` from `position` on.
    #[must_use]
    pub fn new(file: File, position: u64, length: u64) -> Self {
        Self {
            file: Arc::new(file),
            position,
            length,
        }
    }

    /// Octets that are left to write.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.length
    }

    /// Whether none are left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// All of it in memory.
    ///
    /// # Errors
    /// The system's; `UnexpectedEof` when the file is shorter than it was said to be.
    pub(crate) fn read(&self) -> io::Result<Vec<u8>> {
        let length = usize::try_from(self.length).map_err(|_| io::ErrorKind::OutOfMemory)?;
        let mut octets = vec![0; length];
        let mut filled = 0;
        while let Some(rest @ [_, ..]) = octets.get_mut(filled..) {
            match read_at(&self.file, rest, self.position + filled as u64)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => filled += read,
            }
        }
        Ok(octets)
    }

    /// Moves up to `most` octets to the socket; returns how many it took.
    ///
    /// # Errors
    /// The system's; `UnexpectedEof` when the file has become shorter.
    pub(crate) fn write_to(&mut self, stream: &mut Stream, most: usize) -> io::Result<usize> {
        let most = usize::try_from(self.length).unwrap_or(most).min(most);
        let written = transfer(&self.file, self.position, most, stream)?;
        if written == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.position += written as u64;
        self.length = self.length.saturating_sub(written as u64);
        Ok(written)
    }
}

#[cfg(target_os = "linux")]
fn transfer(file: &File, position: u64, most: usize, stream: &Stream) -> io::Result<usize> {
    let mut position = position;
    stream.send_file(file, &mut position, most)
}

/// Where there is no such call, or one that differs on every system.
#[cfg(not(target_os = "linux"))]
fn transfer(file: &File, position: u64, most: usize, stream: &mut Stream) -> io::Result<usize> {
    let mut octets = [0; 64 * 1024];
    let most = octets.len().min(most);
    let piece = octets.get_mut(..most).unwrap_or_default();
    let read = read_at(file, piece, position)?;
    if read == 0 {
        return Ok(0);
    }
    stream.write(&[io::IoSlice::new(piece.get(..read).unwrap_or_default())])
}

#[cfg(unix)]
fn read_at(file: &File, octets: &mut [u8], position: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, octets, position)
}

#[cfg(windows)]
fn read_at(file: &File, octets: &mut [u8], position: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, octets, position)
}
