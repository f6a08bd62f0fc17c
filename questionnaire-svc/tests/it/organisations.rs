//! The directory of organisations: imported, found by BIN, by region, by words with Kazakh letters.

use bytes::Bytes;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::organisations_client::OrganisationsClient;
use tonic::{Code, Status};

use crate::world::{World, pairs, reason, violations};

pub const SCHOOL: &str = "organisations/010140000014";

pub const FILE: &str = "\u{feff}bin,kk,ru,kato,kind,en,retired\r\n\
    010140000014,«№ 1 мектеп-гимназия» КММ,КГУ «Школа-гимназия № 1»,751110000,SCHOOL,,\r\n\
    020240000016,«Өңір» балабақшасы,Детский сад «Онир»,710000000,PRESCHOOL,Onir kindergarten,\r\n\
    030340000025,«Ғылым ордасы» колледжі,Колледж «Гылым ордасы»,711210000,COLLEGE,,no\r\n\
    101040000092,«Әдеби» лицей-интернаты,Лицей-интернат «Адеби»,750000000,BOARDING,,\r\n";

pub async fn imports(
    world: &World,
    csv: &str,
    dry_run: bool,
) -> Result<pb::OrganisationImport, Status> {
    let request = pb::ImportOrganisationsRequest {
        csv: Bytes::copy_from_slice(csv.as_bytes()),
        dry_run,
        request_id: world.request_id(),
    };
    let mut manager = OrganisationsClient::new(world.manager());
    Ok(manager.import_organisations(request).await?.into_inner())
}

async fn shown(world: &World, name: &str) -> Result<pb::Organisation, Status> {
    let request = pb::GetOrganisationRequest { name: name.into() };
    let mut somebody = OrganisationsClient::new(world.candidate(1).connection());
    Ok(somebody.get_organisation(request).await?.into_inner())
}

/// The BINs of what is found, page by page.
async fn found(world: &World, region: &str, text: &str) -> Vec<String> {
    let mut somebody = OrganisationsClient::new(world.candidate(1).connection());
    let mut request = pb::ListOrganisationsRequest {
        region: region.into(),
        text: text.into(),
        page_size: 2,
        ..Default::default()
    };
    let mut bins = Vec::new();
    loop {
        let page = somebody.list_organisations(request.clone()).await;
        let page = page.unwrap().into_inner();
        bins.extend(page.organisations.into_iter().map(|it| it.bin));
        if page.next_page_token.is_empty() {
            return bins;
        }
        request.page_token = page.next_page_token;
    }
}

#[tokio::test]
async fn a_dry_run_tells_and_the_real_run_adds_changes_and_retires() {
    let world = World::new().await;
    let dry = imports(&world, FILE, true).await.unwrap();
    assert_eq!((dry.dry_run, dry.added_count), (true, 4));
    assert_eq!(
        reason(&shown(&world, SCHOOL).await.unwrap_err()),
        "NOT_FOUND"
    );
    let done = imports(&world, FILE, false).await.unwrap();
    assert_eq!((done.added_count, done.unchanged_count), (4, 0));
    let school = shown(&world, SCHOOL).await.unwrap();
    assert_eq!(
        (
            school.region.as_str(),
            school.kato.as_str(),
            school.kind.as_str()
        ),
        ("KZ-75", "751110000", "SCHOOL")
    );
    assert_eq!(school.title.unwrap().kk, "«№ 1 мектеп-гимназия» КММ");

    // A part of the directory: what is not in it stays.
    let header = FILE.lines().next().unwrap();
    let part = format!(
        "{header}\n010140000014,«Жаңа» мектебі,Школа «Жана»,751110000,SCHOOL,,yes\n\
         040440000030,Қ,К,110000000,SCHOOL,,\n"
    );
    let done = imports(&world, &part, false).await.unwrap();
    let counts = [done.added_count, done.changed_count, done.retired_count];
    assert_eq!(counts, [1, 1, 1]);
    assert!(shown(&world, SCHOOL).await.unwrap().retired);
    // Found by what it is called now, and not by what it was called.
    assert_eq!(found(&world, "", "гимназия").await, [""; 0]);
    assert_eq!(found(&world, "", "жана").await, [""; 0]);
    let mut manager = OrganisationsClient::new(world.manager());
    let all = pb::ListOrganisationsRequest {
        text: "ЖАҢА".into(),
        show_retired: true,
        ..Default::default()
    };
    let all = manager.list_organisations(all).await.unwrap().into_inner();
    assert_eq!(all.organisations[0].name, SCHOOL);
    let audited = "SELECT COUNT(*) AS n FROM audit WHERE action = 'ImportOrganisations'";
    assert_eq!(world.count(audited).await, 2);
}

#[tokio::test]
async fn every_problem_of_a_file_is_told_by_its_line_and_nothing_of_it_is_taken() {
    let world = World::new().await;
    let file =
        format!("{FILE}010140000015,а,,990000000,SHOP,,\r\n010140000014,а,б,75,SCHOOL,,\r\n");
    let expected = [
        (6, "ru", "REQUIRED"),
        (6, "kato", "UNKNOWN_VALUE"),
        (6, "kind", "UNKNOWN_VALUE"),
        (6, "bin", "BIN_CHECK_DIGIT"),
        (7, "kato", "INVALID_FORMAT"),
        (7, "bin", "VALUE_TWICE"),
    ];
    let dry = imports(&world, &file, true).await.unwrap();
    let told = dry.problems.iter();
    let told: Vec<_> = told
        .map(|it| (it.line, it.column.as_str(), it.reason.as_str()))
        .collect();
    assert_eq!(told, expected);
    assert!(dry.problems.iter().all(|it| !it.message.is_empty()));
    let refused = imports(&world, &file, false).await.unwrap_err();
    let fields = expected
        .map(|(line, column, reason)| (format!("csv.lines[{line}].{column}"), reason.to_owned()));
    assert_eq!(violations(&refused), fields);
    assert_eq!(found(&world, "", "").await, [""; 0]);
    let half = imports(&world, "bin;kk;ru\n", false).await.unwrap_err();
    assert_eq!(
        violations(&half),
        pairs(&[("csv.lines[1]", "CSV_COLUMNS_WRONG")])
    );
}

#[tokio::test]
async fn a_mistyped_bin_is_told_apart_from_one_that_nobody_knows() {
    let world = World::new().await;
    imports(&world, FILE, false).await.unwrap();
    for (name, told) in [
        ("organisations/010140000015", "BIN_CHECK_DIGIT"),
        ("organisations/01014000001", "BIN_LENGTH"),
        ("organisations/000000000000", "BIN_ALL_ZERO"),
        ("dictionaries/010140000014", "INVALID_NAME"),
    ] {
        let refused = shown(&world, name).await.unwrap_err();
        assert_eq!(violations(&refused), pairs(&[("name", told)]), "{name}");
    }
    let unknown = shown(&world, "organisations/040440000030")
        .await
        .unwrap_err();
    assert_eq!(
        (unknown.code(), reason(&unknown).as_str()),
        (Code::NotFound, "NOT_FOUND")
    );
}

#[tokio::test]
async fn organisations_are_found_by_kazakh_letters_in_any_case_and_spelling() {
    let world = World::new().await;
    imports(&world, FILE, false).await.unwrap();
    // By the Kazakh alphabet: № counts as a space, ә comes before ғ, ғ before ө.
    let all = [
        "010140000014",
        "101040000092",
        "030340000025",
        "020240000016",
    ];
    assert_eq!(found(&world, "", "").await, all);
    assert_eq!(found(&world, "KZ-71", "").await, all[2..]);
    for (text, bin) in [
        ("өңір", "020240000016"),
        ("ӨҢІР бала", "020240000016"),
        ("онир", "020240000016"),
        ("kinder", "020240000016"),
        ("ҒЫЛ орда", "030340000025"),
        ("гылым", "030340000025"),
        ("ӘДЕБ", "101040000092"),
        ("гимн 1", "010140000014"),
    ] {
        assert_eq!(found(&world, "", text).await, [bin], "{text}");
    }
    assert_eq!(found(&world, "KZ-75", "өңір").await, [""; 0]);
    assert_eq!(found(&world, "", "ңір").await, [""; 0]);
    assert_eq!(found(&world, "", "%").await, all);

    let mut somebody = OrganisationsClient::new(world.candidate(1).connection());
    let wrong = pb::ListOrganisationsRequest {
        region: "KZ-99".into(),
        text: "а ә б в г ғ д".into(),
        page_token: "?".into(),
        ..Default::default()
    };
    let refused = somebody.list_organisations(wrong).await.unwrap_err();
    let expected = [
        ("text", "TOO_MANY"),
        ("region", "UNKNOWN_VALUE"),
        ("page_token", "INVALID_PAGE_TOKEN"),
    ];
    assert_eq!(violations(&refused), pairs(&expected));
}

#[tokio::test]
async fn only_campaign_managers_change_the_directory() {
    let world = World::new().await;
    let request = pb::ImportOrganisationsRequest {
        csv: Bytes::from_static(FILE.as_bytes()),
        request_id: world.request_id(),
        ..Default::default()
    };
    let mut expert = OrganisationsClient::new(world.expert());
    let refused = expert.import_organisations(request).await.unwrap_err();
    assert_eq!(reason(&refused), "NOT_ALLOWED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_thousand_come_in_one_file_and_files_at_once_leave_each_of_them_once() {
    let world = World::new().await;
    let row = |bin: &String| format!("{bin},«Үлгі» мектебі,Школа «Улги»,750000000,SCHOOL\n");
    let bins: Vec<_> = (1..=2000).map(bin_of).collect();
    let rows = |bins: &mut dyn Iterator<Item = &String>| bins.map(row).collect::<String>();
    let header = "bin,kk,ru,kato,kind\n";
    let forth = format!("{header}{}", rows(&mut bins.iter()));
    let back = format!("{header}{}", rows(&mut bins.iter().rev()));
    let (one, other) = tokio::join!(
        imports(&world, &forth, false),
        imports(&world, &back, false)
    );
    for done in [one.unwrap(), other.unwrap()] {
        let told = done.added_count + done.changed_count + done.unchanged_count;
        assert_eq!(told, 2000);
    }
    let counted = "SELECT COUNT(*) AS n FROM organisation";
    assert_eq!(world.count(counted).await, 2000);
    let words = "SELECT COUNT(*) AS n FROM organisation_word WHERE word = 'улги'";
    assert_eq!(world.count(words).await, 2000);
    let over = format!("{forth}{}", row(&bin_of(2001)));
    let refused = imports(&world, &over, false).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        pairs(&[("csv.lines[2002]", "TOO_MANY")])
    );
}

/// A BIN whose check digit fits, another for each number.
fn bin_of(number: u32) -> String {
    (0..)
        .map(|more| number * 10 + more)
        .flat_map(|head| (0..10).map(move |digit| format!("0101{head:07}{digit}")))
        .find(|bin| chassis::identifier::Bin::parse(bin).is_ok())
        .unwrap()
}

#[test]
fn the_makers_of_test_data_make_each_bin_once() {
    let bins: std::collections::BTreeSet<_> = (1..=2001).map(bin_of).collect();
    assert_eq!(bins.len(), 2001);
}
