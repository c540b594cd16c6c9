//! Explains errors in YAML documents to their authors.

use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::{Error as YamlError, MessageFormatter as _};

/// What is wrong with a YAML document, where, and how to fix it. The messages of the library
/// are for programmers.
pub(super) fn wrong_with_yaml(error: &YamlError) -> String {
    let mut cause = error.without_snippet();
    let mut is_in_alias = false;
    while let YamlError::AliasError { error, .. } = cause {
        cause = error.without_snippet();
        is_in_alias = true;
    }
    let what = match cause {
        YamlError::MultipleDocuments { .. } => {
            "there is more than one document in it; send one, without what follows the line `---`".to_owned()
        }
        YamlError::DuplicateMappingKey { key: Some(key), .. } => {
            format!("the key `{key}` is there twice; leave one of them out")
        }
        YamlError::DuplicateMappingKey { .. } => "a key is there twice; leave one of them out".to_owned(),
        YamlError::Message { msg, .. } => match msg.strip_prefix("duplicate field ") {
            Some(key) => format!("the key {key} is there twice; leave one of them out"),
            None => msg.clone(),
        },
        YamlError::Eof { .. } => "it ends too early; send all of it".to_owned(),
        YamlError::Unexpected { expected: "mapping start", .. } => {
            "something else stands where a mapping (`key: value`) is wanted".to_owned()
        }
        YamlError::Unexpected { expected: "sequence start", .. } => {
            "something else stands where a list (`- value`) is wanted".to_owned()
        }
        YamlError::Unexpected { expected: "string scalar", .. } => {
            "something else stands where a text is wanted".to_owned()
        }
        YamlError::NullIntoString { .. } => {
            "a text is wanted here; write one, or leave the key out".to_owned()
        }
        YamlError::BinaryNotUtf8 { .. } | YamlError::TaggedScalarCannotDeserializeIntoString { .. } => {
            "a text is wanted here; leave the tag (`!…`) out".to_owned()
        }
        YamlError::UnknownAnchor { .. } => {
            "the alias (`*name`) has no anchor (`&name`) before it; add one, or write the value itself"
                .to_owned()
        }
        YamlError::RecursiveReferencesRequireWeakTypes { .. } => {
            "the alias (`*name`) stands inside its own anchor (`&name`); write the value itself".to_owned()
        }
        YamlError::AliasReplayCounterOverflow { .. }
        | YamlError::AliasReplayLimitExceeded { .. }
        | YamlError::AliasExpansionLimitExceeded { .. }
        | YamlError::AliasReplayStackDepthExceeded { .. } => TOO_MANY_ALIASES.to_owned(),
        YamlError::Budget { breach, .. } => match breach {
            BudgetBreach::Depth { .. } => "it is nested too deeply; nest it less".to_owned(),
            BudgetBreach::Aliases { .. }
            | BudgetBreach::Anchors { .. }
            | BudgetBreach::MergeKeys { .. }
            | BudgetBreach::AliasAnchorRatio { .. }
            | BudgetBreach::RecordedAnchorEvents { .. }
            | BudgetBreach::RecordedAnchorBytes { .. } => TOO_MANY_ALIASES.to_owned(),
            BudgetBreach::SequenceUnbalanced => "a list or a mapping ends that never began".to_owned(),
            _ if is_in_alias => TOO_MANY_ALIASES.to_owned(),
            _ => "it is too large for YAML; send it as JSON".to_owned(),
        },
        other => {
            let message = serde_saphyr::UserMessageFormatter.format_message(other);
            message.lines().next().unwrap_or_default().to_owned()
        }
    };
    match error.location() {
        Some(at) => format!("{what} (line {}, column {})", at.line(), at.column()),
        None => what,
    }
}

const TOO_MANY_ALIASES: &str = "its anchors and aliases stand for too much; write the values themselves";
