//! What the command line takes.

/// What was given on the command line; `None` where nothing was.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Given {
    /// Address and port to listen on [environment: `TOUCHSTONE_LISTEN`, default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Address under which people reach the forum [`TOUCHSTONE_URL`, default: http:// and the listen address]
    #[arg(long, global = true, value_name = "URL")]
    pub url: Option<String>,
    /// sqlite:PATH or postgres://… [`TOUCHSTONE_DATABASE`, default: touchstone.db in the data folder]
    #[arg(long, global = true, value_name = "URL")]
    pub database: Option<String>,
    /// Folder for the database and keys [`TOUCHSTONE_DATA`, default: ./data]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub data: Option<String>,
    /// Name of the community [`TOUCHSTONE_NAME`, default: Touchstone]
    #[arg(long, global = true, value_name = "NAME")]
    pub name: Option<String>,
    /// Accent colour on light pages, as #rrggbb [`TOUCHSTONE_ACCENT`]
    #[arg(long, global = true, value_name = "COLOUR")]
    pub accent: Option<String>,
    /// Accent colour on dark pages, as #rrggbb [`TOUCHSTONE_ACCENT_DARK`]
    #[arg(long, global = true, value_name = "COLOUR")]
    pub accent_dark: Option<String>,
    /// Mail server: smtp://…, smtps://… [`TOUCHSTONE_SMTP_URL`; a password belongs there, not on the command line]
    #[arg(long, global = true, value_name = "URL")]
    pub smtp_url: Option<String>,
    /// Sender of the forum's mail [`TOUCHSTONE_MAIL_FROM`, default: touchstone@ and the public address's host]
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// What is logged: error, warn, info, debug or trace, or a filter such as touchstone=debug [`TOUCHSTONE_LOG`, default: info]
    #[arg(long, global = true, value_name = "FILTER")]
    pub log: Option<String>,
    /// How many proxies of your own stand before the forum and add to X-Forwarded-For [`TOUCHSTONE_PROXIES`, default: 0]
    #[arg(long, global = true, value_name = "NUMBER")]
    pub proxies: Option<String>,
}
