//! Routes while they are collected.

use std::sync::Arc;

use crate::{
    conflict::{Conflict, child},
    methods::{Methods, is_method},
    node::{Edge, Node},
    pattern::{Pattern, Segment},
    table::Table,
};

/// The node where every path begins.
pub(crate) const ROOT: usize = 0;

/// Collects routes. Each has a number: that of the first is 0.
#[derive(Debug, Clone)]
pub struct Routes {
    nodes: Vec<Node>,
    methods: Methods,
    patterns: Vec<Pattern>,
}

/// Why a route was not added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Without a method it would never be found.
    NoMethod,
    /// The text is no method, or is not in upper case.
    Method(Box<str>),
    /// Nothing would decide between it and another.
    Conflict(Conflict),
}

impl Default for Routes {
    fn default() -> Self {
        Self {
            nodes: vec![Node::default()],
            methods: Methods::default(),
            patterns: Vec::new(),
        }
    }
}

impl Routes {
    /// Adds a route and returns its number.
    ///
    /// # Errors
    /// When it is refused nothing has changed.
    pub fn add(&mut self, pattern: Pattern, methods: &[&str]) -> Result<usize, Refusal> {
        if methods.is_empty() {
            return Err(Refusal::NoMethod);
        }
        if let Some(method) = methods.iter().find(|method| !is_method(method)) {
            return Err(Refusal::Method((*method).into()));
        }
        let numbers: Vec<_> = (methods.iter())
            .map(|method| self.methods.number_or_insert(method))
            .collect();
        if let Some(conflict) = self.conflict(&pattern, &numbers) {
            return Err(Refusal::Conflict(conflict));
        }
        let end = self.make_way(&pattern);
        let number = self.patterns.len();
        if let Some(node) = self.nodes.get_mut(end) {
            for method in numbers {
                if node.route(method).is_none() {
                    node.routes.push((method, number));
                }
            }
        }
        self.patterns.push(pattern);
        Ok(number)
    }

    /// What the routes are now; those that are added later are not in it.
    #[must_use]
    pub fn table(&self) -> Table {
        Table::new(self.nodes.clone(), self.methods.clone())
    }

    pub(crate) fn node(&self, number: usize) -> Option<&Node> {
        self.nodes.get(number)
    }

    pub(crate) fn pattern(&self, route: usize) -> Option<&Pattern> {
        self.patterns.get(route)
    }

    /// Makes the nodes that are missing on the way; returns the last.
    fn make_way(&mut self, pattern: &Pattern) -> usize {
        let mut number = ROOT;
        for (at, segment) in pattern.segments().iter().enumerate() {
            let node = self.node(number);
            let existing = node.and_then(|node| child(node, pattern, at, segment));
            number = existing.unwrap_or_else(|| self.insert(number, pattern.behind(at), segment));
        }
        number
    }

    fn insert(&mut self, parent: usize, behind: usize, segment: &Segment) -> usize {
        let child = self.nodes.len();
        if let Some(parent) = self.nodes.get_mut(parent) {
            match segment {
                Segment::Literal(text) => parent.literals.insert(text, child),
                Segment::Parameter(parameter) => parent.insert(Edge {
                    behind: parameter.is_path().then_some(behind),
                    parameter: Arc::clone(parameter),
                    child,
                }),
            }
        }
        self.nodes.push(Node::default());
        child
    }
}
