//! What a newcomer reads once the suite is ready: addresses, accounts, and what to try.

use crate::compose::Suite;
use crate::demo;

/// What to print once the suite is ready.
pub fn banner(suite: &Suite) -> String {
    let mut text = addresses(suite);
    if suite.campaign.is_some() {
        text.push_str(&accounts());
        text.push_str(&commands(suite));
    }
    text
}

fn addresses(suite: &Suite) -> String {
    format!(
        "\nIrikteu is ready.\n\n  API page        http://{http}/docs\n  kept mail       http://{http}/dev/mail\n  \
         gRPC            {grpc}  (health, reflection)\n  partners        https://localhost:{partner}  (mutual TLS, \
         certificates in {data}/certificates)\n  open campaign   {campaign}\n",
        http = suite.http,
        grpc = suite.grpc,
        partner = suite.partner.port(),
        data = suite.data_dir().display(),
        campaign = suite.campaign.as_deref().unwrap_or("campaigns/…"),
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
         --partner-url https://localhost:{partner} --partner-certificates {data}/certificates\n\n\
         Ctrl-C ends it; the data stay.\n",
        http = suite.http,
        password = demo::PASSWORD,
        campaign = suite.campaign.as_deref().unwrap_or_default(),
        partner = suite.partner.port(),
        data = suite.data_dir().display(),
    )
}
