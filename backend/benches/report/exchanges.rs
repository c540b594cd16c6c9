//! Exchanges of a secret for a JWT.

use std::time::Duration;

use anyhow::Result;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use latchkey::crypto::jwt::Algorithm;
use latchkey::database::Engine;

use crate::load::{CONNECTIONS, Until};
use crate::peer::compare;
use crate::place::{Place, title};
use crate::platform::{FORM, Platform, request, text};
use crate::report::{Report, a_second, time};
use crate::server::Server;

pub(crate) async fn measure(report: &mut Report, engine: Engine, span: Duration) -> Result<()> {
    let name = title(engine);
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
        let rate = Place::empty(engine)
            .await?
            .once(async |place| {
                let server = Server::start(place, algorithm)?;
                let platform = Platform::on(&server).await?;
                let secret = text(&platform.file, "secret")?;
                let requests = [exchange("/oauth2/token", &platform.token, &secret, "")];
                platform.requests(&requests, "access_token").run(CONNECTIONS, Until::Over(span)).await
            })
            .await?;
        let signed = algorithm.as_str();
        let note = "A secret for a JWT, with each algorithm of the signature.";
        let mut column = report.column("Token exchange", note, name);
        column.row(signed, "", a_second(rate.per_second));
        column.row(&format!("{signed}: CPU"), "", time(rate.cpu));
        let mut column = compare(report, &format!("Latchkey on {name}"));
        column.row(&format!("JWTs issued, {signed}"), "", a_second(rate.per_second));
        column.row(&format!("JWT issued, {signed}: CPU"), "", time(rate.cpu));
    }
    Ok(())
}

/// A request for an access token, with more parameters.
pub(crate) fn exchange(path: &str, id: &str, secret: &str, more: &str) -> Vec<u8> {
    request(path, &[&basic(id, secret), FORM], &format!("grant_type=client_credentials{more}"))
}

/// The header with the credentials of a client.
pub(crate) fn basic(id: &str, secret: &str) -> String {
    format!("Authorization: Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")))
}
