//! Mail to a real mail server of the tests: encrypted, signed in, whole, or not at all.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use identity_svc::transport::{Choice, MailArgs, SmtpSettings, Tls};
use pb::mail::State;
use proto::events::v1 as events;
use proto::identity::v1 as pb;
use proto::wire::v1::LocalizedText;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::campaigns::instant;
use crate::world::*;

/// How the server behaves.
#[derive(Debug, Clone, Copy)]
struct Manner {
    tls: Tls,
    offers_starttls: bool,
    /// What it says to a recipient.
    to_recipients: &'static str,
    /// At this word it says nothing any more, and holds the line.
    stalls_at: &'static str,
}

/// Longer than a machine under load needs for one mail.
const PATIENCE: Duration = Duration::from_secs(30);

const POLITE: Manner = Manner {
    tls: Tls::Starttls,
    offers_starttls: true,
    to_recipients: "250 ok",
    stalls_at: "",
};

/// Everything a client said, once it was encrypted and before.
#[derive(Debug, Default)]
struct Heard {
    plain: Vec<String>,
    encrypted: Vec<String>,
}

struct Sink {
    port: u16,
    authority: Vec<u8>,
    heard: Arc<Mutex<Heard>>,
}

impl Sink {
    async fn open(manner: Manner) -> Self {
        let names = vec!["localhost".to_owned()];
        let pair = rcgen::generate_simple_self_signed(names).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(pair.signing_key.serialize_der().into());
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![pair.cert.der().clone()], key)
            .expect("a pair");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("localhost:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let heard = Arc::<Mutex<Heard>>::default();
        let told = heard.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, acceptor.clone(), manner, told.clone()));
            }
        });
        Self {
            port,
            authority: pair.cert.pem().into_bytes(),
            heard,
        }
    }

    fn settings(&self, tls: Tls) -> SmtpSettings {
        SmtpSettings {
            host: "localhost".into(),
            port: self.port,
            tls,
            credentials: Some((
                "irikteu".into(),
                chassis::mask::Masked::new("a password".into()),
            )),
            authority: Some(self.authority.clone()),
            from: "no-reply@irikteu.kz".into(),
            patience: PATIENCE,
        }
    }

    fn encrypted(&self) -> Vec<String> {
        self.heard.lock().expect("whole").encrypted.clone()
    }

    fn plain(&self) -> Vec<String> {
        self.heard.lock().expect("whole").plain.clone()
    }
}

async fn serve(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    manner: Manner,
    heard: Arc<Mutex<Heard>>,
) -> Option<()> {
    let note_plain = |line: &str| heard.lock().expect("whole").plain.push(line.to_owned());
    let note = |line: &str| heard.lock().expect("whole").encrypted.push(line.to_owned());
    if manner.tls == Tls::Implicit {
        let stream = BufReader::new(acceptor.accept(stream).await.ok()?);
        return talk(stream, manner, true, note).await.map(drop);
    }
    let stream = talk(BufReader::new(stream), manner, true, note_plain).await?;
    let stream = BufReader::new(acceptor.accept(stream.into_inner()).await.ok()?);
    talk(stream, manner, false, note).await.map(drop)
}

/// Talks until the client leaves, or wants to go on encrypted.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: BufReader<S>,
    manner: Manner,
    greet: bool,
    note: impl Fn(&str),
) -> Option<BufReader<S>> {
    if greet && manner.stalls_at == "greeting" {
        std::future::pending::<()>().await;
    }
    if greet {
        stream.write_all(b"220 sink\r\n").await.ok()?;
    }
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        note(line);
        let verb = line.split(' ').next().unwrap_or_default().to_uppercase();
        if verb == manner.stalls_at {
            std::future::pending::<()>().await;
        }
        let answer = match verb.as_str() {
            "EHLO" if manner.offers_starttls && manner.tls == Tls::Starttls => {
                "250-sink\r\n250-STARTTLS\r\n250 AUTH PLAIN"
            }
            "EHLO" => "250-sink\r\n250 AUTH PLAIN",
            "STARTTLS" => {
                stream.write_all(b"220 go on\r\n").await.ok()?;
                return Some(stream);
            }
            "AUTH" => "235 welcome",
            "RCPT" => manner.to_recipients,
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await.ok()?;
                loop {
                    let mut line = String::new();
                    stream.read_line(&mut line).await.ok()?;
                    let line = line.trim_end_matches(['\r', '\n']);
                    if line == "." {
                        break;
                    }
                    note(line);
                }
                if manner.stalls_at == "." {
                    std::future::pending::<()>().await;
                }
                "250 taken"
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        stream
            .write_all(format!("{answer}\r\n").as_bytes())
            .await
            .ok()?;
    }
}

async fn world_with(settings: SmtpSettings) -> World {
    World::with(chassis::testing::clock(), |config| {
        config.transport = Choice::Smtp(settings);
    })
    .await
}

/// An account whose only mail is a booking with its calendar file; what became of the mail.
async fn send(world: &World) -> pb::Mail {
    let account = world.seed(IIN, EMAIL, &[]).await;
    let booked = events::BookingConfirmed {
        booking: "campaigns/c/bookings/b1".into(),
        account,
        start_time: Some(instant("2026-06-10T04:30:00Z")),
        end_time: Some(instant("2026-06-10T06:00:00Z")),
        center_title: Some(LocalizedText {
            kk: "Академия, Астана".into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    world.told(&booked).await;
    world
        .job("identity.send_mails")
        .run()
        .await
        .expect("a turn");
    let mut mails = pb::mails_client::MailsClient::new(world.service("standalone"));
    let request = pb::ListMailsRequest::default();
    let mails = mails
        .list_mails(request)
        .await
        .expect("mails")
        .into_inner()
        .mails;
    let [mail] = &mails[..] else {
        panic!("one mail")
    };
    mail.clone()
}

#[tokio::test]
async fn a_mail_arrives_whole_over_a_connection_that_goes_on_encrypted() {
    let sink = Sink::open(POLITE).await;
    let world = world_with(sink.settings(Tls::Starttls)).await;
    let mail = send(&world).await;
    assert_eq!((mail.state(), mail.failure.as_str()), (State::Sent, ""));
    let said = sink.plain().join("\n");
    assert!(
        said.ends_with("STARTTLS"),
        "nothing else is said in the open: {said}"
    );
    let heard = sink.encrypted();
    let id = mail.name.trim_start_matches("mails/");
    for line in [
        "AUTH PLAIN AGlyaWt0ZXUAYSBwYXNzd29yZA==",
        "MAIL FROM:<no-reply@irikteu.kz>",
        "RCPT TO:<alikhan@example.kz>",
        "From: no-reply@irikteu.kz",
        "To: alikhan@example.kz",
        "Date: Mon, 01 Jun 2026 05:00:00 +0000",
        &format!("Message-ID: <{id}@irikteu.kz>"),
        "Auto-Submitted: auto-generated",
        "Content-Disposition: attachment; filename=\"booking.ics\"",
    ] {
        assert!(
            heard.iter().any(|it| it == line),
            "{line} is not in {heard:#?}"
        );
    }
    let calendar = heard
        .iter()
        .find(|it| it.starts_with("Content-Type: text/calendar"));
    let calendar = calendar.expect("the calendar file");
    assert!(
        calendar.contains("method=PUBLISH") && calendar.contains("charset=utf-8"),
        "{calendar}"
    );
}

#[tokio::test]
async fn a_connection_may_be_encrypted_from_its_first_byte() {
    let sink = Sink::open(Manner {
        tls: Tls::Implicit,
        ..POLITE
    })
    .await;
    let world = world_with(sink.settings(Tls::Implicit)).await;
    assert_eq!(send(&world).await.state(), State::Sent);
    assert_eq!(sink.plain(), Vec::<String>::new());
    assert!(
        sink.encrypted()
            .contains(&"RCPT TO:<alikhan@example.kz>".to_owned())
    );
}

#[tokio::test]
async fn what_the_server_says_decides_whether_another_try_is_of_use() {
    for (answer, state, failure) in [
        ("451 try later", State::Retrying, "451"),
        ("550 no such mailbox", State::Failed, "550"),
        ("530 sign in first", State::Retrying, "530"),
    ] {
        let sink = Sink::open(Manner {
            to_recipients: answer,
            ..POLITE
        })
        .await;
        let world = world_with(sink.settings(Tls::Starttls)).await;
        let mail = send(&world).await;
        assert_eq!((mail.state(), mail.failure.as_str()), (state, failure));
        assert!(!mail.text.is_empty(), "it is kept to be sent");
    }
}

#[tokio::test]
async fn a_server_that_can_not_prove_itself_or_go_on_encrypted_gets_no_mail() {
    let (sink, another) = (Sink::open(POLITE).await, Sink::open(POLITE).await);
    let mut settings = sink.settings(Tls::Starttls);
    settings.authority = Some(another.authority);
    let mail = send(&world_with(settings).await).await;
    assert_eq!(mail.state(), State::Retrying);
    assert_eq!(sink.encrypted(), Vec::<String>::new());

    let sink = Sink::open(Manner {
        offers_starttls: false,
        ..POLITE
    })
    .await;
    let mail = send(&world_with(sink.settings(Tls::Starttls)).await).await;
    assert_eq!(mail.state(), State::Retrying);
    let said = sink.plain().join("\n");
    assert!(!said.contains("RCPT") && !said.contains("AUTH"), "{said}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_asked_again_later() {
    let listener = TcpListener::bind("localhost:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let sink = Sink::open(POLITE).await;
    let settings = SmtpSettings {
        port,
        ..sink.settings(Tls::Starttls)
    };
    let mail = send(&world_with(settings).await).await;
    assert_eq!(
        (mail.state(), mail.failure.as_str()),
        (State::Retrying, "UNREACHABLE")
    );
}

#[tokio::test]
async fn a_server_that_stalls_holds_neither_the_mail_nor_the_queue() {
    for word in ["greeting", "EHLO", "STARTTLS", "MAIL", "RCPT", "DATA"] {
        let sink = Sink::open(Manner {
            stalls_at: word,
            ..POLITE
        })
        .await;
        let settings = SmtpSettings {
            patience: Duration::from_millis(500),
            ..sink.settings(Tls::Starttls)
        };
        let mail = send(&world_with(settings).await).await;
        assert_eq!(
            (mail.state(), mail.failure.as_str()),
            (State::Retrying, "TIMEOUT"),
            "{word}"
        );
    }
}

#[tokio::test]
async fn a_mail_that_was_taken_without_a_word_is_sent_again_under_the_same_id() {
    let sink = Sink::open(Manner {
        stalls_at: ".",
        ..POLITE
    })
    .await;
    let settings = SmtpSettings {
        patience: Duration::from_secs(2),
        ..sink.settings(Tls::Starttls)
    };
    let world = world_with(settings).await;
    assert_eq!(send(&world).await.failure, "TIMEOUT");
    world.clock.advance(jiff::SignedDuration::from_mins(1));
    let sender = world.job("identity.send_mails");
    sender.run().await.expect("a turn");
    let heard = sink.encrypted();
    let ids: Vec<_> = heard
        .iter()
        .filter(|line| line.starts_with("Message-ID: "))
        .collect();
    assert_eq!(ids.len(), 2, "{heard:#?}");
    assert_eq!(ids[0], ids[1]);
}

#[derive(clap::Parser)]
struct Program {
    #[command(flatten)]
    mail: MailArgs,
}

#[tokio::test]
async fn credentials_and_the_authority_come_from_files() {
    use clap::Parser;
    let sink = Sink::open(POLITE).await;
    let folder = tempfile::tempdir().expect("a folder");
    let (password, authority) = (folder.path().join("password"), folder.path().join("ca.pem"));
    std::fs::write(&password, "a password\n").expect("a file");
    std::fs::write(&authority, &sink.authority).expect("a file");
    let (password, authority) = (password.display(), authority.display());
    let flags = format!(
        "identity-svc --smtp-host localhost --smtp-port {} --smtp-user irikteu \
         --smtp-password-file {password} --smtp-ca-file {authority}",
        sink.port
    );
    let read = |flags: &str| Program::try_parse_from(flags.split(' ').filter(|it| !it.is_empty()));
    let args = read(&flags).expect("good flags").mail;
    let choice = args.read("no-reply@irikteu.kz").expect("good files");
    let world = World::with(chassis::testing::clock(), |config| {
        config.transport = choice
    })
    .await;
    assert_eq!(send(&world).await.state(), State::Sent);
    assert!(
        sink.encrypted()
            .contains(&"AUTH PLAIN AGlyaWt0ZXUAYSBwYXNzd29yZA==".to_owned())
    );
    std::fs::write(folder.path().join("password"), "\n").expect("a file");
    let empty = read(&flags).expect("good flags").mail;
    let said = empty.read("no-reply@irikteu.kz").expect_err("no secret");
    assert!(said.to_string().ends_with("is empty"), "{said}");
}
