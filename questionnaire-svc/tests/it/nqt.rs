//! The test of teachers: twelve kinds of application, each with the sections and fields of the user
//! manual's matrix. What is expected is written out here by hand.

use chassis::caller::Caller;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::application::State;
use proto::questionnaire::v1::forms_client::FormsClient;
use questionnaire_svc::rpc::wire;
use serde_json::{Value, json};

use crate::organisations::{self, SCHOOL};
use crate::world::{World, pairs, reason, text, violations};

pub const CAMPAIGN: &str = "campaigns/nqt-2026";

/// Code, the last part of the form's name, the title of the user manual in Kazakh and in Russian,
/// where the person works or studies, what the test is about.
type Kind = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Place,
    Parameters,
);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Employer,
    EmployerOfHead,
    Studies,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Parameters {
    A,
    B,
    C,
}

use Parameters::{A, B, C};
use Place::{Employer, EmployerOfHead, Studies};

#[rustfmt::skip]
const MATRIX: [Kind; 12] = [
    ("PRESCHOOL", "preschool", "Мектепке дейінгі тәрбие және оқыту ұйымдары", "Организации дошкольного воспитания и обучения", Employer, A),
    ("PRESCHOOL_METHODIST", "preschool-methodist", "Мектепке дейінгі тәрбие және оқыту ұйымдарының әдістемелік кабинеттерінің (орталықтарының) әдіскерлері үшін", "Для методистов методических кабинетов (центров) организаций дошкольного воспитания и обучения", Employer, A),
    ("GENERAL_SECONDARY", "general-secondary", "Жалпы орта білім беру ұйымдары", "Организации общего среднего образования", Employer, B),
    ("METHODIST", "methodist", "Әдістемелік кабинеттердің (орталықтардың) әдіскерлері", "Методисты методических кабинетов (центров)", Employer, B),
    ("ADDITIONAL_EDU", "additional-edu", "Қосымша білім беру ұйымдары", "Организации дополнительного образования", Employer, A),
    ("BOARDING_EDUCATOR", "boarding-educator", "Интернаттық ұйымдардың, жатақханалардың тәрбиешілері үшін", "Для воспитателей интернатных организаций, общежитий", Employer, A),
    ("SPECIAL_EDUCATOR", "special-educator", "Арнайы ұйымдардың тәрбиешілері үшін", "Для воспитателей специальных организаций", Employer, A),
    ("ADDITIONAL_EDU_METHODIST", "additional-edu-methodist", "Қосымша білім беру ұйымдарының әдістемелік кабинеттерінің (орталықтарының) әдіскерлері үшін", "Для методистов методических кабинетов (центров) организаций дополнительного образования", Employer, A),
    ("TVET", "tvet", "Техникалық және кәсіптік, орта білімнен кейінгі білім беру ұйымдары", "Организации технического и профессионального, послесреднего образования", Employer, C),
    ("HEAD", "head", "Білім беру ұйымдарының басшылары үшін", "Для руководителей организаций образования", EmployerOfHead, A),
    ("HEI_STUDENT", "hei-student", "Педагогикалық бағыттар бойынша ЖЖОКБҰ-ның білім алушылары (бакалавриат-күндізгі, бакалавриат-қысқартылған, магистратура)", "Обучающиеся ОВПО по педагогическим направлениям (бакалавриат очное, бакалавриат сокращённое, магистратура)", Studies, B),
    ("COLLEGE_STUDENT", "college-student", "Педагогикалық бағыттар бойынша колледж білім алушылары", "Обучающиеся колледжей по педагогическим направлениям", Studies, B),
];

/// The sections of a kind with their Kazakh titles and their fields, in order.
fn expected(
    place: Place,
    parameters: Parameters,
) -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    let personal = vec![
        "phone",
        "qualification",
        "study_from_year",
        "study_to_year",
        "current_category",
        "current_category_until",
        "sought_category",
        "visual_impairment",
    ];
    let place = match place {
        Employer => ("employer", "Жұмыспен қамтылған", vec!["organisation"]),
        EmployerOfHead => (
            "employer",
            "Жұмыспен қамтылған",
            vec!["organisation", "headed_institution"],
        ),
        Studies => ("study-place", "Оқу орны", vec!["region", "institution"]),
    };
    let parameters = match parameters {
        A => vec!["test_language", "rules_accepted"],
        B => vec!["subject", "test_language", "rules_accepted"],
        C => vec![
            "subject_kind",
            "subject",
            "specialty",
            "test_language",
            "rules_accepted",
        ],
    };
    vec![
        ("personal", "Жеке мәліметтер", personal),
        place,
        ("test-parameters", "Тестілеу параметрлері", parameters),
    ]
}

pub fn kinds() -> Vec<pb::ApplicationKind> {
    let kind = |(code, form, kk, ru, _, _): &Kind| pb::ApplicationKind {
        code: (*code).into(),
        title: Some(proto::wire::v1::LocalizedText {
            kk: (*kk).into(),
            ru: (*ru).into(),
            en: "Kind".into(),
        }),
        form_revision: format!("forms/nqt-{form}/revisions/1"),
    };
    MATRIX.iter().map(kind).collect()
}

/// The name of the test is data: it was another before 2024.
pub fn campaign() -> pb::Campaign {
    pb::Campaign {
        programme: "nqt".into(),
        title: Some(text("Педагогтердің білімін бағалау")),
        rules: Some(pb::CampaignRules::default()),
        form_revision: String::new(),
        application_kinds: kinds(),
        ..crate::world::campaign()
    }
}

/// A world with the campaign open and some organisations.
pub async fn world() -> World {
    let world = World::new().await;
    world.create_campaign("nqt-2026", campaign()).await.unwrap();
    world.at("2026-06-10T06:00:00Z");
    organisations::imports(&world, organisations::FILE, false)
        .await
        .unwrap();
    world
}

#[tokio::test]
async fn the_twelve_kinds_ask_for_what_the_matrix_of_the_manual_says_and_in_its_order() {
    let world = World::new().await;
    let mut forms = FormsClient::new(world.speaking_for(Caller::Stranger));
    for (code, form, kk, ru, place, parameters) in MATRIX {
        let name = format!("forms/nqt-{form}/revisions/1");
        let get = pb::GetFormRevisionRequest { name };
        let form = forms.get_form_revision(get).await.unwrap().into_inner();
        let title = form.title.unwrap();
        assert_eq!((title.kk.as_str(), title.ru.as_str()), (kk, ru), "{code}");
        assert_eq!(form.programme, "nqt");
        let told = |section: &pb::FormSection| {
            let schema = wire::to_json(section.schema.clone().unwrap());
            let order = schema["x-order"].as_array().unwrap().clone();
            let fields: Vec<_> = order
                .iter()
                .map(|it| it.as_str().unwrap().to_owned())
                .collect();
            let described = schema["properties"].as_object().unwrap();
            assert_eq!(described.len(), fields.len(), "{code}");
            assert!(fields.iter().all(|it| described.contains_key(it)), "{code}");
            let title = section.title.clone().unwrap().kk;
            (section.id.clone(), title, section.required, fields)
        };
        let told: Vec<_> = form.sections.iter().map(told).collect();
        let expected: Vec<_> = expected(place, parameters)
            .into_iter()
            .map(|(id, title, fields)| {
                let fields: Vec<_> = fields.into_iter().map(str::to_owned).collect();
                (id.to_owned(), title.to_owned(), true, fields)
            })
            .collect();
        assert_eq!(told, expected, "{code}");
    }
    let of = |wanted: Parameters| MATRIX.iter().filter(|it| it.5 == wanted).count();
    assert_eq!((of(A), of(B), of(C)), (7, 4, 1));
}

pub fn personal() -> Value {
    json!({
        "phone": "+77010000000", "qualification": "Математика мұғалімі", "study_from_year": 2010,
        "study_to_year": 2014, "current_category": "MODERATOR",
        "current_category_until": "2027-09-01", "sought_category": "EXPERT"
    })
}

fn place(of: Place, code: &str) -> (&'static str, Value) {
    match of {
        Employer => ("employer", json!({"organisation": SCHOOL})),
        EmployerOfHead => (
            "employer",
            json!({"organisation": SCHOOL, "headed_institution": "SCHOOL"}),
        ),
        Studies if code == "HEI_STUDENT" => (
            "study-place",
            json!({"region": "KZ-75", "institution": "KAZNPU"}),
        ),
        Studies => (
            "study-place",
            json!({"region": "KZ-35", "institution": "KARAGANDA_HUMANITARIAN"}),
        ),
    }
}

fn parameters(of: Parameters) -> Value {
    let mut answers = json!({"test_language": "KK", "rules_accepted": true});
    match of {
        A => {}
        B => answers["subject"] = json!("MATHEMATICS"),
        C => {
            answers["subject_kind"] = json!("SPECIAL");
            answers["specialty"] = json!("WELDING");
        }
    }
    answers
}

#[tokio::test]
async fn an_application_of_each_kind_is_filled_and_submitted_by_its_own_form() {
    let world = world().await;
    for (at, (code, form, _, _, of, variant)) in MATRIX.into_iter().enumerate() {
        let teacher = world.candidate(at as u128 + 1);
        let name = teacher.opens_a(CAMPAIGN, code).await.unwrap().name;
        let early = teacher.submits_with(&name, "", &[]).await.unwrap_err();
        assert_eq!(reason(&early), "APPLICATION_INCOMPLETE", "{code}");
        let (section, answers) = place(of, code);
        let all = [
            ("personal", personal()),
            (section, answers),
            ("test-parameters", parameters(variant)),
        ];
        for (section, answers) in all {
            let saved = teacher.saves(&name, section, &answers).await.unwrap();
            assert!(saved.complete, "{code} {section} {:?}", saved.problems);
        }
        let sent = teacher.submits_with(&name, "", &[]).await.unwrap();
        assert_eq!((sent.state(), sent.kind.as_str()), (State::Submitted, code));
        assert_eq!(sent.form_revision, format!("forms/nqt-{form}/revisions/1"));
    }
}

#[tokio::test]
async fn the_rules_have_to_be_accepted_and_a_draft_may_leave_it_open() {
    let world = world().await;
    let teacher = world.candidate(1);
    let name = teacher.opens_a(CAMPAIGN, "PRESCHOOL").await.unwrap().name;
    for answers in [
        json!({"test_language": "RU"}),
        json!({"test_language": "RU", "rules_accepted": false}),
    ] {
        let saved = teacher
            .saves(&name, "test-parameters", &answers)
            .await
            .unwrap();
        let told: Vec<_> = saved
            .problems
            .into_iter()
            .map(|it| (it.field, it.reason))
            .collect();
        assert_eq!(told, pairs(&[("rules_accepted", "REQUIRED")]));
    }
}

#[tokio::test]
async fn a_kind_of_subject_comes_first_and_decides_what_is_asked() {
    let world = world().await;
    let teacher = world.candidate(1);
    let name = teacher.opens_a(CAMPAIGN, "TVET").await.unwrap().name;
    let general = json!({"subject_kind": "GENERAL", "test_language": "KK", "rules_accepted": true});
    let saved = teacher
        .saves(&name, "test-parameters", &general)
        .await
        .unwrap();
    let told: Vec<_> = saved
        .problems
        .into_iter()
        .map(|it| (it.field, it.reason))
        .collect();
    assert_eq!(told, pairs(&[("subject", "REQUIRED")]));
    let both =
        json!({"subject_kind": "PRODUCTION_MASTER", "subject": "PHYSICS", "specialty": "WELDING"});
    let refused = teacher
        .saves(&name, "test-parameters", &both)
        .await
        .unwrap_err();
    let field = "section.answers.subject";
    assert_eq!(violations(&refused), pairs(&[(field, "NOT_ASKED")]));
}

#[tokio::test]
async fn whoever_has_no_category_says_so_and_applies_for_one() {
    let world = world().await;
    let student = world.candidate(1);
    let name = student
        .opens_a(CAMPAIGN, "COLLEGE_STUDENT")
        .await
        .unwrap()
        .name;
    let mut answers = personal();
    answers["current_category"] = json!("NONE");
    answers["sought_category"] = json!("NONE");
    answers["study_to_year"] = json!(2009);
    let refused = student
        .saves(&name, "personal", &answers)
        .await
        .unwrap_err();
    let mut told = violations(&refused);
    told.sort();
    let expected = [
        ("section.answers.current_category_until", "NOT_ASKED"),
        ("section.answers.sought_category", "UNKNOWN_VALUE"),
        ("section.answers.study_to_year", "DATES_BACKWARDS"),
    ];
    assert_eq!(told, pairs(&expected));
    answers["sought_category"] = json!("TEACHER");
    answers["study_to_year"] = json!(2028);
    answers
        .as_object_mut()
        .unwrap()
        .remove("current_category_until");
    assert!(
        student
            .saves(&name, "personal", &answers)
            .await
            .unwrap()
            .complete
    );
    let elsewhere = json!({"region": "KZ-71", "institution": "KARAGANDA_HUMANITARIAN"});
    let refused = student
        .saves(&name, "study-place", &elsewhere)
        .await
        .unwrap_err();
    let field = "section.answers.institution";
    assert_eq!(violations(&refused), pairs(&[(field, "UNKNOWN_VALUE")]));
}

#[tokio::test]
async fn an_employer_is_in_the_directory_also_on_the_day_of_submission() {
    let world = world().await;
    let teacher = world.candidate(1);
    let name = teacher.opens_a(CAMPAIGN, "PRESCHOOL").await.unwrap().name;
    for (organisation, told) in [
        ("organisations/010140000015", "BIN_CHECK_DIGIT"),
        ("organisations/040440000030", "ORGANISATION_UNKNOWN"),
        ("№ 1 мектеп", "INVALID_NAME"),
    ] {
        let answers = json!({"organisation": organisation});
        let refused = teacher
            .saves(&name, "employer", &answers)
            .await
            .unwrap_err();
        let field = "section.answers.organisation";
        assert_eq!(
            violations(&refused),
            pairs(&[(field, told)]),
            "{organisation}"
        );
    }
    for (section, answers) in [
        ("personal", personal()),
        ("employer", json!({"organisation": format!(" {SCHOOL} ")})),
        ("test-parameters", parameters(A)),
    ] {
        assert!(
            teacher
                .saves(&name, section, &answers)
                .await
                .unwrap()
                .complete
        );
    }
    let closed = organisations::FILE.replace("SCHOOL,,", "SCHOOL,,yes");
    organisations::imports(&world, &closed, false)
        .await
        .unwrap();
    let refused = teacher.submits_with(&name, "", &[]).await.unwrap_err();
    assert_eq!(reason(&refused), "APPLICATION_INCOMPLETE");
    let field = "employer.organisation";
    assert_eq!(violations(&refused), pairs(&[(field, "OPTION_RETIRED")]));
    organisations::imports(&world, organisations::FILE, false)
        .await
        .unwrap();
    teacher.submits_with(&name, "", &[]).await.unwrap();
}
