//! Statements that are built step by step. They number their placeholders `$N`, because
//! `sqlx::QueryBuilder` writes `?` for `Any`, which PostgreSQL refuses.

use sqlx::any::{Any, AnyArguments, AnyRow};
use sqlx::encode::Encode;
use sqlx::query::{Query, QueryAs};
use sqlx::{Arguments as _, AssertSqlSafe, FromRow, Type};

/// A statement that is being built. Its text is SQL and must never come from outside. Values go
/// through [`Sql::bind`].
pub struct Sql {
    text: String,
    arguments: AnyArguments,
    count: usize,
}

impl Sql {
    /// Begins a statement with `text`.
    #[must_use]
    pub fn new(text: &'static str) -> Self {
        Self { text: text.to_owned(), arguments: AnyArguments::default(), count: 0 }
    }

    /// Adds SQL.
    pub fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds the placeholder of `value`.
    ///
    /// # Panics
    /// Never: encoding for `Any` only copies the value.
    pub fn bind<T>(&mut self, value: T) -> &mut Self
    where
        T: for<'q> Encode<'q, Any> + Type<Any>,
    {
        self.count += 1;
        self.text.push('$');
        self.text.push_str(&self.count.to_string());
        self.arguments.add(value).expect("encoding for Any only copies the value");
        self
    }

    /// The statement, to execute it.
    pub fn query(self) -> Query<'static, Any, AnyArguments> {
        sqlx::query_with(AssertSqlSafe(self.text), self.arguments)
    }

    /// The statement, to read rows of type `T`.
    pub fn query_as<T>(self) -> QueryAs<'static, Any, T, AnyArguments>
    where
        T: for<'r> FromRow<'r, AnyRow>,
    {
        sqlx::query_as_with(AssertSqlSafe(self.text), self.arguments)
    }
}
