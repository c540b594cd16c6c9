//! A person's session: log in, stay in, log out.
//!
//! The cookie holds 256 random bits, the database their digest. A session ends
//! after 30 idle minutes or 12 hours, when its user is disabled, and when the
//! password changes. Requests that change something are refused when a browser
//! says that another site sent them.

mod cookie;
pub(crate) mod store;
pub(crate) mod throttle;

pub use self::cookie::{Session, Sessions};
pub use self::store::{end_all, forget_expired};
