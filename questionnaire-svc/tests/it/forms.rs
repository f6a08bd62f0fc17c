//! Forms and dictionaries: what frontends render from.

use chassis::caller::Caller;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::dictionaries_client::DictionariesClient;
use proto::questionnaire::v1::forms_client::FormsClient;
use questionnaire_svc::rpc::wire;

use crate::world::{World, pairs, reason, violations};

#[tokio::test]
async fn a_form_is_shown_with_its_schemas_and_what_may_be_uploaded() {
    let world = World::new().await;
    let mut forms = FormsClient::new(world.speaking_for(Caller::Stranger));
    let get = |name: &str| pb::GetFormRevisionRequest { name: name.into() };
    let form = forms
        .get_form_revision(get("forms/reserve-questionnaire/revisions/1"))
        .await;
    let form = form.unwrap().into_inner();
    let ids: Vec<_> = form
        .sections
        .iter()
        .map(|section| section.id.as_str())
        .collect();
    assert_eq!(
        ids,
        [
            "personal",
            "education",
            "certificate",
            "employment",
            "additional"
        ]
    );
    let schema = wire::to_json(form.sections[1].schema.clone().unwrap());
    assert_eq!(
        schema["properties"]["rows"]["maxItems"],
        form.sections[1].max_rows
    );
    assert_eq!(form.sections[0].document_rules[0].kind, "PHOTO");

    let unknown = forms
        .get_form_revision(get("forms/reserve-questionnaire/revisions/9"))
        .await;
    assert_eq!(reason(&unknown.unwrap_err()), "NOT_FOUND");
    let wrong = forms.get_form_revision(get("reserve")).await.unwrap_err();
    assert_eq!(violations(&wrong), pairs(&[("name", "INVALID_NAME")]));
}

#[tokio::test]
async fn the_notices_of_the_manual_are_where_they_belong() {
    let world = World::new().await;
    let mut forms = FormsClient::new(world.speaking_for(Caller::Stranger));
    let name = "forms/reserve-questionnaire/revisions/1".into();
    let form = forms.get_form_revision(pb::GetFormRevisionRequest { name });
    let mut found = Vec::new();
    for section in form.await.unwrap().into_inner().sections {
        let schema = wire::to_json(section.schema.unwrap());
        for notice in schema["x-notices"].as_array().into_iter().flatten() {
            let id = notice["id"].as_str().unwrap();
            found.push(format!("{} {id}", section.id));
            if id == "N3" {
                assert_eq!(notice["shown"], "AFTER_SUBMISSION");
                let kk = "Құжаттарды тексеру сарапшылар тарапынан 3 (үш) жұмыс күні ішінде жүзеге асырылады.";
                assert_eq!(notice["text"]["kk"], kk);
            }
        }
    }
    let expected = [
        "certificate N1",
        "certificate N4",
        "certificate N5",
        "employment N2",
        "additional N6",
        "additional N3",
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn dictionaries_are_listed_with_their_entries_in_their_own_order() {
    let world = World::new().await;
    let mut dictionaries = DictionariesClient::new(world.speaking_for(Caller::Stranger));
    let all = dictionaries
        .list_dictionaries(pb::ListDictionariesRequest {
            page_size: 100,
            ..Default::default()
        })
        .await
        .unwrap();
    assert_eq!(all.into_inner().dictionaries.len(), 35);

    let mut codes = Vec::new();
    let mut request = pb::ListDictionaryEntriesRequest {
        parent: "dictionaries/directions".into(),
        page_size: 4,
        ..Default::default()
    };
    loop {
        let page = dictionaries
            .list_dictionary_entries(request.clone())
            .await
            .unwrap()
            .into_inner();
        codes.extend(page.entries.into_iter().map(|entry| entry.code));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(codes.len(), 6);
    assert_eq!(codes[0], "INFRA_INDUSTRY_TRADE");

    request.parent = "dictionaries/colours".into();
    request.page_token = String::new();
    let unknown = dictionaries
        .list_dictionary_entries(request)
        .await
        .unwrap_err();
    assert_eq!(reason(&unknown), "NOT_FOUND");
}
