//! The shop's integration tests: one binary, a fresh database for each test; SQLite, or MySQL with SHOP_TEST_MYSQL_URL.
#![allow(clippy::unwrap_used)]

mod harness;
#[path = "../support/valkey.rs"]
mod valkey;

mod admin;
mod ads;
mod authorization;
mod bus;
mod buying;
mod cart;
mod catalog;
mod chat;
mod cloud;
mod documents;
mod frame;
mod hostile;
mod legal;
mod live;
mod load;
mod market;
mod members;
mod messages;
mod openapi;
mod orders;
mod payment_provider;
mod payments;
mod reviews;
mod rows;
mod schema;
mod search;
mod settlement;
mod social;
mod toss;
mod trailers;
