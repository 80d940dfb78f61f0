//! Members, walked through as a browser does.

mod account;
mod login;
mod selling;
mod signup;
mod social_login;
