//! Routes as they are looked up.

use crate::{
    Converters, Place, Segments,
    methods::{Method, Methods},
    node::{Edge, Node},
};

/// An immutable table of routes.
#[derive(Debug)]
pub struct Table {
    nodes: Box<[Node]>,
    methods: Methods,
}

/// What a request leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match<'a> {
    /// The route with this number.
    Route(usize),
    /// No route for this method; these are the methods that other requests for the path may have, sorted.
    Methods(Vec<&'a str>),
    /// No route at all.
    None,
}

impl Table {
    pub(crate) fn new(mut nodes: Vec<Node>, methods: Methods) -> Self {
        for node in &mut nodes {
            serve_head(node);
        }
        Self {
            nodes: nodes.into(),
            methods,
        }
    }

    /// Looks for the route of a request.
    ///
    /// # Errors
    /// What the application's converters raise.
    pub fn find<C: Converters>(
        &self,
        method: &str,
        segments: &Segments<'_>,
        converters: &mut C,
    ) -> Result<Match<'_>, C::Error> {
        let mut search = Search {
            table: self,
            method: self.methods.number(method),
            segments,
            converters,
            ends: Vec::new(),
        };
        Ok(match search.walk(self.nodes.first(), 0)? {
            Some(route) => Match::Route(route),
            None if search.ends.is_empty() => Match::None,
            None => Match::Methods(self.allowed(&search.ends)),
        })
    }

    /// The value of `Allow` (RFC 9110 §10.2.1) for a path that ends at these nodes. OPTIONS is always answered.
    fn allowed(&self, ends: &[&Node]) -> Vec<&str> {
        let routes = ends.iter().flat_map(|node| &node.routes);
        let mut methods: Vec<&str> = (routes.map(|&(method, _)| self.methods.name(method)))
            .chain(["OPTIONS"])
            .collect();
        methods.sort_unstable();
        methods.dedup();
        methods
    }
}

/// GET answers HEAD where nothing else does (RFC 9110 §9.3.2).
fn serve_head(node: &mut Node) {
    if let (Some(route), None) = (node.route(Method::GET), node.route(Method::HEAD)) {
        node.routes.push((Method::HEAD, route));
    }
}

struct Search<'t, 's, C> {
    table: &'t Table,
    /// `None` is a method that no route has.
    method: Option<Method>,
    segments: &'s Segments<'s>,
    converters: &'s mut C,
    /// Where the path has ended without a route for the method.
    ends: Vec<&'t Node>,
}

impl<'t, C: Converters> Search<'t, '_, C> {
    /// What the path from the segment at `at` leads to, when it begins at `node`.
    fn walk(&mut self, node: Option<&'t Node>, at: usize) -> Result<Option<usize>, C::Error> {
        let Some(node) = node else {
            return Ok(None);
        };
        let Some(text) = self.segments.text(at, 1) else {
            return Ok(self.end(node));
        };
        if let Some(child) = node.literals.child(text)
            && let Some(route) = self.walk(self.table.nodes.get(child), at + 1)?
        {
            return Ok(Some(route));
        }
        // Neither a parameter nor the first segment of a path is empty.
        if text.is_empty() {
            return Ok(None);
        }
        for edge in &node.edges {
            if let Some(next) = self.follow(edge, at, text)?
                && let Some(route) = self.walk(self.table.nodes.get(edge.child), next)?
            {
                return Ok(Some(route));
            }
        }
        Ok(None)
    }

    fn end(&mut self, node: &'t Node) -> Option<usize> {
        let route = self.method.and_then(|method| node.route(method));
        if route.is_none() && !node.routes.is_empty() {
            self.ends.push(node);
        }
        route
    }

    /// Where the next segment is, when the parameter takes what stands at `at`: `text`, and more if it is a path.
    fn follow(&mut self, edge: &Edge, at: usize, text: &str) -> Result<Option<usize>, C::Error> {
        let (next, text) = match edge.behind {
            None => (at + 1, text),
            Some(behind) => match self.segments.len().checked_sub(behind) {
                Some(next) if next > at => {
                    let text = self.segments.text(at, next - at);
                    (next, text.unwrap_or_default())
                }
                _ => return Ok(None),
            },
        };
        let alternative = edge.parameter.alternative_for(text, self.converters)?;
        Ok(alternative.map(|_| next))
    }
}

impl Place {
    /// The text of the value that stands here.
    #[must_use]
    pub fn text<'s>(&self, segments: &'s Segments<'_>) -> &'s str {
        let (index, count) = match *self {
            Self::Segment(index) => (index, 1),
            Self::BeforeLast(behind) => (segments.len().saturating_sub(behind + 1), 1),
            Self::Path(index, behind) => (index, segments.len().saturating_sub(behind + index)),
        };
        segments.text(index, count).unwrap_or_default()
    }
}
