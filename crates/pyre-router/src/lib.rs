//! Which route a path belongs to.
//!
//! [`Routes`] takes patterns and refuses what can't be told apart from an earlier one; [`Table`] is
//! what it has become, and never changes. A table is a trie: an edge is the text of one segment, or
//! a [`Parameter`] that says which texts it takes.
//!
//! # Matching
//! A path is cut at each `/` while it is still percent-encoded, then each segment is decoded, so that `%2F`
//! stays inside of its segment ([`Segments`]). At each position the edges are tried in this order:
//!
//! 1. the literal text
//! 2. a choice of texts
//! 3. each [`Kind`] in the order of its declaration, one with bounds before one without
//! 4. a [`Kind::Path`], the shortest first
//!
//! and when what follows leads to no route that has the method, the next one. So **of two routes
//! that both match, the first position where they differ decides**. When their parameters there are of the same
//! precedence, nothing decides: that is the [`Conflict`] that [`Routes::add`] reports.
//!
//! # Bounds
//! Matching descends the trie, which is as deep as the longest pattern, whatever a peer sends. A
//! path parameter needs no search, as the rest of its pattern has a fixed length. So one node is looked at
//! once for each path parameter length that patterns below it leave, which is not the peer's to choose.
//!
//! **Architecture invariant:** nothing here knows Python. What only the application knows is asked of [`Converters`].

#![forbid(unsafe_code)]

mod bounds;
mod conflict;
pub mod grammar;
mod kind;
mod methods;
mod node;
mod parameter;
mod pattern;
mod routes;
mod segments;
mod table;

pub use self::{
    bounds::{Bounds, BoundsError},
    conflict::Conflict,
    kind::Kind,
    parameter::{Alternative, Converters, Parameter},
    pattern::{Pattern, PatternError, Place, Segment},
    routes::{Refusal, Routes},
    segments::Segments,
    table::{Match, Table},
};
