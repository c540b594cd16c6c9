//! Sessions of people.
//!
//! The cookie has 256 random bits; the database has their digest. A session ends after 30 idle
//! minutes, after 12 hours, when its user is disabled, and when the password changes. If a
//! browser says that another site sent a request, a change is refused.

mod cookie;
pub(crate) mod store;
pub(crate) mod throttle;

pub use self::cookie::{Session, Sessions};
pub use self::store::{end_all, end_everyones, forget_expired};
