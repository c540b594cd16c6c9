//! Latchkey as a system: its own API is granted and checked like any other.

use latchkey_shared::ids::SystemId;
use latchkey_shared::systems::System;
use latchkey_shared::time::Timestamp;
use utoipa::openapi::OpenApi;

use super::openapi::compare::compare;
use super::openapi::document::Document;
use super::store;
use crate::database::{Change, Database};
use crate::web::problem::Problem;

/// The system's key.
pub const KEY: &str = "latchkey";

/// Registers the operations of our own document that a token may call, and updates what an
/// earlier version registered. `audience` is the issuer of this installation.
pub async fn register(database: &Database, document: &OpenApi, audience: &str) -> anyhow::Result<()> {
    let mut document = document.clone();
    document.paths.paths.retain(|_, item| {
        for operation in [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch] {
            if !operation.as_ref().is_some_and(takes_bearer) {
                *operation = None;
            }
        }
        item.get.is_some()
            || item.put.is_some()
            || item.post.is_some()
            || item.delete.is_some()
            || item.patch.is_some()
    });
    let document = Document::parse(document.to_json()?.as_bytes())?;
    let audience = audience.to_owned();
    let registered = database.write(move |transaction| {
        Box::pin(async move {
            // The version of the program decides what it registers.
            let system = if let Some(mut system) = store::system(transaction.connection(), None, KEY).await? {
                if system.audience != audience {
                    system.audience = audience;
                    store::update_system(transaction.takes_if(None), &system).await?;
                }
                system
            } else {
                let system = System {
                    id: SystemId::new(),
                    key: KEY.to_owned(),
                    name: "Latchkey".to_owned(),
                    audience,
                    base_path: String::new(),
                    project_param: "project".to_owned(),
                    restricted: false,
                    disabled: false,
                    builtin: true,
                    api_count: 0,
                    global_api_count: 0,
                    created_at: Timestamp::from_millis(0),
                    updated_at: Timestamp::from_millis(0),
                    warnings: Vec::new(),
                };
                store::insert_system(transaction.connection(), &system).await?;
                system
            };
            let known = store::Known::read(transaction.connection(), system).await?;
            let difference = compare(&known, &document, &mut Vec::new());
            store::apply(transaction.takes_if(None), difference).await?;
            transaction.changes(Change::Catalog);
            Ok::<_, Problem>(())
        })
    });
    Ok(registered.await?)
}

fn takes_bearer(operation: &utoipa::openapi::path::Operation) -> bool {
    let written = serde_json::to_value(&operation.security).unwrap_or_default();
    written.as_array().is_some_and(|all| all.iter().any(|one| one.get("bearer").is_some()))
}
