//! The shop's integration tests: one binary, a fresh database for each test; SQLite, or MySQL with SHOP_TEST_MYSQL_URL.
#![allow(clippy::unwrap_used)]

mod harness;

mod admin;
mod ads;
mod authorization;
mod cart;
mod catalog;
mod chat;
mod frame;
mod legal;
mod live;
mod market;
mod members;
mod messages;
mod openapi;
mod payment_provider;
mod reviews;
mod rows;
mod schema;
mod search;
mod social;
mod trailers;
