//! The columns that hold one of a few words. A word in the database that is not here is an error, not a default.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Types with their variants, and each variant's word: in the database, in JSON and in the keys of messages.
macro_rules! words {
    ($($(#[$about:meta])* $name:ident { $($(#[$meaning:meta])* $variant:ident = $word:tt,)+ })+) => {$(
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
        #[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
        pub enum $name {
            $(
                $(#[$meaning])*
                #[sea_orm(string_value = $word)]
                #[serde(rename = $word)]
                $variant,
            )+
        }

        impl $name {
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    )+};
}

words! {
    MemberKind {
        Personal = "personal",
        Company = "company",
    }

    Role {
        Member = "member",
        Seller = "seller",
        Admin = "admin",
    }

    MemberStatus {
        Active = "active",
        Suspended = "suspended",
        Left = "left",
    }

    SessionStage {
        AwaitingSecondFactor = "awaiting_second_factor",
        Complete = "complete",
    }

    TokenPurpose {
        VerifyEmail = "verify_email",
        Recover = "recover",
        ChangeEmail = "change_email",
    }

    ConsentPurpose {
        Terms = "terms",
        Privacy = "privacy",
        TransferAbroad = "transfer_abroad",
        MarketingEmail = "marketing_email",
        MarketingNight = "marketing_night",
    }

    LegalKind {
        Terms = "terms",
        Privacy = "privacy",
        Refunds = "refunds",
        Youth = "youth",
        Intermediary = "intermediary",
    }

    MediaPurpose {
        ProductImage = "product_image",
        TrailerVideo = "trailer_video",
        TrailerImage = "trailer_image",
        BroadcastImage = "broadcast_image",
        ReviewPhoto = "review_photo",
        Advert = "advert",
    }

    MediaStatus {
        Requested = "requested",
        Uploaded = "uploaded",
        Processing = "processing",
        Ready = "ready",
        Failed = "failed",
        Deleted = "deleted",
    }

    TradeMode {
        Used = "used",
        Ordinary = "ordinary",
        Direct = "direct",
    }

    ItemCondition {
        LikeNew = "like_new",
        Good = "good",
        Fair = "fair",
    }

    ProductStatus {
        Draft = "draft",
        OnSale = "on_sale",
        Hidden = "hidden",
        Blocked = "blocked",
    }

    TrailerStatus {
        Announced = "announced",
        Started = "started",
        Cancelled = "cancelled",
    }

    BroadcastStatus {
        Preparing = "preparing",
        Live = "live",
        Ended = "ended",
        Cancelled = "cancelled",
    }

    RecordingStatus {
        None = "none",
        Recording = "recording",
        Ready = "ready",
        Failed = "failed",
    }

    MessageKind {
        Message = "message",
        Notice = "notice",
    }

    ChatEventKind {
        Message = "message",
        Deleted = "deleted",
        Slow = "slow",
        Pinned = "pinned",
        Started = "started",
        Ended = "ended",
    }

    ChatBanKind {
        Mute = "mute",
        Ban = "ban",
    }

    ReportSubject {
        Message = "message",
        Comment = "comment",
        Review = "review",
        Member = "member",
        Product = "product",
        Broadcast = "broadcast",
        Trailer = "trailer",
    }

    ReportReason {
        Abuse = "abuse",
        Fraud = "fraud",
        Illegal = "illegal",
        Spam = "spam",
        Other = "other",
    }

    ReportStatus {
        Open = "open",
        Upheld = "upheld",
        Dismissed = "dismissed",
    }

    CouponKind {
        Amount = "amount",
        Percent = "percent",
    }

    CheckoutStatus {
        Open = "open",
        /// The provider is being asked for the money: it does not expire now.
        Paying = "paying",
        AwaitingDeposit = "awaiting_deposit",
        Paid = "paid",
        Expired = "expired",
        Cancelled = "cancelled",
    }

    OrderStatus {
        AwaitingPayment = "awaiting_payment",
        AwaitingDeposit = "awaiting_deposit",
        Paid = "paid",
        Preparing = "preparing",
        Shipped = "shipped",
        Delivered = "delivered",
        Confirmed = "confirmed",
        Cancelled = "cancelled",
        Expired = "expired",
        PartiallyRefunded = "partially_refunded",
        Refunded = "refunded",
    }

    Retention {
        Advertising = "advertising",
        Contract = "contract",
        Payment = "payment",
        Dispute = "dispute",
        Access = "access",
    }

    ReservationStatus {
        Held = "held",
        Used = "used",
        Released = "released",
        Expired = "expired",
    }

    PaymentMethod {
        Card = "card",
        VirtualAccount = "virtual_account",
        Transfer = "transfer",
        EasyPay = "easy_pay",
    }

    PaymentStatus {
        Created = "created",
        ActionRequired = "action_required",
        AwaitingDeposit = "awaiting_deposit",
        Pending = "pending",
        Paid = "paid",
        PartiallyCancelled = "partially_cancelled",
        CancelPending = "cancel_pending",
        Cancelled = "cancelled",
        Failed = "failed",
        Expired = "expired",
        Disputed = "disputed",
    }

    RefundKind {
        Cancel = "cancel",
        Withdrawal = "withdrawal",
        Defect = "defect",
    }

    RefundStatus {
        Requested = "requested",
        Approved = "approved",
        Pending = "pending",
        Done = "done",
        Rejected = "rejected",
        Failed = "failed",
    }

    ShipmentStatus {
        Shipped = "shipped",
        Delivered = "delivered",
        Returned = "returned",
    }

    AccountKind {
        Asset = "asset",
        Liability = "liability",
        Income = "income",
        Expense = "expense",
    }

    SettlementStatus {
        Closed = "closed",
        Paid = "paid",
    }

    AdStatus {
        Requested = "requested",
        Approved = "approved",
        Rejected = "rejected",
    }

    JobStatus {
        Queued = "queued",
        Running = "running",
        Done = "done",
        Failed = "failed",
    }

    TestOutcome {
        Succeed = "succeed",
        Decline = "decline",
        Slow = "slow",
        Twice = "twice",
    }
}
