//! Pictures that come with a form. Told by their content and not by their name, and made anew: what a camera wrote
//! beside the picture (place, device) is gone, and nothing but a picture can come out.

use std::io::Cursor;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set};
use serde_json::{Value, json};

use crate::app::App;
use crate::crypto;
use crate::db::now;
use crate::entities::enums::{MediaPurpose, MediaStatus};
use crate::entities::media::{ActiveModel, Column, Entity, Model};
use crate::jobs::queue;

pub const DELETE: &str = "media.delete";
pub const MAX_BYTES: usize = 10 * 1024 * 1024;
/// A small file can say that it is enormous: such a one is never unpacked.
const MAX_SIDE: u32 = 12_000;
const MAX_MEMORY: u64 = 256 * 1024 * 1024;
/// Enough for a screen.
const SIDE: u32 = 1600;
const QUALITY: u8 = 84;

/// Why a picture is not taken, as a message.
pub type Unfit = &'static str;

#[derive(Debug)]
struct Made {
    jpeg: Vec<u8>,
    width: u32,
    height: u32,
}

/// Stores a picture that a member sent; its row is ready at once.
pub async fn keep(
    app: &App,
    owner_id: i64,
    purpose: MediaPurpose,
    sent: Bytes,
) -> anyhow::Result<Result<Model, Unfit>> {
    if sent.len() > MAX_BYTES {
        return Ok(Err("picture-too-large"));
    }
    let made = match tokio::task::spawn_blocking(move || make(&sent)).await? {
        Ok(made) => made,
        Err(unfit) => return Ok(Err(unfit)),
    };
    let key = format!("{}/{owner_id}/{}.jpg", purpose.word().replace('_', "-"), crypto::token());
    let (size, url) = (i64::try_from(made.jpeg.len())?, app.storage.public_url(&key));
    app.storage.write(&key, "image/jpeg", made.jpeg.into()).await?;
    let row = ActiveModel {
        owner_id: Set(owner_id),
        purpose: Set(purpose),
        object_key: Set(key),
        content_type: Set("image/jpeg".to_owned()),
        size: Set(size),
        status: Set(MediaStatus::Ready),
        public_url: Set(Some(url)),
        width: Set(i32::try_from(made.width).ok()),
        height: Set(i32::try_from(made.height).ok()),
        created_at: Set(now()),
        ready_at: Set(Some(now())),
        ..Default::default()
    };
    Ok(Ok(row.insert(&app.db).await?))
}

fn make(sent: &[u8]) -> Result<Made, Unfit> {
    let mut reader = ImageReader::new(Cursor::new(sent)).with_guessed_format().map_err(|_| "picture-unreadable")?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) {
        return Err("picture-kind");
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| "picture-unreadable")?;
    let orientation = decoder.orientation().map_err(|_| "picture-unreadable")?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| "picture-unreadable")?;
    picture.apply_orientation(orientation);
    if picture.width() > SIDE || picture.height() > SIDE {
        picture = picture.thumbnail(SIDE, SIDE);
    }
    let flat = on_white(&picture);
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(&flat).map_err(|_| "picture-unreadable")?;
    Ok(Made { jpeg, width: flat.width(), height: flat.height() })
}

/// JPEG has no transparency.
fn on_white(picture: &DynamicImage) -> RgbImage {
    let mut flat = picture.to_rgba8();
    for pixel in flat.pixels_mut() {
        let alpha = u16::from(pixel[3]);
        for channel in 0..3 {
            let mixed = (u16::from(pixel[channel]) * alpha + 255 * (255 - alpha)) / 255;
            pixel[channel] = u8::try_from(mixed).unwrap_or(u8::MAX);
        }
    }
    RgbImage::from_fn(flat.width(), flat.height(), |x, y| {
        let pixel = flat.get_pixel(x, y);
        Rgb([pixel[0], pixel[1], pixel[2]])
    })
}

/// Gone for visitors at once; the file itself goes by a job.
pub async fn discard(db: &impl sea_orm::ConnectionTrait, ids: &[i64]) -> Result<(), sea_orm::DbErr> {
    for row in Entity::find().filter(Column::Id.is_in(ids.iter().copied())).all(db).await? {
        let job = json!({ "id": row.id, "key": row.object_key, "url": row.public_url });
        queue::enqueue(db, DELETE, job, &format!("{DELETE}:{}", row.id)).await?;
        let row = ActiveModel {
            id: Set(row.id),
            status: Set(MediaStatus::Deleted),
            public_url: Set(None),
            ..Default::default()
        };
        row.update(db).await?;
    }
    Ok(())
}

/// The job.
pub async fn delete(app: &App, _id: i64, job: Value) -> anyhow::Result<()> {
    let key = job["key"].as_str().ok_or_else(|| anyhow::anyhow!("no key"))?;
    app.storage.delete(key).await?;
    let shown = job["url"].as_str().and_then(|url| url.strip_prefix(&app.storage.public_url("")));
    match shown.filter(|shown| *shown != key).and_then(|shown| shown.rsplit_once('/')) {
        // A converted video has a folder of its own.
        Some((folder, _)) if !folder.is_empty() => app.storage.delete_folder(folder).await,
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        DynamicImage::new_rgba8(width, height).write_to(&mut out, ImageFormat::Png).unwrap();
        out.into_inner()
    }

    #[test]
    fn pictures_are_made_anew_and_no_larger_than_a_screen() {
        let made = make(&png(3200, 100)).unwrap();
        assert_eq!((made.width, made.height), (1600, 50));
        let read = image::load_from_memory_with_format(&made.jpeg, ImageFormat::Jpeg).unwrap().to_rgb8();
        assert!(read.get_pixel(0, 0).0.iter().all(|channel| *channel > 250), "transparent becomes white");
    }

    #[test]
    fn what_is_no_picture_is_told() {
        assert_eq!(make(b"<svg xmlns='http://www.w3.org/2000/svg'/>").unwrap_err(), "picture-kind");
        assert_eq!(make(b"").unwrap_err(), "picture-kind");
        let whole = png(40, 40);
        assert_eq!(make(&whole[..whole.len() / 2]).unwrap_err(), "picture-unreadable");
        // The head of a picture 60,000 pixels wide.
        let mut bomb = png(1, 1);
        bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
        assert!(make(&bomb).is_err());
    }
}
