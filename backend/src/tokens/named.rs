//! What a token names: APIs, systems, projects and users.

use latchkey_shared::fields::Errors;
use latchkey_shared::tokens::Kind;

/// The most APIs or systems that a token is granted one by one.
const MOST_GRANTS: usize = 2_000;

/// The most projects or users that a token is for.
const MOST_TARGETS: usize = 500;

/// The APIs, systems, projects and users that an application names, by key, name or id.
#[derive(Clone, Default)]
pub(crate) struct Named {
    /// APIs, by key or id.
    pub apis: Vec<String>,
    /// Systems, by key or id.
    pub systems: Vec<String>,
    /// Projects, by key or id.
    pub projects: Vec<String>,
    /// Whether the token is for all projects.
    pub all_projects: bool,
    /// Users, by name or id.
    pub users: Vec<String>,
}

impl Named {
    /// Checks that the names fit the kind and stay within the limits.
    pub(super) fn check(&self, kind: Kind, errors: &mut Errors) {
        for (field, length, most) in [
            ("apis", self.apis.len(), MOST_GRANTS),
            ("systems", self.systems.len(), MOST_GRANTS),
            ("projects", self.projects.len(), MOST_TARGETS),
            ("users", self.users.len(), MOST_TARGETS),
        ] {
            if length > most {
                errors.add(field, "too_many", format!("At most {most}."));
            }
        }
        if self.apis.is_empty() && self.systems.is_empty() {
            errors.add("apis", "required", "Grant at least one API or system.");
        }
        match kind {
            Kind::Rsa => {
                if !self.users.is_empty() {
                    errors.add("users", "wrong_kind", "RSA tokens are for projects.");
                }
                if self.projects.is_empty() && !self.all_projects {
                    errors.add("projects", "required", "Name at least one project.");
                }
                if !self.projects.is_empty() && self.all_projects {
                    errors.add(
                        "all_projects",
                        "contradiction",
                        "Send either `projects` or `all_projects`, not both.",
                    );
                }
            }
            Kind::Jwt => {
                if !self.projects.is_empty() {
                    errors.add("projects", "wrong_kind", "JWT tokens are for users.");
                }
                if self.all_projects {
                    errors.add("all_projects", "wrong_kind", "JWT tokens are for users.");
                }
                if self.users.is_empty() {
                    errors.add("users", "required", "Name at least one user.");
                }
            }
        }
    }
}
