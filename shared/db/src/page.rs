//! Page tokens: the place in a list, sealed, so that nobody can read it, change it or use it for another list.

use std::sync::Arc;

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

/// The token was not given by this list, or was altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("page token of another list, or altered")]
pub struct BadPageToken;

/// Seals and opens page tokens with the service's key; cheap to clone.
#[derive(Clone)]
pub struct Pager {
    key: Arc<LessSafeKey>,
}

impl Pager {
    /// A pager whose key is derived from `secret`, which every replica of the service must share.
    pub fn new(secret: &SecretString) -> Self {
        let key = Sha256::digest(secret.expose_secret().as_bytes());
        let key = UnboundKey::new(&CHACHA20_POLY1305, &key).expect("SHA-256 gives the 32 bytes that the cipher takes");
        Self { key: Arc::new(LessSafeKey::new(key)) }
    }

    /// Seals the sort key of a page's last row. `scope` says which list it is: method, filters and organization.
    pub fn seal<K: Serialize>(&self, last: &K, scope: &str) -> String {
        let mut text = serde_json::to_vec(last).expect("a sort key of plain columns is always valid JSON");
        let nonce: [u8; NONCE_LEN] = rand::random();
        let sealed = self.key.seal_in_place_append_tag(Nonce::from(&nonce), Aad::from(scope), &mut text);
        sealed.expect("a sort key is far below the cipher's limit");
        URL_SAFE_NO_PAD.encode([&nonce[..], &text].concat())
    }

    /// Opens a token for the list `scope`; none for an empty one, which means the first page.
    pub fn open<K: DeserializeOwned>(&self, token: &str, scope: &str) -> Result<Option<K>, BadPageToken> {
        if token.is_empty() {
            return Ok(None);
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| BadPageToken)?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>().ok_or(BadPageToken)?;
        let mut sealed = sealed.to_vec();
        let text =
            self.key.open_in_place(Nonce::from(nonce), Aad::from(scope), &mut sealed).map_err(|_| BadPageToken)?;
        serde_json::from_slice(text).map(Some).map_err(|_| BadPageToken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pager(secret: &str) -> Pager {
        Pager::new(&SecretString::from(secret))
    }

    #[test]
    fn a_token_opens_only_where_it_was_sealed() {
        let (one, other) = (pager("one"), pager("other"));
        let token = one.seal(&("name", 7), "List organizations/1");
        assert_eq!(one.open(&token, "List organizations/1"), Ok(Some(("name".to_owned(), 7))));
        assert_eq!(one.open::<(String, i32)>(&token, "List organizations/2"), Err(BadPageToken));
        assert_eq!(other.open::<(String, i32)>(&token, "List organizations/1"), Err(BadPageToken));
        assert_eq!(one.open::<(String, i32)>("", "List organizations/1"), Ok(None));
    }

    #[test]
    fn no_changed_token_opens() {
        let pager = pager("one");
        let token = pager.seal(&7, "List");
        for i in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[i] = if changed[i] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            // The last character may carry unused bits; then it is the same token.
            let opened = pager.open::<i32>(&changed, "List");
            assert!(opened == Err(BadPageToken) || opened == Ok(Some(7)) && i == token.len() - 1, "{i}");
        }
    }
}
