//! Whether a request carries AWS Signature Version 4 of somebody we know, over all that counts.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::request::Parts;
use ring::{digest, hmac};

/// Whose signatures are good.
pub struct Known {
    pub access_key: &'static str,
    pub secret_key: &'static str,
    pub region: &'static str,
}

/// # Errors
/// The code that S3 would answer with.
pub fn check(known: &Known, parts: &Parts, body: &[u8]) -> Result<(), &'static str> {
    let header = |name: &str| parts.headers.get(name).and_then(|it| it.to_str().ok());
    let authorization = header("authorization").ok_or("AccessDenied")?;
    let date = header("x-amz-date").ok_or("AccessDenied")?;
    let body_hash = header("x-amz-content-sha256").ok_or("AccessDenied")?;
    let field = |name: &str| {
        let fields = authorization
            .strip_prefix("AWS4-HMAC-SHA256 ")?
            .split(',')
            .map(str::trim);
        fields
            .filter_map(|field| field.split_once('='))
            .find_map(|(key, value)| (key == name).then_some(value))
    };
    let day = date.get(..8).ok_or("AccessDenied")?;
    let scope = format!("{day}/{}/s3/aws4_request", known.region);
    if field("Credential") != Some(&format!("{}/{scope}", known.access_key)) {
        return Err("InvalidAccessKeyId");
    }
    if body_hash != hex::encode(sha256(body)) {
        return Err("XAmzContentSHA256Mismatch");
    }
    if let Some(sum) = header("x-amz-checksum-sha256")
        && sum != BASE64_STANDARD.encode(sha256(body))
    {
        return Err("BadDigest");
    }
    let signed = field("SignedHeaders").ok_or("AccessDenied")?;
    if !["host", "x-amz-content-sha256", "x-amz-date"]
        .iter()
        .all(|name| signed.split(';').any(|it| it == *name))
    {
        return Err("AccessDenied");
    }
    let headers: String = signed
        .split(';')
        .map(|name| format!("{name}:{}\n", header(name).unwrap_or_default().trim()))
        .collect();
    let canonical = format!(
        "{}\n{}\n{}\n{headers}\n{signed}\n{body_hash}",
        parts.method,
        parts.uri.path(),
        sorted(parts.uri.query().unwrap_or_default()),
    );
    let canonical = hex::encode(sha256(canonical.as_bytes()));
    let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{canonical}");
    let mut key = format!("AWS4{}", known.secret_key).into_bytes();
    for part in [day, known.region, "s3", "aws4_request"] {
        key = sign(&key, part);
    }
    match field("Signature") == Some(&hex::encode(sign(&key, &to_sign))) {
        true => Ok(()),
        false => Err("SignatureDoesNotMatch"),
    }
}

/// The query in the order of its names, each with its equals sign.
fn sorted(query: &str) -> String {
    let mut pairs: Vec<String> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| match pair.contains('=') {
            true => pair.to_owned(),
            false => format!("{pair}="),
        })
        .collect();
    pairs.sort_unstable();
    pairs.join("&")
}

fn sign(key: &[u8], text: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
}

fn sha256(bytes: &[u8]) -> digest::Digest {
    digest::digest(&digest::SHA256, bytes)
}
