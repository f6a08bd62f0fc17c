//! Both writers say the same of every message of the contract.

use prost::Message;
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, Value,
};

use super::*;

/// A generator that every run draws the same from (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        it ^ (it >> 31)
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        let at = usize::try_from(self.roll() % all.len() as u64).expect("a place");
        all[at].clone()
    }

    fn message(&mut self, descriptor: &MessageDescriptor, deep: usize) -> DynamicMessage {
        let mut message = DynamicMessage::new(descriptor.clone());
        if descriptor.full_name() == "google.protobuf.Timestamp" {
            let seconds = self.one_of(&[0, 1, -1, 1_780_272_000, 253_402_300_799]);
            message.set_field_by_name("seconds", Value::I64(seconds));
            let nanos = self.one_of(&[0, 1, 1_000, 120_000_000, 999_999_999]);
            message.set_field_by_name("nanos", Value::I32(nanos));
            return message;
        }
        // Durations and the like have bounds of their own; their own writer writes them.
        if descriptor.package_name() == "google.protobuf" || deep == 0 {
            return message;
        }
        for field in descriptor.fields() {
            if !self.roll().is_multiple_of(3) {
                let value = self.field(&field, deep - 1);
                message.set_field(&field, value);
            }
        }
        message
    }

    fn field(&mut self, field: &FieldDescriptor, deep: usize) -> Value {
        let count = self.roll() % 4;
        if field.is_map() {
            let kind = field.kind();
            let entry = kind.as_message().expect("an entry");
            let value = entry.map_entry_value_field();
            let one = |dice: &mut Self| {
                let key = MapKey::String(dice.one_of(&["", "b", "a", "ә \"х\"", "10", "9"]).into());
                (key, dice.one(&value.kind(), deep))
            };
            return Value::Map((0..count).map(|_| one(self)).collect());
        }
        if field.is_list() {
            return Value::List((0..count).map(|_| self.one(&field.kind(), deep)).collect());
        }
        self.one(&field.kind(), deep)
    }

    #[expect(clippy::cast_possible_truncation, reason = "any number will do")]
    fn one(&mut self, kind: &Kind, deep: usize) -> Value {
        let edge = self.one_of(&[0, 1, -1, i64::MAX, i64::MIN, 127, 128, 1 << 31, 1 << 53]);
        let float = self.one_of(&[0.0, -0.0, 1.5, 1e300, -0.1, f64::NAN, f64::INFINITY, 1e-7]);
        match kind {
            Kind::Bool => Value::Bool(edge % 2 == 0),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(edge as i32),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(edge),
            Kind::Uint32 | Kind::Fixed32 => Value::U32(edge as u32),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(edge.cast_unsigned()),
            Kind::Float => Value::F32(float as f32),
            Kind::Double => Value::F64(float),
            Kind::String => {
                let texts = [
                    "",
                    "Әсем",
                    "a\"b\\c\n\u{1}\u{2028}/",
                    "  ",
                    "<script>",
                    "😀",
                ];
                Value::String(self.one_of(&texts).into())
            }
            Kind::Bytes => Value::Bytes(self.one_of(&["", "a", "ab", "abc"]).into()),
            Kind::Enum(_) => Value::EnumNumber(self.one_of(&[0, 1, 2, 3, 99, -1])),
            Kind::Message(message) => Value::Message(self.message(message, deep)),
        }
    }
}

fn pool() -> DescriptorPool {
    DescriptorPool::decode(proto::DESCRIPTOR).expect("the contract")
}

/// What the other writer says, where it says anything.
fn other(descriptor: &MessageDescriptor, bytes: &[u8]) -> Option<String> {
    let message = DynamicMessage::decode(descriptor.clone(), bytes).ok()?;
    let text = write::to_text(&message).ok()?;
    Some(String::from_utf8(text).expect("UTF-8"))
}

fn ours(plans: &Plans, plan: &Plan, bytes: &[u8]) -> Option<String> {
    let text = to_text(plans, plan, bytes).ok()?;
    Some(String::from_utf8(text).expect("UTF-8"))
}

#[test]
fn both_writers_say_the_same_of_every_message() {
    let (pool, mut dice) = (pool(), Dice(1));
    let plans = Plans::of(&pool);
    let (mut tries, mut wordless) = (0, 0);
    for descriptor in pool.all_messages().filter(|it| !it.is_map_entry()) {
        let plan = plans.find(&descriptor).expect("a plan");
        for _ in 0..20 {
            let bytes = dice.message(&descriptor, 4).encode_to_vec();
            let expected = other(&descriptor, &bytes);
            let found = ours(&plans, plan, &bytes);
            assert_eq!(found, expected, "{}", descriptor.full_name());
            tries += 1;
            // An empty google.protobuf.Any is the one thing that has no text.
            wordless += u32::from(found.is_none());
        }
    }
    assert!(
        tries > 1000 && wordless * 50 < tries,
        "{wordless} of {tries}"
    );
}

#[test]
fn what_comes_in_parts_or_in_another_order_is_the_same_or_left_to_the_other() {
    let (pool, mut dice) = (pool(), Dice(2));
    let plans = Plans::of(&pool);
    let mut written = 0;
    for descriptor in pool.all_messages().filter(|it| !it.is_map_entry()) {
        let plan = plans.find(&descriptor).expect("a plan");
        for _ in 0..10 {
            let mut bytes = dice.message(&descriptor, 3).encode_to_vec();
            bytes.extend(dice.message(&descriptor, 3).encode_to_vec());
            if let Some(found) = ours(&plans, plan, &bytes) {
                let expected = other(&descriptor, &bytes);
                assert_eq!(Some(found), expected, "{}", descriptor.full_name());
                written += 1;
            }
        }
    }
    assert!(written > 100, "only {written} were written");
}

#[test]
fn bytes_that_are_no_message_are_left_to_the_other_and_harm_nobody() {
    let (pool, mut dice) = (pool(), Dice(3));
    let plans = Plans::of(&pool);
    for descriptor in pool.all_messages().filter(|it| !it.is_map_entry()) {
        let plan = plans.find(&descriptor).expect("a plan");
        for _ in 0..20 {
            let mut bytes = dice.message(&descriptor, 3).encode_to_vec();
            for _ in 0..3 {
                let at = usize::try_from(dice.roll()).expect("64 bits") % bytes.len().max(1);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = dice.roll().to_le_bytes()[0];
                }
            }
            let _ = text(plan, &bytes, "etag");
            if let Some(found) = ours(&plans, plan, &bytes) {
                let expected = other(&descriptor, &bytes);
                assert_eq!(
                    Some(found),
                    expected,
                    "{}: {bytes:?}",
                    descriptor.full_name()
                );
            }
        }
    }
}

#[test]
fn a_zero_where_a_text_should_be_is_left_to_the_other() {
    let pool = pool();
    let plans = Plans::of(&pool);
    let decision = pool.get_message_by_name("irikteu.review.v1.Decision");
    let decision = decision.expect("a message");
    let plan = plans.find(&decision).expect("a plan");
    // The expert, a text, as the number 0; and rightly, as an empty text.
    assert_eq!(ours(&plans, plan, &[32, 0]), None);
    assert_eq!(other(&decision, &[32, 0]), None);
    let empty = ours(&plans, plan, &[34, 0]);
    assert!(empty.is_some());
    assert_eq!(empty, other(&decision, &[34, 0]));
}

#[test]
fn a_tower_of_messages_is_left_to_the_other() {
    let pool = pool();
    let plans = Plans::of(&pool);
    let value = pool.get_message_by_name("google.protobuf.DescriptorProto");
    let plan = plans
        .find(&value.expect("a message in itself"))
        .expect("a plan");
    let mut bytes = Vec::new();
    for _ in 0..10_000 {
        let mut outer = vec![3 << 3 | 2];
        prost::encoding::encode_varint(bytes.len() as u64, &mut outer);
        outer.extend(&bytes);
        bytes = outer;
    }
    let _ = ours(&plans, plan, &bytes);
}
