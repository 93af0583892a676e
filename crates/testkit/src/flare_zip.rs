//! Makes zip archives for tests, well-formed or broken on purpose, field by field.

use std::io::{self, Read, Seek, SeekFrom};

use crate::pack::{crc32, deflate};

/// One entry to write.
#[derive(Clone)]
pub struct Item {
    pub name: Vec<u8>,
    pub content: Vec<u8>,
    pub deflate: bool,
    pub flags: u16,
    /// Another method number than that of the packing.
    pub method: Option<u16>,
    /// Another checksum than the right one.
    pub crc: Option<u32>,
    /// Another unpacked size than the right one.
    pub size: Option<u32>,
    /// Sizes after the data, with or without the signature.
    pub descriptor: Option<Descriptor>,
    /// Sizes in the zip64 extra field.
    pub zip64: bool,
    /// Upper half of the external attributes.
    pub unix_mode: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Descriptor {
    Signed,
    Bare,
}

pub fn item(name: &str, content: impl Into<Vec<u8>>) -> Item {
    Item {
        name: name.as_bytes().to_vec(),
        content: content.into(),
        deflate: false,
        flags: 0,
        method: None,
        crc: None,
        size: None,
        descriptor: None,
        zip64: false,
        unix_mode: 0o100_644,
    }
}

impl Item {
    pub fn deflated(mut self) -> Self {
        self.deflate = true;
        self
    }

    pub fn streamed(mut self, descriptor: Descriptor) -> Self {
        self.descriptor = Some(descriptor);
        self
    }
}

struct Fields {
    flags: u16,
    method: u16,
    crc: u32,
    packed: u64,
    size: u64,
}

impl Fields {
    fn of(item: &Item, packed: u64) -> Self {
        Self {
            flags: item.flags | if item.descriptor.is_some() { 8 } else { 0 },
            method: item.method.unwrap_or(if item.deflate { 8 } else { 0 }),
            crc: item.crc.unwrap_or_else(|| crc32(&item.content)),
            packed,
            size: item.size.map_or(item.content.len() as u64, u64::from),
        }
    }
}

fn put16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_le_bytes());
}

/// The zip64 extra field, where the item has one.
fn put_sizes(out: &mut Vec<u8>, item: &Item, fields: &Fields) {
    if item.zip64 {
        put16(out, 1);
        put16(out, 16);
        put64(out, fields.size);
        put64(out, fields.packed);
    }
}

/// Writes one local header and its data at the end of `out`.
fn local(out: &mut Vec<u8>, item: &Item) -> Fields {
    let data = if item.deflate {
        deflate(&item.content)
    } else {
        item.content.clone()
    };
    let fields = Fields::of(item, data.len() as u64);
    let known = item.descriptor.is_none();
    out.extend_from_slice(b"PK\x03\x04");
    put16(out, 20);
    put16(out, fields.flags);
    put16(out, fields.method);
    put32(out, 0);
    put32(out, if known { fields.crc } else { 0 });
    let small = |value: u64| match (known, item.zip64) {
        (false, _) => 0,
        (true, true) => u32::MAX,
        (true, false) => value as u32,
    };
    put32(out, small(fields.packed));
    put32(out, small(fields.size));
    put16(out, item.name.len() as u16);
    put16(out, if item.zip64 { 20 } else { 0 });
    out.extend_from_slice(&item.name);
    put_sizes(out, item, &fields);
    out.extend_from_slice(&data);
    if let Some(kind) = item.descriptor {
        if kind == Descriptor::Signed {
            out.extend_from_slice(b"PK\x07\x08");
        }
        put32(out, fields.crc);
        put32(out, fields.packed as u32);
        put32(out, fields.size as u32);
    }
    fields
}

fn central(out: &mut Vec<u8>, item: &Item, fields: &Fields, offset: u64) {
    out.extend_from_slice(b"PK\x01\x02");
    put16(out, 3 << 8 | 20);
    put16(out, 20);
    put16(out, fields.flags);
    put16(out, fields.method);
    put32(out, 0);
    put32(out, fields.crc);
    for size in [fields.packed, fields.size] {
        put32(out, if item.zip64 { u32::MAX } else { size as u32 });
    }
    put16(out, item.name.len() as u16);
    put16(out, if item.zip64 { 20 } else { 0 });
    put16(out, 0);
    put16(out, 0);
    put16(out, 0);
    put32(out, item.unix_mode << 16);
    put32(out, offset as u32);
    out.extend_from_slice(&item.name);
    put_sizes(out, item, fields);
}

fn end(out: &mut Vec<u8>, entries: usize, start: u64, zip64: bool) {
    let size = out.len() as u64 - start;
    if zip64 {
        let at = out.len() as u64;
        out.extend_from_slice(b"PK\x06\x06");
        put64(out, 44);
        put16(out, 45);
        put16(out, 45);
        put32(out, 0);
        put32(out, 0);
        put64(out, entries as u64);
        put64(out, entries as u64);
        put64(out, size);
        put64(out, start);
        out.extend_from_slice(b"PK\x06\x07");
        put32(out, 0);
        put64(out, at);
        put32(out, 1);
    }
    out.extend_from_slice(b"PK\x05\x06");
    put32(out, 0);
    let count = if zip64 { u16::MAX } else { entries as u16 };
    put16(out, count);
    put16(out, count);
    put32(out, if zip64 { u32::MAX } else { size as u32 });
    put32(out, if zip64 { u32::MAX } else { start as u32 });
    put16(out, 0);
}

/// A whole archive.
pub fn zip(items: &[Item]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut written = Vec::new();
    for item in items {
        let offset = out.len() as u64;
        let fields = local(&mut out, item);
        written.push((item, fields, offset));
    }
    let start = out.len() as u64;
    for (item, fields, offset) in &written {
        central(&mut out, item, fields, *offset);
    }
    end(
        &mut out,
        items.len(),
        start,
        items.iter().any(|item| item.zip64),
    );
    out
}

/// Where the directory of an archive starts.
pub fn directory_start(zip: &[u8]) -> usize {
    zip.windows(4)
        .position(|window| window == b"PK\x01\x02")
        .expect("the archive has a directory")
}

/// A source that holds a few stretches of bytes, and zeros where there are none.
pub struct Sparse {
    parts: Vec<(u64, Vec<u8>)>,
    length: u64,
    position: u64,
}

impl Read for Sparse {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = (self.length.saturating_sub(self.position)).min(buffer.len() as u64) as usize;
        buffer[..count].fill(0);
        let end = self.position + count as u64;
        for (start, bytes) in &self.parts {
            let from = self.position.max(*start);
            let to = end.min(start + bytes.len() as u64);
            if from < to {
                buffer[(from - self.position) as usize..(to - self.position) as usize]
                    .copy_from_slice(&bytes[(from - start) as usize..(to - start) as usize]);
            }
        }
        self.position = end;
        Ok(count)
    }
}

impl Seek for Sparse {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.position = match position {
            SeekFrom::Start(offset) => offset,
            SeekFrom::End(offset) => self.length.checked_add_signed(offset).unwrap(),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset).unwrap(),
        };
        Ok(self.position)
    }
}

/// An archive whose entry number `huge` is stored and `huge_bytes` long, all zeros, of which none
/// is in memory. The other items stand around it.
pub fn sparse_zip(items: &[Item], huge: usize, huge_bytes: u32) -> Sparse {
    let mut parts = Vec::new();
    let mut position = 0_u64;
    let mut written = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let mut out = Vec::new();
        let mut fields = local(&mut out, item);
        let offset = position;
        if index == huge {
            assert!(item.content.is_empty() && !item.deflate);
            fields.packed = u64::from(huge_bytes);
            fields.size = u64::from(huge_bytes);
            out[18..22].copy_from_slice(&huge_bytes.to_le_bytes());
            out[22..26].copy_from_slice(&huge_bytes.to_le_bytes());
        }
        let length = out.len() as u64
            + if index == huge {
                u64::from(huge_bytes)
            } else {
                0
            };
        parts.push((position, out));
        position += length;
        written.push((item, fields, offset));
    }
    let mut out = Vec::new();
    for (item, fields, offset) in &written {
        central(&mut out, item, fields, *offset);
    }
    let start = position;
    let size = out.len();
    end(&mut out, items.len(), 0, false);
    // The end record was made as if the directory stood at zero.
    let record = size + 16;
    out[record..record + 4].copy_from_slice(&(start as u32).to_le_bytes());
    let length = position + out.len() as u64;
    parts.push((position, out));
    Sparse {
        parts,
        length,
        position: 0,
    }
}
