//! The protobuf wire format: fields one after the other, borrowed from the bytes.

use super::DecodeError;

/// The value of a field.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'a> {
    /// Wire type 0.
    Varint(u64),
    /// Wire type 1.
    Fixed64,
    /// Wire type 2: text, a message or packed numbers.
    Bytes(&'a [u8]),
    /// Wire type 5.
    Fixed32,
}

impl Value<'_> {
    pub(super) const fn wire_type(self) -> u8 {
        match self {
            Self::Varint(_) => 0,
            Self::Fixed64 => 1,
            Self::Bytes(_) => 2,
            Self::Fixed32 => 5,
        }
    }
}

/// One field and where it starts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a> {
    pub(super) number: u32,
    pub(super) value: Value<'a>,
    /// Byte of the whole message at which the field starts.
    pub(super) offset: usize,
}

/// Walks the fields of one message.
pub(super) struct Fields<'a> {
    rest: &'a [u8],
    /// Position of `rest` in the whole message.
    position: usize,
}

impl<'a> Fields<'a> {
    /// `position`: where `bytes` lie in the whole message, for error places.
    pub(super) const fn new(bytes: &'a [u8], position: usize) -> Self {
        Self {
            rest: bytes,
            position,
        }
    }

    /// The next field, or `None` at the end of the message.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<Field<'a>>, DecodeError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let offset = self.position;
        let key = self.varint(offset)?;
        let number = u32::try_from(key >> 3).map_err(|_| DecodeError::BadField { offset })?;
        if number == 0 {
            return Err(DecodeError::BadField { offset });
        }
        let value = match key & 7 {
            0 => Value::Varint(self.varint(offset)?),
            1 => {
                self.take(8, offset)?;
                Value::Fixed64
            }
            2 => {
                let length = self.varint(offset)?;
                let length =
                    usize::try_from(length).map_err(|_| DecodeError::Truncated { offset })?;
                Value::Bytes(self.take(length, offset)?)
            }
            5 => {
                self.take(4, offset)?;
                Value::Fixed32
            }
            _ => return Err(DecodeError::BadField { offset }),
        };
        Ok(Some(Field {
            number,
            value,
            offset,
        }))
    }

    /// Where the next field starts in the whole message.
    pub(super) const fn position(&self) -> usize {
        self.position
    }

    #[inline]
    fn varint(&mut self, offset: usize) -> Result<u64, DecodeError> {
        let (value, length) = read_varint(self.rest, offset)?;
        self.rest = self.rest.get(length..).unwrap_or(&[]);
        self.position += length;
        Ok(value)
    }

    #[inline]
    fn take(&mut self, length: usize, offset: usize) -> Result<&'a [u8], DecodeError> {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or(DecodeError::Truncated { offset })?;
        self.rest = rest;
        self.position += length;
        Ok(taken)
    }
}

/// A varint and its length in bytes. `offset` is the place named in errors.
#[inline]
pub(super) fn read_varint(bytes: &[u8], offset: usize) -> Result<(u64, usize), DecodeError> {
    // Ids and values of one or two bytes are nearly all there are.
    match bytes {
        [a, ..] if *a < 0x80 => return Ok((u64::from(*a), 1)),
        [a, b, ..] if *b < 0x80 => return Ok((u64::from(*a & 0x7f) | u64::from(*b) << 7, 2)),
        [a, b, c, ..] if *c < 0x80 => {
            let value = u64::from(*a & 0x7f) | u64::from(*b & 0x7f) << 7 | u64::from(*c) << 14;
            return Ok((value, 3));
        }
        _ => {}
    }
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if *byte < 0x80 {
            return Ok((value, index + 1));
        }
    }
    if bytes.len() < 10 {
        Err(DecodeError::Truncated { offset })
    } else {
        Err(DecodeError::BadField { offset })
    }
}
