//! Development pages: the mail that would have been sent, to read and to follow its links; as JSON
//! for programs that play people.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chassis::client::Connection;
use proto::identity::v1::mails_client::MailsClient;
use proto::identity::v1::{GetMailRequest, ListMailsRequest, Mail};

type Mails = MailsClient<Connection>;

/// `/dev/mail` and what hangs below it.
pub fn routes(identity: Connection) -> Router {
    Router::new()
        .route("/dev/mail", get(list))
        .route("/dev/mail/to/{address}", get(list_to))
        .route("/dev/mail/{mail}", get(show))
        .route("/dev/mail/{mail}/attachments/{number}", get(attachment))
        .with_state(MailsClient::new(identity))
}

async fn list(State(mails): State<Mails>, headers: HeaderMap) -> Response {
    listed(mails, String::new(), &headers).await
}

/// Only the mail to exactly this address.
async fn list_to(
    State(mails): State<Mails>,
    Path(address): Path<String>,
    headers: HeaderMap,
) -> Response {
    listed(mails, address, &headers).await
}

async fn listed(mut mails: Mails, to: String, headers: &HeaderMap) -> Response {
    let request = ListMailsRequest {
        to,
        page_size: 100,
        ..Default::default()
    };
    let mails = match mails.list_mails(request).await {
        Ok(answer) => answer.into_inner().mails,
        Err(status) => return problem(&status),
    };
    let accept = headers.get(header::ACCEPT);
    if accept.is_some_and(|accept| accept == "application/json") {
        return axum::Json(
            serde_json::json!({"mails": mails.iter().map(as_json).collect::<Vec<_>>()}),
        )
        .into_response();
    }
    let mut rows = String::new();
    for mail in &mails {
        let id = mail.name.trim_start_matches("mails/");
        rows.push_str(&format!(
            "<tr><td>{}</td><td>{}</td><td><a href=\"/dev/mail/{}\">{}</a></td></tr>\n",
            escaped(&when(mail)),
            escaped(&mail.to),
            escaped(id),
            escaped(&mail.subject),
        ));
    }
    let empty = if mails.is_empty() {
        "<p>No mail yet. Register somebody.</p>"
    } else {
        ""
    };
    page(
        "Kept mail",
        &format!("<table><tr><th>When (Astana)<th>To<th>Subject</tr>\n{rows}</table>{empty}"),
    )
}

/// A mail without its files.
fn as_json(mail: &Mail) -> serde_json::Value {
    let time = mail.create_time.as_ref().and_then(chassis::clock::from_pb);
    serde_json::json!({
        "name": mail.name,
        "to": mail.to,
        "subject": mail.subject,
        "text": mail.text,
        "createTime": time.map(|time| time.to_string()),
        "attachments": mail.attachments.len(),
    })
}

async fn show(State(mut mails): State<Mails>, Path(id): Path<String>) -> Response {
    let mail = match mails
        .get_mail(GetMailRequest {
            name: format!("mails/{id}"),
        })
        .await
    {
        Ok(answer) => answer.into_inner(),
        Err(status) => return problem(&status),
    };
    let files: String = mail
        .attachments
        .iter()
        .enumerate()
        .map(|(number, file)| {
            format!(
                "<li><a href=\"/dev/mail/{}/attachments/{number}\">{}</a></li>",
                escaped(&id),
                escaped(&file.file_name)
            )
        })
        .collect();
    let body = format!(
        "<p><a href=\"/dev/mail\">All mail</a></p><dl><dt>When (Astana)<dd>{}<dt>To<dd>{}</dl><pre>{}</pre><ul>{files}</ul>",
        escaped(&when(&mail)),
        escaped(&mail.to),
        linked(&mail.text),
    );
    page(&mail.subject, &body)
}

async fn attachment(
    State(mut mails): State<Mails>,
    Path((id, number)): Path<(String, usize)>,
) -> Response {
    let mail = match mails
        .get_mail(GetMailRequest {
            name: format!("mails/{id}"),
        })
        .await
    {
        Ok(answer) => answer.into_inner(),
        Err(status) => return problem(&status),
    };
    let Some(file) = mail.attachments.into_iter().nth(number) else {
        return (StatusCode::NOT_FOUND, "no such attachment").into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, file.media_type),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"attachment.ics\"".to_owned(),
        ),
    ];
    (headers, file.content).into_response()
}

fn problem(status: &tonic::Status) -> Response {
    let code = match status.code() {
        tonic::Code::NotFound | tonic::Code::InvalidArgument => StatusCode::NOT_FOUND,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    (code, status.message().to_owned()).into_response()
}

fn page(title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><link rel=\"stylesheet\" href=\"/docs/style.css\"><main><h1>{title}</h1>{body}</main></html>",
        title = escaped(title),
    );
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

fn when(mail: &Mail) -> String {
    let time = mail.create_time.as_ref().and_then(chassis::clock::from_pb);
    time.map(|time| {
        time.to_zoned(chassis::clock::astana())
            .strftime("%d.%m.%Y %H:%M:%S")
            .to_string()
    })
    .unwrap_or_default()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// The text, with its http links made to click on.
fn linked(text: &str) -> String {
    let link = |word: &str| {
        if word.starts_with("http://") || word.starts_with("https://") {
            format!("<a href=\"{0}\">{0}</a>", escaped(word))
        } else {
            escaped(word)
        }
    };
    text.split_inclusive(char::is_whitespace)
        .map(|piece| {
            let word = piece.trim_end();
            format!("{}{}", link(word), &piece[word.len()..])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_can_not_smuggle_markup_in() {
        assert_eq!(
            linked("<b> http://x/?a=\"><b>\n"),
            "&lt;b&gt; <a href=\"http://x/?a=&quot;&gt;&lt;b&gt;\">http://x/?a=&quot;&gt;&lt;b&gt;</a>\n"
        );
    }
}
