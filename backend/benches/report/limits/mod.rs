//! What limits, metrics and traces cost, and how well three nodes share a rate.

mod alternate;
mod collector;
mod cost;
mod shared;
mod watched;

use std::time::Duration;

use anyhow::Result;
use latchkey::database::Engine;

use crate::place::Place;
use crate::report::Report;

pub(crate) async fn measure(report: &mut Report, engine: Engine, span: Duration) -> Result<()> {
    let place = Place::empty(engine).await?;
    place.once(async |place| cost::measure(report, place, span).await).await?;
    watched::measure(report, engine, span).await?;
    if engine == Engine::Postgres {
        let place = Place::empty(engine).await?;
        place.once(async |place| shared::measure(report, place, span).await).await?;
    }
    Ok(())
}
