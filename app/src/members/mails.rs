//! The mails of this domain, in the member's language.

use crate::app::App;
use crate::i18n::Lang;
use crate::members::tokens::Issued;
use crate::services::mail::Mail;

pub(super) async fn verify(app: &App, lang: Lang, to: &str, issued: &Issued) -> anyhow::Result<()> {
    let link = format!("{}/verify/{}", app.config.public_url, issued.token);
    let arguments = [("link", link), ("code", issued.code.clone())];
    send(app, lang, to, "mail-verify", &arguments).await
}

pub(super) async fn change_email(app: &App, lang: Lang, to: &str, issued: &Issued) -> anyhow::Result<()> {
    let link = format!("{}/verify/{}", app.config.public_url, issued.token);
    send(app, lang, to, "mail-change-email", &[("link", link)]).await
}

pub(super) async fn already_member(app: &App, lang: Lang, to: &str) -> anyhow::Result<()> {
    let arguments = [
        ("login", format!("{}/login", app.config.public_url)),
        ("recover", format!("{}/recover", app.config.public_url)),
    ];
    send(app, lang, to, "mail-already-member", &arguments).await
}

pub(super) async fn recover(app: &App, lang: Lang, to: &str, nickname: &str, issued: &Issued) -> anyhow::Result<()> {
    let link = format!("{}/recover/{}", app.config.public_url, issued.token);
    send(app, lang, to, "mail-recover", &[("link", link), ("nickname", nickname.to_owned())]).await
}

/// Told to the address that has been on record so far, so that a thief cannot change things silently.
pub(super) async fn changed(app: &App, lang: Lang, to: &str, what: &str) -> anyhow::Result<()> {
    send(app, lang, to, "mail-changed", &[("what", lang.text(what))]).await
}

async fn send(app: &App, lang: Lang, to: &str, key: &str, arguments: &[(&str, String)]) -> anyhow::Result<()> {
    let subject = lang.text_with(&format!("{key}-subject"), arguments);
    let body = lang.text_with(&format!("{key}-body"), arguments);
    app.mail.send(Mail { to: to.to_owned(), subject, body }).await
}
