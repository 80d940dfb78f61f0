//! The tables and the entities say the same.

use bogosa_shop::{App, db, entities, for_each_entity};
use sea_orm::EntityTrait;

use crate::harness::TestApp;

#[tokio::test]
async fn every_entity_finds_its_table_and_columns() {
    let shop = TestApp::start().await;
    macro_rules! read {
        ($table:ident) => {
            entities::$table::Entity::find().all(&shop.app.db).await.unwrap_or_else(|error| panic!("{error}"));
        };
    }
    for_each_entity!(read);
}

#[tokio::test]
async fn migrating_again_changes_nothing() {
    let shop = TestApp::start().await;
    db::migrate(&shop.app.db).await.unwrap();
    assert!(db::pending(&shop.app.db).await.unwrap().is_empty());
}

/// As the instances of a new version do.
#[tokio::test]
async fn several_processes_migrate_at_once() {
    let (app, folder) = TestApp::empty(&[]).await;
    let others = [App::start(app.config.clone()).await.unwrap(), App::start(app.config.clone()).await.unwrap()];
    let [second, third] = &others;
    let (one, two, three) = tokio::join!(db::migrate(&app.db), db::migrate(&second.db), db::migrate(&third.db));
    one.unwrap();
    two.unwrap();
    three.unwrap();
    assert!(db::pending(&third.db).await.unwrap().is_empty());
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn sample_data_fills_an_empty_shop_once() {
    let shop = TestApp::start().await;
    assert!(bogosa_shop::seed::fill(&shop.app).await.unwrap());
    assert!(!bogosa_shop::seed::fill(&shop.app).await.unwrap());
    shop.browser().get("/").await.is(200).says("달항아리").says("hero-live");
}

/// SQLite does not mind a word that is longer than its column; MySQL does.
#[test]
fn the_words_of_a_column_fit_into_it() {
    let column = regex::Regex::new(r"(\w+) VARCHAR\((\d+)\).*-- enum (\w+)(?:: (\S+))?").unwrap();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let text: String = files.into_iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let mut words = std::collections::HashMap::new();
    for found in column.captures_iter(&text) {
        if let Some(list) = found.get(4) {
            words.insert(found[3].to_owned(), list.as_str().to_owned());
        }
        let longest = words[&found[3]].split('|').map(str::len).max().unwrap();
        assert!(longest <= found[2].parse().unwrap(), "{} is too short for {}", &found[1], words[&found[3]]);
    }
    assert!(words.len() > 30);
}
