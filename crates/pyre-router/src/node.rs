//! A node of the trie.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    sync::Arc,
};

use crate::{Parameter, methods::Method, parameter::Precedence};

/// Up to this many literals are compared one by one, which is faster than hashing.
const FEW: usize = 4;

/// What may follow one beginning of a path.
#[derive(Debug, Clone, Default)]
pub(crate) struct Node {
    pub(crate) literals: Literals,
    /// In the order in which they are tried.
    pub(crate) edges: Vec<Edge>,
    /// What ends here, by method.
    pub(crate) routes: Vec<(Method, usize)>,
}

/// A parameter, and the node that it leads to.
#[derive(Debug, Clone)]
pub(crate) struct Edge {
    pub(crate) parameter: Arc<Parameter>,
    /// Of a path: how many segments follow it. So its end is known without a search.
    pub(crate) behind: Option<usize>,
    pub(crate) child: usize,
}

impl Node {
    pub(crate) fn route(&self, method: Method) -> Option<usize> {
        let same = |&&(other, _): &&(Method, usize)| other == method;
        self.routes.iter().find(same).map(|&(_, route)| route)
    }

    pub(crate) fn edge(&self, parameter: &Parameter, behind: Option<usize>) -> Option<&Edge> {
        let same = |edge: &&Edge| edge.behind == behind && *edge.parameter == *parameter;
        self.edges.iter().find(same)
    }

    /// Edges that are not this one, but neither before nor behind it.
    pub(crate) fn rivals(
        &self,
        parameter: &Parameter,
        behind: Option<usize>,
    ) -> impl Iterator<Item = &Edge> {
        let is_rival = move |edge: &&Edge| {
            edge.order() == order(parameter, behind)
                && *edge.parameter != *parameter
                && edge.parameter.meets(parameter)
        };
        self.edges.iter().filter(is_rival)
    }

    pub(crate) fn insert(&mut self, edge: Edge) {
        let at = (self.edges).partition_point(|other| other.order() <= edge.order());
        self.edges.insert(at, edge);
    }

    pub(crate) fn children(&self) -> impl Iterator<Item = usize> {
        let behind_parameters = self.edges.iter().map(|edge| edge.child);
        self.literals.children().chain(behind_parameters)
    }
}

type Order = (Precedence, std::cmp::Reverse<Option<usize>>);

impl Edge {
    fn order(&self) -> Order {
        order(&self.parameter, self.behind)
    }
}

/// The more follows a path, the shorter it is: that one comes first.
fn order(parameter: &Parameter, behind: Option<usize>) -> Order {
    (parameter.precedence(), std::cmp::Reverse(behind))
}

/// Literal segments, and the nodes that they lead to.
#[derive(Debug, Clone)]
pub(crate) enum Literals {
    Few(Vec<(Box<str>, usize)>),
    Many(HashMap<Box<str>, usize, BuildHasherDefault<Folding>>),
}

impl Default for Literals {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Literals {
    pub(crate) fn child(&self, text: &str) -> Option<usize> {
        match self {
            Self::Few(literals) => {
                let mut literals = literals.iter();
                literals
                    .find(|(literal, _)| is_same(literal, text))
                    .map(|&(_, child)| child)
            }
            Self::Many(literals) => literals.get(text).copied(),
        }
    }

    pub(crate) fn insert(&mut self, text: &str, child: usize) {
        match self {
            Self::Few(literals) if literals.len() == FEW => {
                let literals = std::mem::take(literals).into_iter();
                *self = Self::Many(literals.chain([(text.into(), child)]).collect());
            }
            Self::Few(literals) => literals.push((text.into(), child)),
            Self::Many(literals) => _ = literals.insert(text.into(), child),
        }
    }

    fn children(&self) -> impl Iterator<Item = usize> {
        let (few, many) = match self {
            Self::Few(literals) => (Some(literals.iter().map(|&(_, child)| child)), None),
            Self::Many(literals) => (None, Some(literals.values().copied())),
        };
        few.into_iter().flatten().chain(many.into_iter().flatten())
    }
}

/// Two empty texts are not compared: such a literal points nowhere, and a processor that looks there
/// ahead of time takes longer than the whole search for `/`.
fn is_same(literal: &str, text: &str) -> bool {
    literal.len() == text.len() && (text.is_empty() || literal == text)
}

/// Hashes eight octets at a time. It may be simple: only the application chooses what is inserted,
/// so that no peer can make a look-up slow.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Folding(u64);

/// An odd number without a pattern: the golden ratio's.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

impl Folding {
    const fn fold(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(FACTOR);
    }
}

impl Hasher for Folding {
    fn write(&mut self, octets: &[u8]) {
        let (words, rest) = octets.as_chunks::<8>();
        for word in words {
            self.fold(u64::from_le_bytes(*word));
        }
        let rest = rest.iter().rev();
        self.fold(rest.fold(0, |word, octet| word << 8 | u64::from(*octet)));
    }

    /// The table takes its position from the low bits, which a product mixes least.
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}
