//! The order form (`/checkout`): what, where to, for how much, from whom, with which consents; then payment. What the
//! buyer saw is compared with what holds: a price that changed meanwhile is shown again, not charged.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum_extra::extract::Form;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;

use super::addresses::{self, AddressForm};
use super::deadlines;
use super::place::{Delivery, Placed, Wanted, place};
use crate::app::{App, AppState};
use crate::cart::coupons::{self, Discount, Held, SMALLEST_PAYMENT};
use crate::cart::lines;
use crate::cart::pricing::{self, Group};
use crate::crypto;
use crate::entities::addresses::Model as Address;
use crate::entities::enums::{MemberKind, PaymentMethod, TradeMode};
use crate::entities::{members, seller_profiles};
use crate::payments;
use crate::web::flash::flash;
use crate::web::limits::Limit;
use crate::web::{CurrentMember, Errors, Failure, Html, Outcome, Page, Visitor, audit};

const CHECKOUTS: Limit = Limit::per_minutes("checkout", 30, 10);

pub fn routes() -> Router<AppState> {
    Router::new().route("/checkout", get(show).post(submit))
}

/// The query of the page and the fields of its form: a mistake shows everything again.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct CheckoutForm {
    /// Variants; none: all of the cart.
    item: Vec<i64>,
    coupon: String,
    key: String,
    expected: String,
    /// The id of a kept address, or `new`.
    address: String,
    recipient: String,
    phone: String,
    postcode: String,
    address1: String,
    address2: String,
    keep: Option<String>,
    memo: String,
    method: String,
    agree_order: Option<String>,
    agree_provide: Option<String>,
    agree_excluded: Option<String>,
}

/// Who sells, as the law has it shown before the contract.
#[derive(Clone, Debug)]
pub struct SellerInfo {
    pub id: i64,
    pub name: String,
    pub kind: MemberKind,
    pub profile: Option<seller_profiles::Model>,
}

#[derive(Template)]
#[template(path = "orders/checkout.html")]
struct CheckoutPage {
    page: Page,
    cart: Cart,
    sellers: Vec<SellerInfo>,
    addresses: Vec<Address>,
    methods: Vec<PaymentMethod>,
    form: CheckoutForm,
    errors: Errors,
}

impl CheckoutPage {
    fn seller(&self, id: &i64) -> Option<&SellerInfo> {
        self.sellers.iter().find(|seller| seller.id == *id)
    }

    /// May these goods be given back without a reason?
    fn returns(&self, group: &Group) -> bool {
        let kind = self.seller(&group.seller_id).map_or(MemberKind::Company, |seller| seller.kind);
        deadlines::has_withdrawal(group.trade_mode, kind)
    }

    fn picked(&self, address: &i64) -> bool {
        self.form.address == address.to_string()
    }
}

/// What is bought, with what comes off.
#[derive(Debug)]
struct Cart {
    groups: Vec<Group>,
    coupons: Vec<Held>,
    discount: Discount,
    coupon: Option<Held>,
}

impl Cart {
    fn total(&self) -> i64 {
        self.groups.iter().map(Group::total).sum::<i64>() - self.discount.total
    }

    fn items(&self) -> i64 {
        self.groups.iter().map(|group| group.items_total).sum()
    }

    fn shipping(&self) -> i64 {
        self.groups.iter().map(|group| group.shipping_fee).sum()
    }

    fn is_sent(&self) -> bool {
        self.groups.iter().any(|group| group.trade_mode != TradeMode::Direct)
    }

    /// Goods that cannot be given back (§17 ②): the buyer agrees to that, each time.
    fn is_excluded(&self) -> bool {
        self.groups.iter().any(|group| group.lines.iter().any(|line| line.product.withdrawal_excluded))
    }

    fn problem(&self) -> bool {
        self.groups.iter().any(|group| group.lines.iter().any(|line| line.problem.is_some()))
    }
}

async fn cart(app: &App, buyer_id: i64, form: &CheckoutForm) -> Outcome<Cart> {
    let mut lines = lines::of_member(&app.db, buyer_id).await?;
    if !form.item.is_empty() {
        lines.retain(|line| form.item.contains(&line.variant_id));
    }
    let groups = pricing::group(pricing::price(&app.db, lines, Some(buyer_id)).await?);
    let coupons = coupons::usable(&app.db, buyer_id).await?;
    let coupon = coupons.iter().find(|held| held.claim.id.to_string() == form.coupon).cloned();
    let discount = coupon.as_ref().and_then(|held| coupons::discount(&held.coupon, &groups));
    Ok(Cart {
        coupon: coupon.filter(|_| discount.is_some()),
        discount: discount.unwrap_or_else(|| Discount::none(&groups)),
        coupons,
        groups,
    })
}

async fn checkout_page(
    app: &App,
    current: &CurrentMember,
    page: Page,
    cart: Cart,
    form: CheckoutForm,
    errors: Errors,
) -> Outcome<CheckoutPage> {
    let addresses = addresses::of_member(&app.db, current.id()).await?;
    let mut form = form;
    // A form that was not answered keeps its key: sent twice, it is one order.
    if form.key.is_empty() {
        form.key = crypto::token();
    }
    form.expected = cart.total().to_string();
    if form.address.is_empty() {
        form.address = addresses.first().map_or_else(|| "new".to_owned(), |address| address.id.to_string());
    }
    let sellers = sellers(app, &cart.groups).await?;
    Ok(CheckoutPage { page, sellers, addresses, methods: payments::methods(app), cart, form, errors })
}

pub async fn sellers(app: &App, groups: &[Group]) -> Outcome<Vec<SellerInfo>> {
    let ids: Vec<i64> = groups.iter().map(|group| group.seller_id).collect();
    let members = members::Entity::find().filter(members::Column::Id.is_in(ids.clone())).all(&app.db).await?;
    let profiles =
        seller_profiles::Entity::find().filter(seller_profiles::Column::MemberId.is_in(ids)).all(&app.db).await?;
    let info = |member: members::Model| {
        let profile = profiles.iter().find(|profile| profile.member_id == member.id).cloned();
        let name = profile.as_ref().map_or_else(|| member.nickname.clone(), |profile| profile.display_name.clone());
        SellerInfo { id: member.id, name, kind: member.kind, profile }
    };
    Ok(members.into_iter().map(info).collect())
}

async fn show(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    Form(form): Form<CheckoutForm>,
) -> Outcome<Response> {
    let cart = cart(&app, current.id(), &form).await?;
    if cart.groups.is_empty() {
        return Ok(Redirect::to("/cart").into_response());
    }
    if cart.problem() {
        return Ok(flash("/cart", "flash-checkout-problem"));
    }
    let errors = Errors::new(page.lang);
    let form = CheckoutForm { item: form.item, coupon: form.coupon, ..CheckoutForm::default() };
    Ok(Html(checkout_page(&app, &current, page, cart, form, errors).await?).into_response())
}

async fn submit(
    State(app): State<AppState>,
    current: CurrentMember,
    page: Page,
    visitor: Visitor,
    Form(form): Form<CheckoutForm>,
) -> Outcome<Response> {
    let provider = app.payments.as_ref().ok_or(Failure::Conflict("payment-off"))?.name();
    if !(16..=64).contains(&form.key.len()) || !form.key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Failure::Invalid("error-400-text"));
    }
    CHECKOUTS.hit(&app.db, &current.id().to_string()).await?;
    // First of all: what this form took the first time is not there any more, for itself neither.
    if let Some(checkout) = sent_before(&app, &current, &form.key).await? {
        return Ok(Redirect::to(&format!("/checkout/{checkout}")).into_response());
    }
    let cart = cart(&app, current.id(), &form).await?;
    if cart.groups.is_empty() {
        return Ok(Redirect::to("/cart").into_response());
    }
    let mut errors = Errors::new(page.lang);
    let delivery = delivery(&app, &current, &cart, &form, &mut errors).await?;
    let method = check(&app, &cart, &form, &mut errors);
    let Some(method) = method.filter(|_| errors.is_empty()) else {
        let again = checkout_page(&app, &current, page, cart, form, errors).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(again)).into_response());
    };
    let wanted = Wanted {
        buyer_id: current.id(),
        idempotency_key: &form.key,
        groups: &cart.groups,
        discount: &cart.discount,
        coupon: cart.coupon.as_ref(),
        delivery: &delivery,
        method,
        provider,
    };
    match place(&app, &wanted).await? {
        Placed::New(payment) => {
            let consents = if cart.is_excluded() { "order, provide, excluded" } else { "order, provide" };
            let subject = ("checkout", payment.checkout_id);
            audit::record(&app.db, &visitor, Some(current.id()), "order.place", subject, consents).await?;
            if form.address == "new" && form.keep.is_some() && cart.is_sent() {
                addresses::keep(&app, current.id(), &address_of(&form)).await?;
            }
            payments::go_on(&app, &payment).await
        }
        Placed::Again(checkout) => Ok(Redirect::to(&format!("/checkout/{checkout}")).into_response()),
        Placed::SoldOut => Ok(flash("/cart", "flash-checkout-sold-out")),
        Placed::CouponGone => Ok(flash("/cart", "flash-checkout-coupon-gone")),
    }
}

async fn sent_before(app: &App, current: &CurrentMember, key: &str) -> Outcome<Option<i64>> {
    use crate::entities::checkouts;
    let row = checkouts::Entity::find()
        .filter(checkouts::Column::BuyerId.eq(current.id()))
        .filter(checkouts::Column::IdempotencyKey.eq(key))
        .one(&app.db)
        .await?;
    Ok(row.map(|row| row.id))
}

fn address_of(form: &CheckoutForm) -> AddressForm {
    AddressForm {
        label: String::new(),
        recipient: form.recipient.clone(),
        phone: form.phone.clone(),
        postcode: form.postcode.clone(),
        address1: form.address1.clone(),
        address2: form.address2.clone(),
    }
}

async fn delivery(
    app: &App,
    current: &CurrentMember,
    cart: &Cart,
    form: &CheckoutForm,
    errors: &mut Errors,
) -> Outcome<Delivery> {
    errors.optional("memo", &form.memo, 200);
    if !cart.is_sent() {
        return Ok(AddressForm::default().delivery(&form.memo));
    }
    if form.address == "new" || form.address.is_empty() {
        let address = address_of(form);
        address.check(errors);
        return Ok(address.delivery(&form.memo));
    }
    let kept = addresses::of_member(&app.db, current.id()).await?;
    let kept = kept.into_iter().find(|address| address.id.to_string() == form.address).ok_or(Failure::NotFound)?;
    Ok(AddressForm::from(kept).delivery(&form.memo))
}

fn check(app: &App, cart: &Cart, form: &CheckoutForm, errors: &mut Errors) -> Option<PaymentMethod> {
    if cart.problem() {
        errors.add("form", "checkout-problem");
    } else if cart.total() < SMALLEST_PAYMENT {
        errors.add("form", "checkout-too-little");
    } else if form.expected != cart.total().to_string() {
        errors.add("form", "checkout-price-changed");
    }
    if !form.coupon.is_empty() && cart.coupon.is_none() {
        errors.add("form", "checkout-coupon-unfit");
    }
    let mut agreed = |field: &'static str, given: bool| {
        if !given {
            errors.add(field, "checkout-consent-required");
        }
    };
    agreed("agree_order", form.agree_order.is_some());
    agreed("agree_provide", form.agree_provide.is_some());
    agreed("agree_excluded", form.agree_excluded.is_some() || !cart.is_excluded());
    let method = payments::method(app, &form.method);
    if method.is_none() {
        errors.add("method", "payment-choose-method");
    }
    method
}
