//! A live-commerce web shop. [`app`] holds what a running shop consists of, [`routes`] merges the domains;
//! `ARCHITECTURE.md` says where things are and how to add to them.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod app;
pub mod config;
pub mod crypto;
pub mod db;
pub mod entities;
pub mod i18n;
pub mod jobs;
pub mod routes;
pub mod seed;
pub mod services;
pub mod transactions;
pub mod web;

// The domains: a folder, a template folder, a message file and a style sheet each.
pub mod admin;
pub mod ads;
pub mod cart;
pub mod catalog;
pub mod chat;
pub mod dev;
pub mod home;
pub mod legal;
pub mod live;
pub mod media;
pub mod members;
pub mod ops;
pub mod orders;
pub mod payments;
pub mod reviews;
pub mod search;
pub mod settlement;
pub mod social;
pub mod trailers;

pub use app::App;
pub use config::Config;
