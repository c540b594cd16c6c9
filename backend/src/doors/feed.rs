//! `GET /systems/{system}/revocations`: the feed, by long poll.

use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use latchkey_shared::fields::Refusal;
use latchkey_shared::ids::SystemId;
use latchkey_shared::revocations::Revocations;
use serde::Deserialize;
use tokio::time::Instant;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::database::{Database, now};
use crate::engine::verifier::Verifier;
use crate::revocations::{self, Place};
use crate::systems::catalog::system_of_key;
use crate::web::bearer::{bearer, no_verifier_key};
use crate::web::extract::{Query, write_cursor};
use crate::web::problem::Problem;

/// The longest that a call waits for news, in seconds.
const LONGEST_WAIT: u32 = 30;
/// Entries of one answer; the next call brings the rest.
const MOST: i64 = 1_000;

/// Registers the routes of this capability.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(list);
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FeedQuery {
    /// The `cursor` of the answer before; all that matters now if absent.
    #[param(nullable = false)]
    since: Option<String>,
    /// How long to wait for news, in seconds: 0 (if absent) to 30.
    #[param(nullable = false, minimum = 0, maximum = 30)]
    wait: Option<u32>,
}

/// Learn which JWTs no longer count
///
/// For systems that check JWTs offline, with a verifier key of the system as
/// bearer token. Ask without `since` once, then again and again with the
/// `cursor` of the answer before and `wait=30`: the call is answered as soon as
/// there is news. Entries may be forgotten after an hour, when all JWTs that
/// they speak of have ended. What a JWT does not say cannot be learnt here:
/// address lists and rate limits are only judged by a decision.
#[utoipa::path(
    operation_id = "list_revocations",
    tag = "verify",
    params(FeedQuery),
    security(("verifier_key" = [])),
    responses((status = 200, description = "What is new", body = Revocations))
)]
#[get("/systems/{system}/revocations")]
async fn list(
    request: HttpRequest,
    verifier: web::Data<Verifier>,
    database: web::Data<Database>,
    path: web::Path<String>,
    query: Query<FeedQuery>,
) -> Result<HttpResponse, Problem> {
    let system = {
        let snapshot = verifier.catalog().await?;
        let system = system_of_key(&snapshot, bearer(&request)).ok_or_else(|| no_verifier_key(&request))?;
        if snapshot.system_named(&path).is_none_or(|named| named.id != system.id) {
            return Err(Problem::forbidden("The verifier key is for another system."));
        }
        system.id.clone()
    };
    let FeedQuery { since, wait } = query.read()?;
    let wait = wait.unwrap_or(0);
    if wait > LONGEST_WAIT {
        let message = format!("At most {LONGEST_WAIT} seconds.");
        return Err(Problem::field("wait", Refusal::new("out_of_range", message)));
    }
    let since = since.as_deref().map(read_place).transpose()?;
    let until = Instant::now() + Duration::from_secs(wait.into());
    let epochs = database.epochs();
    let mut raised = epochs.revocations();
    loop {
        // Before the feed is read: what comes after that wakes this call again.
        raised.borrow_and_update();
        let news = read(&database, &system, since).await?;
        if news.reset || !news.items.is_empty() || Instant::now() >= until {
            return Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(news));
        }
        // A feed of changes that is broken wakes nobody.
        let look_again =
            if epochs.feed_is_live() { Duration::from_secs(5) } else { Duration::from_millis(500) };
        tokio::select! {
            _ = raised.changed() => {}
            () = tokio::time::sleep_until(until.min(Instant::now() + look_again)) => {}
        }
    }
}

async fn read(database: &Database, system: &SystemId, since: Option<Place>) -> Result<Revocations, Problem> {
    let mut connection = database.reader().acquire().await?;
    let from = match since {
        Some(place) if revocations::is_known(&mut connection, system, place).await? => Some(place),
        _ => None,
    };
    // Taken before the entries are read: an empty feed is known to be empty until then.
    let start = Place { seq: 0, at: now() };
    let seq = from.map_or(0, |place| place.seq);
    let (items, last) = revocations::after(&mut connection, system, seq, MOST).await?;
    Ok(Revocations { reset: from.is_none(), items, cursor: write_place(last.or(from).unwrap_or(start)) })
}

fn write_place(place: Place) -> String {
    write_cursor(&format!("{} {}", place.seq, place.at))
}

fn read_place(cursor: &str) -> Result<Place, Problem> {
    let refused =
        || Problem::field("since", Refusal::new("invalid_cursor", "Not the `cursor` of an answer before."));
    let text = crate::crypto::from_base64url(cursor).and_then(|bytes| String::from_utf8(bytes).ok());
    let (seq, at) = text.as_deref().and_then(|text| text.split_once(' ')).ok_or_else(refused)?;
    let number = |text: &str| text.parse().ok().filter(|number| (0..=i64::MAX / 2).contains(number));
    Ok(Place { seq: number(seq).ok_or_else(refused)?, at: number(at).ok_or_else(refused)? })
}
