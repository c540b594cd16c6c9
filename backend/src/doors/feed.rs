//! `GET /systems/{system}/revocations`: the revocation feed, by long polling.

use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use latchkey_shared::fields::Refusal;
use latchkey_shared::ids::SystemId;
use latchkey_shared::revocations::Revocations;
use serde::Deserialize;
use tokio::time::Instant;
use utoipa::IntoParams;

use crate::database::{Database, now};
use crate::engine::verifier::Verifier;
use crate::revocations::{self, Place};
use crate::systems::verifier::{VerifierProof, system_of};
use crate::web::bearer::{bearer, no_verifier_key};
use crate::web::extract::{Query, write_cursor};
use crate::web::problem::Problem;
use crate::web::routes::Routes;

/// The longest time that a request waits for news, in seconds.
const LONGEST_WAIT: u32 = 30;
/// The most entries in one answer. The next request gets the rest.
const MOST: i64 = 1_000;

/// Registers the routes of this capability.
pub(super) fn routes(routes: &mut Routes) {
    routes.service(list);
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FeedQuery {
    /// The `cursor` of the last answer. If absent, the answer has all current entries.
    #[param(nullable = false)]
    since: Option<String>,
    /// How long to wait for a new entry, in seconds: 0 to 30, 0 if absent.
    #[param(nullable = false, minimum = 0, maximum = 30)]
    wait: Option<u32>,
}

/// List revoked JWTs
///
/// For systems that check JWTs offline. Send a verifier key of the system as bearer token. Send
/// the first request without `since`. Then repeat the request with the `cursor` of the last
/// answer and `wait=30`. The answer comes as soon as there is a new entry. An entry may disappear
/// after an hour, when all JWTs that it covers have expired. The feed does not cover rules that
/// are not in the JWT, such as address lists. Only a decision checks them.
#[utoipa::path(
    operation_id = "list_revocations",
    tag = "verify",
    params(FeedQuery),
    security(("verifier_key" = [])),
    responses((status = 200, description = "The new entries", body = Revocations))
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
        let proof = VerifierProof::of(&request, bearer(&request));
        let system = system_of(&snapshot, proof).ok_or_else(|| no_verifier_key(&request))?;
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
        // Subscribed before the feed is read, so that a later entry wakes this request.
        raised.borrow_and_update();
        let news = read(&database, &system, since).await?;
        if news.reset || !news.items.is_empty() || Instant::now() >= until {
            return Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(news));
        }
        // While the change feed is broken, nothing wakes this request.
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
    // Taken before the entries are read: an empty feed is known to be empty up to here.
    let start = Place { seq: 0, at: now() };
    let seq = from.map_or(0, |place| place.seq);
    let (items, last) = revocations::after(&mut connection, system, seq, MOST).await?;
    Ok(Revocations { reset: from.is_none(), items, cursor: write_place(last.or(from).unwrap_or(start)) })
}

fn write_place(place: Place) -> String {
    write_cursor(&format!("{} {}", place.seq, place.at))
}

fn read_place(cursor: &str) -> Result<Place, Problem> {
    let refused = || {
        Problem::field("since", Refusal::new("invalid_cursor", "Must be the `cursor` of an earlier answer."))
    };
    let text = crate::crypto::from_base64url(cursor).and_then(|bytes| String::from_utf8(bytes).ok());
    let (seq, at) = text.as_deref().and_then(|text| text.split_once(' ')).ok_or_else(refused)?;
    let number = |text: &str| text.parse().ok().filter(|number| (0..=i64::MAX / 2).contains(number));
    Ok(Place { seq: number(seq).ok_or_else(refused)?, at: number(at).ok_or_else(refused)? })
}
