//! The sheet read back by readers that know nothing of how it was made: the text and the tags of the
//! PDF, and the QR code off its squares.

use chassis::mask::Masked;
use jiff::civil::date;
use lopdf::{Dictionary, Object};

use super::*;
use crate::domain::certificate::number::{Code, Number};
use crate::domain::certificate::paper::{Line, Paper};
use crate::domain::certificate::seal::{Keys, Sealed};
use crate::domain::certificate::terms::{PassMark, Subject, Terms};
use crate::domain::localized::Localized;
use crate::domain::score::Score;

/// Every letter of the Kazakh alphabet that no other has.
const NAME: &str = "Әуезғұлұлы Қаһарман Өңірбекұлы-Үшкөлі";

fn localized(kk: &str, ru: &str) -> Localized {
    Localized {
        kk: kk.into(),
        ru: ru.into(),
        en: ru.into(),
    }
}

fn terms() -> Terms {
    let subject = |code: &str, title| Subject {
        code: code.into(),
        title,
        highest: Score(500_000),
    };
    Terms {
        programme: "NQT".into(),
        title: localized(
            "Ұлттық біліктілік тестілеу: жалпы орта білім беру ұйымдары",
            "Национальное квалификационное тестирование",
        ),
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

fn keys() -> Keys {
    Keys::new(Some(&[7; 32]), &[]).expect("keys")
}

fn paper(name: &str) -> Paper {
    let line = |subject: &str, score, delta| Line {
        subject: subject.into(),
        score: Score(score),
        delta: Score(delta),
    };
    Paper {
        key: keys().signing().expect("a key"),
        number: Number::of("ABCDEFGHK").expect("a number"),
        code: Code::of("2345797").expect("a code"),
        issued: date(2026, 6, 10),
        programme: "NQT".into(),
        category: "RESEARCHER".into(),
        highest: Score(1_000_000),
        lines: vec![
            line("CONTENT", 470_000, 15_000),
            line("PEDAGOGY", 340_000, 0),
        ],
        name: Masked::new(name.into()),
    }
}

fn text() -> String {
    keys().seal(&paper(NAME)).expect("a seal").text()
}

fn pdf(language: Language) -> Vec<u8> {
    let (paper, terms, qr_text) = (paper(NAME), terms(), text());
    let sheet = CertificateSheet {
        paper: &paper,
        terms: &terms,
        qr_text: &qr_text,
        language,
    };
    sheet.pdf().expect("a sheet")
}

#[test]
fn what_is_on_the_sheet_is_read_off_it_in_order() {
    for (language, words) in [
        (
            Language::Kk,
            [
                "СЕРТИФИКАТ",
                "Ұлттық біліктілік",
                NAME,
                "Пән",
                "Пәндік білім",
                "47",
                "1.5",
                "48.5",
                "Оқыту әдістемесі",
                "34",
                "Барлығы",
                "82.5 / 100",
                "педагог-зерттеуші",
                "ABCDE-FGHKA",
                "2345-797B",
                "10.06.2026",
            ],
        ),
        (
            Language::Ru,
            [
                "СЕРТИФИКАТ",
                "квалификационное",
                NAME,
                "Предмет",
                "Знание предмета",
                "47",
                "1.5",
                "48.5",
                "Методика преподавания",
                "34",
                "Итого",
                "82.5 / 100",
                "педагог-исследователь",
                "ABCDE-FGHKA",
                "2345-797B",
                "10.06.2026",
            ],
        ),
    ] {
        let bytes = pdf(language);
        let read = lopdf::Document::load_mem(&bytes).expect("a PDF");
        let text = read.extract_text(&[1]).expect("text");
        let text: String = text.split_whitespace().collect();
        let mut after = 0;
        for word in words {
            let bare: String = word.split_whitespace().collect();
            let found = text.get(after..).and_then(|rest| rest.find(&bare));
            after += found.unwrap_or_else(|| panic!("no {word} behind {after} in {text}"));
        }
    }
}

fn dictionary<'a>(of: &'a lopdf::Document, object: &'a Object) -> &'a Dictionary {
    let (_, object) = of.dereference(object).expect("an object");
    object.as_dict().expect("a dictionary")
}

/// The sorts of things in the tree of tags, in the order of reading.
fn tags(of: &lopdf::Document, element: &Dictionary, told: &mut Vec<String>) {
    if let Ok(sort) = element.get(b"S").and_then(Object::as_name) {
        told.push(String::from_utf8_lossy(sort).into_owned());
        if sort == b"Figure" {
            assert!(element.has(b"Alt"), "a figure says what it is");
        }
    }
    let children = match element.get(b"K") {
        Ok(Object::Array(children)) => children.clone(),
        Ok(one) => vec![one.clone()],
        Err(_) => Vec::new(),
    };
    for child in &children {
        let (_, child) = of.dereference(child).expect("a child");
        if let Ok(element) = child.as_dict() {
            tags(of, element, told);
        }
    }
}

#[test]
fn a_program_that_reads_aloud_finds_its_way() {
    let bytes = pdf(Language::Kk);
    let read = lopdf::Document::load_mem(&bytes).expect("a PDF");
    let catalog = read.catalog().expect("a catalog");
    let marked = dictionary(&read, catalog.get(b"MarkInfo").expect("marks"));
    assert!(matches!(marked.get(b"Marked"), Ok(Object::Boolean(true))));
    let language = catalog
        .get(b"Lang")
        .and_then(Object::as_str)
        .expect("a language");
    assert_eq!(language, b"kk");
    let (_, metadata) = read
        .dereference(catalog.get(b"Metadata").expect("XMP"))
        .expect("XMP");
    let xmp = metadata.as_stream().expect("a stream").content.clone();
    assert!(
        String::from_utf8_lossy(&xmp).contains("pdfuaid"),
        "it says that it is PDF/UA"
    );
    let root = dictionary(&read, catalog.get(b"StructTreeRoot").expect("tags"));
    let mut told = Vec::new();
    tags(&read, root, &mut told);
    let count = |sort: &str| told.iter().filter(|it| *it == sort).count();
    assert_eq!(
        (count("H1"), count("Table"), count("TR"), count("Figure")),
        (1, 1, 4, 1),
        "{told:?}"
    );
    // Four heads of columns, and one of each row below; three cells in each of these.
    assert_eq!((count("TH"), count("TD")), (4 + 3, 3 * 3), "{told:?}");
    let place = |sort: &str| told.iter().position(|it| it == sort);
    assert!(place("H1") < place("Table") && place("Table") < place("Figure"));
}

#[test]
fn a_reader_of_qr_codes_reads_what_was_signed() {
    let squares = qr::modules(&text()).expect("squares");
    // Four points to a square, and the quiet zone around them.
    let side = (squares.len() + 8) * 4;
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| {
        let at = |it: usize| (it / 4).checked_sub(4);
        let dark = at(y)
            .zip(at(x))
            .and_then(|(row, column)| squares.get(row)?.get(column));
        if dark == Some(&true) { 0 } else { 255 }
    });
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1);
    let (_, read) = grids[0].decode().expect("a text");
    assert_eq!(read, text());
    let opened = Sealed::read(&read).and_then(|it| keys().open(&it));
    assert_eq!(opened, Some(paper(NAME)));
}

#[test]
fn a_sheet_is_small_and_always_the_same() {
    let bytes = pdf(Language::Kk);
    assert!(bytes.len() <= 60_000, "{} bytes", bytes.len());
    assert_eq!(pdf(Language::Kk), bytes);
}

#[test]
fn a_name_is_never_shown_with_holes() {
    let (paper, terms) = (paper("王小明"), terms());
    let sheet = CertificateSheet {
        paper: &paper,
        terms: &terms,
        qr_text: "IRK1:",
        language: Language::Ru,
    };
    let refused = sheet.pdf().expect_err("no glyphs").to_string();
    assert_eq!(refused, "U+738B has no glyph");
}

#[test]
fn the_longest_papers_fit_on_the_sheet() {
    let (mut paper, mut terms) = (paper(&"Ұзынатаулы ".repeat(14)), terms());
    let subject = terms.subjects[0].clone();
    terms.subjects = (0..20)
        .map(|at| Subject {
            code: format!("SUBJECT_{at}"),
            title: localized(&"өте ұзын пән атауы ".repeat(10), "предмет"),
            ..subject.clone()
        })
        .collect();
    paper.lines = terms
        .subjects
        .iter()
        .map(|it| Line {
            subject: it.code.clone(),
            score: Score(10_000),
            delta: Score(0),
        })
        .collect();
    let qr_text = keys().seal(&paper).expect("a seal").text();
    let sheet = CertificateSheet {
        paper: &paper,
        terms: &terms,
        qr_text: &qr_text,
        language: Language::Kk,
    };
    sheet.pdf().expect("a sheet");
}

fn at(time: &str) -> jiff::Zoned {
    let time: jiff::civil::DateTime = time.parse().expect("a time");
    time.in_tz("Asia/Almaty").expect("a zone")
}

fn permit(language: Language, note: Option<&Localized>) -> Vec<u8> {
    let sheet = PermitSheet {
        stage: &localized("Педагогтердің білімін бағалау", "Оценка знаний педагогов"),
        candidate_number: "4711000815",
        center: &localized("№ 1 мектеп", "Школа № 1"),
        address: Some(&localized("Абай даңғылы, 1", "проспект Абая, 1")),
        room: None,
        start: at("2026-06-10T09:30"),
        end: at("2026-06-10T11:45"),
        open: at("2026-06-10T09:20"),
        close: at("2026-06-10T09:45"),
        form: Some(crate::domain::session::Language::Kk),
        subject: Some(("PHYSICS", Some(&localized("Физика", "Физика пәні (ru)")))),
        note,
        language,
    };
    sheet.pdf().expect("a sheet")
}

#[test]
fn a_permit_says_who_comes_where_and_when() {
    let note = localized("Ештеңе әкелмеңіз.", "Возьмите ручку.\nКарандаш не нужен.");
    let bytes = permit(Language::Ru, Some(&note));
    let read = lopdf::Document::load_mem(&bytes).expect("a PDF");
    let text = read.extract_text(&[1]).expect("text");
    let text: String = text.split_whitespace().collect();
    let mut after = 0;
    for words in [
        "ПРОПУСК",
        "Оценка знаний педагогов",
        "Номер кандидата: 4711000815",
        "Дата: 10.06.2026",
        "09:30 – 11:45",
        "09:20 – 09:45",
        "Школа № 1",
        "проспект Абая, 1",
        "Предмет: Физика пәні (ru)",
        "казахский",
        "Возьмите ручку.",
        "Карандаш не нужен.",
    ] {
        let bare: String = words.split_whitespace().collect();
        let found = text.get(after..).and_then(|rest| rest.find(&bare));
        after += found.unwrap_or_else(|| panic!("no {words} behind {after} in {text}"));
    }
    let root = read.catalog().expect("a catalog");
    let root = dictionary(&read, root.get(b"StructTreeRoot").expect("tags"));
    let mut told = Vec::new();
    tags(&read, root, &mut told);
    assert_eq!(told.iter().filter(|it| *it == "H1").count(), 1, "{told:?}");
    // Without a note there is no heading over nothing.
    let bare = lopdf::Document::load_mem(&permit(Language::Kk, None)).expect("a PDF");
    let text = bare.extract_text(&[1]).expect("text");
    assert!(text.contains("4711000815") && !text.contains("Назар"));
}

fn html(name: &str, language: Language) -> String {
    let (paper, terms, qr_text) = (paper(name), terms(), text());
    let page = CertificateSheet {
        paper: &paper,
        terms: &terms,
        qr_text: &qr_text,
        language,
    };
    page.html().expect("a page")
}

#[test]
fn the_page_says_what_the_sheet_says_and_runs_nothing() {
    for (language, words) in [
        (
            Language::Kk,
            ["lang=\"kk\"", "Пәндік білім", "педагог-зерттеуші"],
        ),
        (
            Language::Ru,
            ["lang=\"ru\"", "Знание предмета", "педагог-исследователь"],
        ),
        (
            Language::En,
            ["lang=\"en\"", "CERTIFICATE", "Date of issue"],
        ),
    ] {
        let page = html(NAME, language);
        for word in words
            .into_iter()
            .chain([NAME, "82.5 / 100", "ABCDE-FGHKA", "10.06.2026"])
        {
            assert!(page.contains(word), "no {word}");
        }
        let heads = (
            page.matches("scope=\"col\"").count(),
            page.matches("scope=\"row\"").count(),
        );
        assert_eq!((page.matches("<h1>").count(), heads), (1, (4, 3)));
        let figure = ["role=\"img\" aria-label=\"", "<path fill=\"#000\" d=\"M"];
        assert!(figure.iter().all(|it| page.contains(it)));
        for never in [
            "<script",
            "style=",
            " on",
            "javascript:",
            "<img",
            "http://",
            "https://",
        ] {
            let found = page
                .replace("http://www.w3.org/2000/svg", "")
                .contains(never);
            assert!(!found, "{never}");
        }
    }
}

#[test]
fn a_name_is_text_whatever_is_in_it() {
    let page = html("О'Нил <b>&\"</b>", Language::Ru);
    assert!(page.contains("<strong>О&#39;Нил &lt;b&gt;&amp;&quot;&lt;/b&gt;</strong>"));
    assert!(!page.contains("<b>"));
}

#[test]
fn the_code_on_the_page_is_read_as_the_one_on_the_sheet() {
    let page = html(NAME, Language::Kk);
    let path = page
        .split("<path fill=\"#000\" d=\"")
        .nth(1)
        .and_then(|it| it.split('"').next());
    let dark: std::collections::BTreeSet<(usize, usize)> = path
        .expect("a path")
        .split('M')
        .skip(1)
        .map(|square| {
            let (x, y) = square.split_once(' ').expect("a place");
            let y = y.split('h').next().expect("a row");
            (x.parse().expect("a number"), y.parse().expect("a number"))
        })
        .collect();
    let side = (qr::modules(&text()).expect("squares").len() + 8) * 4;
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| {
        if dark.contains(&(x / 4, y / 4)) {
            0
        } else {
            255
        }
    });
    let (_, read) = image.detect_grids()[0].decode().expect("a text");
    assert_eq!(read, text());
}
