//! Lists specialties by code: those of a campaign or a college, those that a filter lets through, those
//! with words that begin as somebody types.

use chassis::Result;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::domain::dictionary::Dictionaries;
use crate::domain::organisation::{MAX_SOUGHT, words};
use crate::rpc::name;
use crate::store::specialty::{self, Filter, Key, key};

const LONGEST_TEXT: usize = 200;

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListSpecialtiesRequest>,
) -> Result<pb::ListSpecialtiesResponse> {
    let pb = request.into_inner();
    let now = ctx.clock.now();
    let dictionaries = ctx.catalogue.dictionaries(ctx.db.read(), now).await?;
    let mut violations = Violations::new();
    let text = violations.sought("text", &pb.text, LONGEST_TEXT);
    let filter = filter(&mut violations, &pb, &text, &dictionaries);
    let shown = if pb.show_closed { "all" } else { "open" };
    let parts = [
        pb.campaign.as_str(),
        &pb.college,
        &pb.payment,
        &pb.training_kind,
        &pb.education_base,
        &pb.study_form,
        &pb.language,
        &pb.region,
        &text,
        shown,
    ];
    let page = Page::<Key>::parse(&mut violations, pb.page_size, &pb.page_token, &parts);
    violations.into_result()?;

    let after = page.after.clone();
    let mut found = specialty::list(ctx.db.read(), &filter, after, page.limit()).await?;
    let next_page_token = page.next(&mut found, key);
    Ok(pb::ListSpecialtiesResponse {
        specialties: found.iter().map(message::of).collect(),
        next_page_token,
    })
}

fn filter<'a>(
    violations: &mut Violations,
    pb: &'a pb::ListSpecialtiesRequest,
    text: &str,
    dictionaries: &Dictionaries,
) -> Filter<'a> {
    for (field, dictionary, code) in [
        ("payment", "payment-kinds", &pb.payment),
        ("training_kind", "training-kinds", &pb.training_kind),
        ("education_base", "education-bases", &pb.education_base),
        ("study_form", "study-forms", &pb.study_form),
        ("language", "study-languages", &pb.language),
        ("region", "regions", &pb.region),
    ] {
        let known = dictionaries.find(dictionary).and_then(|it| it.entry(code));
        if !code.is_empty() && known.is_none() {
            violations.add(field, "UNKNOWN_VALUE");
        }
    }
    let mut id = |field: &str, pattern: &str, name: &'a str| match name {
        "" => "",
        name => violations
            .take(field, name::id_of(pattern, name).ok_or("INVALID_NAME"))
            .unwrap_or_default(),
    };
    let (campaign, bin) = (
        id("campaign", "campaigns/*", &pb.campaign),
        id("college", "colleges/*", &pb.college),
    );
    let sought = words(text);
    if sought.len() > MAX_SOUGHT {
        violations.add_with("text", "TOO_MANY", [("max", MAX_SOUGHT.to_string())]);
    }
    Filter {
        campaign,
        bin,
        payment: &pb.payment,
        training_kind: &pb.training_kind,
        education_base: &pb.education_base,
        study_form: &pb.study_form,
        language: &pb.language,
        region: &pb.region,
        codes: (!sought.is_empty()).then(|| codes(dictionaries, &sought)),
        show_closed: pb.show_closed,
    }
}

/// The codes of specialties whose names have a word for each that is looked for: names stand in the
/// dictionary, which is in memory.
fn codes(dictionaries: &Dictionaries, sought: &[String]) -> Vec<String> {
    let entries = dictionaries.find("specialties").map(|it| &it.entries);
    let is_meant = |names: &[String]| {
        let begins = |word: &String| names.iter().any(|name| name.starts_with(word.as_str()));
        sought.iter().all(begins)
    };
    let entries = entries.into_iter().flatten();
    let found = entries.filter(|entry| {
        let texts = [&entry.labels.kk, &entry.labels.ru, &entry.labels.en];
        is_meant(
            &texts
                .into_iter()
                .flat_map(|it| words(it))
                .collect::<Vec<_>>(),
        )
    });
    found.map(|entry| entry.code.clone()).collect()
}
