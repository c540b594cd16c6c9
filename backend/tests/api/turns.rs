//! The queue of writes.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use latchkey::database::{Database, Rank};

use crate::in_both_places;
use crate::server::Where;

async fn a_withdrawal_goes_before_all_writes_that_wait(place: Where) {
    let database = Database::open(&place.configuration()).await.unwrap();
    let (release, released) = tokio::sync::oneshot::channel::<()>();
    let holding = database.clone();
    let first = tokio::spawn(async move {
        let work = holding.write(move |_| {
            Box::pin(async move {
                released.await.unwrap();
                Ok::<_, sqlx::Error>(())
            })
        });
        work.await.unwrap();
    });
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    let mut write = async |rank: Rank| {
        let (database, order) = (database.clone(), Arc::clone(&order));
        tasks.push(tokio::spawn(async move {
            let work = database.write_as(rank, move |_| {
                Box::pin(async move {
                    order.lock().unwrap().push(rank);
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    Ok::<_, sqlx::Error>(())
                })
            });
            work.await.unwrap();
        }));
        // It joins the queue before the next one.
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    tokio::time::sleep(Duration::from_millis(50)).await;
    for _ in 0..20 {
        write(Rank::Background).await;
        write(Rank::Request).await;
    }
    write(Rank::Withdrawal).await;
    release.send(()).unwrap();
    join_all(tasks).await.into_iter().for_each(|task| task.unwrap());
    first.await.unwrap();

    let order = std::mem::take(&mut *order.lock().unwrap());
    // Two writes at a time have their turn, so one was next already. PostgreSQL may still start the session
    // of the withdrawal when others begin.
    let early = |rank: Rank| order[..20].iter().filter(|one| **one == rank).count();
    assert!(order[..6].contains(&Rank::Withdrawal), "{order:?}");
    assert!(early(Rank::Request) >= 16, "{order:?}");
    database.close().await;
}

in_both_places! { a_withdrawal_goes_before_all_writes_that_wait => a_withdrawal_goes_before_all_writes_that_wait }
