//! What is withdrawn, with all that is needed to withdraw it again.

use latchkey_shared::ids::{ApiId, KeyId, NodeId, ProjectId, SystemId, TokenId, UserId};
use serde::{Deserialize, Serialize};

use super::position::Position;

/// Something that a transaction takes away. It has ids and switches, no names and no secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Withdrawal {
    /// A token was changed or disabled: what it may do since.
    Token(TokenRights),
    /// A token was deleted.
    TokenDeleted {
        /// Its id.
        token: TokenId,
    },
    /// A token was rotated.
    TokenRotated {
        /// Its id.
        token: TokenId,
        /// The generation of its new key.
        generation: i64,
        /// Until when the keys before are valid; they ended at once if absent.
        until: Option<i64>,
    },
    /// An open token was revoked by its client.
    OpenToken {
        /// Its token.
        token: TokenId,
        /// The digest of the open token, in base64url.
        digest: String,
    },
    /// A JWT was revoked by its client.
    Jwt {
        /// Its `jti`.
        jti: String,
    },
    /// A user was disabled, or lost a role.
    User {
        /// Its id.
        user: UserId,
        /// Whether the user is disabled since.
        disabled: bool,
        /// Whether the user is a system administrator since.
        administers: bool,
    },
    /// The password of a user was changed.
    Password {
        /// Its user.
        user: UserId,
    },
    /// Sessions of a user were ended.
    Sessions {
        /// Their user; unknown if a session was replaced.
        user: Option<UserId>,
    },
    /// A user is no member of a project any more, or no longer its administrator.
    Member {
        /// The project.
        project: ProjectId,
        /// The user.
        user: UserId,
        /// Whether the user is still a member.
        stays: bool,
    },
    /// A project was disabled.
    Project {
        /// Its id.
        project: ProjectId,
    },
    /// A project was deleted.
    ProjectDeleted {
        /// Its id.
        project: ProjectId,
    },
    /// A system was closed to a project.
    Opening {
        /// The project.
        project: ProjectId,
        /// The system.
        system: SystemId,
    },
    /// A system was disabled or restricted, or other calls are its own since.
    System {
        /// Its id.
        system: SystemId,
        /// Whether it is disabled since.
        disabled: bool,
        /// Whether it is open only to some projects since.
        restricted: bool,
        /// The audience of its JWTs since.
        audience: String,
        /// Where its paths begin since.
        base_path: String,
        /// The path parameter that names the project since.
        project_param: String,
    },
    /// A system was deleted.
    SystemDeleted {
        /// Its id.
        system: SystemId,
    },
    /// APIs were removed, or a document changed which calls are theirs.
    Apis {
        /// Their ids.
        apis: Vec<ApiId>,
    },
    /// A verifier key was deleted.
    VerifierKey {
        /// Its id.
        key: KeyId,
    },
    /// Keys that sign JWTs were ended.
    SigningKeys,
}

/// What a token may do.
#[allow(clippy::struct_excessive_bools, reason = "they are columns of a token")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRights {
    /// Its id.
    pub token: TokenId,
    /// Whether it is disabled.
    pub disabled: bool,
    /// When it ends, in milliseconds since the epoch.
    pub expires_at: Option<i64>,
    /// The addresses that it may be used from, as JSON.
    pub allowed_ips: String,
    /// Whether it accepts only one-time requests.
    pub one_time_only: bool,
    /// Whether it is for all projects.
    pub all_projects: bool,
    /// Whether it is limited to some projects.
    pub bounded: bool,
    /// The APIs that it is granted.
    pub apis: Vec<String>,
    /// The systems that it is granted.
    pub systems: Vec<String>,
    /// Its projects.
    pub projects: Vec<String>,
    /// Its users.
    pub users: Vec<String>,
    /// The projects that it is limited to.
    pub bounds: Vec<String>,
}

/// What one transaction withdrew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its position.
    pub position: Position,
    /// When it was written, in milliseconds since the epoch.
    pub at: i64,
    /// The node that committed it.
    pub node: NodeId,
    /// What was withdrawn.
    pub withdrawn: Vec<Withdrawal>,
}
