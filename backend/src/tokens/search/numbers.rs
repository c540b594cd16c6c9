//! Small numbers for ids: four bytes instead of thirty.

use std::collections::HashMap;

use ulid::Ulid;

/// The numbers of the projects, users, APIs and systems that tokens name, and the projects that
/// those users are members of.
#[derive(Default)]
pub(super) struct Numbers {
    numbers: HashMap<[u8; 16], u32>,
    /// The projects of users who have some, by the number of the user.
    projects: HashMap<u32, Box<[u32]>>,
}

/// An id without its prefix.
pub(super) fn ulid(id: &str) -> Option<Ulid> {
    Ulid::from_string(id.get(4..)?).ok()
}

/// What tells an id from all others. The first letter of the prefix tells ids of different types apart:
/// it goes where a ULID has the most significant bits of the time, which are the same for
/// thousands of years.
fn key(id: &str) -> Option<[u8; 16]> {
    let mut bytes = ulid(id)?.to_bytes();
    bytes[0] ^= id.as_bytes()[0];
    Some(bytes)
}

impl Numbers {
    /// The number of an id, which gets one if it has none.
    pub(super) fn assign(&mut self, id: &str) -> Option<u32> {
        let key = key(id)?;
        if let Some(number) = self.numbers.get(&key) {
            return Some(*number);
        }
        let number = u32::try_from(self.numbers.len()).ok()?;
        self.numbers.insert(key, number);
        Some(number)
    }

    /// The number of an id that some token has named.
    pub(super) fn of(&self, id: &str) -> Option<u32> {
        self.numbers.get(&key(id)?).copied()
    }

    /// Sets the projects that a user is a member of.
    pub(super) fn set_projects(&mut self, user: u32, projects: Box<[u32]>) {
        if projects.is_empty() {
            self.projects.remove(&user);
        } else {
            self.projects.insert(user, projects);
        }
    }

    /// The users who are members of some project.
    pub(super) fn members(&self) -> NumberSet {
        let mut members = NumberSet(vec![0; self.numbers.len().div_ceil(64)]);
        self.projects.keys().for_each(|&user| members.insert(user));
        members
    }

    /// These projects, and the users who are members of one of them.
    pub(super) fn reached_by<'i>(&self, projects: impl Iterator<Item = &'i str>) -> NumberSet {
        let mut reached = NumberSet(vec![0; self.numbers.len().div_ceil(64)]);
        for number in projects.filter_map(|id| self.of(id)) {
            reached.insert(number);
        }
        for (&user, projects) in &self.projects {
            if projects.iter().any(|&project| reached.contains(project)) {
                reached.insert(user);
            }
        }
        reached
    }

    /// About how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        let listed: usize = self.projects.values().map(|projects| size_of_val(&**projects)).sum();
        self.numbers.capacity() * (size_of::<([u8; 16], u32)>() + 1)
            + self.projects.capacity() * (size_of::<(u32, Box<[u32]>)>() + 1)
            + listed
    }
}

/// A set of numbers.
#[derive(Default)]
pub(super) struct NumberSet(Vec<u64>);

impl NumberSet {
    fn insert(&mut self, number: u32) {
        if let Some(word) = self.0.get_mut(number as usize / 64) {
            *word |= 1 << (number % 64);
        }
    }

    pub(super) fn contains(&self, number: u32) -> bool {
        self.0.get(number as usize / 64).is_some_and(|word| word & (1 << (number % 64)) != 0)
    }
}

#[cfg(test)]
mod tests {
    use latchkey_shared::ids::{ApiId, ProjectId, UserId};

    use super::*;

    #[test]
    fn a_user_is_reached_through_a_project() {
        let mut numbers = Numbers::default();
        let (mine, other) = (ProjectId::new(), ProjectId::new());
        let (ada, lin) = (UserId::new(), UserId::new());
        let [mine_number, other_number, ada_number, lin_number] =
            [mine.as_str(), other.as_str(), ada.as_str(), lin.as_str()]
                .map(|id| numbers.assign(id).expect("is an id"));
        numbers.set_projects(ada_number, Box::new([other_number, mine_number]));
        numbers.set_projects(lin_number, Box::new([other_number]));
        let unknown = ProjectId::new();
        let reached = numbers.reached_by([mine.as_str(), unknown.as_str()].into_iter());
        let found = [mine_number, other_number, ada_number, lin_number].map(|one| reached.contains(one));
        assert_eq!(found, [true, false, true, false]);
        let members = numbers.members();
        let found = [mine_number, ada_number, lin_number].map(|one| members.contains(one));
        assert_eq!(found, [false, true, true]);
    }

    #[test]
    fn ids_of_different_types_have_different_numbers() {
        let mut numbers = Numbers::default();
        let api = ApiId::new();
        let user = api.as_str().replace("api_", "usr_");
        let number = numbers.assign(api.as_str());
        assert_eq!(numbers.assign(api.as_str()), number);
        assert_ne!(numbers.assign(&user), number);
        assert_eq!(numbers.of("api_"), None);
    }
}
