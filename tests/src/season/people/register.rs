//! «Тіркелу»: IIN, e-mail, password; the e-mail is proven; the age is checked; the account is there.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::Person;
use crate::season::actor::{Actor, Outcome};
use crate::season::ledger::Registered;
use crate::season::patience::pause;
use crate::season::plan::{Fate, Planned};
use crate::season::stand::{Stand, code_of};

const ATTEMPTS: &str = "/v1/registrationAttempts";

/// Registers a person; `None` for whom the campaign is closed by age.
pub async fn register(stand: &Stand, planned: &Planned) -> anyhow::Result<Option<Person>> {
    let visitor = stand.visitor.speaking(planned.language);
    let visitor = visitor.calling_from(planned.number);
    let iin = stand.iin(planned.number, planned.female);
    let email = stand.email(planned.number);
    let password = format!("alma-ter-zhaksy-{:05}", planned.number);
    let request = json!({
        "iin": iin, "email": email, "password": password, "campaign": stand.campaign(),
        "language": format!("LANGUAGE_{}", planned.language.to_uppercase()),
    });
    if planned.habits.mistypes_iin {
        let mut mistyped = request.clone();
        mistyped["iin"] = iin[1..].into();
        visitor
            .post("register", ATTEMPTS, mistyped)
            .await?
            .refused_for("INVALID_REQUEST")?;
    }
    let attempt = visitor
        .carry_out("register", ATTEMPTS, request.clone())
        .await?;
    let name = attempt["name"]
        .as_str()
        .context("an attempt without a name")?;
    prove(stand, &visitor, planned, &email, name).await?;

    let path = format!("/v1/{name}/complete");
    let admitted = visitor
        .post("complete registration", &path, person(stand, planned))
        .await?;
    if planned.fate == Fate::TooOld {
        admitted.refused_for("OVER_AGE_LIMIT")?;
        return Ok(None);
    }
    let account = admitted.done()?;
    let account = account["name"]
        .as_str()
        .context("an account without a name")?;
    stand.ledger.facts().accounts.push(Registered {
        person: planned.number,
        account: account.to_owned(),
    });
    let mut person = Person {
        planned: planned.clone(),
        actor: visitor.clone(),
        iin,
        email,
        password,
        account: account.to_owned(),
        application: String::new(),
        answers: BTreeMap::new(),
    };
    if planned.habits.registers_twice {
        registers_again(stand, &visitor, &person, request).await?;
    }
    if planned.habits.forgets_password {
        recovers(stand, &visitor, &mut person).await?;
    }
    if planned.habits.is_robbed {
        is_robbed(&visitor, &person).await?;
    }
    person.actor = visitor.sign_in(&person.iin, &person.password).await?;
    Ok(Some(person))
}

/// The code of the mail, perhaps mistyped at first.
async fn prove(
    stand: &Stand,
    visitor: &Actor,
    planned: &Planned,
    email: &str,
    attempt: &str,
) -> anyhow::Result<()> {
    let of_attempt = |text: &str| text.contains(attempt).then(|| code_of(text)).flatten();
    let code = stand.mail(email, of_attempt).await?;
    let path = format!("/v1/{attempt}/proveEmail");
    if planned.habits.mistypes_code {
        let wrong = if code == "111111" { "222222" } else { "111111" };
        let answer = visitor
            .post("prove e-mail", &path, json!({"code": wrong}))
            .await?;
        answer.refused_for("EMAIL_PROOF_WRONG")?;
    }
    visitor
        .carry_out("prove e-mail", &path, json!({"code": code}))
        .await?;
    Ok(())
}

/// What the registry does not know, in the person's own words.
fn person(stand: &Stand, planned: &Planned) -> Value {
    let born = stand.days_ago(planned.age_days);
    json!({
        "familyName": planned.family_name, "givenName": planned.given_name,
        "birthDate": {"year": born.year(), "month": born.month(), "day": born.day()},
    })
}

/// A second registration with the same IIN gets as far as the first, and no account.
async fn registers_again(
    stand: &Stand,
    visitor: &Actor,
    person: &Person,
    mut request: Value,
) -> anyhow::Result<()> {
    let email = format!("again-{}", person.email);
    request["email"] = email.as_str().into();
    let attempt = visitor.carry_out("register", ATTEMPTS, request).await?;
    let name = attempt["name"]
        .as_str()
        .context("an attempt without a name")?;
    let of_attempt = |text: &str| text.contains(name).then(|| code_of(text)).flatten();
    let code = stand.mail(&email, of_attempt).await?;
    let path = format!("/v1/{name}/proveEmail");
    visitor
        .carry_out("prove e-mail", &path, json!({"code": code}))
        .await?;
    let path = format!("/v1/{name}/complete");
    let known = self::person(stand, &person.planned);
    let answer = visitor.post("complete registration", &path, known).await?;
    let held = answer.refused_for("ACCOUNT_EXISTS").is_ok();
    stand.ledger.tried(
        "I1",
        held,
        "a second registration of an IIN made no account",
    );
    Ok(())
}

/// «Құпия сөзді ұмыттыңыз ба»: by the IIN, with the code of the mail, to a new password.
async fn recovers(stand: &Stand, visitor: &Actor, person: &mut Person) -> anyhow::Result<()> {
    let wrong = json!({"login": person.iin, "password": "what-was-it-again"});
    let answer = visitor.post("sign in", "/v1/sessions", wrong).await?;
    answer.refused_for("SIGN_IN_FAILED")?;

    let login = json!({"login": person.iin});
    let recovery = visitor
        .carry_out("recover", "/v1/recoveries", login)
        .await?;
    let name = recovery["name"]
        .as_str()
        .context("a recovery without a name")?;
    let of_recovery = |text: &str| text.contains(name).then(|| code_of(text)).flatten();
    let code = stand.mail(&person.email, of_recovery).await?;
    let path = format!("/v1/{name}/prove");
    let proven = visitor
        .carry_out("prove recovery", &path, json!({"code": code}))
        .await?;
    person.password.push_str("-again");
    let new = json!({"completionToken": proven["completionToken"], "newPassword": person.password});
    visitor
        .carry_out("set password", &format!("/v1/{name}/complete"), new)
        .await?;
    Ok(())
}

/// A stolen refresh token: whoever comes second with it ends the session for both.
async fn is_robbed(visitor: &Actor, person: &Person) -> anyhow::Result<()> {
    let who = json!({"login": person.email, "password": person.password});
    let session = visitor.carry_out("sign in", "/v1/sessions", who).await?;
    let stolen = json!({"refreshToken": session["refreshToken"]});
    let path = "/v1/sessions/refresh";
    let fresh = visitor
        .carry_out("refresh session", path, stolen.clone())
        .await?;
    let token = fresh["accessToken"]
        .as_str()
        .context("a session without a token")?;
    let owner = visitor.holding(token);
    let me = owner.get("read session", "/v1/sessions/current").await?;
    ensure!(me.is_done(), "a refreshed session is good");
    let second = visitor.post("refresh session", path, stolen).await?;
    // Where the first answer was lost the session is over already when it is asked for again.
    let is_over = visitor.insists() && second.refused_for("SESSION_ENDED").is_ok();
    let caught = is_over || second.refused_for("REFRESH_TOKEN_REUSED").is_ok();
    visitor
        .ledger
        .tried("I3", caught, "a refresh token that was used is refused");
    // A gateway may know a session for some seconds; every other call asks whose it is.
    let begun = std::time::Instant::now();
    let mut ended = owner.get("read session", "/v1/sessions/current").await?;
    while ended.is_done() && begun.elapsed().as_secs() < 5 {
        pause(std::time::Duration::from_millis(250)).await;
        ended = owner.get("read session", "/v1/sessions/current").await?;
    }
    let held = !ended.is_done();
    visitor
        .ledger
        .tried("I2", held, "its session is refused within 5 s");
    Ok(())
}
