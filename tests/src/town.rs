//! A suite of one's own on free ports, with a clock that the test moves.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chassis::caller::Caller;
use chassis::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use proto::identity::v1::mails_client::MailsClient;
use proto::identity::v1::{ListMailsRequest, Mail};
use proto::partner::v1::redemptions_client::RedemptionsClient;
use standalone::compose::{Settings, Suite, start};
use standalone::demo::PASSWORD;
use tempfile::TempDir;
use tonic::transport::Channel;

use crate::person::Someone;
use crate::season::partner::Partners;

const SERVICES: [&str; 4] = [
    "identity-svc",
    "questionnaire-svc",
    "review-svc",
    "testing-svc",
];

/// A running suite. Its clock stands still until the test moves it.
pub struct Town {
    pub suite: Suite,
    pub clock: Clock,
    /// Where each service keeps its rows.
    pub databases: HashMap<&'static str, String>,
    folder: TempDir,
}

impl Town {
    /// A suite at Monday, 1 June 2026, 10:00 in Astana, with the demonstration's campaign.
    pub async fn at_ten_on_the_first_of_june() -> Self {
        Self::by(chassis::testing::clock()).await
    }

    /// The same time, but it goes on.
    pub async fn from_ten_on_the_first_of_june() -> Self {
        let (now, then) = (Clock::machine().now(), chassis::testing::clock().now());
        let seconds = then.as_second() - now.as_second();
        Self::by(format!("{seconds:+}s").parse().unwrap()).await
    }

    /// A suite that goes by this clock.
    pub async fn by(clock: Clock) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut databases = HashMap::new();
        for service in SERVICES {
            let url = chassis::testing::database_url(folder.path(), service).await;
            databases.insert(service, url);
        }
        let settings = Self::settings(folder.path(), clock.clone(), databases.clone());
        Self {
            suite: start(settings).await.unwrap(),
            clock,
            databases,
            folder,
        }
    }

    fn settings(folder: &Path, clock: Clock, databases: HashMap<&'static str, String>) -> Settings {
        Settings {
            http_addr: ([127, 0, 0, 1], 0).into(),
            grpc_addr: ([127, 0, 0, 1], 0).into(),
            partner_addr: ([127, 0, 0, 1], 0).into(),
            data_dir: folder.join("data"),
            public_url: None,
            demo: true,
            clock,
            database_url: Some(Arc::new(move |service| databases[service].clone())),
        }
    }

    pub fn campaign(&self) -> &str {
        self.suite.campaign.as_deref().unwrap()
    }

    /// The campaign of the teachers' test.
    pub fn teachers(&self) -> &str {
        self.suite.teachers.as_deref().unwrap()
    }

    /// The campaign of admission to colleges.
    pub fn colleges(&self) -> &str {
        self.suite.colleges.as_deref().unwrap()
    }

    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn wait(&self, time: SignedDuration) {
        self.clock.advance(time);
    }

    /// Somebody who has not signed in.
    pub fn someone(&self) -> Someone {
        Someone::new(format!("http://{}", self.suite.http))
    }

    /// Somebody of the demonstration, signed in.
    pub async fn staff(&self, email: &str) -> Someone {
        self.someone().signed_in(email, PASSWORD).await
    }

    /// A partner, over the real port with its certificate.
    pub async fn partner(&self, name: &str) -> RedemptionsClient<Channel> {
        let url = format!("https://localhost:{}", self.suite.partner.port());
        standalone::partner::connect(&self.data_dir(), name, &url)
            .await
            .unwrap()
    }

    /// Both partners.
    pub async fn partners(&self) -> Partners {
        Partners {
            kaztest: self.partner("kaztest").await,
            qrt: self.partner("qrt").await,
        }
    }

    /// The mail to an address, newest first.
    pub async fn mail_to(&self, address: &str) -> Vec<Mail> {
        let page = self
            .suite
            .net
            .connect("identity-svc")
            .speaking_for(Caller::Service("standalone".into()));
        let request = ListMailsRequest {
            to: address.to_owned(),
            page_size: 100,
            ..Default::default()
        };
        MailsClient::new(page)
            .list_mails(request)
            .await
            .unwrap()
            .into_inner()
            .mails
    }

    /// Returns when every event so far was taken by all who wait for it.
    pub async fn settled(&self) {
        self.suite.settled().await.unwrap();
    }

    pub async fn close(self) {
        self.suite.stop().await.unwrap();
    }
}
