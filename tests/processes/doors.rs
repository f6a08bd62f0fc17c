//! What a program refuses at its start, and whom it refuses at its door.

use std::process::{Command, Output};

use tests::processes::binaries;

fn started(program: &str, settings: &[(&str, &str)]) -> Output {
    let folder = binaries::folder().unwrap();
    let needed = [
        ("IRIKTEU_DATABASE_URL", "sqlite://nowhere.db"),
        ("IRIKTEU_KEY_FILE", "nowhere"),
        ("IRIKTEU_PUBLIC_KEYS_FILE", "nowhere"),
        ("IRIKTEU_QUESTIONNAIRE_URL", "http://127.0.0.1:1"),
    ];
    Command::new(folder.join(program))
        .arg("serve")
        .envs(needed)
        .envs(settings.iter().copied())
        .output()
        .unwrap()
}

#[test]
fn plain_text_does_not_leave_this_machine() {
    let output = started("review-svc", &[("IRIKTEU_GRPC_ADDR", "0.0.0.0:0")]);
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("plain text would leave this machine"),
        "{said}"
    );
}

#[test]
fn half_of_the_certificates_is_none() {
    let output = started("review-svc", &[("IRIKTEU_TLS_KEY_FILE", "some.key")]);
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("belong together"), "{said}");
}
