//! Tells the other nodes that this one is there.

use std::sync::Arc;
use std::time::Duration;

use latchkey_shared::ids::KeyId;
use tokio::sync::{Mutex, watch};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::fleet::Fleet;
use super::host;
use super::store::{self, ALONE, NewNode, News};
use crate::configuration::Configuration;
use crate::database::{
    Database, Engine, Moment, OpenError, RENEWAL, clock, needed_schema, needed_schema_at_last, now, promptly,
    schemas,
};

/// How long to wait after a failure.
const AGAIN: Duration = Duration::from_millis(500);

/// What a node holds that steps wait for.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Held {
    /// The keys that sign JWTs.
    pub signing_keys: Vec<KeyId>,
    /// The keys that encrypt secrets at rest.
    pub data_keys: Vec<KeyId>,
    /// Check values of the keys that wrap them.
    pub master_keys: Vec<String>,
}

/// Who knows what this node holds.
pub trait Holder: Send + Sync {
    /// What it holds now. It reads what is out of date, and fails if the database does not answer.
    fn held(&self) -> impl Future<Output = Result<Held, sqlx::Error>> + Send;
}

/// The nodes, as this one knows them, and this one among them.
pub struct Nodes {
    database: Database,
    own: NewNode,
    fleet: watch::Sender<Arc<Fleet>>,
    /// What the node told last, and when. Held while it tells of itself.
    telling: Mutex<Option<(Held, Moment)>>,
    stopped: CancellationToken,
    /// The schema that the database needs, if this program does not know it.
    unknown_schema: watch::Sender<Option<i64>>,
}

impl Nodes {
    /// Joins the other nodes. If the database does not write, the node starts all the same, and
    /// joins later.
    pub async fn join(database: &Database, configuration: &Configuration, holder: &impl Holder) -> Self {
        let schemas = schemas(database.engine());
        let name = host::name(configuration);
        let nodes = Self {
            database: database.clone(),
            own: NewNode {
                id: database.node().clone(),
                name,
                lowest_schema: *schemas.start(),
                highest_schema: *schemas.end(),
                started_at: now(),
            },
            fleet: watch::Sender::new(Arc::new(Fleet { members: Vec::new(), read_at: Moment::now() })),
            telling: Mutex::default(),
            stopped: CancellationToken::new(),
            unknown_schema: watch::Sender::default(),
        };
        // From now on the node has to tell that it is there.
        database.epochs().be_absent();
        if let Err(error) = nodes.tell(holder).await {
            tracing::error!(%error, "this node is not in the list of nodes; it is tried again");
        }
        nodes
    }

    /// The nodes. A new list arrives every few seconds while the database answers.
    #[must_use]
    pub fn fleet(&self) -> watch::Receiver<Arc<Fleet>> {
        self.fleet.subscribe()
    }

    /// Fails if this program is too old for the database.
    ///
    /// # Errors
    /// The program is too old.
    pub fn is_recent(&self) -> Result<(), OpenError> {
        let own = self.own.highest_schema;
        (*self.unknown_schema.borrow()).map_or(Ok(()), |needed| Err(OpenError::TooOld { own, needed }))
    }

    /// Waits until this program is too old for the database: a later version has changed it.
    pub async fn grow_too_old(&self) {
        // The sender is part of this.
        let _ = self.unknown_schema.subscribe().wait_for(Option::is_some).await;
    }

    /// Notes what the database needs. A program that does not know it writes nothing more.
    fn note_needed(&self, needed: i64) -> Result<(), sqlx::Error> {
        if needed <= self.own.highest_schema {
            return Ok(());
        }
        self.stopped.cancel();
        self.database.epochs().be_absent();
        self.unknown_schema.send_replace(Some(needed));
        Err(sqlx::Error::Protocol("the program is too old for the database".into()))
    }

    /// Tells regularly that this node is there, until it leaves.
    pub async fn keep_telling(&self, holder: &impl Holder) {
        let mut tick = tokio::time::interval(RENEWAL);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut was_present = true;
        loop {
            tokio::select! {
                () = self.stopped.cancelled() => return,
                _ = tick.tick() => {}
            }
            let told = self.tell(holder).await;
            if let Err(error) = &told {
                tracing::debug!(%error, "this node did not tell that it is there");
                tick.reset_after(AGAIN);
            }
            let is_present = self.database.epochs().is_present();
            match told {
                Err(error) if was_present && !is_present => {
                    tracing::error!(%error, "this node writes nothing: it cannot tell the others that it is there");
                }
                _ if is_present && !was_present => tracing::info!("this node has joined the others again"),
                _ => {}
            }
            was_present = is_present;
        }
    }

    /// Tells the others that this node is gone, and tells no more.
    pub async fn leave(&self) {
        self.stopped.cancel();
        let _told = self.telling.lock().await;
        self.database.epochs().be_absent();
        let left =
            self.database.write_briefly(async |connection| store::leave(connection, &self.own.id).await);
        if let Err(error) = left.await {
            tracing::warn!(%error, "this node stays in the list of nodes for an hour");
        }
    }

    async fn tell(&self, holder: &impl Holder) -> Result<(), sqlx::Error> {
        let mut last = self.telling.lock().await;
        if self.stopped.is_cancelled() {
            return Ok(());
        }
        self.database.has_space()?;
        let held = holder.held().await?;
        let is_known = last.as_ref().is_some_and(|(told, at)| *told == held && self.is_alone_since(*at));
        if !is_known {
            let told = Moment::now();
            self.tell_of(holder, &held).await?;
            *last = Some((held, told));
        }
        let read = async {
            let mut connection = self.database.reader().acquire().await?;
            Ok((needed_schema(&mut connection).await?, Fleet::read(&mut connection).await?))
        };
        let (needed, fleet) = promptly::<_, sqlx::Error>(read).await?;
        self.note_needed(needed)?;
        self.fleet.send_replace(Arc::new(fleet));
        Ok(())
    }

    /// Whether nobody waits for this node to tell again: on SQLite there is no other one, and it told not
    /// long ago. A jump of the clock makes it silent.
    fn is_alone_since(&self, told: Moment) -> bool {
        let own = |fleet: &Fleet| fleet.live().any(|member| member.id == self.own.id);
        self.database.engine() == Engine::Sqlite
            && Moment::now().since(told) < ALONE
            && own(&self.fleet.borrow())
    }

    async fn tell_of(&self, holder: &impl Holder, held: &Held) -> Result<(), sqlx::Error> {
        if !self.database.epochs().is_present() || !self.renew(held).await? {
            // The others do not wait for this node. First they have to know it again. What it reads
            // after that is complete.
            self.database.write_briefly(async |connection| self.join_again(connection).await).await?;
            self.database.epochs().raise_all();
            if !self.renew(&holder.held().await?).await? {
                return Err(sqlx::Error::RowNotFound);
            }
        }
        Ok(())
    }

    async fn join_again(&self, connection: &mut sqlx::AnyConnection) -> Result<(), sqlx::Error> {
        if self.database.engine() == Engine::Sqlite {
            store::remain_alone(connection, &self.own.id).await?;
        }
        store::join(connection, &self.own).await?;
        // A step that saw this node missing is done. What it left is read now.
        self.note_needed(needed_schema_at_last(connection).await?)
    }

    /// Renews the row of this node. Returns whether the others took it for live until now.
    async fn renew(&self, held: &Held) -> Result<bool, sqlx::Error> {
        let epochs = self.database.epochs();
        let news = News {
            signing_keys: words(&held.signing_keys),
            data_keys: words(&held.data_keys),
            master_keys: held.master_keys.join(" "),
            feed_lag: epochs.feed_lag().map(|lag| i64::try_from(lag.as_millis()).unwrap_or(i64::MAX)),
            clock_offset: clock::ahead(),
        };
        let told = Moment::now();
        let renewal = self
            .database
            .write_briefly(async |connection| store::renew(connection, &self.own.id, &news).await);
        let was_live = renewal.await?;
        if was_live {
            epochs.be_present(told);
        }
        Ok(was_live)
    }
}

fn words(keys: &[KeyId]) -> String {
    keys.iter().map(KeyId::as_str).collect::<Vec<_>>().join(" ")
}
