//! The command line.

use clap::{Parser, Subcommand};

use touchstone::commands;
use touchstone::settings::{Given, Settings};

/// A community forum whose members can prove who they are.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(flatten)]
    settings: Given,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the forum (the default)
    Serve {
        /// Fill an empty database with an invented community and keep all mail in /outbox
        #[arg(long)]
        demo: bool,
    },
    /// Bring the database to this version and stop
    Migrate,
    /// Members
    #[command(subcommand)]
    Member(Member),
    /// Load a community from a bundle; running it twice changes nothing
    Import {
        /// The bundle: one JSON object a line
        bundle: std::path::PathBuf,
    },
    /// Write everything that import reads
    Export {
        /// The file to write
        file: std::path::PathBuf,
    },
    /// The keys that what is sealed opens with
    #[command(subcommand)]
    Keys(Keys),
    /// Say what is wrong with settings, database, counters, keys and folders
    Doctor,
}

#[derive(Subcommand)]
enum Member {
    /// Add a member; the password is read from standard input, and the address counts as confirmed
    Add(commands::member::Add),
}

#[derive(Subcommand)]
enum Keys {
    /// Wrap everything by a new key; works beside a running server
    Rotate,
}

fn main() -> std::process::ExitCode {
    let cli = Cli::parse();
    let outcome = Settings::read(&cli.settings).map_err(|bad| bad.to_string());
    commands::end(outcome.and_then(|settings| run(cli.command, settings)))
}

fn run(command: Option<Command>, settings: Settings) -> commands::Outcome {
    commands::start_logging(&settings);
    match command.unwrap_or(Command::Serve { demo: false }) {
        Command::Serve { demo } => commands::serve::run(settings, demo),
        Command::Migrate => commands::migrate::run(&settings),
        Command::Member(Member::Add(add)) => commands::member::add(&settings, &add),
        Command::Import { bundle } => commands::import::run(&settings, &bundle),
        Command::Export { file } => commands::export::run(&settings, &file),
        Command::Keys(Keys::Rotate) => commands::keys::rotate(&settings),
        Command::Doctor => commands::doctor::run(&settings),
    }
}
