//! Patterns that can't be told apart.

use crate::{
    methods::Method,
    node::{Edge, Node},
    pattern::{Pattern, Segment},
    routes::{ROOT, Routes},
};

/// A route could not be added, as one that is there already takes the same requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conflict {
    /// The number of that route.
    pub existing: usize,
    /// The index of the segment whose parameters are different, but of the same precedence; `None` when
    /// both patterns match the same paths.
    pub segment: Option<usize>,
}

impl Routes {
    /// Looks for a route that takes a request which a new one would take, when nothing decides between them.
    pub(crate) fn conflict(&self, pattern: &Pattern, methods: &[Method]) -> Option<Conflict> {
        let mut node = self.node(ROOT)?;
        for (at, segment) in pattern.segments().iter().enumerate() {
            if let Some(existing) = self.rival(node, pattern, at, methods) {
                return Some(Conflict {
                    existing,
                    segment: Some(at),
                });
            }
            node = self.node(child(node, pattern, at, segment)?)?;
        }
        let mut same = methods.iter().filter_map(|&method| node.route(method));
        same.next().map(|existing| Conflict {
            existing,
            segment: None,
        })
    }

    /// A route that differs from `pattern` first in the parameter at `at`, by which nothing is decided.
    fn rival(
        &self,
        node: &Node,
        pattern: &Pattern,
        at: usize,
        methods: &[Method],
    ) -> Option<usize> {
        let (parameter, behind) = parameter_at(pattern, at)?;
        let mut edges = node.rivals(parameter, behind);
        edges.find_map(|edge| {
            let mut routes = self.below(edge).filter(|(method, _)| {
                let same = |other: &Method| serves(*method, *other) || serves(*other, *method);
                methods.iter().any(same)
            });
            let meets = |&(_, route): &(Method, usize)| {
                (self.pattern(route)).is_some_and(|other| other.may_meet(pattern, at + 1))
            };
            routes.find(meets).map(|(_, route)| route)
        })
    }

    /// Everything that is reached by this edge.
    fn below(&self, edge: &Edge) -> impl Iterator<Item = (Method, usize)> {
        let mut pending = vec![edge.child];
        std::iter::from_fn(move || {
            let node = self.node(pending.pop()?)?;
            pending.extend(node.children());
            Some(node.routes.iter().copied())
        })
        .flatten()
    }
}

/// The node that a pattern's segment leads to, when it is there.
pub(crate) fn child(node: &Node, pattern: &Pattern, at: usize, segment: &Segment) -> Option<usize> {
    match segment {
        Segment::Literal(text) => node.literals.child(text),
        Segment::Parameter(parameter) => {
            let behind = parameter.is_path().then(|| pattern.behind(at));
            node.edge(parameter, behind).map(|edge| edge.child)
        }
    }
}

fn parameter_at(pattern: &Pattern, at: usize) -> Option<(&crate::Parameter, Option<usize>)> {
    match pattern.segments().get(at)? {
        Segment::Literal(_) => None,
        Segment::Parameter(parameter) => {
            let behind = parameter.is_path().then(|| pattern.behind(at));
            Some((parameter, behind))
        }
    }
}

/// Whether a route for one method answers the other: GET answers HEAD.
fn serves(route: Method, request: Method) -> bool {
    route == request || (route == Method::GET && request == Method::HEAD)
}
