//! Methods as small numbers.

/// The number of a method in one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Method(usize);

impl Method {
    pub(crate) const GET: Self = Self(0);
    pub(crate) const HEAD: Self = Self(1);
}

/// The methods that some route has; the usual ones come first, because they are looked up one by one.
#[derive(Debug, Clone)]
pub(crate) struct Methods(Vec<Box<str>>);

impl Default for Methods {
    fn default() -> Self {
        Self(["GET", "HEAD", "POST"].map(Box::from).into())
    }
}

impl Methods {
    pub(crate) fn number(&self, name: &str) -> Option<Method> {
        self.0.iter().position(|known| **known == *name).map(Method)
    }

    pub(crate) fn number_or_insert(&mut self, name: &str) -> Method {
        self.number(name).unwrap_or_else(|| {
            self.0.push(name.into());
            Method(self.0.len() - 1)
        })
    }

    pub(crate) fn name(&self, method: Method) -> &str {
        self.0.get(method.0).map_or("", |name| name)
    }
}

/// A `token` (RFC 9110 §5.6.2) without a lower-case letter: interfaces hand methods on in upper case.
pub(crate) fn is_method(name: &str) -> bool {
    let is_special = |octet| b"!#$%&'*+-.^_`|~".contains(&octet);
    let is_allowed =
        |octet: u8| octet.is_ascii_uppercase() || octet.is_ascii_digit() || is_special(octet);
    !name.is_empty() && name.bytes().all(is_allowed)
}
