//! The stack file: its types, how it is read, laid over others and checked.

pub mod schema;

/// The JSON Schema of the stack file, made from the types that read it.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(schema::Document).to_value()
}
