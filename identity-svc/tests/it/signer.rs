//! Somebody with a key of the test authority who signs what no file can hold: a challenge of this very
//! test. The certificates are openssl's (`tests/signature/make.sh`), and so are all other signatures.

use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};

const DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
const SIGNED_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
const CONTENT_TYPE: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03";
const MESSAGE_DIGEST: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04";
const SHA256_DER: &[u8] = b"\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01";
const ECDSA_SHA256: &[u8] = b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";

pub struct TestSigner {
    certificate: &'static [u8],
    key: &'static [u8],
}

/// An employee of the college with the BIN 991240000003.
pub const EMPLOYEE: TestSigner = TestSigner {
    certificate: include_bytes!("../signature/p256.der"),
    key: include_bytes!("../signature/p256.pkcs8"),
};

/// The head of another, with the BIN 991241000009.
pub const OTHER_HEAD: TestSigner = TestSigner {
    certificate: include_bytes!("../signature/other.der"),
    key: include_bytes!("../signature/other.pkcs8"),
};

/// A person with the IIN 010101200004 and a key of their own.
pub const PERSON: TestSigner = TestSigner {
    certificate: include_bytes!("../signature/own.der"),
    key: include_bytes!("../signature/own.pkcs8"),
};

/// Another, with the IIN of the administrator of [`crate::signing`].
pub const OTHER_PERSON: TestSigner = TestSigner {
    certificate: include_bytes!("../signature/own-other.der"),
    key: include_bytes!("../signature/own-other.pkcs8"),
};

const ISSUING: &[u8] = include_bytes!("../signature/issuing.der");

impl TestSigner {
    /// Attached: what is signed is in it.
    pub fn sign(&self, content: &[u8]) -> Vec<u8> {
        self.message(content, &der(0xa0, &[&der(0x04, &[content])]))
    }

    pub fn sign_detached(&self, content: &[u8]) -> Vec<u8> {
        self.message(content, &[])
    }

    fn message(&self, content: &[u8], enclosed: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, self.key, &random);
        let key = key.expect("a key");
        let attribute = |oid: &[u8], value: &[u8]| der(0x30, &[oid, &der(0x31, &[value])]);
        let hash = digest(&SHA256, content);
        let attributes = [
            attribute(CONTENT_TYPE, DATA),
            attribute(MESSAGE_DIGEST, &der(0x04, &[hash.as_ref()])),
        ]
        .concat();
        let signature = key.sign(&random, &der(0x31, &[&attributes]));
        let signature = signature.expect("a signature");
        let signer = der(
            0x30,
            &[
                &[0x02, 1, 1],
                &self.id(),
                SHA256_DER,
                &der(0xa0, &[&attributes]),
                ECDSA_SHA256,
                &der(0x04, &[signature.as_ref()]),
            ],
        );
        let data = der(
            0x30,
            &[
                &[0x02, 1, 1],
                &der(0x31, &[SHA256_DER]),
                &der(0x30, &[DATA, enclosed]),
                &der(0xa0, &[self.certificate, ISSUING]),
                &der(0x31, &[&signer]),
            ],
        );
        der(0x30, &[SIGNED_DATA, &der(0xa0, &[&data])])
    }

    /// Issuer and number, as they stand in the certificate: SEQUENCE { SEQUENCE { [0], INTEGER,
    /// SEQUENCE, SEQUENCE issuer …
    fn id(&self) -> Vec<u8> {
        let body = inside(inside(self.certificate));
        let number = after(body);
        let issuer = after(after(number));
        der(0x30, &[whole(issuer), whole(number)])
    }
}

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u16::try_from(content.len()).expect("short").to_be_bytes();
    let head = match content.len() {
        short @ ..0x80 => vec![tag, u8::try_from(short).expect("short")],
        0x80..0x100 => vec![tag, 0x81, length[1]],
        _ => vec![tag, 0x82, length[0], length[1]],
    };
    [head, content].concat()
}

/// How long head and content of the first element are.
fn lengths(bytes: &[u8]) -> (usize, usize) {
    match bytes[1] {
        0x81 => (3, bytes[2].into()),
        0x82 => (4, u16::from_be_bytes([bytes[2], bytes[3]]).into()),
        short => (2, short.into()),
    }
}

fn inside(bytes: &[u8]) -> &[u8] {
    &bytes[lengths(bytes).0..]
}

fn whole(bytes: &[u8]) -> &[u8] {
    let (head, content) = lengths(bytes);
    &bytes[..head + content]
}

fn after(bytes: &[u8]) -> &[u8] {
    &bytes[whole(bytes).len()..]
}
