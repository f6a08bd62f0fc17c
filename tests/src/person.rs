//! People who speak HTTP, as a browser would.

use std::net::Ipv4Addr;

use base64::Engine;
use chassis::clock::Clock;
use chassis::ids::Ids;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// Somebody with a connection, a language, and perhaps a session.
#[derive(Clone)]
pub struct Someone {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
    pub language: &'static str,
    /// Where they call from, for a suite that believes it.
    from: Option<Ipv4Addr>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    /// The body of a call that must have gone well.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(
            (200..300).contains(&self.status),
            "{} {:#}",
            self.status,
            self.body
        );
        self.body
    }

    /// The problem of a call that must have been refused with this reason.
    #[track_caller]
    pub fn refused(self, reason: &str) -> Value {
        assert!(
            (400..500).contains(&self.status),
            "{} {:#}",
            self.status,
            self.body
        );
        assert_eq!(self.body["reason"], reason, "{:#}", self.body);
        assert!(
            self.body["detail"]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "a sentence for {reason}"
        );
        self.body
    }

    /// The reasons of all violations, with their fields.
    #[track_caller]
    pub fn violations(self) -> Vec<(String, String)> {
        let problem = self.refused("INVALID_REQUEST");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let all = problem["violations"].as_array().unwrap();
        all.iter()
            .map(|violation| (text(&violation["field"]), text(&violation["reason"])))
            .collect()
    }
}

impl Someone {
    pub fn new(base: String) -> Self {
        chassis::tls::use_ring();
        Self {
            http: reqwest::Client::new(),
            base,
            token: None,
            language: "kk",
            from: None,
        }
    }

    /// As one of many, each with an address of their own: what is counted for an address is theirs.
    pub fn calling_from(&self, number: usize) -> Self {
        let number = u32::try_from(number).unwrap_or_default() % (1 << 24);
        Self {
            from: Some(Ipv4Addr::from(0x0a00_0000 | number)),
            ..self.clone()
        }
    }

    pub fn speaking(&self, language: &'static str) -> Self {
        Self {
            language,
            ..self.clone()
        }
    }

    pub async fn signed_in(&self, login: &str, password: &str) -> Self {
        let session = self
            .post(
                "/v1/sessions",
                json!({"login": login, "password": password}),
            )
            .await
            .ok();
        self.holding(session["accessToken"].as_str().unwrap())
    }

    pub fn holding(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The access token of the session.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self
            .http
            .request(method, format!("{}{path}", self.base))
            .header("Accept-Language", self.language);
        let request = match self.from {
            Some(address) => request.header("X-Forwarded-For", address.to_string()),
            None => request,
        };
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn send(&self, request: RequestBuilder) -> Answer {
        let answer = exchange(request).await.unwrap();
        let (status, body) = (answer.status, &answer.body);
        assert!(status < 500, "nothing answers 5xx: {status} {body}");
        answer
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// The same where a 5xx is what has to be answered.
    pub async fn get_or_5xx(&self, path: &str) -> Answer {
        exchange(self.request(Method::GET, path)).await.unwrap()
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body))
            .await
    }

    /// The same post twice under one key: a retry after a lost answer.
    pub async fn post_with_key(&self, key: &str, path: &str, body: Value) -> Answer {
        self.send(
            self.request(Method::POST, path)
                .header("Idempotency-Key", key)
                .json(&body),
        )
        .await
    }

    pub async fn patch(&self, path: &str, etag: &str, body: Value) -> Answer {
        self.send(
            self.request(Method::PATCH, path)
                .header("If-Match", format!("\"{etag}\""))
                .json(&body),
        )
        .await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    pub async fn put_bytes(&self, path: &str, media_type: &str, content: Vec<u8>) -> Answer {
        let digest = base64::engine::general_purpose::STANDARD.encode(sha256(&content));
        let request = self
            .request(Method::PUT, path)
            .header("Content-Type", media_type)
            .header("Content-Digest", format!("sha-256=:{digest}:"))
            .body(content);
        self.send(request).await
    }

    pub async fn download(&self, path: &str) -> Vec<u8> {
        let response = self.request(Method::GET, path).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        response.bytes().await.unwrap().to_vec()
    }

    /// Saves a section's answers on top of what is there, as the page does.
    pub async fn save(&self, application: &str, section: &str, answers: Value) -> Answer {
        let path = format!("/v1/{application}/sections/{section}");
        let saved = self.get(&path).await.ok();
        let mut all = saved["answers"].clone();
        for (field, answer) in answers.as_object().unwrap() {
            all[field] = answer.clone();
        }
        self.patch(
            &path,
            saved["etag"].as_str().unwrap(),
            json!({"answers": all}),
        )
        .await
    }

    /// Uploads a paper and gives its name.
    pub async fn upload(
        &self,
        application: &str,
        section: &str,
        kind: &str,
        media_type: &str,
        content: &[u8],
    ) -> String {
        let document = json!({
            "section": section, "kind": kind, "fileName": "paper", "mediaType": media_type,
            "sizeBytes": content.len().to_string(), "sha256": hex::encode(sha256(content)),
        });
        let created = self
            .post(&format!("/v1/{application}/documents"), document)
            .await
            .ok();
        let name = created["name"].as_str().unwrap().to_owned();
        let uploaded = self
            .put_bytes(&format!("/v1/{name}/content"), media_type, content.to_vec())
            .await
            .ok();
        assert_eq!(uploaded["state"], "STATE_CLEAN");
        name
    }
}

pub fn sha256(content: &[u8]) -> Vec<u8> {
    ring::digest::digest(&ring::digest::SHA256, content)
        .as_ref()
        .to_vec()
}

/// What came back, whatever it was.
pub(crate) async fn exchange(request: RequestBuilder) -> reqwest::Result<Answer> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await?;
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Ok(Answer {
        status,
        headers,
        body,
    })
}

/// A key for a retry: a new one each time.
pub fn new_key() -> String {
    Ids::random(Clock::machine()).uuid().to_string()
}
