//! The forms that come with the service: `forms/`, compiled in. Sections that several forms share are
//! one file each.

use std::sync::{Arc, LazyLock};

use serde::Deserialize;
use serde_json::Value;

use super::check::Checker;
use super::form::{FormRevision, SectionForm};
use super::labels::Labels;

/// Every published revision that came with the service.
pub fn published() -> &'static [Arc<FormRevision>] {
    &PUBLISHED
}

static PUBLISHED: LazyLock<Vec<Arc<FormRevision>>> = LazyLock::new(|| {
    let nqt = NQT.iter().map(|form| read(form, &NQT_SECTIONS));
    let college = COLLEGE.iter().map(|form| read(form, &COLLEGE_SECTIONS));
    let all = std::iter::once(read(RESERVE, &RESERVE_SECTIONS)).chain(nqt);
    let all = all.chain(college);
    all.map(Arc::new).collect()
});

const RESERVE: &str = include_str!("../../forms/reserve/questionnaire/form.json");
const RESERVE_SECTIONS: [(&str, &str); 5] = [
    (
        "personal.json",
        include_str!("../../forms/reserve/questionnaire/personal.json"),
    ),
    (
        "education.json",
        include_str!("../../forms/reserve/questionnaire/education.json"),
    ),
    (
        "certificate.json",
        include_str!("../../forms/reserve/questionnaire/certificate.json"),
    ),
    (
        "employment.json",
        include_str!("../../forms/reserve/questionnaire/employment.json"),
    ),
    (
        "additional.json",
        include_str!("../../forms/reserve/questionnaire/additional.json"),
    ),
];

/// The teachers' test, in the order of the user manual.
const NQT: [&str; 12] = [
    include_str!("../../forms/nqt/preschool/form.json"),
    include_str!("../../forms/nqt/preschool-methodist/form.json"),
    include_str!("../../forms/nqt/general-secondary/form.json"),
    include_str!("../../forms/nqt/methodist/form.json"),
    include_str!("../../forms/nqt/additional-edu/form.json"),
    include_str!("../../forms/nqt/boarding-educator/form.json"),
    include_str!("../../forms/nqt/special-educator/form.json"),
    include_str!("../../forms/nqt/additional-edu-methodist/form.json"),
    include_str!("../../forms/nqt/tvet/form.json"),
    include_str!("../../forms/nqt/head/form.json"),
    include_str!("../../forms/nqt/hei-student/form.json"),
    include_str!("../../forms/nqt/college-student/form.json"),
];
const NQT_SECTIONS: [(&str, &str); 8] = [
    (
        "personal.json",
        include_str!("../../forms/nqt/sections/personal.json"),
    ),
    (
        "employer.json",
        include_str!("../../forms/nqt/sections/employer.json"),
    ),
    (
        "head-employer.json",
        include_str!("../../forms/nqt/sections/head-employer.json"),
    ),
    (
        "study-place-university.json",
        include_str!("../../forms/nqt/sections/study-place-university.json"),
    ),
    (
        "study-place-college.json",
        include_str!("../../forms/nqt/sections/study-place-college.json"),
    ),
    (
        "parameters-a.json",
        include_str!("../../forms/nqt/sections/parameters-a.json"),
    ),
    (
        "parameters-b.json",
        include_str!("../../forms/nqt/sections/parameters-b.json"),
    ),
    (
        "parameters-c.json",
        include_str!("../../forms/nqt/sections/parameters-c.json"),
    ),
];

/// Admission to colleges: one form for each kind of application, with the steps of the user manual.
const COLLEGE: [&str; 3] = [
    include_str!("../../forms/college/state-order/form.json"),
    include_str!("../../forms/college/worker/form.json"),
    include_str!("../../forms/college/paid/form.json"),
];
const COLLEGE_SECTIONS: [(&str, &str); 7] = [
    (
        "diagnostics.json",
        include_str!("../../forms/college/sections/diagnostics.json"),
    ),
    (
        "applicant.json",
        include_str!("../../forms/college/sections/applicant.json"),
    ),
    (
        "education.json",
        include_str!("../../forms/college/sections/education.json"),
    ),
    (
        "quota.json",
        include_str!("../../forms/college/sections/quota.json"),
    ),
    (
        "choices-state-order.json",
        include_str!("../../forms/college/sections/choices-state-order.json"),
    ),
    (
        "choices-worker.json",
        include_str!("../../forms/college/sections/choices-worker.json"),
    ),
    (
        "choices-paid.json",
        include_str!("../../forms/college/sections/choices-paid.json"),
    ),
];

/// `form.json`: the sections in order; buttons and the like are for frontends.
#[derive(Deserialize)]
struct FormFile {
    programme: String,
    form: String,
    revision: u32,
    title: Labels,
    intro: Labels,
    sections: Vec<SectionEntry>,
}

#[derive(Deserialize)]
struct SectionEntry {
    id: String,
    file: String,
    title: Labels,
    required: bool,
}

/// The files are compiled in, so one that can't be read is a bug that the first test shows.
fn read(form: &str, files: &[(&str, &str)]) -> FormRevision {
    let file: FormFile = serde_json::from_str(form).expect("form.json has the shape of a form");
    let section = |entry: SectionEntry| {
        let found = files
            .iter()
            .find(|(name, _)| *name == entry.file)
            .expect("the file of a section");
        let schema: Value = serde_json::from_str(found.1).expect("a section is JSON");
        let checker = Checker::new(&schema);
        SectionForm {
            id: entry.id,
            title: entry.title,
            required: entry.required,
            schema,
            checker,
        }
    };
    FormRevision {
        programme: file.programme,
        form: file.form,
        revision: file.revision,
        title: file.title,
        intro: file.intro,
        sections: file.sections.into_iter().map(section).collect(),
    }
}
