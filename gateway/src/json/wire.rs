//! A message as it came over the wire to canonical JSON, without a tree between them: answers are
//! what the gateway writes most, and a list of fifty has a thousand fields.
//!
//! The text is the same as that of [`super::write`], which a test holds for every message of the
//! contract. Whatever is unusual, such as a message in two parts, is left to it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::fmt::temporal::DateTimePrinter;
use prost_reflect::DynamicMessage;

use super::plan::{Form, Is, Many, Plan, Plans};
use super::write;

/// Messages in messages at most, as prost has it.
const DEEPEST: usize = 100;

/// What this writer leaves to the other one.
#[derive(Debug, Clone, Copy)]
pub struct Unusual;

/// The JSON text of a message of this plan.
///
/// # Errors
/// [`Unusual`] where the other writer is needed, be it to say what is wrong.
pub fn to_text(plans: &Plans, plan: &Plan, message: &[u8]) -> Result<Vec<u8>, Unusual> {
    // Names and quotes make a text about twice as long as the message.
    let mut to = Vec::with_capacity(message.len() * 3 + 64);
    let mut writer = Writer {
        plans,
        to: &mut to,
        found: Vec::with_capacity(64),
    };
    writer.message(plan, message, DEEPEST)?;
    Ok(to)
}

/// The text field of this name, where the message has one that says something.
pub fn text<'a>(plan: &Plan, message: &'a [u8], name: &str) -> Option<&'a str> {
    let number = plan.descriptor.get_field_by_name(name)?.number();
    let mut rest = message;
    let mut found = None;
    while !rest.is_empty() {
        let (at, raw) = next(&mut rest).ok()?;
        if let (true, Raw::Bytes(bytes)) = (at == number, raw) {
            found = std::str::from_utf8(bytes).ok();
        }
    }
    found.filter(|it| !it.is_empty())
}

struct Writer<'a> {
    plans: &'a Plans,
    to: &'a mut Vec<u8>,
    /// The fields of the message that is written, after those of the messages around it.
    found: Vec<(usize, Raw<'a>)>,
}

/// Where the values of one field are among those found.
type Own = std::ops::Range<usize>;

#[derive(Debug, Clone, Copy)]
enum Raw<'a> {
    Varint(u64),
    Four([u8; 4]),
    Eight([u8; 8]),
    Bytes(&'a [u8]),
}

impl<'a> Writer<'a> {
    fn message(&mut self, plan: &Plan, message: &'a [u8], deep: usize) -> Result<(), Unusual> {
        let deep = deep.checked_sub(1).ok_or(Unusual)?;
        match plan.form {
            Form::Object => self.object(plan, message, deep),
            Form::Timestamp => self.timestamp(message),
            Form::Other => {
                let message = DynamicMessage::decode(plan.descriptor.clone(), message);
                let text = write::to_text(&message.map_err(|_| Unusual)?);
                self.to.extend(text.map_err(|_| Unusual)?);
                Ok(())
            }
        }
    }

    fn object(&mut self, plan: &Plan, mut message: &'a [u8], deep: usize) -> Result<(), Unusual> {
        let before = self.found.len();
        while !message.is_empty() {
            let (number, raw) = next(&mut message)?;
            if let Some(place) = plan.numbered(number) {
                self.found.push((place, raw));
            }
        }
        let end = self.found.len();
        let found = &mut self.found[before..];
        // Senders mostly keep the order of the numbers, which is that of showing.
        if !found.is_sorted_by_key(|(place, _)| *place) {
            found.sort_by_key(|(place, _)| *place);
        }
        if is_torn(plan, found) {
            return Err(Unusual);
        }
        let start = self.to.len();
        // The first place of which nothing was said yet.
        let mut unsaid = 0;
        let mut at = before;
        while at < end {
            let (from, (place, raw)) = (at, self.found[at]);
            at += 1;
            while at < end && self.found[at].0 == place {
                at += 1;
            }
            plan.write_absent(unsaid..place, self.to);
            unsaid = place + 1;
            let field = &plan.fields[place];
            if field.is_hidden_by_default && is_nothing(&field.is, &raw) {
                continue;
            }
            plan.write_key(place, self.to);
            match field.many {
                Many::One => self.value(&field.is, raw, deep)?,
                Many::List => self.list(&field.is, from..at, deep)?,
                Many::Map => self.map(&field.is, from..at, deep)?,
            }
        }
        plan.write_absent(unsaid..plan.fields.len(), self.to);
        // Every field begins with a comma; the first one's place is that of the brace.
        match self.to.get_mut(start) {
            Some(first) => *first = b'{',
            None => self.to.push(b'{'),
        }
        self.to.push(b'}');
        self.found.truncate(before);
        Ok(())
    }

    fn list(&mut self, is: &Is, own: Own, deep: usize) -> Result<(), Unusual> {
        let mut is_first = true;
        self.to.push(b'[');
        for at in own {
            let mut packed = match self.found[at].1 {
                Raw::Bytes(bytes) if !matches!(is, Is::Text | Is::Bytes | Is::Message(_)) => bytes,
                single => {
                    self.comma(&mut is_first);
                    self.value(is, single, deep)?;
                    continue;
                }
            };
            while !packed.is_empty() {
                let raw = unpack(is, &mut packed)?;
                self.comma(&mut is_first);
                self.value(is, raw, deep)?;
            }
        }
        self.to.push(b']');
        Ok(())
    }

    fn map(&mut self, is: &Is, own: Own, deep: usize) -> Result<(), Unusual> {
        let Is::Message(place) = is else {
            return Err(Unusual);
        };
        let entry = self.plans.at(*place);
        let [key, value] = entry.fields.as_slice() else {
            return Err(Unusual);
        };
        // Keys that are no texts, and entries without a value, are for the other writer.
        let (Is::Text, deep) = (&key.is, deep.checked_sub(1).ok_or(Unusual)?) else {
            return Err(Unusual);
        };
        // In order, so that the same answer is the same text; the last of two wins.
        let mut entries = std::collections::BTreeMap::new();
        for (_, raw) in &self.found[own] {
            let (mut name, mut content) = ("", None);
            let Raw::Bytes(mut bytes) = *raw else {
                return Err(Unusual);
            };
            while !bytes.is_empty() {
                match next(&mut bytes)? {
                    (1, Raw::Bytes(text)) => name = utf8(text)?,
                    (2, _) if content.is_some() => return Err(Unusual),
                    (2, raw) => content = Some(raw),
                    _ => return Err(Unusual),
                }
            }
            // A sender may leave out an empty text.
            let nothing = || matches!(value.is, Is::Text).then_some(Raw::Bytes(b""));
            entries.insert(name, content.or_else(nothing).ok_or(Unusual)?);
        }
        let mut is_first = true;
        self.to.push(b'{');
        for (name, content) in entries {
            self.comma(&mut is_first);
            self.text(name)?;
            self.to.push(b':');
            self.value(&value.is, content, deep)?;
        }
        self.to.push(b'}');
        Ok(())
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "the wire cuts numbers so"
    )]
    fn value(&mut self, is: &Is, raw: Raw<'a>, deep: usize) -> Result<(), Unusual> {
        match (is, raw) {
            (Is::Bool, Raw::Varint(it)) => {
                let text: &[u8] = if it != 0 { b"true" } else { b"false" };
                self.to.extend_from_slice(text);
            }
            (Is::Int32, Raw::Varint(it)) => self.plain(it as i32),
            (Is::Uint32, Raw::Varint(it)) => self.plain(it as u32),
            (Is::Sint32, Raw::Varint(it)) => {
                let it = it as u32;
                self.plain(((it >> 1) as i32) ^ -((it & 1) as i32));
            }
            (Is::Int64, Raw::Varint(it)) => self.quoted(it as i64),
            (Is::Uint64, Raw::Varint(it)) => self.quoted(it),
            (Is::Sint64, Raw::Varint(it)) => self.quoted(((it >> 1) as i64) ^ -((it & 1) as i64)),
            (Is::Fixed32, Raw::Four(it)) => self.plain(u32::from_le_bytes(it)),
            (Is::Sfixed32, Raw::Four(it)) => self.plain(i32::from_le_bytes(it)),
            (Is::Fixed64, Raw::Eight(it)) => self.quoted(u64::from_le_bytes(it)),
            (Is::Sfixed64, Raw::Eight(it)) => self.quoted(i64::from_le_bytes(it)),
            (Is::Float, Raw::Four(it)) => return self.float(f64::from(f32::from_le_bytes(it))),
            (Is::Double, Raw::Eight(it)) => return self.float(f64::from_le_bytes(it)),
            (Is::Text, Raw::Bytes(it)) => return self.text(utf8(it)?),
            (Is::Bytes, Raw::Bytes(it)) => return self.text(&BASE64.encode(it)),
            (Is::Enum(names), Raw::Varint(it)) => {
                let number = it as i32;
                match names.binary_search_by_key(&number, |(it, _)| *it) {
                    Ok(at) => self.to.extend_from_slice(names[at].1.as_bytes()),
                    Err(_) => self.plain(number),
                }
            }
            (Is::Message(place), Raw::Bytes(it)) => {
                let plans = self.plans;
                return self.message(plans.at(*place), it, deep);
            }
            _ => return Err(Unusual),
        }
        Ok(())
    }

    fn timestamp(&mut self, mut message: &[u8]) -> Result<(), Unusual> {
        let (mut seconds, mut nanos) = (0, 0);
        while !message.is_empty() {
            match next(&mut message)? {
                (1, Raw::Varint(it)) => seconds = it.cast_signed(),
                (2, Raw::Varint(it)) => nanos = i32::try_from(it).map_err(|_| Unusual)?,
                _ => return Err(Unusual),
            }
        }
        let in_range = (-62_135_596_800..=253_402_300_799).contains(&seconds);
        if !in_range || !(0..1_000_000_000).contains(&nanos) {
            return Err(Unusual);
        }
        // As many digits as are needed, three at a time.
        let digits = match nanos {
            0 => 0,
            _ if nanos % 1_000_000 == 0 => 3,
            _ if nanos % 1_000 == 0 => 6,
            _ => 9,
        };
        self.to.push(b'"');
        let printer = DateTimePrinter::new().precision(Some(digits));
        let printed = jiff::Timestamp::new(seconds, nanos)
            .and_then(|it| printer.print_timestamp(&it, &mut *self.to));
        if printed.is_err() {
            // The last hours of the year 9999.
            self.display(prost_types::Timestamp { seconds, nanos });
        }
        self.to.push(b'"');
        Ok(())
    }

    fn comma(&mut self, is_first: &mut bool) {
        if !std::mem::take(is_first) {
            self.to.push(b',');
        }
    }

    fn plain(&mut self, value: impl itoa::Integer) {
        let mut buffer = itoa::Buffer::new();
        self.to.extend_from_slice(buffer.format(value).as_bytes());
    }

    fn quoted(&mut self, value: impl itoa::Integer) {
        self.to.push(b'"');
        self.plain(value);
        self.to.push(b'"');
    }

    fn display(&mut self, value: impl std::fmt::Display) {
        use std::io::Write;
        // Writing to memory does not fail.
        let _ = write!(self.to, "{value}");
    }

    fn text(&mut self, text: &str) -> Result<(), Unusual> {
        // Without a way out of the loop many bytes are looked at in one step.
        let is_special = |is, byte| is | (byte < b' ') | (byte == b'"') | (byte == b'\\');
        if !text.bytes().fold(false, is_special) {
            self.to.reserve(text.len() + 2);
            self.to.push(b'"');
            self.to.extend_from_slice(text.as_bytes());
            self.to.push(b'"');
            return Ok(());
        }
        serde_json::to_writer(&mut *self.to, text).map_err(|_| Unusual)
    }

    fn float(&mut self, value: f64) -> Result<(), Unusual> {
        if value.is_finite() {
            return serde_json::to_writer(&mut *self.to, &value).map_err(|_| Unusual);
        }
        self.text(match value {
            it if it.is_nan() => "NaN",
            it if it > 0.0 => "Infinity",
            _ => "-Infinity",
        })
    }
}

/// Whether something single came twice: the last one counts, or they are to be put together.
fn is_torn(plan: &Plan, found: &[(usize, Raw<'_>)]) -> bool {
    let field = |(place, _): &(usize, _)| &plan.fields[*place];
    let mut chosen = found.iter().map(field).filter_map(|it| it.choice);
    let mut seen = Vec::new();
    let is_twice = chosen.any(|choice| {
        seen.contains(&choice) || {
            seen.push(choice);
            false
        }
    });
    is_twice
        || found
            .windows(2)
            .any(|pair| pair[0].0 == pair[1].0 && field(&pair[0]).many == Many::One)
}

/// Whether a text is empty or a number zero. A zero where a text should be is not nothing: it is wrong.
fn is_nothing(is: &Is, raw: &Raw<'_>) -> bool {
    match (is, raw) {
        (Is::Text | Is::Bytes, Raw::Bytes(it)) => it.is_empty(),
        (Is::Text | Is::Bytes | Is::Message(_), _) => false,
        (_, Raw::Varint(it)) => *it == 0,
        _ => false,
    }
}

/// The next field: its number and what it holds.
fn next<'a>(from: &mut &'a [u8]) -> Result<(u32, Raw<'a>), Unusual> {
    let key = u32::try_from(varint(from)?).map_err(|_| Unusual)?;
    let number = key >> 3;
    let raw = match key & 7 {
        0 => Raw::Varint(varint(from)?),
        1 => Raw::Eight(fixed(from)?),
        2 => {
            let length = usize::try_from(varint(from)?).map_err(|_| Unusual)?;
            let (bytes, rest) = from.split_at_checked(length).ok_or(Unusual)?;
            *from = rest;
            Raw::Bytes(bytes)
        }
        5 => Raw::Four(fixed(from)?),
        _ => return Err(Unusual),
    };
    if number == 0 {
        return Err(Unusual);
    }
    Ok((number, raw))
}

/// The next of numbers that came together.
fn unpack<'a>(is: &Is, from: &mut &'a [u8]) -> Result<Raw<'a>, Unusual> {
    Ok(match is {
        Is::Fixed32 | Is::Sfixed32 | Is::Float => Raw::Four(fixed(from)?),
        Is::Fixed64 | Is::Sfixed64 | Is::Double => Raw::Eight(fixed(from)?),
        _ => Raw::Varint(varint(from)?),
    })
}

fn varint(from: &mut &[u8]) -> Result<u64, Unusual> {
    let mut value = 0;
    for at in 0..10 {
        let (byte, rest) = from.split_first().ok_or(Unusual)?;
        *from = rest;
        // The tenth byte has room for one bit.
        if at == 9 && *byte > 1 {
            return Err(Unusual);
        }
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Unusual)
}

fn fixed<const N: usize>(from: &mut &[u8]) -> Result<[u8; N], Unusual> {
    let (bytes, rest) = from.split_first_chunk().ok_or(Unusual)?;
    *from = rest;
    Ok(*bytes)
}

fn utf8(bytes: &[u8]) -> Result<&str, Unusual> {
    std::str::from_utf8(bytes).map_err(|_| Unusual)
}

#[cfg(test)]
mod tests;
