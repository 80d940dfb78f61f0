//! Products: what buyers see, and what sellers do with them.

mod buyers;
mod sellers;
