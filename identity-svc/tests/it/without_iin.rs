//! People without an IIN: they state their papers, sign in by e-mail, and are in nobody's way.

use pb::prove_registration_email_request::Proof;
use proto::google::r#type::Date;
use proto::identity::v1 as pb;
use tonic::Status;

use crate::campaigns::reserve_2025;
use crate::world::*;

pub fn without_iin(email: &str) -> pb::RegistrationAttempt {
    pb::RegistrationAttempt {
        no_iin: true,
        ..attempt("", email)
    }
}

/// The nine things that are asked of who has no IIN.
pub fn papers(name: &str) -> pb::CompleteRegistrationAttemptRequest {
    pb::CompleteRegistrationAttemptRequest {
        name: name.into(),
        family_name: "КАРИМОВ".into(),
        given_name: "РУСТАМ".into(),
        patronymic: "АЛИШЕРОВИЧ".into(),
        birth_date: Some(Date {
            year: 1994,
            month: 5,
            day: 17,
        }),
        sex: pb::Sex::Male.into(),
        ethnicity: "өзбек".into(),
        citizenship: "UZ".into(),
        document_number: "fa-1234567".into(),
        phone: "+998 (90) 123-45-67".into(),
        ..Default::default()
    }
}

impl World {
    pub async fn complete_with(
        &self,
        request: pb::CompleteRegistrationAttemptRequest,
    ) -> Result<pb::Account, Status> {
        let request = pb::CompleteRegistrationAttemptRequest {
            request_id: self.request_id(),
            ..request
        };
        let mut registrations = self.registrations();
        let answer = registrations.complete_registration_attempt(request);
        Ok(answer.await?.into_inner())
    }

    async fn person_of(&self, account: &str) -> pb::Person {
        let request = pb::GetPersonRequest {
            name: format!("{account}/person"),
        };
        let person = self.persons().get_person(request).await;
        person.expect("a person").into_inner()
    }
}

#[tokio::test]
async fn who_has_no_iin_states_their_papers_and_signs_in_by_address() {
    let world = world().await;
    let name = world.proven(without_iin(EMAIL)).await;
    let account = world
        .complete_with(papers(&name))
        .await
        .expect("an account");
    assert!(account.no_iin && !account.names_proven && account.iin.is_empty());
    assert_eq!(account.birth_date_source(), pb::BirthDateSource::Stated);
    let session = world.sign_in(EMAIL, PASSWORD).await.expect("a session");
    assert_eq!(session.account, account.name);
    let person = world.person_of(&account.name).await;
    assert!(person.no_iin && !person.names_proven && person.iin.is_empty());
    let told = [
        &person.family_name,
        &person.given_name,
        &person.patronymic,
        &person.ethnicity,
        &person.citizenship,
        &person.document_number,
        &person.phone,
    ];
    let stated = [
        "КАРИМОВ",
        "РУСТАМ",
        "АЛИШЕРОВИЧ",
        "өзбек",
        "UZ",
        "FA-1234567",
        "+998901234567",
    ];
    assert_eq!(told, stated);
    assert_eq!(person.sex(), pb::Sex::Male);
    assert_eq!(person.birth_date.expect("a date").year, 1994);
    // Of somebody with an IIN nobody is told papers.
    let known = world.seed(IIN, "known@example.kz", &[]).await;
    let person = world.person_of(&known).await;
    assert!(!person.no_iin && person.names_proven && person.phone.is_empty());
    assert_eq!(person.sex(), pb::Sex::Unspecified);
}

#[tokio::test]
async fn many_have_no_iin_and_nothing_that_is_typed_finds_them_by_one() {
    let world = world().await;
    let mut accounts = Vec::new();
    for number in 0..3 {
        let name = world
            .proven(without_iin(&format!("p{number}@example.kz")))
            .await;
        accounts.push(
            world
                .complete_with(papers(&name))
                .await
                .expect("an account")
                .name,
        );
    }
    accounts.dedup();
    assert_eq!(accounts.len(), 3);
    let id = accounts[0].trim_start_matches("accounts/").to_owned();
    for login in ["none", &format!("none:{id}"), &id] {
        assert_eq!(
            refused(world.sign_in(login, PASSWORD).await),
            "SIGN_IN_FAILED"
        );
    }
    // One address is one account here, too.
    let name = world.proven(without_iin("p0@example.kz")).await;
    assert_eq!(
        refused(world.complete_with(papers(&name)).await),
        "ACCOUNT_EXISTS"
    );
}

#[tokio::test]
async fn everything_that_is_missing_or_wrong_is_told_at_once() {
    let world = world().await;
    let both = pb::RegistrationAttempt {
        no_iin: true,
        ..attempt(IIN, EMAIL)
    };
    let status = world.start(both).await.expect_err("one or the other");
    let field = "registration_attempt.iin".to_owned();
    assert_eq!(status.violations(), [(field, "IIN_NOT_EXPECTED".into())]);

    let name = world.proven(without_iin(EMAIL)).await;
    let empty = pb::CompleteRegistrationAttemptRequest {
        name: name.clone(),
        ..Default::default()
    };
    let status = world.complete_with(empty).await.expect_err("who?");
    let fields: Vec<_> = status.violations().into_iter().collect();
    let expected = [
        "family_name",
        "given_name",
        "birth_date",
        "sex",
        "ethnicity",
        "citizenship",
        "document_number",
        "phone",
    ];
    assert_eq!(
        fields,
        expected.map(|field| (field.to_owned(), "REQUIRED".to_owned()))
    );

    let wrong = pb::CompleteRegistrationAttemptRequest {
        sex: 7,
        citizenship: "Uzbekistan".into(),
        document_number: "AA 12/34".into(),
        phone: "8 700 123".into(),
        birth_date: Some(Date {
            year: 2090,
            month: 1,
            day: 1,
        }),
        ..papers(&name)
    };
    let status = world.complete_with(wrong).await.expect_err("wrong");
    let expected = [
        ("birth_date", "BIRTH_DATE_IN_FUTURE"),
        ("sex", "UNKNOWN_VALUE"),
        ("citizenship", "CITIZENSHIP_FORMAT"),
        ("document_number", "DOCUMENT_NUMBER_FORMAT"),
        ("phone", "PHONE_FORMAT"),
    ];
    let expected = expected.map(|(field, why)| (field.to_owned(), why.to_owned()));
    assert_eq!(status.violations(), expected);
    world
        .complete_with(papers(&name))
        .await
        .expect("an account");
}

#[tokio::test]
async fn a_campaign_takes_the_age_from_the_stated_birth_date() {
    let world = world_at("2025-06-10T05:00:00Z").await;
    let campaign = reserve_2025();
    world.campaigns.write(campaign.clone());
    for (year, is_taken) in [(1980, false), (1995, true)] {
        let wanted = pb::RegistrationAttempt {
            campaign: campaign.name.clone(),
            ..without_iin(&format!("p{year}@example.kz"))
        };
        let name = world.start(wanted).await.expect("an attempt").name;
        let mail = world.mail_of(&format!("p{year}@example.kz"), &name).await;
        let proof = Proof::Code(code_of(&mail));
        world.prove(&name, proof).await.expect("proven");
        let born = Some(Date {
            year,
            month: 1,
            day: 1,
        });
        let done = world.complete_with(pb::CompleteRegistrationAttemptRequest {
            birth_date: born,
            ..papers(&name)
        });
        match done.await {
            Ok(_) => assert!(is_taken),
            Err(status) => {
                assert!(!is_taken);
                assert_eq!(status.reason(), "OVER_AGE_LIMIT");
            }
        }
    }
}
