//! What the texts of the kinds look like: strict, in one pass, without regular expressions.

pub mod calendar;
pub mod number;
pub mod text;
