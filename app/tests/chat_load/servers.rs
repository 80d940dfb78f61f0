//! The database with what the load needs, and the two processes.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bogosa_shop::app::AppState;
use bogosa_shop::entities::broadcasts;
use bogosa_shop::entities::enums::{BroadcastStatus, ConsentPurpose, MemberKind, RecordingStatus, SessionStage};
use bogosa_shop::i18n::Lang;
use bogosa_shop::members::accounts::{self, NewMember};
use bogosa_shop::members::channel;
use bogosa_shop::web::{Visitor, sessions};
use bogosa_shop::{App, Config, crypto, db};
use sea_orm::{ActiveModelTrait, ConnectionTrait, Database, Set};
use tokio::net::TcpStream;
use tokio::time::sleep;

pub struct World {
    app: AppState,
    folder: PathBuf,
    settings: Vec<(String, String)>,
    /// The server and the database's name, where it is not a file.
    mysql: Option<(String, String)>,
    pub broadcast: i64,
    /// A session's token for each member who writes.
    pub sessions: Vec<String>,
}

impl World {
    pub async fn make(bus: &str, writers: usize) -> Self {
        let folder = std::env::temp_dir().join(format!("bogosa-shop-load-{}", crypto::token()));
        std::fs::create_dir_all(&folder).unwrap();
        let (url, mysql) = match std::env::var("SHOP_TEST_MYSQL_URL") {
            Ok(server) => {
                let (host, query) = server.split_once('?').unwrap_or((&server, ""));
                let (host, name) = (host.trim_end_matches('/'), format!("shop_load_{}", rand::random::<u32>()));
                let admin = format!("{host}/mysql?{query}");
                run(&admin, &format!("CREATE DATABASE {name} CHARACTER SET utf8mb4")).await;
                (format!("{host}/{name}?{query}"), Some((admin, name)))
            }
            Err(_) => (format!("sqlite://{}/shop.sqlite?mode=rwc", folder.display()), None),
        };
        let settings: Vec<(String, String)> = [
            ("SHOP_DATABASE_URL", url.as_str()),
            ("SHOP_MEDIA_FOLDER", &folder.join("media").display().to_string()),
            ("SHOP_BUS", bus),
            // Each viewer has an address of its own, as through a load balancer.
            ("SHOP_TRUSTED_PROXIES", "1"),
            ("SHOP_DATABASE_CONNECTIONS", "20"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let app = App::start(Config::from_pairs(settings.clone()).unwrap()).await.unwrap();
        db::migrate(&app.db).await.unwrap();
        let seller = member(&app, "seller").await;
        let row = broadcasts::ActiveModel {
            seller_id: Set(seller),
            channel_id: Set(channel::ensure(&app, seller).await.unwrap().id),
            title: Set("load".to_owned()),
            description: Set(String::new()),
            status: Set(BroadcastStatus::Live),
            rehearsal: Set(false),
            recording_status: Set(RecordingStatus::None),
            started_at: Set(Some(db::now())),
            created_at: Set(db::now()),
            updated_at: Set(db::now()),
            ..Default::default()
        };
        let broadcast = row.insert(&app.db).await.unwrap().id;
        let mut tokens = Vec::new();
        for number in 0..writers {
            let id = member(&app, &format!("writer{number}")).await;
            tokens.push(session(&app, id).await);
        }
        Self { app, folder, settings, mysql, broadcast, sessions: tokens }
    }

    pub async fn remove(self) {
        self.app.stop.cancel();
        if let Some((admin, name)) = &self.mysql {
            run(admin, &format!("DROP DATABASE {name}")).await;
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn run(url: &str, statement: &str) {
    let admin = Database::connect(url).await.unwrap();
    admin.execute_unprepared(statement).await.unwrap();
    admin.close().await.unwrap();
}

async fn member(app: &App, nickname: &str) -> i64 {
    let new = NewMember {
        email: format!("{nickname}@example.com"),
        password_hash: None,
        nickname: nickname.to_owned(),
        name: nickname.to_owned(),
        kind: MemberKind::Personal,
        company_name: None,
        lang: Lang::En,
        consents: vec![(ConsentPurpose::Terms, true)],
    };
    accounts::create(&app.db, new).await.unwrap().id
}

async fn session(app: &App, member_id: i64) -> String {
    let visitor = Visitor {
        member: None,
        session: None,
        guest_cart: Vec::new(),
        lang: Lang::En,
        ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        user_agent: "load".to_owned(),
        request_id: String::new(),
        nonce: String::new(),
        path: "/".to_owned(),
        get: true,
        wants_json: false,
        flash: None,
    };
    sessions::open(&app.db, &visitor, member_id, SessionStage::Complete).await.unwrap()
}

pub struct Servers {
    pub addresses: [SocketAddr; 2],
    first: Child,
    second: Arc<Mutex<Child>>,
}

impl Servers {
    pub async fn start(world: &World) -> Self {
        let addresses = [free(), free()];
        let [first, second] = addresses.map(|address| spawn(&world.settings, address));
        for address in addresses {
            ready(address).await;
        }
        Self { addresses, first, second: Arc::new(Mutex::new(second)) }
    }

    /// Its viewers find the other one, or it again.
    pub fn restart_second(&self, world: &World, kill: bool) {
        let (second, settings, address) = (self.second.clone(), world.settings.clone(), self.addresses[1]);
        // A thread of its own: the others go on writing meanwhile.
        std::thread::spawn(move || {
            let mut second = second.lock().unwrap();
            end(&mut second, kill);
            *second = spawn(&settings, address);
        });
    }

    pub fn stop(mut self) {
        end(&mut self.first, false);
        end(&mut self.second.lock().unwrap(), false);
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        let _ = (self.first.kill(), self.second.lock().map(|mut second| second.kill()));
    }
}

/// A polite end has to come within the time that a load balancer gives.
fn end(process: &mut Child, kill: bool) {
    if kill {
        process.kill().unwrap();
        process.wait().unwrap();
        return;
    }
    let id = process.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let status = process.wait().unwrap();
    assert!(status.success(), "an instance ended with {status}");
}

fn free() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn spawn(settings: &[(String, String)], address: SocketAddr) -> Child {
    Command::new(env!("CARGO_BIN_EXE_bogosa-shop"))
        .arg("serve")
        .envs(settings.iter().cloned())
        .env("SHOP_LISTEN", address.to_string())
        .env("RUST_LOG", "warn")
        .stdin(Stdio::null())
        .spawn()
        .unwrap()
}

async fn ready(address: SocketAddr) {
    for _ in 0..300 {
        if TcpStream::connect(address).await.is_ok() {
            return;
        }
        sleep(Duration::from_millis(100)).await;
    }
    panic!("nothing listens on {address}");
}
