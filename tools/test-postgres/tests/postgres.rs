//! The shared PostgreSQL server: databases on it, and several processes around one cluster.
//!
//! Left out where PostgreSQL is not installed; `CHELAL_TEST_POSTGRES=required` makes that a failure.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use test_postgres as postgres;
use tokio_postgres::{Client, NoTls};

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn count(client: &Client, sql: &str) -> i64 {
    client.query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn databases_are_separate_and_can_be_dropped_while_in_use() {
    let Some(server) = postgres::server() else {
        return;
    };
    let (one, other) = (
        server.create_database("one"),
        server.create_database("other"),
    );
    assert_ne!(one, other);
    let client = connect(&one).await;
    client
        .batch_execute("CREATE TABLE bed (id int); INSERT INTO bed VALUES (1)")
        .await
        .unwrap();
    let seen = count(
        &connect(&other).await,
        "SELECT count(*) FROM pg_tables WHERE tablename = 'bed'",
    )
    .await;
    assert_eq!(seen, 0);

    server.drop_database(&one);
    assert!(
        client.batch_execute("SELECT 1").await.is_err(),
        "the connection should be gone"
    );
    assert!(
        tokio_postgres::connect(&one, NoTls).await.is_err(),
        "the database should be gone"
    );
    server.drop_database(&one);
    server.drop_database(&other);
}

#[tokio::test]
async fn the_tests_role_can_do_what_migrations_need() {
    let Some(server) = postgres::server() else {
        return;
    };
    let url = server.create_database("extension");
    let client = connect(&url).await;
    // Exclusion constraints over a reference and a range need this extension.
    client
        .batch_execute("CREATE EXTENSION btree_gist")
        .await
        .unwrap();
    let text: String = client
        .query_one("SELECT lower('ÉBÈNE')", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(text, "ébène");
    server.drop_database(&url);
}

#[tokio::test]
async fn a_template_is_filled_once_and_copied_with_its_rows() {
    let Some(server) = postgres::server() else {
        return;
    };
    let key = format!("k{}", std::process::id());
    let fill = |url: &str| {
        let url = url.to_owned();
        let fill = async move {
            let client = connect(&url).await;
            client
                .batch_execute("CREATE TABLE ward AS SELECT 7 AS id")
                .await
                .unwrap();
        };
        let run = || tokio::runtime::Runtime::new().unwrap().block_on(fill);
        std::thread::scope(|scope| scope.spawn(run).join().unwrap());
    };
    let template = server.template(&key, fill);
    assert_eq!(server.template(&key, |_| panic!("filled twice")), template);
    let copies = [
        server.create_from_template(&template),
        server.create_from_template(&template),
    ];
    for url in &copies {
        let client = connect(url).await;
        assert_eq!(
            count(&client, "SELECT count(*) FROM ward WHERE id = 7").await,
            1
        );
        client.batch_execute("DELETE FROM ward").await.unwrap();
    }
    copies.iter().for_each(|url| server.drop_database(url));
    server.drop_database(&template);
}

#[test]
#[should_panic(expected = "not a database of the tests")]
fn nothing_but_databases_of_tests_is_dropped() {
    match postgres::server() {
        Some(server) => server.drop_database("postgres"),
        None => panic!("not a database of the tests (left out: no PostgreSQL)"),
    }
}

// What follows runs copies of this test binary in a temporary directory of their own, so that the
// cluster starts from nothing and can be broken without harm to other tests.

/// One of the processes around a cluster: reports which server it got, then lives as long as asked.
#[test]
#[ignore = "run as a separate process by the tests below"]
fn member() {
    let Ok(report) = std::env::var("MEMBER_REPORT") else {
        return;
    };
    let server = postgres::server().unwrap();
    let url = server.create_database("member");
    fs::write(
        format!("{report}.new"),
        format!("{}\n{url}\n", server.url()),
    )
    .unwrap();
    fs::rename(format!("{report}.new"), &report).unwrap();
    let stay = std::env::var("MEMBER_STAY_SECONDS")
        .unwrap()
        .parse()
        .unwrap();
    std::thread::sleep(Duration::from_secs(stay));
}

struct Home(tempfile::TempDir);

impl Home {
    /// A temporary directory that PostgreSQL's user can reach; `None` without PostgreSQL of our own.
    fn new() -> Option<Self> {
        let setting = std::env::var("CHELAL_TEST_POSTGRES").unwrap_or_default();
        if !["", "required"].contains(&setting.as_str()) || postgres::server().is_none() {
            return None;
        }
        let home = tempfile::tempdir().unwrap();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o711)).unwrap();
        Some(Self(home))
    }

    fn start_member(&self, name: &str, stay: u32) -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "member", "--ignored"])
            .env("TMPDIR", self.0.path())
            .env("MEMBER_REPORT", self.0.path().join(name))
            .env("MEMBER_STAY_SECONDS", stay.to_string())
            .env("CHELAL_TEST_POSTGRES_IDLE_SECONDS", "2")
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// The server's URL and the database's, once the member has them.
    fn report(&self, name: &str) -> (String, String) {
        let path = self.0.path().join(name);
        wait_for(name, || path.exists());
        let text = fs::read_to_string(path).unwrap();
        let (server, database) = text.trim().split_once('\n').unwrap();
        (server.to_owned(), database.to_owned())
    }

    fn run_member(&self, name: &str) -> (String, String) {
        assert!(self.start_member(name, 0).wait().unwrap().success());
        self.report(name)
    }

    fn data(&self) -> PathBuf {
        let mut entries = fs::read_dir(self.0.path())
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let is_cluster =
            |path: &PathBuf| path.is_dir() && path.to_string_lossy().contains("chelal_test_pg_");
        entries.find(is_cluster).unwrap().join("data")
    }

    fn wait_until_stopped(&self) {
        let pid_file = self.data().join("postmaster.pid");
        wait_for("the cluster to be stopped", || !pid_file.exists());
    }
}

fn postmaster(data: &Path) -> String {
    fs::read_to_string(data.join("postmaster.pid"))
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .to_owned()
}

fn wait_for(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "waited in vain for {what}"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn processes_share_one_cluster_which_stops_after_the_last() {
    let Some(home) = Home::new() else { return };
    // Both find nothing and want to start it: the lock lets one do so.
    let mut members = [home.start_member("one", 6), home.start_member("two", 0)];
    let (one, two) = (home.report("one"), home.report("two"));
    assert_eq!(one.0, two.0, "one server");
    assert_ne!(one.1, two.1, "two databases");
    let first = postmaster(&home.data());

    assert!(
        members
            .iter_mut()
            .next_back()
            .unwrap()
            .wait()
            .unwrap()
            .success()
    );
    assert_eq!(home.run_member("three").0, one.0, "reused while it runs");
    // Longer than the idle time: one living process is enough to keep it.
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(
        postmaster(&home.data()),
        first,
        "still in use by the first process"
    );
    assert!(members.iter_mut().next().unwrap().wait().unwrap().success());
    home.wait_until_stopped();

    // Stopped cleanly: the next process starts the same data directory again.
    let marker = home.data().join("marker");
    fs::write(&marker, "").unwrap();
    home.run_member("four");
    assert!(
        marker.exists(),
        "the data directory was made anew without need"
    );
    home.wait_until_stopped();
}

#[test]
fn a_dead_or_broken_cluster_is_made_anew() {
    let Some(home) = Home::new() else { return };
    home.run_member("before");
    let killed = postmaster(&home.data());
    assert!(
        Command::new("kill")
            .args(["-KILL", &killed])
            .status()
            .unwrap()
            .success()
    );
    home.run_member("after_kill");
    assert_ne!(postmaster(&home.data()), killed);

    home.wait_until_stopped();
    fs::remove_dir_all(home.data().join("global")).unwrap();
    home.run_member("after_damage");
    assert!(home.data().join("global").exists());
    home.wait_until_stopped();
}
