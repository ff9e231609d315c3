//! The real gateway in this process, between real clients and real servers, with an issuer of its own.

mod auth;
mod backend;
mod calls;
mod configuration;
mod deadlines;
mod issuer;
mod keys;
mod languages;
mod limits;
mod own;
mod provider;
mod raw;
mod replicas;
mod routing;
mod streams;
mod world;
