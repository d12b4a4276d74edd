//! The routes of an application: `pyre-router` with Python's values.

mod conflict;
mod custom;
mod parameter;
mod routes;
mod table;
mod value;

pub(crate) use self::{
    conflict::RouteConflict, parameter::Parameter, routes::Routes, table::RouteTable,
};
