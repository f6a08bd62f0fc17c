//! The contract without its comments: what a gateway keeps of it. The comments are for the OpenAPI document
//! and weigh as much as the rest.

use prost::DecodeError;
use prost::encoding::{
    DecodeContext, WireType, decode_key, decode_varint, encode_key, encode_varint, skip_field,
};

/// `FileDescriptorSet.file`.
const FILE: u32 = 1;
/// `FileDescriptorProto.source_code_info`.
const SOURCE_CODE_INFO: u32 = 9;

/// An encoded `FileDescriptorSet` without what only its readers want. On the wire, because what is
/// decoded and written again has lost the options that it does not know.
///
/// # Errors
/// If it is none.
pub fn without_comments(set: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let mut kept = Vec::with_capacity(set.len());
    each(set, |number, field| {
        if number != FILE {
            kept.extend_from_slice(field);
            return Ok(());
        }
        let mut content = field;
        decode_key(&mut content)?;
        decode_varint(&mut content)?;
        let mut file = Vec::with_capacity(content.len());
        each(content, |number, field| {
            if number != SOURCE_CODE_INFO {
                file.extend_from_slice(field);
            }
            Ok(())
        })?;
        encode_key(FILE, WireType::LengthDelimited, &mut kept);
        encode_varint(file.len() as u64, &mut kept);
        kept.append(&mut file);
        Ok(())
    })?;
    Ok(kept)
}

/// Every field of a message, whole, with its number.
fn each<'a>(
    mut message: &'a [u8],
    mut take: impl FnMut(u32, &'a [u8]) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    while !message.is_empty() {
        let before = message;
        let (number, wire) = decode_key(&mut message)?;
        skip_field(wire, number, &mut message, DecodeContext::default())?;
        take(number, &before[..before.len() - message.len()])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use prost_reflect::DescriptorPool;

    use super::*;
    use crate::route::Routes;
    use crate::route::access::SUITE;

    #[test]
    fn everything_but_the_comments_is_still_there() {
        let bare = without_comments(proto::DESCRIPTOR).expect("a contract");
        let [whole, bare] = [proto::DESCRIPTOR, &bare].map(|it| {
            let pool = DescriptorPool::decode(it).expect("a contract");
            let routes = Routes::read(&pool, &SUITE).expect("routes");
            let routes = routes.operations.iter().map(|it| it.template.text.clone());
            let said = pool
                .file_descriptor_protos()
                .filter(|it| it.source_code_info.is_some());
            (
                routes.collect::<Vec<_>>(),
                pool.all_messages().count(),
                said.count(),
            )
        });
        assert!(whole.0.len() > 100 && whole.2 > 50, "{whole:?}");
        assert_eq!((whole.0, whole.1, 0), bare);
    }

    #[test]
    fn what_is_no_contract_is_refused_and_harms_nobody() {
        for wrong in [&[0x0a, 0xff][..], &[0x0a, 0x02, 0x4a], &[0xff; 12]] {
            assert!(without_comments(wrong).is_err(), "{wrong:?}");
        }
    }
}
