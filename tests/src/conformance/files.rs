//! Examinations without a link. The files are written, signed and checked here by what docs/partners.md
//! says of them, and by nothing of the suite's.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use proto::google::api::HttpBody;
use proto::partner::v1::examinations_client::ExaminationsClient;
use proto::partner::v1::{DownloadRosterRequest, ImportReportRequest, ImportReportResponse};
use ring::digest::{SHA256, digest};
use ring::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use serde_json::{Value, json};
use tokio_stream::StreamExt;

use super::patient::{Patient, TRIES, is_none};
use super::place::Place;
use super::report::{Report, heard};
use super::sessions::Sitting;
use crate::person::new_key;

type Partner = ExaminationsClient<Patient>;

pub async fn try_all(
    report: &mut Report,
    place: &Place,
    sitting: Option<&Sitting>,
) -> anyhow::Result<()> {
    let mut partner = ExaminationsClient::new(place.channel()?);
    let Some(sitting) = sitting else {
        report.skipped("files", "there is no session to write a file of");
        return Ok(());
    };
    roster(report, &mut partner, place, sitting).await;
    match place.file_key {
        Some(seed) => reports(report, &mut partner, place, sitting, &seed).await,
        None => report.skipped(
            "files: a report is taken in",
            "no --file-key-file was given",
        ),
    }
    Ok(())
}

/// The whole file; one that broke off is fetched anew.
async fn download(partner: &mut Partner, session: &str) -> Result<Vec<u8>, tonic::Status> {
    let mut broken = tonic::Status::unavailable("nothing came");
    for _ in 0..TRIES {
        let request = DownloadRosterRequest {
            parent: session.to_owned(),
        };
        let pieces = partner.download_roster(request).await?.into_inner();
        let pieces: Result<Vec<HttpBody>, _> = pieces.collect().await;
        match pieces {
            Ok(pieces) => return Ok(pieces.into_iter().flat_map(|it| it.data).collect()),
            Err(status) if is_none(&status) => broken = status,
            Err(status) => return Err(status),
        }
    }
    Err(broken)
}

async fn roster(report: &mut Report, partner: &mut Partner, place: &Place, sitting: &Sitting) {
    let rule = "files: a roster is whole and has everybody of the stream";
    let file = match download(partner, &sitting.session).await {
        Ok(file) => file,
        Err(status) => return report.holds(rule, "DownloadRoster", heard(&status), false),
    };
    let text = String::from_utf8_lossy(&file);
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_default())
        .collect();
    let numbers: Vec<&str> = lines
        .iter()
        .filter_map(|line| line["candidate_number"].as_str())
        .collect();
    let streamed = sitting.roster.iter().map(|it| it.candidate_number.as_str());
    let is_same = numbers == streamed.collect::<Vec<&str>>();
    let is_ended =
        text.ends_with('\n') && lines.last().is_some_and(|it| it["signature"].is_string());
    let came = format!("{} lines", lines.len());
    report.holds(rule, "DownloadRoster", came, is_same && is_ended);

    let rule = "files: a roster is signed by the suite's key";
    let Some(key) = place.suite_key else {
        return report.skipped(rule, "no --suite-key was given");
    };
    let body = text.trim_end_matches('\n').rsplit_once('\n');
    let body = body.map_or("", |(body, _)| body).to_owned() + "\n";
    let signature = lines.last().and_then(|it| it["signature"].as_str());
    let signature = signature
        .and_then(|it| BASE64.decode(it).ok())
        .unwrap_or_default();
    let key = UnparsedPublicKey::new(&ED25519, key);
    let fits = key.verify(&signed(b"Roster", &body), &signature).is_ok();
    let came = if fits { "it fits" } else { "it does not fit" };
    report.holds(rule, "the signature of the file", came.into(), fits);
}

/// What is signed of a file, as the document says.
fn signed(sort: &[u8], body: &str) -> Vec<u8> {
    let hash = digest(&SHA256, body.as_bytes());
    [
        b"irikteu.partner.v1.".as_slice(),
        sort,
        b"\0",
        hash.as_ref(),
    ]
    .concat()
}

fn file(place: &Place, sitting: &Sitting, lines: &[Value], seed: &[u8; 32]) -> Vec<u8> {
    let head = json!({"irikteu": "report", "version": 1, "partner": place.partner,
        "session": sitting.session, "file": new_key()});
    let mut body = format!("{head}\n");
    for line in lines {
        body += &format!("{line}\n");
    }
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).unwrap();
    let signature = BASE64.encode(pair.sign(&signed(b"Report", &body)));
    (body + &format!("{}\n", json!({"signature": signature}))).into_bytes()
}

fn request(sitting: &Sitting, file: &[u8], dry_run: bool) -> ImportReportRequest {
    ImportReportRequest {
        parent: sitting.session.clone(),
        file: file.to_vec().into(),
        dry_run,
        request_id: new_key(),
    }
}

fn counted(answer: &ImportReportResponse) -> String {
    let (applied, repeated) = (answer.applied_count, answer.repeated_count);
    let conflicts = answer.conflicts.iter();
    let conflicts: Vec<_> = conflicts
        .map(|it| format!("{} {}", it.line, it.reason))
        .collect();
    format!("{applied} applied, {repeated} repeated, conflicts {conflicts:?}")
}

async fn reports(
    report: &mut Report,
    partner: &mut Partner,
    place: &Place,
    sitting: &Sitting,
    seed: &[u8; 32],
) {
    // The second of the roster came in time, and it is told now.
    let (start, second) = (sitting.start, &sitting.roster[1]);
    let lines = [
        json!({"id": new_key(), "kind": "check_in", "time": start.to_string(),
            "booking": second.booking, "start_time": start.to_string()}),
        json!({"id": new_key(), "kind": "irregularity", "time": start.to_string(),
            "booking": second.booking, "code": "DISTURBANCE"}),
    ];
    let whole = file(place, sitting, &lines, seed);
    let text = String::from_utf8_lossy(&whole);

    let rule = "files: an altered report is refused as a whole";
    let altered = text.replacen("DISTURBANCE", "LEFT_PLACE", 1);
    let answer = partner
        .import_report(request(sitting, altered.as_bytes(), false))
        .await;
    report.refused(rule, "a file with another code", answer, "FILE_ALTERED");
    let cut = &whole[..whole.len() / 2];
    let answer = partner.import_report(request(sitting, cut, false)).await;
    report.refused(rule, "half of the file", answer, "FILE_ALTERED");
    let rule = "files: another's key signs nothing";
    let foreign = file(place, sitting, &lines, &[1; 32]);
    let answer = partner
        .import_report(request(sitting, &foreign, false))
        .await;
    report.refused(rule, "a file by another key", answer, "FILE_ALTERED");

    let rule = "files: a dry run shows what would be, and changes nothing";
    let answer = partner.import_report(request(sitting, &whole, true)).await;
    if let Some(look) = report.went_well(rule, "ImportReport, dry_run", answer) {
        let would = look.applied_count == 2 && look.dry_run;
        report.holds(rule, "ImportReport, dry_run", counted(&look), would);
    }
    let rule = "files: every line is applied";
    let answer = partner.import_report(request(sitting, &whole, false)).await;
    let Some(first) = report.went_well(rule, "ImportReport", answer) else {
        return;
    };
    let all = first.applied_count == 2 && first.conflicts.is_empty();
    report.holds(rule, "ImportReport", counted(&first), all);
    let rule = "files: the same file again gets the same report";
    let again = partner.import_report(request(sitting, &whole, false)).await;
    report.same(rule, "ImportReport again", &first, again);
    let rule = "files: nothing is applied twice";
    let other = file(place, sitting, &lines, seed);
    let answer = partner.import_report(request(sitting, &other, false)).await;
    if let Some(other) = report.went_well(rule, "the same lines in another file", answer) {
        let none = other.applied_count == 0 && other.repeated_count == 2;
        report.holds(
            rule,
            "the same lines in another file",
            counted(&other),
            none,
        );
    }
    let rule = "files: a conflict is told by its line, and the rest is applied";
    let mut changed = lines[1].clone();
    changed["code"] = json!("LEFT_PLACE");
    let fresh = json!({"id": new_key(), "kind": "irregularity", "time": start.to_string(),
        "booking": second.booking, "code": "LEFT_PLACE"});
    let mixed = file(place, sitting, &[changed, fresh], seed);
    let answer = partner.import_report(request(sitting, &mixed, false)).await;
    if let Some(mixed) = report.went_well(rule, "a known id with another line", answer) {
        let conflict = mixed
            .conflicts
            .first()
            .map(|it| (it.line, it.reason.as_str()));
        let is_it = conflict == Some((2, "ENTRY_REUSED")) && mixed.applied_count == 1;
        report.holds(rule, "a known id with another line", counted(&mixed), is_it);
    }
}
