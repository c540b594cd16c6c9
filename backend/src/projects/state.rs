//! What decisions need to know of projects. They are read when they are asked for, so that any
//! number of them needs no memory.

use std::collections::HashMap;
use std::sync::Arc;

use latchkey_shared::fields;
use latchkey_shared::ids::ProjectId;

use super::store::{self, ProjectState};
use crate::counting::Lookups;
use crate::database::{Change, Database, Fact, Fresh, Observed, Sample, Weight};

/// The memory for projects, in bytes.
const MEMORY: usize = 8 << 20;

/// What a project is called by: its key or its id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyOrId(String);

impl Observed for KeyOrId {
    fn change(&self) -> Change {
        Change::Project(self.0.clone())
    }
}

impl Weight for Option<ProjectState> {
    fn heap(&self) -> usize {
        self.as_ref().map_or(0, |project| project.name.key.capacity() + project.name.name.capacity())
    }
}

/// The answer to a look-up: a project, or that there is none.
#[derive(Debug, Clone)]
pub struct Lookup {
    asked: KeyOrId,
    found: Arc<Fact<Option<ProjectState>>>,
}

impl Lookup {
    /// The project, if there is one.
    #[must_use]
    pub fn project(&self) -> Option<&ProjectState> {
        (**self.found).as_ref()
    }

    /// The id of the project, if there is one.
    #[must_use]
    pub fn id(&self) -> Option<&ProjectId> {
        self.project().map(|project| &project.name.id)
    }
}

/// The states of projects, cached by key and by id.
pub struct Projects {
    database: Database,
    states: Fresh<KeyOrId, Option<ProjectState>>,
}

impl Projects {
    /// Reads projects when they are first asked for.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { states: Fresh::new(Arc::clone(database.epochs()), MEMORY), database }
    }

    /// Looks a project up by its key or id; `None` if the text is neither.
    pub async fn named(&self, text: &str) -> Result<Option<Lookup>, sqlx::Error> {
        if fields::key(text).is_err() && text.parse::<ProjectId>().is_err() {
            return Ok(None);
        }
        let asked = KeyOrId(text.to_owned());
        let read = async || {
            let states = store::states(&self.database, &[text.to_owned()]).await?;
            Ok::<_, sqlx::Error>(Some(states.into_iter().next()))
        };
        let found = self.states.get_or_read(&asked, read).await?;
        Ok(found.map(|found| Lookup { asked, found }))
    }

    /// Looks projects up by id.
    pub async fn with_ids(&self, ids: impl Iterator<Item = &ProjectId>) -> Result<Vec<Lookup>, sqlx::Error> {
        self.all(ids.map(|id| KeyOrId(id.to_string())).collect()).await
    }

    /// Looks projects up by key.
    pub async fn with_keys(&self, keys: impl Iterator<Item = &String>) -> Result<Vec<Lookup>, sqlx::Error> {
        self.all(keys.filter(|key| fields::key(key).is_ok()).map(|key| KeyOrId(key.clone())).collect()).await
    }

    /// Whether this is still the answer.
    pub(crate) fn still_counts(&self, lookup: &Lookup) -> bool {
        self.states.still_counts(&lookup.asked, &lookup.found)
    }

    /// What is not cached is read with one statement.
    async fn all(&self, asked: Vec<KeyOrId>) -> Result<Vec<Lookup>, sqlx::Error> {
        let found = self.states.get_or_read_all(asked, |missing| self.read(missing)).await?;
        Ok(found.into_iter().map(|(asked, found)| Lookup { asked, found }).collect())
    }

    async fn read(&self, asked: Vec<KeyOrId>) -> Result<HashMap<KeyOrId, Option<ProjectState>>, sqlx::Error> {
        let names: Vec<String> = asked.iter().map(|KeyOrId(name)| name.clone()).collect();
        let mut found: HashMap<KeyOrId, Option<ProjectState>> =
            asked.into_iter().map(|name| (name, None)).collect();
        for state in store::states(&self.database, &names).await? {
            for name in [state.name.id.as_str(), &state.name.key] {
                if let Some(place) = found.get_mut(&KeyOrId(name.to_owned())) {
                    *place = Some(state.clone());
                }
            }
        }
        Ok(found)
    }

    /// How often a project that counts was cached.
    pub(crate) fn lookups(&self) -> &Lookups {
        self.states.lookups()
    }

    /// The cached projects, to compare them.
    pub(crate) fn sample(&self) -> Sample<'_, KeyOrId, Option<ProjectState>> {
        Sample::of(&self.states)
    }

    /// Compares some cached projects with the database. Returns how many differ.
    pub(crate) async fn compare(
        &self,
        sample: &mut Sample<'_, KeyOrId, Option<ProjectState>>,
    ) -> Result<u64, sqlx::Error> {
        sample.compare(&self.database, |asked| self.read(asked), PartialEq::eq).await
    }
}
