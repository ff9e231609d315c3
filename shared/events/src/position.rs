//! Positions as clients see them: opaque, good for one table only, impossible to make up.
//!
//! The number is hidden because it would tell how much happens in the whole service. The same position always gives the same
//! text. The key is the table's own random identity, so tokens outlive restarts and rotations of other keys, and one of
//! another service's table is recognised.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

const HALF: usize = 8;

/// Seals and opens the positions of one table.
#[derive(Clone)]
pub(crate) struct Seal {
    key: hmac::Key,
}

/// A text that is no position of this table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadPosition;

impl Seal {
    pub(crate) fn new(stream: Uuid) -> Seal {
        Seal { key: hmac::Key::new(hmac::HMAC_SHA256, stream.as_bytes()) }
    }

    pub(crate) fn seal(&self, position: i64) -> String {
        let plain = position.to_be_bytes();
        let tag = self.mac(b"tag", plain);
        let hidden = xor(plain, self.mac(b"hide", tag));
        URL_SAFE_NO_PAD.encode([tag, hidden].concat())
    }

    pub(crate) fn open(&self, text: &str) -> Result<i64, BadPosition> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| BadPosition)?;
        let (tag, hidden) = bytes.split_first_chunk::<HALF>().ok_or(BadPosition)?;
        let hidden: [u8; HALF] = hidden.try_into().map_err(|_| BadPosition)?;
        let plain = xor(hidden, self.mac(b"hide", *tag));
        // The comparison's time tells nothing of use: a guessed position is no secret of anybody.
        if self.mac(b"tag", plain) != *tag {
            return Err(BadPosition);
        }
        Ok(i64::from_be_bytes(plain))
    }

    fn mac(&self, purpose: &[u8], half: [u8; HALF]) -> [u8; HALF] {
        let full = hmac::sign(&self.key, &[purpose, half.as_slice()].concat());
        *full.as_ref().first_chunk().expect("SHA-256 gives 32 bytes")
    }
}

fn xor(a: [u8; HALF], b: [u8; HALF]) -> [u8; HALF] {
    std::array::from_fn(|i| a[i] ^ b[i])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_what_it_sealed_and_hides_the_number() {
        let seal = Seal::new(Uuid::from_u128(1));
        for position in [0, 1, 2, 1 << 40, i64::MAX] {
            assert_eq!(seal.open(&seal.seal(position)), Ok(position));
        }
        let (one, two) = (seal.seal(1), seal.seal(2));
        let equal = one.bytes().zip(two.bytes()).filter(|(a, b)| a == b).count();
        assert!(equal < one.len() / 2, "{one} {two}");
    }

    #[test]
    fn refuses_what_it_did_not_seal() {
        let seal = Seal::new(Uuid::from_u128(1));
        let mut altered = seal.seal(7).into_bytes();
        altered[3] = if altered[3] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).expect("still letters");
        let foreign = Seal::new(Uuid::from_u128(2)).seal(7);
        for text in ["7", "", "ä", &altered, &foreign, &(seal.seal(7) + "AA")] {
            assert_eq!(seal.open(text), Err(BadPosition), "{text}");
        }
    }
}
