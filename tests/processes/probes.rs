//! What each program says of itself at its port for machines.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use standalone::demo::PASSWORD;
use tests::Someone;
use tests::processes::process::Process;
use tests::processes::{Fleet, Layout, Setting};
use tests::season::patience::pause;

const SOON: Duration = Duration::from_secs(60);
/// A mail that is not taken at first is tried again after 15 seconds, and then after a minute.
const DELIVERED: Duration = Duration::from_secs(180);

/// Every program of these has such a port, wherever there is room.
pub fn with_probes(programs: &[&str]) -> Vec<Setting> {
    let address = "127.0.0.1:0";
    let of = |program: &&str| Setting::of(program, "IRIKTEU_ADMIN_ADDR", address);
    programs.iter().map(of).collect()
}

/// What a program answers there: the status, and the text.
pub async fn ask(program: &Process, path: &str) -> (u16, String) {
    let log = program.log();
    let line = log
        .lines()
        .rfind(|line| line.contains("probes and metrics"));
    let address = line.and_then(|line| line.split("address=").nth(1)).unwrap();
    let address = address.split_whitespace().next().unwrap();
    let answer = reqwest::get(format!("http://{address}{path}"))
        .await
        .unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Asks until it is ready, or is not, and says this.
pub async fn says(program: &Process, status: u16, line: &str) {
    let begun = Instant::now();
    loop {
        let said = ask(program, "/readyz").await;
        if said.0 == status && said.1.lines().any(|it| it == line) {
            return;
        }
        let name = program.name();
        assert!(
            begun.elapsed() < SOON,
            "{name}: {line:?} is not in {said:?}"
        );
        tokio::task::yield_now().await;
    }
}

/// The mail with these words that arrived for an address, over SMTP.
async fn mailed(fleet: &Fleet, to: &str, words: &str) {
    let url = format!("{}/dev/mail/to/{to}", fleet.mail_url());
    let begun = Instant::now();
    loop {
        let asked = reqwest::Client::new().get(&url);
        let answer = asked.header("accept", "application/json").send().await;
        let mails: Value = answer.unwrap().json().await.unwrap();
        let has = |mail: &Value| {
            mail["text"]
                .as_str()
                .is_some_and(|text| text.contains(words))
        };
        if mails["mails"]
            .as_array()
            .is_some_and(|all| all.iter().any(has))
        {
            return;
        }
        assert!(begun.elapsed() < DELIVERED, "no mail came");
        pause(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_people_sign_in_and_read_and_what_waits_for_it_is_not_lost() {
    let services = [
        "identity-svc",
        "questionnaire-svc",
        "review-svc",
        "testing-svc",
    ];
    let settings = with_probes(&services);
    let layout = Layout {
        instances: 1,
        sends_mail: true,
        settings,
        ..Layout::default()
    };
    let fleet = Fleet::start(layout).await.unwrap();
    let programs: Vec<&Process> = services.map(|it| fleet.service(it, 0)).to_vec();
    for program in &programs {
        says(program, 200, "redis: up").await;
    }

    fleet.redis().kill();
    for program in &programs {
        says(program, 200, "redis: down, not needed").await;
        let (_, metrics) = ask(program, "/metrics").await;
        let down = |line: &&str| line.starts_with("irikteu_redis_up{") && line.ends_with(" 0");
        assert!(metrics.lines().any(|line| down(&line)), "{metrics}");
    }
    let visitor = Someone::new(fleet.url());
    let desk = visitor
        .signed_in("examdesk@demo.irikteu.kz", PASSWORD)
        .await;
    desk.get("/v1/sessions/current").await.ok();
    desk.get(&format!("/v1/{}", fleet.campaign())).await.ok();
    desk.get("/v1/testCenters").await.ok();

    let forgotten = json!({"login": "applicant@demo.irikteu.kz"});
    visitor.post("/v1/recoveries", forgotten).await.ok();
    fleet.redis().restart(SOON).await.unwrap();
    for program in &programs {
        says(program, 200, "redis: up").await;
    }
    // What was begun meanwhile goes on now.
    mailed(&fleet, "applicant@demo.irikteu.kz", "/recover").await;
    let (_, metrics) = ask(fleet.service("testing-svc", 0), "/metrics").await;
    for door in ["services", "partners"] {
        let left = format!("irikteu_certificate_seconds_left{{door=\"{door}\"}} ");
        let line = metrics.lines().find_map(|line| line.strip_prefix(&left));
        let seconds: i64 = line.unwrap().parse().unwrap();
        assert!(seconds > 0, "{door}");
    }
}
