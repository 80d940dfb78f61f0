//! `bogosa-shop serve|migrate|seed|make-admin|check`.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use axum::serve::ListenerExt;
use bogosa_shop::app::AppState;
use bogosa_shop::config::{MailKind, PaymentKind, StreamingConfig};
use bogosa_shop::members::accounts;
use bogosa_shop::services::aws::sqs;
use bogosa_shop::{App, Config, db, jobs, routes, seed};
use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

#[derive(Parser)]
#[command(name = "bogosa-shop", version, about = "A live-commerce web shop; its settings are SHOP_… variables")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the shop. In development it also migrates, and fills an empty database with sample data.
    Serve,
    /// Bring the database to this version.
    Migrate,
    /// Fill an empty database with sample data (development only).
    Seed,
    /// Make an admin of a member who has two-step verification on: the first one, for admins make others.
    MakeAdmin { email: String },
    /// Check the configuration, the database, the storage and the bus, and say what is wrong.
    Check,
}

/// How long open connections may take to end.
const DRAIN: Duration = Duration::from_secs(25);

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Before the log is set up, or for a person at a terminal.
            #[allow(clippy::print_stderr)]
            {
                eprintln!("error: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<()> {
    let config = Config::from_env()?;
    start_log(&config);
    let app = App::start(config).await?;
    match command {
        Command::Serve => serve(app).await,
        Command::Migrate => db::migrate(&app.db).await.context("migrating"),
        Command::Seed => {
            anyhow::ensure!(app.config.is_development(), "sample data is for development only");
            anyhow::ensure!(seed::fill(&app).await?, "the database is not empty");
            Ok(())
        }
        Command::MakeAdmin { email } => accounts::make_admin(&app.db, &email).await,
        Command::Check => check(&app).await,
    }
}

fn start_log(config: &Config) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sea_orm_migration=warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let log = log.with_ansi(std::io::stderr().is_terminal());
    if config.log_json { log.json().init() } else { log.init() }
}

async fn serve(app: AppState) -> anyhow::Result<()> {
    if app.config.is_development() {
        db::migrate(&app.db).await.context("migrating")?;
        seed::fill(&app).await.context("sample data")?;
        seed::resume(&app).await.context("sample streams")?;
    } else {
        let pending = db::pending(&app.db).await.context("asking for migrations")?;
        anyhow::ensure!(pending.is_empty(), "run `bogosa-shop migrate` first: {} are missing", pending.join(", "));
        if app.config.payments == PaymentKind::Test {
            tracing::warn!("payments are tests: no money is taken (SHOP_PAYMENTS=test)");
        }
        if app.config.mail == MailKind::Mailbox {
            tracing::warn!("mail is kept in the database and sent to nobody (SHOP_MAIL=mailbox)");
        }
        if app.config.streaming == StreamingConfig::Local {
            tracing::warn!("live channels are pretended: nothing can be sent to them (SHOP_STREAMING=local)");
        }
    }
    jobs::start(&app);
    sqs::start(&app);
    let router = routes::router(app.clone())?;
    let listener = tokio::net::TcpListener::bind(app.config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", app.config.listen))?;
    // What is written is whole frames: they do not wait for the last one's acknowledgement.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps Nagle's algorithm");
        }
    });
    tracing::info!("the shop is at {}", app.config.public_url);
    let stop = app.stop.clone();
    tokio::spawn(async move {
        stop_signal().await;
        stop.cancel();
    });
    let server = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(app.stop.clone().cancelled_owned());
    let stopping = app.stop.clone();
    tokio::select! {
        result = async { let served = server.await; app.chat.drained().await; served } => result?,
        () = async { stopping.cancelled().await; tokio::time::sleep(DRAIN).await } => {
            tracing::warn!("some connections did not end in time");
        }
    }
    tracing::info!("stopped");
    Ok(())
}

async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}

async fn check(app: &AppState) -> anyhow::Result<()> {
    let pending = db::pending(&app.db).await.context("the database")?;
    anyhow::ensure!(pending.is_empty(), "the database lacks {}", pending.join(", "));
    app.storage.ready().await.context("the storage")?;
    app.bus.ready().await.context("the bus")?;
    drop(routes::router(app.clone())?);
    tracing::info!("configuration, database, storage and bus are in order");
    Ok(())
}
