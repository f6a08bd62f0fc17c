//! What a newcomer reads once the suite is ready: addresses, accounts, and what to try.

use crate::compose::Suite;
use crate::demo;

/// What to print once the suite is ready.
pub fn banner(suite: &Suite) -> String {
    let mut text = addresses(suite);
    if suite.campaign.is_some() {
        text.push_str(&accounts());
        text.push_str(&commands(suite));
        text.push_str(&test_of_teachers(suite));
        text.push_str(&admission(suite));
        text.push_str(&signature(suite));
        text.push_str(&folder(suite));
        text.push_str("\nCtrl-C ends it; the data stay.\n");
    }
    text
}

fn addresses(suite: &Suite) -> String {
    format!(
        "\nIrikteu is ready.\n\n  API page        http://{http}/docs\n  kept mail       http://{http}/dev/mail\n  \
         gRPC            {grpc}  (health, reflection)\n  partners        https://localhost:{partner}  (mutual TLS, \
         certificates in {data}/certificates)\n  open campaign   {campaign}\n  \
         for teachers    {teachers}\n  for colleges    {colleges}\n",
        http = suite.http,
        grpc = suite.grpc,
        partner = suite.partner.port(),
        data = suite.data_dir().display(),
        campaign = suite.campaign.as_deref().unwrap_or("campaigns/…"),
        teachers = suite.teachers.as_deref().unwrap_or("campaigns/…"),
        colleges = suite.colleges.as_deref().unwrap_or("campaigns/…"),
    )
}

fn accounts() -> String {
    let mut text = format!("\nAccounts, all with the password {}\n", demo::PASSWORD);
    for account in &demo::ACCOUNTS {
        text.push_str(&format!("  {:<28} {}\n", account.email, account.what));
    }
    text
}

fn commands(suite: &Suite) -> String {
    format!(
        "\nThree commands to try\n  curl -s http://{http}/v1/campaigns | head -40\n  \
         TOKEN=$(curl -s http://{http}/v1/sessions -H 'Content-Type: application/json' \\\n    \
         -d '{{\"login\":\"applicant@demo.irikteu.kz\",\"password\":\"{password}\"}}' | sed -n 's/.*\"accessToken\": *\"\\([^\"]*\\)\".*/\\1/p')\n  \
         curl -s -X POST http://{http}/v1/{campaign}/applications -H \"Authorization: Bearer $TOKEN\" \\\n    \
         -H 'Accept-Language: en' -H 'Content-Type: application/json' -d '{{}}'\n\n\
         A whole season here, played by 40 people, experts and partners\n  \
         cargo xtask season --people 40 --url http://{http} \\\n    \
         --partner-url https://localhost:{partner} --partner-certificates {data}/certificates\n",
        http = suite.http,
        password = demo::PASSWORD,
        campaign = suite.campaign.as_deref().unwrap_or_default(),
        partner = suite.partner.port(),
        data = suite.data_dir().display(),
    )
}

/// The way of a teacher, with the token of above: accepted on submission, then a seat.
fn test_of_teachers(suite: &Suite) -> String {
    let at = format!("http://{}/v1", suite.http);
    let teachers = suite.teachers.as_deref().unwrap_or_default();
    let call = |method: &str, path: &str, body: &str| {
        let body = if body.is_empty() {
            String::new()
        } else {
            format!(" -d '{body}'")
        };
        format!("  $CALL -X {method} {at}/{path}{body}\n")
    };
    let mut text = String::from(
        "\nThe test of teachers, with that TOKEN: accepted as it is submitted, without an expert\n  \
         CALL=\"curl -sw \\n -H Content-Type:application/json --oauth2-bearer $TOKEN\"\n",
    );
    text.push_str(&format!(
        "  A=$($CALL -d '{{\"kind\":\"PRESCHOOL\"}}' {at}/{teachers}/applications | grep -o 'campaigns/[^\"]*/applications/[^\"]*' | head -1)\n"
    ));
    let personal = r#"{"answers":{"phone":"+77010000000","qualification":"Педагог","study_from_year":2010,"study_to_year":2014,"current_category":"NONE","sought_category":"TEACHER"}}"#;
    let employer = r#"{"answers":{"organisation":"organisations/020240000016"}}"#;
    let parameters = r#"{"answers":{"test_language":"KK","rules_accepted":true}}"#;
    for (section, answers) in [
        ("personal", personal),
        ("employer", employer),
        ("test-parameters", parameters),
    ] {
        text.push_str(&call("PATCH", &format!("$A/sections/{section}"), answers));
    }
    text.push_str(&call("POST", "$A/submit", "{}"));
    text.push_str(&call("GET", "accounts/me/messages", ""));
    text.push_str(&call("GET", &format!("{teachers}/stages"), ""));
    text.push_str("  then a seat: the sessions of that stage, and POST …/bookings\n");
    text
}

/// What somebody who finished school can choose from, and how to begin, with the token of above.
fn admission(suite: &Suite) -> String {
    format!(
        "\nAdmission to colleges: specialties of two colleges, and an application with that TOKEN\n  \
         curl -s 'http://{http}/v1/specialties?campaign={colleges}' | head -40\n  \
         curl -s -X POST http://{http}/v1/{colleges}/applications -H \"Authorization: Bearer $TOKEN\" \\\n    \
         -H 'Content-Type: application/json' -d '{{\"kind\":\"STATE_ORDER\"}}'\n  \
         then its sections (GET …/sections), POST …/submit, and GET …/choices; a college finds it, once it signed in, in\n  \
         http://{http}/v1/{colleges}/applications/-/choices\n",
        http = suite.http,
        colleges = suite.colleges.as_deref().unwrap_or_default(),
    )
}

/// How a college signs in: openssl in place of NCALayer, with a key that counts in this folder alone.
fn signature(suite: &Suite) -> String {
    let (at, data) = (format!("http://{}/v1", suite.http), suite.data_dir());
    let keys = data.join("signatures").display().to_string();
    let post = "curl -s -X POST -H Content-Type:application/json";
    format!(
        "\nA college signs in with its electronic signature\n  \
         C=$({post} {at}/signInChallenges -d '{{}}')\n  \
         CMS=$(echo \"$C\" | sed -n 's/.*\"content\": *\"\\([^\"]*\\)\".*/\\1/p' | base64 -d | \\\n    \
         openssl cms -sign -binary -nodetach -outform DER -signer {keys}/college.pem -inkey {keys}/college.key | base64 -w0)\n  \
         {post} {at}/$(echo \"$C\" | grep -o 'signInChallenges/[^\"]*')/signIn -d \"{{\\\"cms\\\":\\\"$CMS\\\"}}\"\n"
    )
}

/// What a college finds at once: somebody applied already.
fn folder(suite: &Suite) -> String {
    format!(
        "  with the accessToken of that answer, the folder of new applications: somebody of the demonstration applied\n  \
         curl -s 'http://{http}/v1/{colleges}/applications/-/choices?state=STATE_NEW' --oauth2-bearer …\n  \
         then POST http://{http}/v1/boardActions with acknowledgeChoices, and sign what it answers\n",
        http = suite.http,
        colleges = suite.colleges.as_deref().unwrap_or_default(),
    )
}
