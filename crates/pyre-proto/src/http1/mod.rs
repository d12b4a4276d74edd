//! HTTP/1.1 and HTTP/1.0, the server's side (RFC 9112, RFC 9110).
//!
//! ```text
//!                   request                              response
//!        ┌────────────────────────────┐        ┌──────────────────────────┐
//!  ┌──►  │ ReadingHead                │        │ –                        │
//!  │     └─────┬── RequestHead ───────┘        └──────────────────────────┘
//!  │     ┌─────▼──────────────────────┐        ┌──────────────────────────┐
//!  │     │ ReadingContent             │        │ AwaitingHead             │
//!  │     │   Data …                   │        │   send_head ▼            │
//!  │     └─────┬── EndOfMessage ──────┘        │ HeadOpen                 │
//!  │     ┌─────▼──────────────────────┐        │   send_data ▼            │
//!  │     │ Complete                   │        │ SendingContent           │
//!  │     └─────┬──────────────────────┘        └─────┬────────────────────┘
//!  │           └───────────────┬─────────────────────┘ both complete
//!  └──── persistent ───────────┴──── otherwise ───► Closed
//! ```
//!
//! A whole exchange:
//!
//! ```
//! use pyre_proto::http1::{Connection, Content, DefaultFields, Event, Limits};
//!
//! let mut connection = Connection::new(Limits::default().into());
//! connection.handle_input(b"GET /hello?x=1 HTTP/1.1\r\nHost: example.org\r\n\r\n");
//!
//! let Some(Event::RequestHead(head)) = connection.poll_event()? else { panic!() };
//! assert_eq!((head.method, head.target.path, head.target.query), ("GET", &b"/hello"[..], &b"x=1"[..]));
//! assert!(matches!(connection.poll_event()?, Some(Event::EndOfMessage)));
//!
//! let fields: [(&[u8], &[u8]); 1] = [(b"content-type", b"text/plain")];
//! connection.send_head(200, fields, &DefaultFields::default())?;
//! connection.send_data(Content::Copied(b"Hello"), true)?;
//!
//! let written: Vec<u8> = connection.poll_output().flatten().copied().collect();
//! assert_eq!(written, b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n\r\nHello");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In scope: message syntax, framing, persistence, expectations, limits. Out of scope: sockets,
//! deadlines (the host asks [`Connection::phase`]), routing, content codings, caching.

mod chunked;
mod connection;
mod content;
mod error;
mod event;
mod framing;
mod head_scanner;
mod limits;
mod output;
mod owned_head;
mod receive_buffer;
mod request_head;
mod request_reader;
mod response;
mod response_head;
mod target;
mod trailers;

pub use connection::Connection;
pub use content::Content;
pub use error::{RequestError, ResponseError};
pub use event::{Event, Phase};
pub use framing::Framing;
pub use limits::Limits;
pub use owned_head::OwnedHead;
pub use receive_buffer::{ReceiveBuffer, Storage};
pub use request_head::{RequestHead, Version};
pub use request_reader::{EventSpan, HeadSpan};
pub use response_head::DefaultFields;
pub use target::{Target, is_authority};

pub use crate::syntax::is_token;
