//! Personal data at rest: nothing of a person can be read in the database.

use chassis::caller::Role;
use chassis::database::{execute, query_all, query_one};
use pb::prove_registration_email_request::Proof;
use proto::identity::v1 as pb;

use crate::without_iin::{papers, without_iin};
use crate::world::*;

impl World {
    /// Everything the database holds, as who copied it would see it: the files of SQLite, every row
    /// of PostgreSQL.
    async fn dump(&self) -> Vec<u8> {
        let mut all = Vec::new();
        if self.database.url.starts_with("sqlite") {
            for entry in std::fs::read_dir(self.database.folder.path()).expect("the folder") {
                all.extend(std::fs::read(entry.expect("a file").path()).expect("its bytes"));
            }
            return all;
        }
        let db = self.wiring.db.read();
        let tables = "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'";
        for table in query_all(db, tables, []).await.expect("tables") {
            let name: String = table.try_get("", "name").expect("a name");
            let rows = format!("SELECT whole::text AS line FROM {name} whole");
            for row in query_all(db, &rows, []).await.expect("rows") {
                all.extend(row.try_get::<String>("", "line").expect("a line").bytes());
            }
        }
        all
    }

    /// Which of the values can be read in the database.
    async fn readable<'a>(&self, values: &[&'a str]) -> Vec<&'a str> {
        let dump = self.dump().await;
        let holds = |value: &str| {
            let mut places = dump.windows(value.len());
            places.any(|place| place == value.as_bytes())
        };
        let found = values.iter().filter(|value| holds(value));
        found.copied().collect()
    }

    async fn person(&self, account: &str) -> pb::Person {
        let request = pb::GetPersonRequest {
            name: format!("{account}/person"),
        };
        let person = self.persons().get_person(request).await;
        person.expect("a person").into_inner()
    }

    async fn master_keys_in(&self, table: &str) -> Vec<String> {
        let sql = format!("SELECT DISTINCT master_key FROM {table}");
        let rows = query_all(self.wiring.db.read(), &sql, []).await;
        let rows = rows.expect("rows");
        let keys = rows.iter().map(|row| row.try_get("", "master_key"));
        keys.collect::<Result<_, _>>().expect("keys")
    }

    /// Starts the service once more on the same database, with other master keys.
    async fn start_again_with(&self, numbers: &[u8]) -> anyhow::Result<()> {
        let mut wiring = self.wiring.clone();
        wiring.config.master_keys = master_keys(numbers);
        identity_svc::build(wiring).await.map(drop)
    }
}

/// What the person registry knows of the person with [`IIN`].
const REGISTERED: [&str; 7] = [
    IIN,
    EMAIL,
    "МҰРАТОВ",
    "ӘЛИХАН",
    "СЕРІКҰЛЫ",
    "1995-06-15",
    "Астана қаласы",
];

#[tokio::test]
async fn nothing_of_a_person_can_be_read_in_the_database() {
    let world = world().await;
    let name = world.start(attempt(IIN, EMAIL)).await.expect("begun").name;
    let mail = world.mail_of(EMAIL, &name).await;
    let (code, token) = (code_of(&mail), token_of(&mail));
    world.prove(&name, Proof::Code(code)).await.expect("proven");
    world.complete(&name).await.expect("an account");
    world
        .seed("010101200004", "desk@example.kz", &[Role::ExamDesk])
        .await;
    // One attempt more is left where it is, and one wrong login.
    let left = attempt("010101100008", "left@example.kz");
    world.start(left).await.expect("an attempt");
    world
        .sign_in("stranger@example.kz", PASSWORD)
        .await
        .expect_err("nobody");
    let me = world.caller(IIN).await;
    // A change of address and an invitation wait, and somebody without an IIN stated their papers.
    let change = world.begin_change(&me, "wanted@example.kz", PASSWORD).await;
    change.expect("a change");
    let admin = "010101200508";
    let roles = [Role::Administrator];
    world.seed(admin, "admin@example.kz", &roles).await;
    let admin = world.caller(admin).await;
    let roles = [pb::Role::Expert];
    let invitation = world.invite(&admin, "invited@example.kz", &roles).await;
    invitation.expect("an invitation");
    let name = world.proven(without_iin("rustam@example.uz")).await;
    world
        .complete_with(papers(&name))
        .await
        .expect("an account");
    world.relay().await;
    assert!(
        world.mails_to(EMAIL).await.len() > 1,
        "mails are there to be read"
    );
    let others = [
        "desk@example.kz",
        "АЙГЕРІМ",
        "010101100008",
        "left@example.kz",
        "stranger@example.kz",
        "wanted@example.kz",
        "invited@example.kz",
        "rustam@example.uz",
        "КАРИМОВ",
        "өзбек",
        "FA-1234567",
        "+998901234567",
        PASSWORD,
        &token,
        "Тіркелуді растау",
        "Құрметті кандидат",
    ];
    let values = [&REGISTERED[..], &others].concat();
    assert_eq!(world.readable(&values).await, Vec::<&str>::new());
    // The search finds what is there.
    let there = ["EXAM_DESK"];
    assert_eq!(world.readable(&there).await, there);
}

/// Rows as the version before sealing wrote them.
async fn write_plain_rows(world: &World) {
    let tx = world.wiring.db.begin().await.expect("a transaction");
    let id = "0197a000-0000-7000-8000-000000000001";
    for sql in [
        format!(
            "INSERT INTO account (id, iin_index, email_index, iin, email, password_hash, language, family_name,
                given_name, patronymic, birth_date, birth_date_source, birth_place, created_us, version)
             VALUES ('{id}', 'i', 'e', '{IIN}', '{EMAIL}', 'h', 'kk', 'МҰРАТОВ', 'ӘЛИХАН', 'СЕРІКҰЛЫ',
                '1995-06-15', 'REGISTRY', 'Астана қаласы', 1, 1)"
        ),
        format!(
            "INSERT INTO registration_attempt (id, state, iin, email, password_hash, language, code_hash,
                code_expires_us, token_hash, mailed_us, created_us, expires_us)
             VALUES ('{id}', 'PENDING', '{IIN}', '{EMAIL}', 'h', 'kk', 'c', 1, 't', 1, 1, 9000000000000000)"
        ),
        format!(
            "INSERT INTO mail (id, to_address, to_index, purpose, subject, body, enclosures, state, created_us)
             VALUES ('{id}', '{EMAIL}', 'e', 'NOTICE', 'subject of old', 'body of old',
                '[{{\"file_name\":\"booking.ics\",\"media_type\":\"text/calendar\",\"content\":\"BEGIN\"}}]', 'KEPT', 1)"
        ),
    ] {
        execute(&tx, &sql, []).await.expect("a row");
    }
    world.wiring.db.commit(tx).await.expect("rows");
}

#[tokio::test]
async fn rows_of_the_version_before_are_sealed_at_start_and_emptied() {
    let world = world().await;
    write_plain_rows(&world).await;
    let old = [&REGISTERED[..], &["subject of old", "body of old"]].concat();
    assert_eq!(world.readable(&old).await, old);
    world.start_again_with(&[1]).await.expect("a second start");
    assert_eq!(world.readable(&old).await, Vec::<&str>::new());

    let person = world
        .person("accounts/0197a000-0000-7000-8000-000000000001")
        .await;
    let told = [
        person.iin,
        person.email,
        person.family_name,
        person.birth_place,
    ];
    assert_eq!(told, [IIN, EMAIL, "МҰРАТОВ", "Астана қаласы"]);
    let mails = pb::mails_client::MailsClient::new(world.service("standalone"))
        .get_mail(pb::GetMailRequest {
            name: "mails/0197a000-0000-7000-8000-000000000001".into(),
        })
        .await
        .expect("the mail")
        .into_inner();
    assert_eq!(
        (mails.to.as_str(), mails.subject.as_str()),
        (EMAIL, "subject of old")
    );
    assert_eq!(mails.attachments[0].file_name, "booking.ics");
}

#[tokio::test]
async fn the_job_seals_what_an_older_process_wrote_meanwhile() {
    let world = world().await;
    write_plain_rows(&world).await;
    world.run_jobs().await;
    assert_eq!(world.readable(&REGISTERED).await, Vec::<&str>::new());
}

#[tokio::test]
async fn a_master_key_is_replaced_and_the_old_one_is_not_needed_any_more() {
    let world = world().await;
    let account = world.seed(IIN, EMAIL, &[]).await;
    world.relay().await;
    world
        .start(attempt("010101100008", "left@example.kz"))
        .await
        .expect("begun");
    let tables = ["account", "registration_attempt", "mail"];
    let before = world.master_keys_in("account").await;
    assert!(
        world.start_again_with(&[2]).await.is_err(),
        "the old key is still needed"
    );
    world.start_again_with(&[2, 1]).await.expect("both keys");
    for table in tables {
        let keys = world.master_keys_in(table).await;
        assert_eq!(keys.len(), 1, "{table}");
        assert_ne!(keys, before, "{table}");
    }
    world
        .start_again_with(&[2])
        .await
        .expect("the new key alone");
    assert!(
        world.start_again_with(&[1]).await.is_err(),
        "the new key is needed"
    );
    world
        .start_again_with(&[1, 2])
        .await
        .expect("back to the first");
    assert_eq!(world.person(&account).await.iin, IIN);
}

#[tokio::test]
async fn two_starts_at_once_seal_every_row_once() {
    let world = world().await;
    write_plain_rows(&world).await;
    let (one, two) = tokio::join!(world.start_again_with(&[1]), world.start_again_with(&[1]));
    one.expect("one");
    two.expect("the other");
    let person = world
        .person("accounts/0197a000-0000-7000-8000-000000000001")
        .await;
    assert_eq!(person.iin, IIN);
}

#[tokio::test]
async fn a_row_moved_into_another_opens_nothing() {
    let world = world().await;
    let account = world.seed(IIN, EMAIL, &[]).await;
    let other = world.seed("010101200004", "desk@example.kz", &[]).await;
    let id = |name: &str| name.replace("accounts/", "");
    let sql = "SELECT personal, data_key FROM account WHERE id = $1";
    let db = world.wiring.db.read();
    let row = query_one(db, sql, [id(&account).into()])
        .await
        .expect("a row");
    let row = row.expect("the account");
    let column = |name: &str| row.try_get::<String>("", name).expect("text");
    let tx = world.wiring.db.begin().await.expect("a transaction");
    let sql = "UPDATE account SET personal = $2, data_key = $3 WHERE id = $1";
    let values = [
        id(&other).into(),
        column("personal").into(),
        column("data_key").into(),
    ];
    execute(&tx, sql, values).await.expect("moved");
    world.wiring.db.commit(tx).await.expect("moved");
    let request = pb::GetPersonRequest {
        name: format!("{other}/person"),
    };
    let refusal = world
        .persons()
        .get_person(request)
        .await
        .expect_err("nothing");
    assert_eq!(refusal.code(), tonic::Code::Internal);
    assert!(
        !refusal.message().contains("seal"),
        "the inside is not told"
    );
}
