//! What a stack has in the account's home bucket, and refers to like to any other resource.

pub mod artifact;
