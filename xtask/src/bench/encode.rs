//! Writes pprof's protobuf by hand, as the Go runtime does.
//!
//! Not with the program's own types: a mistake in them would make its own test data fit.
//! Field numbers are those of `proto/profile.proto`.

use std::collections::HashMap;

/// A protobuf message under construction.
#[derive(Clone, Debug, Default)]
pub struct Message {
    bytes: Vec<u8>,
}

impl Message {
    /// What was written so far.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// An integer field; zero is left out, as everywhere in protobuf.
    pub fn number(&mut self, field: u64, value: u64) {
        if value != 0 {
            varint(&mut self.bytes, field << 3);
            varint(&mut self.bytes, value);
        }
    }

    /// Bytes, a string or a message.
    pub fn bytes(&mut self, field: u64, value: &[u8]) {
        varint(&mut self.bytes, field << 3 | 2);
        varint(&mut self.bytes, value.len() as u64);
        self.bytes.extend_from_slice(value);
    }

    /// A packed list of integers; `scratch` saves an allocation for each.
    pub fn packed(&mut self, field: u64, values: impl Iterator<Item = u64>, scratch: &mut Vec<u8>) {
        scratch.clear();
        for value in values {
            varint(scratch, value);
        }
        self.bytes(field, scratch);
    }

    /// Makes it empty again, keeping its memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// What was written so far.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

fn varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push((value & 0x7f | 0x80) as u8);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// The string table: each string once, the empty one first.
#[derive(Clone, Debug)]
pub struct Strings {
    list: Vec<String>,
    index: HashMap<String, u64>,
}

impl Strings {
    /// A table with the empty string.
    pub fn new() -> Self {
        Self {
            list: vec![String::new()],
            index: HashMap::from([(String::new(), 0)]),
        }
    }

    /// The string's index, adding it if it is new.
    pub fn add(&mut self, text: &str) -> u64 {
        if let Some(index) = self.index.get(text) {
            return *index;
        }
        let index = self.list.len() as u64;
        self.list.push(text.to_owned());
        self.index.insert(text.to_owned(), index);
        index
    }

    /// All strings, in order.
    pub fn list(&self) -> &[String] {
        &self.list
    }
}

impl Default for Strings {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::Message;

    #[test]
    fn the_example_of_the_protobuf_documentation() {
        let mut message = Message::default();
        message.number(1, 150);
        message.bytes(2, b"testing");
        message.packed(4, [3, 270, 86942].into_iter(), &mut Vec::new());
        message.number(5, 0);
        assert_eq!(
            message.into_bytes(),
            b"\x08\x96\x01\x12\x07testing\x22\x06\x03\x8e\x02\x9e\xa7\x05"
        );
    }
}
