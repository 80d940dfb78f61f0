//! The `bogosa` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    bogosa::cli::main()
}
