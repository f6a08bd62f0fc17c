//! `allocate`, the program: tables in, a record and a table out, and the replay.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const PLACES: &str = "specialty;places\nnurse;1\nwelder;1\n";
const WISHES: &str = "applicant;choice;specialty;rank;score\n\
    1;1;nurse;1;5\n2;1;nurse;1;5\n2;2;welder;1;4\n1;2;welder;2;3.5\n3;1;welder;3;3\n";

fn allocate(folder: &Path, arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_allocate"));
    let tables = ["--places", "places.csv", "--wishes", "wishes.csv"];
    program.current_dir(folder).args(tables).args(arguments);
    program.output().expect("allocate starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn tables_become_a_record_that_replays_and_is_never_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect(name);
    write("places.csv", PLACES);
    write("wishes.csv", WISHES);
    let seed = "ab".repeat(32);
    let first = ["--seed", &seed, "--out", "run", "--compare"];
    let done = allocate(folder.path(), &first);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let told = text(&done.stdout);
    assert!(
        told.contains("2 of 3 have a place") && told.contains("passed over"),
        "{told}"
    );
    let table = fs::read_to_string(folder.path().join("run/result.csv")).expect("a table");
    assert_eq!(table.matches(";ADMITTED;").count(), 2, "{table}");

    let replay = ["--replay", "run/record.txt"];
    let again = allocate(folder.path(), &replay);
    assert!(again.status.success(), "{}", text(&again.stderr));
    let over = allocate(folder.path(), &first);
    assert!(
        text(&over.stderr).contains("cannot create run"),
        "{}",
        text(&over.stderr)
    );

    // Another wish, another input.
    write("wishes.csv", &WISHES.replace("3;1;welder", "3;1;nurse"));
    let other = allocate(folder.path(), &replay);
    assert!(
        text(&other.stderr).contains("OtherInput"),
        "{}",
        text(&other.stderr)
    );
    write("wishes.csv", &WISHES.replace("welder;2", "wielder;2"));
    let slip = allocate(folder.path(), &first);
    assert!(!slip.status.success());
    assert!(text(&slip.stderr).contains("wishes.line[5].specialty: UNKNOWN"));
}
