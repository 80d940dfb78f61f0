//! Sample comments below the announced broadcasts, and members who wait for them.

use chrono::Duration;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use crate::app::App;
use crate::db::now;
use crate::entities::enums::{Role, TrailerStatus};
use crate::entities::{members, trailer_comments, trailer_reminders, trailers};

/// None: the seller answers.
const COMMENTS: &[(Option<usize>, &str)] = &[
    (Some(0), "지난번에 놓쳐서 이번엔 꼭 볼게요 😀"),
    (Some(1), "전자레인지에 써도 되나요?"),
    (None, "네, 전자레인지와 식기세척기 모두 괜찮습니다."),
    (Some(0), "선물 포장도 되면 좋겠어요."),
];

pub async fn fill(app: &App) -> anyhow::Result<()> {
    let buyers = members::Entity::find()
        .filter(members::Column::Role.eq(Role::Member))
        .order_by_asc(members::Column::Id)
        .all(&app.db)
        .await?;
    let announced = trailers::Entity::find()
        .filter(trailers::Column::Status.eq(TrailerStatus::Announced))
        .order_by_asc(trailers::Column::StartsAt)
        .all(&app.db)
        .await?;
    for trailer in announced {
        for (minutes, &(author, body)) in (0..).zip(COMMENTS) {
            let author = author.and_then(|index| buyers.get(index)).map_or(trailer.seller_id, |buyer| buyer.id);
            let row = trailer_comments::ActiveModel {
                trailer_id: Set(trailer.id),
                member_id: Set(author),
                body: Set(body.to_owned()),
                created_at: Set(now() - Duration::hours(2) + Duration::minutes(minutes * 7)),
                ..Default::default()
            };
            row.insert(&app.db).await?;
        }
        for buyer in &buyers {
            let row = trailer_reminders::ActiveModel {
                trailer_id: Set(trailer.id),
                member_id: Set(buyer.id),
                created_at: Set(now()),
                ..Default::default()
            };
            row.insert(&app.db).await?;
        }
    }
    Ok(())
}
