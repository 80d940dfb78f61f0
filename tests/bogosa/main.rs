//! The tool from outside: the real binary against the real sandbox.

#![allow(clippy::unwrap_used)]

mod application;
mod audit;
mod budget;
mod channels;
mod crash;
mod doctor;
mod edits;
mod export;
mod histories;
mod input;
mod lease;
mod lifecycle;
mod meddling;
mod others;
mod outside;
mod plans;
mod second_opinion;
mod support;
mod user_data;
mod videos;
