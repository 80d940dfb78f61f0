//! Sample members. Sellers and the admin have a second factor with a known secret, for an authenticator app.

use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};

use crate::app::App;
use crate::crypto;
use crate::db::now;
use crate::entities::enums::{ConsentPurpose, MemberKind, Role};
use crate::entities::{members, seller_profiles};
use crate::i18n::Lang;
use crate::members::accounts::{self, NewMember};
use crate::members::channel;

pub const PASSWORD: &str = "bogosa-sample-1";
pub const ACCOUNTS: &str = "buyer@, viewer@, seller@, studio@, admin@bogosa.example";
/// Base32, as one would type it into the app.
pub const TOTP_SECRET: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

/// Who the other samples belong to.
#[derive(Clone, Debug)]
pub struct People {
    pub seller: members::Model,
    pub studio: members::Model,
}

pub async fn fill(app: &App) -> anyhow::Result<People> {
    member(app, "buyer", "햇살마루", "김하늘", Role::Member).await?;
    member(app, "viewer", "초록비", "이서준", Role::Member).await?;
    member(app, "admin", "운영자", "최운영", Role::Admin).await?;
    Ok(People {
        seller: member(app, "seller", "도담공방", "박도담", Role::Seller).await?,
        studio: member(app, "studio", "남해어부", "정바다", Role::Seller).await?,
    })
}

async fn member(app: &App, mailbox: &str, nickname: &str, name: &str, role: Role) -> anyhow::Result<members::Model> {
    let company = mailbox == "studio";
    let new = NewMember {
        email: format!("{mailbox}@bogosa.example"),
        password_hash: Some(crypto::hash_password(PASSWORD.to_owned()).await?),
        nickname: nickname.to_owned(),
        name: name.to_owned(),
        kind: if company { MemberKind::Company } else { MemberKind::Personal },
        company_name: company.then(|| "남해수산 주식회사".to_owned()),
        lang: Lang::Ko,
        consents: vec![
            (ConsentPurpose::Terms, true),
            (ConsentPurpose::Privacy, true),
            (ConsentPurpose::TransferAbroad, true),
            (ConsentPurpose::MarketingEmail, false),
            (ConsentPurpose::MarketingNight, false),
        ],
    };
    let mut row = accounts::create(&app.db, new).await?.into_active_model();
    row.email_verified_at = Set(Some(now()));
    row.phone = Set(Some("010-0000-0000".to_owned()));
    row.role = Set(role);
    if role != Role::Member {
        row.totp_secret_encrypted = Set(Some(app.config.secret_key.encrypt("second factor", TOTP_SECRET)?));
        row.totp_enabled_at = Set(Some(now()));
    }
    let member = row.update(&app.db).await?;
    channel::ensure(app, member.id).await?;
    if role == Role::Seller {
        profile(app, &member).await?;
    }
    Ok(member)
}

async fn profile(app: &App, member: &members::Model) -> anyhow::Result<()> {
    let company = member.kind == MemberKind::Company;
    let row = seller_profiles::ActiveModel {
        member_id: Set(member.id),
        display_name: Set(member.nickname.clone()),
        intro: Set(if company {
            "남해에서 잡은 그대로 보내 드립니다."
        } else {
            "흙과 불로 빚는 생활 도자기"
        }
        .to_owned()),
        representative: Set(company.then(|| member.name.clone())),
        business_number: Set(company.then(|| "124-81-00998".to_owned())),
        mail_order_number: Set(company.then(|| "제2026-경남남해-0001호".to_owned())),
        address: Set(company.then(|| "경상남도 남해군 미조면 미조로 1".to_owned())),
        phone: Set("055-000-0000".to_owned()),
        email: Set(member.email.clone().unwrap_or_default()),
        verified_at: Set(Some(now())),
        verified_how: Set(Some("sample".to_owned())),
        created_at: Set(now()),
        updated_at: Set(now()),
        ..Default::default()
    };
    row.insert(&app.db).await?;
    Ok(())
}
