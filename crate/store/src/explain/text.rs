//! Texts of any bytes in serialised form.

use bstr::{BString, ByteSlice as _};
use serde::{Serialize, Serializer};

use crate::encoding::base64_encode;

/// Bytes: serialised as a string where they are UTF-8, else as an object with the key `base64`.
///
/// Offsets into it count bytes, in either form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(pub BString);

#[derive(Serialize)]
struct Base64 {
    base64: String,
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.to_str() {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => Base64 {
                base64: base64_encode(&self.0),
            }
            .serialize(serializer),
        }
    }
}

#[cfg(feature = "tsify")]
impl tsify::Tsify for Text {
    type JsType = wasm_bindgen::JsValue;
    const DECL: &'static str = "export type Text = string | { base64: string };";
    const SERIALIZATION_CONFIG: tsify::SerializationConfig = tsify::SerializationConfig {
        missing_as_null: false,
        hashmap_as_object: false,
        large_number_types_as_bigints: false,
    };
}
