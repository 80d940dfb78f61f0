//! Sending mail. The local form keeps it in the database, where `/dev/mailbox` shows it in development.

use sea_orm::{ActiveModelTrait, DatabaseConnection, Set};

use crate::db::now;
use crate::entities::mails;

#[derive(Clone, Debug)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    /// Plain text.
    pub body: String,
}

#[async_trait::async_trait]
pub trait Mailer: Send + Sync + std::fmt::Debug {
    async fn send(&self, mail: Mail) -> anyhow::Result<()>;
}

#[derive(Debug)]
pub struct LocalMailbox(pub DatabaseConnection);

#[async_trait::async_trait]
impl Mailer for LocalMailbox {
    async fn send(&self, mail: Mail) -> anyhow::Result<()> {
        let row = mails::ActiveModel {
            recipient: Set(mail.to),
            subject: Set(mail.subject),
            body: Set(mail.body),
            sent_at: Set(now()),
            ..Default::default()
        };
        row.insert(&self.0).await?;
        Ok(())
    }
}
