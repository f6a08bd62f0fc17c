//! GetCertificateKeys: what the text of a QR code is checked with.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use proto::testing::v1 as pb;

use crate::Context;
use crate::domain::certificate::paper::KeyId;

pub fn get(ctx: &Context) -> pb::CertificateKeys {
    let keys = &ctx.config.certificate_keys;
    let signing = keys.signing();
    let key = |(id, public): (&KeyId, &[u8; 32])| pb::CertificateKey {
        key_id: hex::encode(id),
        algorithm: "Ed25519".into(),
        public_key: BASE64.encode(public),
        signing: signing.as_ref() == Some(id),
    };
    pb::CertificateKeys {
        keys: keys.public().map(key).collect(),
    }
}
