//! The columns that hold one of a few words. A word in the database that is not here is an error, not a default.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum MemberKind {
    #[sea_orm(string_value = "personal")]
    Personal,
    #[sea_orm(string_value = "company")]
    Company,
}

impl MemberKind {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Company => "company",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum Role {
    #[sea_orm(string_value = "member")]
    Member,
    #[sea_orm(string_value = "seller")]
    Seller,
    #[sea_orm(string_value = "admin")]
    Admin,
}

impl Role {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Seller => "seller",
            Self::Admin => "admin",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum MemberStatus {
    #[sea_orm(string_value = "active")]
    Active,
    #[sea_orm(string_value = "suspended")]
    Suspended,
    #[sea_orm(string_value = "left")]
    Left,
}

impl MemberStatus {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Left => "left",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum SessionStage {
    #[sea_orm(string_value = "awaiting_second_factor")]
    AwaitingSecondFactor,
    #[sea_orm(string_value = "complete")]
    Complete,
}

impl SessionStage {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::AwaitingSecondFactor => "awaiting_second_factor",
            Self::Complete => "complete",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum TokenPurpose {
    #[sea_orm(string_value = "verify_email")]
    VerifyEmail,
    #[sea_orm(string_value = "recover")]
    Recover,
    #[sea_orm(string_value = "change_email")]
    ChangeEmail,
}

impl TokenPurpose {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::Recover => "recover",
            Self::ChangeEmail => "change_email",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum ConsentPurpose {
    #[sea_orm(string_value = "terms")]
    Terms,
    #[sea_orm(string_value = "privacy")]
    Privacy,
    #[sea_orm(string_value = "transfer_abroad")]
    TransferAbroad,
    #[sea_orm(string_value = "marketing_email")]
    MarketingEmail,
    #[sea_orm(string_value = "marketing_night")]
    MarketingNight,
}

impl ConsentPurpose {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Terms => "terms",
            Self::Privacy => "privacy",
            Self::TransferAbroad => "transfer_abroad",
            Self::MarketingEmail => "marketing_email",
            Self::MarketingNight => "marketing_night",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum LegalKind {
    #[sea_orm(string_value = "terms")]
    Terms,
    #[sea_orm(string_value = "privacy")]
    Privacy,
    #[sea_orm(string_value = "refunds")]
    Refunds,
    #[sea_orm(string_value = "youth")]
    Youth,
    #[sea_orm(string_value = "intermediary")]
    Intermediary,
}

impl LegalKind {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Terms => "terms",
            Self::Privacy => "privacy",
            Self::Refunds => "refunds",
            Self::Youth => "youth",
            Self::Intermediary => "intermediary",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum MediaPurpose {
    #[sea_orm(string_value = "product_image")]
    ProductImage,
    #[sea_orm(string_value = "trailer_video")]
    TrailerVideo,
    #[sea_orm(string_value = "trailer_image")]
    TrailerImage,
    #[sea_orm(string_value = "broadcast_image")]
    BroadcastImage,
    #[sea_orm(string_value = "review_photo")]
    ReviewPhoto,
    #[sea_orm(string_value = "advert")]
    Advert,
}

impl MediaPurpose {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::ProductImage => "product_image",
            Self::TrailerVideo => "trailer_video",
            Self::TrailerImage => "trailer_image",
            Self::BroadcastImage => "broadcast_image",
            Self::ReviewPhoto => "review_photo",
            Self::Advert => "advert",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum MediaStatus {
    #[sea_orm(string_value = "requested")]
    Requested,
    #[sea_orm(string_value = "uploaded")]
    Uploaded,
    #[sea_orm(string_value = "processing")]
    Processing,
    #[sea_orm(string_value = "ready")]
    Ready,
    #[sea_orm(string_value = "failed")]
    Failed,
    #[sea_orm(string_value = "deleted")]
    Deleted,
}

impl MediaStatus {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Uploaded => "uploaded",
            Self::Processing => "processing",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Deleted => "deleted",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum TradeMode {
    #[sea_orm(string_value = "used")]
    Used,
    #[sea_orm(string_value = "ordinary")]
    Ordinary,
    #[sea_orm(string_value = "direct")]
    Direct,
}

impl TradeMode {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Ordinary => "ordinary",
            Self::Direct => "direct",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum ItemCondition {
    #[sea_orm(string_value = "like_new")]
    LikeNew,
    #[sea_orm(string_value = "good")]
    Good,
    #[sea_orm(string_value = "fair")]
    Fair,
}

impl ItemCondition {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::LikeNew => "like_new",
            Self::Good => "good",
            Self::Fair => "fair",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum ProductStatus {
    #[sea_orm(string_value = "draft")]
    Draft,
    #[sea_orm(string_value = "on_sale")]
    OnSale,
    #[sea_orm(string_value = "hidden")]
    Hidden,
    #[sea_orm(string_value = "blocked")]
    Blocked,
}

impl ProductStatus {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::OnSale => "on_sale",
            Self::Hidden => "hidden",
            Self::Blocked => "blocked",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum TrailerStatus {
    #[sea_orm(string_value = "announced")]
    Announced,
    #[sea_orm(string_value = "started")]
    Started,
    #[sea_orm(string_value = "cancelled")]
    Cancelled,
}

impl TrailerStatus {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Started => "started",
            Self::Cancelled => "cancelled",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum BroadcastStatus {
    #[sea_orm(string_value = "preparing")]
    Preparing,
    #[sea_orm(string_value = "live")]
    Live,
    #[sea_orm(string_value = "ended")]
    Ended,
    #[sea_orm(string_value = "cancelled")]
    Cancelled,
}

impl BroadcastStatus {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Live => "live",
            Self::Ended => "ended",
            Self::Cancelled => "cancelled",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum RecordingStatus {
    #[sea_orm(string_value = "none")]
    None,
    #[sea_orm(string_value = "recording")]
    Recording,
    #[sea_orm(string_value = "ready")]
    Ready,
    #[sea_orm(string_value = "failed")]
    Failed,
}

impl RecordingStatus {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Recording => "recording",
            Self::Ready => "ready",
            Self::Failed => "failed",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    #[sea_orm(string_value = "message")]
    Message,
    #[sea_orm(string_value = "notice")]
    Notice,
}

impl MessageKind {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Notice => "notice",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum ChatEventKind {
    #[sea_orm(string_value = "message")]
    Message,
    #[sea_orm(string_value = "deleted")]
    Deleted,
    #[sea_orm(string_value = "slow")]
    Slow,
    #[sea_orm(string_value = "pinned")]
    Pinned,
    #[sea_orm(string_value = "started")]
    Started,
    #[sea_orm(string_value = "ended")]
    Ended,
}

impl ChatEventKind {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Deleted => "deleted",
            Self::Slow => "slow",
            Self::Pinned => "pinned",
            Self::Started => "started",
            Self::Ended => "ended",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum ChatBanKind {
    #[sea_orm(string_value = "mute")]
    Mute,
    #[sea_orm(string_value = "ban")]
    Ban,
}

impl ChatBanKind {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Mute => "mute",
            Self::Ban => "ban",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum ReportSubject {
    #[sea_orm(string_value = "message")]
    Message,
    #[sea_orm(string_value = "comment")]
    Comment,
    #[sea_orm(string_value = "review")]
    Review,
    #[sea_orm(string_value = "member")]
    Member,
    #[sea_orm(string_value = "product")]
    Product,
    #[sea_orm(string_value = "broadcast")]
    Broadcast,
    #[sea_orm(string_value = "trailer")]
    Trailer,
}

impl ReportSubject {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Comment => "comment",
            Self::Review => "review",
            Self::Member => "member",
            Self::Product => "product",
            Self::Broadcast => "broadcast",
            Self::Trailer => "trailer",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum ReportReason {
    #[sea_orm(string_value = "abuse")]
    Abuse,
    #[sea_orm(string_value = "fraud")]
    Fraud,
    #[sea_orm(string_value = "illegal")]
    Illegal,
    #[sea_orm(string_value = "spam")]
    Spam,
    #[sea_orm(string_value = "other")]
    Other,
}

impl ReportReason {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Abuse => "abuse",
            Self::Fraud => "fraud",
            Self::Illegal => "illegal",
            Self::Spam => "spam",
            Self::Other => "other",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum ReportStatus {
    #[sea_orm(string_value = "open")]
    Open,
    #[sea_orm(string_value = "upheld")]
    Upheld,
    #[sea_orm(string_value = "dismissed")]
    Dismissed,
}

impl ReportStatus {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Upheld => "upheld",
            Self::Dismissed => "dismissed",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum CouponKind {
    #[sea_orm(string_value = "amount")]
    Amount,
    #[sea_orm(string_value = "percent")]
    Percent,
}

impl CouponKind {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Amount => "amount",
            Self::Percent => "percent",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum CheckoutStatus {
    #[sea_orm(string_value = "open")]
    Open,
    /// The provider is being asked for the money: it does not expire now.
    #[sea_orm(string_value = "paying")]
    Paying,
    #[sea_orm(string_value = "awaiting_deposit")]
    AwaitingDeposit,
    #[sea_orm(string_value = "paid")]
    Paid,
    #[sea_orm(string_value = "expired")]
    Expired,
    #[sea_orm(string_value = "cancelled")]
    Cancelled,
}

impl CheckoutStatus {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paying => "paying",
            Self::AwaitingDeposit => "awaiting_deposit",
            Self::Paid => "paid",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    #[sea_orm(string_value = "awaiting_payment")]
    AwaitingPayment,
    #[sea_orm(string_value = "awaiting_deposit")]
    AwaitingDeposit,
    #[sea_orm(string_value = "paid")]
    Paid,
    #[sea_orm(string_value = "preparing")]
    Preparing,
    #[sea_orm(string_value = "shipped")]
    Shipped,
    #[sea_orm(string_value = "delivered")]
    Delivered,
    #[sea_orm(string_value = "confirmed")]
    Confirmed,
    #[sea_orm(string_value = "cancelled")]
    Cancelled,
    #[sea_orm(string_value = "expired")]
    Expired,
    #[sea_orm(string_value = "partially_refunded")]
    PartiallyRefunded,
    #[sea_orm(string_value = "refunded")]
    Refunded,
}

impl OrderStatus {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::AwaitingPayment => "awaiting_payment",
            Self::AwaitingDeposit => "awaiting_deposit",
            Self::Paid => "paid",
            Self::Preparing => "preparing",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::PartiallyRefunded => "partially_refunded",
            Self::Refunded => "refunded",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum Retention {
    #[sea_orm(string_value = "advertising")]
    Advertising,
    #[sea_orm(string_value = "contract")]
    Contract,
    #[sea_orm(string_value = "payment")]
    Payment,
    #[sea_orm(string_value = "dispute")]
    Dispute,
    #[sea_orm(string_value = "access")]
    Access,
}

impl Retention {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Advertising => "advertising",
            Self::Contract => "contract",
            Self::Payment => "payment",
            Self::Dispute => "dispute",
            Self::Access => "access",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum ReservationStatus {
    #[sea_orm(string_value = "held")]
    Held,
    #[sea_orm(string_value = "used")]
    Used,
    #[sea_orm(string_value = "released")]
    Released,
    #[sea_orm(string_value = "expired")]
    Expired,
}

impl ReservationStatus {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Used => "used",
            Self::Released => "released",
            Self::Expired => "expired",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    #[sea_orm(string_value = "card")]
    Card,
    #[sea_orm(string_value = "virtual_account")]
    VirtualAccount,
    #[sea_orm(string_value = "transfer")]
    Transfer,
    #[sea_orm(string_value = "easy_pay")]
    EasyPay,
}

impl PaymentMethod {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::VirtualAccount => "virtual_account",
            Self::Transfer => "transfer",
            Self::EasyPay => "easy_pay",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    #[sea_orm(string_value = "created")]
    Created,
    #[sea_orm(string_value = "action_required")]
    ActionRequired,
    #[sea_orm(string_value = "awaiting_deposit")]
    AwaitingDeposit,
    #[sea_orm(string_value = "pending")]
    Pending,
    #[sea_orm(string_value = "paid")]
    Paid,
    #[sea_orm(string_value = "partially_cancelled")]
    PartiallyCancelled,
    #[sea_orm(string_value = "cancel_pending")]
    CancelPending,
    #[sea_orm(string_value = "cancelled")]
    Cancelled,
    #[sea_orm(string_value = "failed")]
    Failed,
    #[sea_orm(string_value = "expired")]
    Expired,
    #[sea_orm(string_value = "disputed")]
    Disputed,
}

impl PaymentStatus {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::ActionRequired => "action_required",
            Self::AwaitingDeposit => "awaiting_deposit",
            Self::Pending => "pending",
            Self::Paid => "paid",
            Self::PartiallyCancelled => "partially_cancelled",
            Self::CancelPending => "cancel_pending",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Disputed => "disputed",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum RefundKind {
    #[sea_orm(string_value = "cancel")]
    Cancel,
    #[sea_orm(string_value = "withdrawal")]
    Withdrawal,
    #[sea_orm(string_value = "defect")]
    Defect,
}

impl RefundKind {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Withdrawal => "withdrawal",
            Self::Defect => "defect",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    #[sea_orm(string_value = "requested")]
    Requested,
    #[sea_orm(string_value = "approved")]
    Approved,
    #[sea_orm(string_value = "pending")]
    Pending,
    #[sea_orm(string_value = "done")]
    Done,
    #[sea_orm(string_value = "rejected")]
    Rejected,
    #[sea_orm(string_value = "failed")]
    Failed,
}

impl RefundStatus {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Pending => "pending",
            Self::Done => "done",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum ShipmentStatus {
    #[sea_orm(string_value = "shipped")]
    Shipped,
    #[sea_orm(string_value = "delivered")]
    Delivered,
    #[sea_orm(string_value = "returned")]
    Returned,
}

impl ShipmentStatus {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Returned => "returned",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    #[sea_orm(string_value = "asset")]
    Asset,
    #[sea_orm(string_value = "liability")]
    Liability,
    #[sea_orm(string_value = "income")]
    Income,
    #[sea_orm(string_value = "expense")]
    Expense,
}

impl AccountKind {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Asset => "asset",
            Self::Liability => "liability",
            Self::Income => "income",
            Self::Expense => "expense",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum SettlementStatus {
    #[sea_orm(string_value = "closed")]
    Closed,
    #[sea_orm(string_value = "paid")]
    Paid,
}

impl SettlementStatus {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Paid => "paid",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum AdStatus {
    #[sea_orm(string_value = "requested")]
    Requested,
    #[sea_orm(string_value = "approved")]
    Approved,
    #[sea_orm(string_value = "rejected")]
    Rejected,
}

impl AdStatus {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    #[sea_orm(string_value = "queued")]
    Queued,
    #[sea_orm(string_value = "running")]
    Running,
    #[sea_orm(string_value = "done")]
    Done,
    #[sea_orm(string_value = "failed")]
    Failed,
}

impl JobStatus {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum TestOutcome {
    #[sea_orm(string_value = "succeed")]
    Succeed,
    #[sea_orm(string_value = "decline")]
    Decline,
    #[sea_orm(string_value = "slow")]
    Slow,
    #[sea_orm(string_value = "twice")]
    Twice,
}

impl TestOutcome {
    /// The word as the database and the message keys have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Succeed => "succeed",
            Self::Decline => "decline",
            Self::Slow => "slow",
            Self::Twice => "twice",
        }
    }
}
