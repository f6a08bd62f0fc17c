//! Which algorithms are believed, and the one place that asks ring.

use ring::{digest, signature};

use super::certificate::PublicKey;
use crate::domain::signature::Fault;

/// Everything that Kazakhstan's own standards sign or hash with: ring knows none of it.
const GOST: &str = "1.2.398.3.10.1.";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// # Errors
    /// `SIGNATURE_GOST`, or `SIGNATURE_ALGORITHM_REFUSED` for MD5, SHA-1 and what nobody knows.
    pub fn of(oid: &str) -> Result<Self, Fault> {
        match oid {
            "2.16.840.1.101.3.4.2.1" => Ok(Self::Sha256),
            "2.16.840.1.101.3.4.2.2" => Ok(Self::Sha384),
            "2.16.840.1.101.3.4.2.3" => Ok(Self::Sha512),
            other => Err(refused(other)),
        }
    }

    pub fn digest(self, bytes: &[u8]) -> digest::Digest {
        let algorithm = match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        digest::digest(algorithm, bytes)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Rsa,
    Ecdsa,
}

/// How a signature is made: `oid` as the signature's own field says it, with the hash that another
/// field names where there is one.
#[derive(Debug, Clone, Copy)]
pub struct Scheme {
    sort: Sort,
    hash: Hash,
}

impl Scheme {
    /// # Errors
    /// As [`Hash::of`]; and `SIGNATURE_WRONG` where the two fields name different hashes.
    pub fn of(oid: &str, named: Option<Hash>) -> Result<Self, Fault> {
        let (sort, own) = match oid {
            "1.2.840.113549.1.1.1" => (Sort::Rsa, None),
            "1.2.840.113549.1.1.11" => (Sort::Rsa, Some(Hash::Sha256)),
            "1.2.840.113549.1.1.12" => (Sort::Rsa, Some(Hash::Sha384)),
            "1.2.840.113549.1.1.13" => (Sort::Rsa, Some(Hash::Sha512)),
            "1.2.840.10045.2.1" => (Sort::Ecdsa, None),
            "1.2.840.10045.4.3.2" => (Sort::Ecdsa, Some(Hash::Sha256)),
            "1.2.840.10045.4.3.3" => (Sort::Ecdsa, Some(Hash::Sha384)),
            other => return Err(refused(other)),
        };
        let hash = match (own, named) {
            (Some(own), Some(named)) if own != named => return Err(Fault::SignatureWrong),
            (own, named) => own.or(named).ok_or(Fault::AlgorithmRefused)?,
        };
        Ok(Self { sort, hash })
    }

    /// # Errors
    /// `SIGNATURE_WRONG`; where the key is of an algorithm that is not believed, that.
    pub fn check(self, key: &PublicKey<'_>, signed: &[u8], signature: &[u8]) -> Result<(), Fault> {
        let algorithm = self.algorithm(key)?;
        let key = signature::UnparsedPublicKey::new(algorithm, key.bits);
        key.verify(signed, signature)
            .map_err(|_| Fault::SignatureWrong)
    }

    fn algorithm(
        self,
        key: &PublicKey<'_>,
    ) -> Result<&'static dyn signature::VerificationAlgorithm, Fault> {
        use signature as ring;
        const RSA: &str = "1.2.840.113549.1.1.1";
        const EC: &str = "1.2.840.10045.2.1";
        const P256: &str = "1.2.840.10045.3.1.7";
        const P384: &str = "1.3.132.0.34";
        match (
            self.sort,
            self.hash,
            key.algorithm.as_str(),
            key.curve.as_deref(),
        ) {
            (Sort::Rsa, Hash::Sha256, RSA, _) => Ok(&ring::RSA_PKCS1_2048_8192_SHA256),
            (Sort::Rsa, Hash::Sha384, RSA, _) => Ok(&ring::RSA_PKCS1_2048_8192_SHA384),
            (Sort::Rsa, Hash::Sha512, RSA, _) => Ok(&ring::RSA_PKCS1_2048_8192_SHA512),
            (Sort::Ecdsa, Hash::Sha256, EC, Some(P256)) => Ok(&ring::ECDSA_P256_SHA256_ASN1),
            (Sort::Ecdsa, Hash::Sha384, EC, Some(P256)) => Ok(&ring::ECDSA_P256_SHA384_ASN1),
            (Sort::Ecdsa, Hash::Sha256, EC, Some(P384)) => Ok(&ring::ECDSA_P384_SHA256_ASN1),
            (Sort::Ecdsa, Hash::Sha384, EC, Some(P384)) => Ok(&ring::ECDSA_P384_SHA384_ASN1),
            (_, _, RSA | EC, _) => Err(Fault::AlgorithmRefused),
            (_, _, other, _) => Err(refused(other)),
        }
    }
}

fn refused(oid: &str) -> Fault {
    if oid.starts_with(GOST) {
        Fault::Gost
    } else {
        Fault::AlgorithmRefused
    }
}
