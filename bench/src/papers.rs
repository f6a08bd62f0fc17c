//! A certificate as a sheet of paper: how long one takes, and what it weighs.

use anyhow::{Result, anyhow};
use chassis::clock::Stopwatch;
use chassis::mask::Masked;
use chassis::text::Language;
use jiff::civil::date;
use testing_svc::domain::certificate::number::{Code, Number};
use testing_svc::domain::certificate::paper::{Line, Paper};
use testing_svc::domain::certificate::seal::Keys;
use testing_svc::domain::certificate::terms::{PassMark, Subject, Terms};
use testing_svc::domain::localized::Localized;
use testing_svc::domain::score::Score;
use testing_svc::sheet::{CertificateSheet, Sheet};

use crate::load;
use crate::options::Options;
use crate::report::Row;

const GOAL_MS: f64 = 20.0;
const GOAL_BYTES: f64 = 60_000.0;
const SHEETS: usize = 50;

pub fn measure(options: &Options) -> Result<Vec<Row>> {
    let sheets = if options.is_smoke { 2 } else { SHEETS };
    let keys = Keys::new(Some(&[7; 32]), &[]).map_err(|it| anyhow!(it))?;
    let (paper, terms) = (paper(&keys)?, terms());
    let (mut took, mut weighs) = (Vec::new(), 0);
    // The first of each language warms up.
    for number in 0..sheets + 2 {
        let language = if number % 2 == 0 {
            Language::Kk
        } else {
            Language::Ru
        };
        let watch = Stopwatch::start();
        let sealed = keys.seal(&paper);
        let qr_text = sealed.map(|it| it.text()).unwrap_or_default();
        let sheet = CertificateSheet {
            paper: &paper,
            terms: &terms,
            qr_text: &qr_text,
            language,
        };
        let pdf = sheet.pdf()?;
        if number > 1 {
            took.push(watch.elapsed().as_secs_f64() * 1000.0);
        }
        weighs = weighs.max(pdf.len());
    }
    let (middle, p99) = (load::median(took.clone()), load::p99(took));
    Ok(vec![
        Row::below(
            "14: a certificate, sealed and as PDF/UA",
            "20 ms",
            middle / GOAL_MS,
            1.0,
            format!("{middle:.1} ms in the middle, p99 {p99:.1}, of {sheets} on one core"),
        ),
        Row::below(
            "14: its size",
            "60 kB",
            weighs as f64 / GOAL_BYTES,
            1.0,
            format!("{weighs} bytes, the larger language"),
        ),
    ])
}

/// Every letter of the Kazakh alphabet that no other has.
fn paper(keys: &Keys) -> Result<Paper> {
    let wrong = || anyhow!("a number of a certificate was not taken");
    let line = |subject: &str, score, delta| Line {
        subject: subject.into(),
        score: Score(score),
        delta: Score(delta),
    };
    Ok(Paper {
        key: keys.signing().ok_or_else(wrong)?,
        number: Number::of("ABCDEFGHK").ok_or_else(wrong)?,
        code: Code::of("2345797").ok_or_else(wrong)?,
        issued: date(2026, 6, 10),
        programme: "NQT".into(),
        category: "RESEARCHER".into(),
        highest: Score(1_000_000),
        lines: vec![
            line("CONTENT", 470_000, 15_000),
            line("PEDAGOGY", 340_000, 0),
        ],
        name: Masked::new("Әуезғұлұлы Қаһарман Өңірбекұлы-Үшкөлі".into()),
    })
}

fn terms() -> Terms {
    let localized = |kk: &str, ru: &str| Localized {
        kk: kk.into(),
        ru: ru.into(),
        en: ru.into(),
    };
    let subject = |code: &str, title| Subject {
        code: code.into(),
        title,
        highest: Score(500_000),
    };
    Terms {
        programme: "NQT".into(),
        title: localized("Педагогтердің білімін бағалау", "Оценка знаний педагогов"),
        subjects: vec![
            subject("CONTENT", localized("Пәндік білім", "Знание предмета")),
            subject(
                "PEDAGOGY",
                localized("Оқыту әдістемесі", "Методика преподавания"),
            ),
        ],
        marks: vec![PassMark {
            category: "RESEARCHER".into(),
            title: localized("педагог-зерттеуші", "педагог-исследователь"),
            numerator: 80,
            denominator: 100,
            direction: String::new(),
        }],
    }
}
