//! Reads structs from JSON objects only.
//!
//! The code that serde derives for a struct also accepts an array, with its values by position.
//! Nobody who sends an array means that, and skipped fields would silently stay unchanged.
//! [`Objects`] wraps a deserializer and refuses arrays for structs at every depth.
//!
//! The YAML library needs no wrapper: it accepts no array for a struct.
//!
//! The wrapper does not reach a struct inside an untagged or internally tagged enum, or beside
//! `#[serde(flatten)]`. Nothing that is read here has one.

use std::fmt;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess,
    Visitor,
};

/// Parses JSON.
pub fn from_slice<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let value = T::deserialize(Objects(&mut deserializer))?;
    deserializer.end()?;
    Ok(value)
}

/// Reads a JSON value.
pub fn from_value<T: DeserializeOwned>(value: serde_json::Value) -> serde_json::Result<T> {
    T::deserialize(Objects(value))
}

/// A deserializer that accepts no array for a struct.
pub struct Objects<T>(pub T);

/// The visitor of a value.
struct Inside<V> {
    visitor: V,
    is_struct: bool,
}

fn any<V>(visitor: V) -> Inside<V> {
    Inside { visitor, is_struct: false }
}

fn of_struct<V>(visitor: V) -> Inside<V> {
    Inside { visitor, is_struct: true }
}

macro_rules! forward {
    ($($method:ident($($name:ident: $kind:ty),*) => $wrap:ident;)*) => {
        $(fn $method<V: Visitor<'de>>(self, $($name: $kind,)* visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method($($name,)* $wrap(visitor))
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Objects<D> {
    type Error = D::Error;

    forward! {
        deserialize_any() => any;
        deserialize_bool() => any;
        deserialize_i8() => any;
        deserialize_i16() => any;
        deserialize_i32() => any;
        deserialize_i64() => any;
        deserialize_i128() => any;
        deserialize_u8() => any;
        deserialize_u16() => any;
        deserialize_u32() => any;
        deserialize_u64() => any;
        deserialize_u128() => any;
        deserialize_f32() => any;
        deserialize_f64() => any;
        deserialize_char() => any;
        deserialize_str() => any;
        deserialize_string() => any;
        deserialize_bytes() => any;
        deserialize_byte_buf() => any;
        deserialize_option() => any;
        deserialize_unit() => any;
        deserialize_unit_struct(name: &'static str) => any;
        deserialize_newtype_struct(name: &'static str) => any;
        deserialize_seq() => any;
        deserialize_tuple(length: usize) => any;
        deserialize_tuple_struct(name: &'static str, length: usize) => any;
        deserialize_map() => any;
        deserialize_struct(name: &'static str, fields: &'static [&'static str]) => of_struct;
        deserialize_enum(name: &'static str, variants: &'static [&'static str]) => any;
        deserialize_identifier() => any;
        deserialize_ignored_any() => any;
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

macro_rules! visit {
    ($($method:ident: $kind:ty,)*) => {
        $(fn $method<E: Error>(self, value: $kind) -> Result<V::Value, E> {
            self.visitor.$method(value)
        })*
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Inside<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    visit! {
        visit_bool: bool,
        visit_i8: i8,
        visit_i16: i16,
        visit_i32: i32,
        visit_i64: i64,
        visit_i128: i128,
        visit_u8: u8,
        visit_u16: u16,
        visit_u32: u32,
        visit_u64: u64,
        visit_u128: u128,
        visit_f32: f32,
        visit_f64: f64,
        visit_char: char,
        visit_str: &str,
        visit_borrowed_str: &'de str,
        visit_string: String,
        visit_bytes: &[u8],
        visit_borrowed_bytes: &'de [u8],
        visit_byte_buf: Vec<u8>,
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(Objects(value))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_newtype_struct(Objects(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, values: A) -> Result<V::Value, A::Error> {
        if self.is_struct {
            return Err(A::Error::custom("an array stands where an object is wanted"));
        }
        self.visitor.visit_seq(Objects(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(Objects(members))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, variant: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_enum(Objects(variant))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Objects<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Objects(deserializer))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Objects<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Objects(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Objects<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_key_seed(Objects(seed))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(Objects(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for Objects<A> {
    type Error = A::Error;
    type Variant = Objects<A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error> {
        self.0.variant_seed(Objects(seed)).map(|(value, variant)| (value, Objects(variant)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Objects<A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.0.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.0.newtype_variant_seed(Objects(seed))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.0.tuple_variant(length, any(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.0.struct_variant(fields, of_struct(visitor))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Inner {
        #[serde(default)]
        name: Option<String>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Wrapped(Inner);

    #[derive(Debug, Deserialize, PartialEq)]
    enum Choice {
        Plain,
        Newtype(Inner),
        Pair(u8, Inner),
        Struct { inner: Inner },
    }

    #[derive(Debug, Deserialize, PartialEq, Default)]
    #[serde(default)]
    struct Outer {
        one: Option<Inner>,
        many: Vec<Inner>,
        named: BTreeMap<String, Inner>,
        wrapped: Option<Wrapped>,
        pair: Option<(u8, Inner)>,
        choice: Option<Choice>,
        free: serde_json::Value,
    }

    fn read(json: &str) -> Option<Outer> {
        let value = serde_json::from_str(json).expect("is JSON");
        let (of_text, of_value) = (from_slice(json.as_bytes()).ok(), from_value(value).ok());
        assert_eq!(of_text, of_value, "{json}");
        of_text
    }

    #[test]
    fn a_struct_is_an_object_at_every_depth() {
        for (right, wrong) in [
            ("{}", "[]"),
            ("{}", "[null]"),
            (r#"{"one": {"name": "a"}}"#, r#"{"one": ["a"]}"#),
            (r#"{"many": [{"name": "a"}]}"#, r#"{"many": [["a"]]}"#),
            (r#"{"named": {"x": {}}}"#, r#"{"named": {"x": [null]}}"#),
            (r#"{"wrapped": {}}"#, r#"{"wrapped": [null]}"#),
            (r#"{"pair": [1, {}]}"#, r#"{"pair": [1, [null]]}"#),
            (r#"{"choice": {"Newtype": {}}}"#, r#"{"choice": {"Newtype": [null]}}"#),
            (r#"{"choice": {"Pair": [1, {}]}}"#, r#"{"choice": {"Pair": [1, [null]]}}"#),
            (r#"{"choice": {"Struct": {"inner": {}}}}"#, r#"{"choice": {"Struct": [{}]}}"#),
            (r#"{"choice": "Plain"}"#, r#"{"choice": {"Struct": {"inner": [null]}}}"#),
        ] {
            assert!(serde_json::from_str::<Outer>(wrong).is_ok(), "serde itself takes {wrong}");
            assert!(read(right).is_some(), "{right}");
            assert_eq!(read(wrong), None, "{wrong}");
        }
        let free = read(r#"{"free": [1, [true, -2.5], {"a": ["b"]}]}"#).expect("is right");
        assert_eq!(free.free, serde_json::json!([1, [true, -2.5], { "a": ["b"] }]));
    }

    #[test]
    fn trailing_text_after_the_value_is_refused() {
        assert!(from_slice::<Outer>(b"{} {}").is_err());
    }
}
