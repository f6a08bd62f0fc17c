//! CMS SignedData with one signer, what is signed in it, and signed attributes; by ECDSA with SHA-256.

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use identity_svc::signature::{issuer_and_number, write_der as der};
use rcgen::{KeyPair, SigningKey};
use ring::digest::{SHA256, digest};

const DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
const SIGNED_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
const CONTENT_TYPE: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03";
const MESSAGE_DIGEST: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04";
const SHA256_DER: &[u8] = b"\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01";
const ECDSA_SHA256: &[u8] = b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
const VERSION: &[u8] = b"\x02\x01\x01";
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OCTETS: u8 = 0x04;
const ZERO: u8 = 0xa0;

/// Signs with a key of P-256; certificate and key are PEM.
pub fn sign(content: &[u8], certificate: &str, key: &str) -> anyhow::Result<Vec<u8>> {
    let key = KeyPair::from_pem(key).context("the key")?;
    let certificate = from_pem(certificate)?;
    let attribute = |oid: &[u8], value: &[u8]| der(SEQUENCE, &[oid, &der(SET, &[value])]);
    let hash = digest(&SHA256, content);
    let attributes = [
        attribute(CONTENT_TYPE, DATA),
        attribute(MESSAGE_DIGEST, &der(OCTETS, &[hash.as_ref()])),
    ]
    .concat();
    // They are signed as the SET that they are, and written with the tag of their place.
    let signature = key.sign(&der(SET, &[&attributes]))?;
    let signer = der(
        SEQUENCE,
        &[
            VERSION,
            &issuer_and_number(&certificate)?,
            SHA256_DER,
            &der(ZERO, &[&attributes]),
            ECDSA_SHA256,
            &der(OCTETS, &[&signature]),
        ],
    );
    let enclosed = der(ZERO, &[&der(OCTETS, &[content])]);
    let data = der(
        SEQUENCE,
        &[
            VERSION,
            &der(SET, &[SHA256_DER]),
            &der(SEQUENCE, &[DATA, &enclosed]),
            &der(ZERO, &[&certificate]),
            &der(SET, &[&signer]),
        ],
    );
    Ok(der(SEQUENCE, &[SIGNED_DATA, &der(ZERO, &[&data])]))
}

fn from_pem(pem: &str) -> anyhow::Result<Vec<u8>> {
    let lines = pem.lines().filter(|line| !line.starts_with('-'));
    BASE64
        .decode(lines.collect::<String>())
        .context("the certificate")
}
