//! The memory of one hashing thread: kept from hash to hash, so that 19 MiB are not asked of the
//! system, and given back, for every sign-in.

use anyhow::anyhow;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};

#[derive(Default)]
pub(super) struct Arena(Vec<Block>);

impl Arena {
    pub fn hash(
        &mut self,
        argon2: &Argon2<'_>,
        password: &[u8],
        salt: &[u8],
    ) -> anyhow::Result<PasswordHash> {
        let salt = Salt::new(salt).map_err(|e| anyhow!("a salt was not taken: {e}"))?;
        let (output, params) = (self.output(argon2, password, &salt)?, argon2.params());
        let params = ParamsString::try_from(params);
        Ok(PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: params.map_err(|e| anyhow!("the cost of a hash was not written: {e}"))?,
            salt: Some(salt),
            hash: Some(output),
        })
    }

    /// Whether the password belongs to the hash, at the cost and in the way that the hash says.
    ///
    /// # Errors
    /// If it is no hash of argon2.
    pub fn matches(&mut self, password: &[u8], hash: &PasswordHash) -> anyhow::Result<bool> {
        let broken = |e| anyhow!("a kept password hash is broken: {e}");
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).map_err(broken)?;
        let version = hash.version.map(Version::try_from).transpose();
        let version = version.map_err(|e| broken(e.into()))?.unwrap_or_default();
        let argon2 = Argon2::new(algorithm, version, Params::try_from(hash).map_err(broken)?);
        let (Some(salt), Some(expected)) = (&hash.salt, &hash.hash) else {
            return Err(anyhow!("a kept password hash lacks its salt or its output"));
        };
        // Compared in the same time wherever they differ.
        Ok(self.output(&argon2, password, salt)? == *expected)
    }

    fn output(
        &mut self,
        argon2: &Argon2<'_>,
        password: &[u8],
        salt: &[u8],
    ) -> anyhow::Result<Output> {
        let params = argon2.params();
        let needed = params.block_count();
        if self.0.len() < needed {
            self.0.resize(needed, Block::new());
        }
        let mut buffer = [0; Output::MAX_LENGTH];
        let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let out = buffer.get_mut(..length);
        let out = out.ok_or_else(|| anyhow!("a hash of {length} bytes is too long"))?;
        let blocks = &mut self.0[..needed];
        argon2
            .hash_password_into_with_memory(password, salt, out, blocks)
            .map_err(|e| anyhow!("a password was not hashed: {e}"))?;
        Output::new(out).map_err(|e| anyhow!("a hash was not written: {e}"))
    }
}

#[cfg(test)]
mod tests {
    use argon2::{PasswordHasher, PasswordVerifier};

    use super::*;

    fn argon2(memory_kib: u32) -> Argon2<'static> {
        let params = Params::new(memory_kib, 2, 1, None).expect("a cost");
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
    }

    #[test]
    fn hashes_in_used_memory_are_those_of_the_library_at_whatever_cost_before() {
        let mut arena = Arena::default();
        for (at, memory_kib) in [64, 8, 128, 32].into_iter().enumerate() {
            let (argon2, salt) = (argon2(memory_kib), [7; 16]);
            let password = format!("a good long password {at}");
            let ours = arena.hash(&argon2, password.as_bytes(), &salt);
            let ours = ours.expect("a hash");
            let theirs: PasswordHash = argon2
                .hash_password_with_salt(password.as_bytes(), &salt)
                .expect("a hash");
            assert_eq!(ours.to_string(), theirs.to_string());
            let known = arena.matches(password.as_bytes(), &theirs);
            assert!(known.expect("an answer"));
            assert!(argon2.verify_password(password.as_bytes(), &ours).is_ok());
            let wrong = arena.matches(b"another password", &theirs);
            assert!(!wrong.expect("an answer"));
        }
    }

    #[test]
    fn what_is_no_hash_of_argon2_is_a_fault_and_not_a_no() {
        let broken = PasswordHash::new("$scrypt$ln=1,r=8,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNo");
        let told = Arena::default().matches(b"x", &broken.expect("a hash"));
        assert!(told.is_err());
    }
}
