//! Commands. Those to a running server use its API, so they work on both engines and leave the same
//! audit events as a person in the browser.

pub mod backup;

mod administrator;
pub mod audit;
pub mod doctor;
pub mod manual;
pub mod migrate;
pub mod ready;
pub mod reconcile;
pub mod rotate_data_key;
pub mod rotate_master_key;

use latchkey_shared::page::Page;
use latchkey_shared::signing_keys::{SigningKey, SigningKeyRotation};

use self::administrator::Session;
use crate::configuration::{Configuration, RotateSigningKey};

/// Rotates the key that signs JWTs, and prints the keys.
pub async fn rotate_signing_key(configuration: &Configuration, how: RotateSigningKey) -> anyhow::Result<()> {
    let session = Session::log_in(configuration, how.administrator).await?;
    let body = SigningKeyRotation { at_once: how.at_once };
    let keys: Page<SigningKey> = session.post("/signing-keys/rotate", &body).await?;
    for key in keys.items {
        let until = key.signs_until.map(|end| format!(" until {}", end.as_str())).unwrap_or_default();
        println!("{} {} signs from {}{until}", key.id, key.algorithm, key.signs_from.as_str());
    }
    session.log_out().await
}
