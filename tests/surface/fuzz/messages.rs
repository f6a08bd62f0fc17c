//! Messages made of dice: half-right, with names that are there, and hostile.

use gateway::route::access::SUITE;
use gateway::route::{Routes, set_at};
use gateway::template::Step;
use prost_reflect::{
    Cardinality, DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor,
    Value,
};
use tests::person::new_key;
use tests::season::dice::Dice;

/// Deeper than any message of the contract is; `Struct` goes as deep as this allows.
const DEEPEST: usize = 12;

/// What people, and those who try doors, type.
const WORDS: [&str; 40] = [
    "",
    " ",
    "-",
    "v1",
    "me",
    "accounts/me",
    "sessions/current",
    "campaigns/-",
    "campaigns/-/stages/-",
    "../../etc/passwd",
    "campaigns/../x",
    "%2e%2e%2f",
    "' OR 1=1 --",
    "\"; DROP TABLE account; --",
    "$1",
    "%s%n",
    "{0}",
    "\0",
    "a\u{0}b",
    "line\r\nSet-Cookie: x=1",
    "\u{202e}gnp.exe",
    "\u{feff}",
    "🇰🇿🇰🇿",
    "Әлібек Ғұмарұлы Өңірбай",
    "İıßſ",
    "e\u{301}\u{301}\u{301}\u{301}",
    "NaN",
    "-0",
    "1e400",
    "00000000000000000000000000000001",
    "010101100008",
    "applicant@demo.irikteu.kz",
    "a@b.kz\r\nBcc: x@y.kz",
    "+77010000000",
    "2026-06-01",
    "9999-12-31",
    "2026-06-01T00:00:00Z",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "application/pdf",
];

/// Whole numbers at the edges of what is stored.
const NUMBERS: [i64; 12] = [
    0,
    1,
    -1,
    2,
    25,
    100,
    201,
    65_536,
    i32::MAX as i64,
    i32::MIN as i64,
    i64::MAX,
    i64::MIN,
];

pub struct Maker {
    pool: DescriptorPool,
    routes: Routes,
    /// Names of things that are there.
    names: Vec<String>,
}

impl Maker {
    pub fn new(names: Vec<String>) -> Self {
        let pool = DescriptorPool::decode(proto::DESCRIPTOR).unwrap();
        Self {
            routes: Routes::read(&pool, &SUITE).unwrap(),
            pool,
            names,
        }
    }

    /// A request for this RPC: hostile, or nearly right about a thing that is there.
    pub fn request(&self, rpc: &str, dice: &mut Dice) -> DynamicMessage {
        let path = rpc.trim_start_matches('/').replace('/', ".");
        let (service, method) = path.rsplit_once('.').unwrap();
        let service = self.pool.get_service_by_name(service).unwrap();
        let method = service.methods().find(|it| it.name() == method).unwrap();
        if dice.below(5) < 2 {
            return self.message(&method.input(), dice, 0);
        }
        let mut message = DynamicMessage::new(method.input());
        for field in method.input().fields() {
            if field.name() == "request_id" {
                message.set_field(&field, Value::String(new_key()));
            } else if dice.below(4) == 0 {
                let value = self.field(&field, dice, 0);
                message.set_field(&field, value);
            }
        }
        let operation = self.routes.operations.iter();
        for operation in operation.filter(|it| it.path.as_str() == rpc) {
            for variable in &operation.template.variables {
                let steps = &operation.template.steps[variable.steps.clone()];
                let name = Value::String(self.name_like(steps, dice));
                set_at(&mut message, &variable.fields, name);
            }
        }
        message
    }

    /// A name that is there, of the shape that is asked for.
    fn name_like(&self, steps: &[Step], dice: &mut Dice) -> String {
        let fits = |name: &&String| {
            let segments: Vec<&str> = name.split('/').collect();
            segments.len() == steps.len()
                && steps
                    .iter()
                    .zip(&segments)
                    .all(|(step, segment)| match step {
                        Step::Literal(text) => text == segment,
                        Step::Any => true,
                    })
        };
        let all: Vec<&String> = self.names.iter().filter(fits).collect();
        match all.len() {
            0 => self.name(dice),
            some => all[dice.below(some)].clone(),
        }
    }

    fn message(&self, of: &MessageDescriptor, dice: &mut Dice, depth: usize) -> DynamicMessage {
        let mut message = DynamicMessage::new(of.clone());
        if depth > DEEPEST {
            return message;
        }
        // Most requests are nearly whole; some have holes.
        let whole = dice.below(3) > 0;
        for field in of.fields() {
            if !whole && dice.below(2) == 0 || dice.below(8) == 0 {
                continue;
            }
            let value = self.field(&field, dice, depth);
            message.set_field(&field, value);
        }
        message
    }

    fn field(&self, field: &FieldDescriptor, dice: &mut Dice, depth: usize) -> Value {
        if field.is_map() {
            let entry = field.kind();
            let values = entry.as_message().unwrap().map_entry_value_field();
            let pairs = (0..dice.below(4)).map(|_| {
                let key = MapKey::String(self.text("", dice));
                (key, self.one(&values, dice, depth))
            });
            return Value::Map(pairs.collect());
        }
        if field.cardinality() == Cardinality::Repeated {
            let most = if dice.below(50) == 0 { 300 } else { 4 };
            let all = (0..dice.below(most)).map(|_| self.one(field, dice, depth));
            return Value::List(all.collect());
        }
        self.one(field, dice, depth)
    }

    fn one(&self, field: &FieldDescriptor, dice: &mut Dice, depth: usize) -> Value {
        let whole = |dice: &mut Dice| match dice.below(3) {
            0 => i64::from_ne_bytes(dice.throw().to_ne_bytes()),
            _ => dice.pick(&NUMBERS),
        };
        match field.kind() {
            Kind::Bool => Value::Bool(dice.below(2) == 0),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(whole(dice) as i32),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(whole(dice)),
            Kind::Uint32 | Kind::Fixed32 => Value::U32(whole(dice) as u32),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(whole(dice) as u64),
            Kind::Float => Value::F32(f32::from_bits(dice.throw() as u32)),
            Kind::Double => match dice.below(3) {
                0 => Value::F64(f64::from_bits(dice.throw())),
                _ => Value::F64(whole(dice) as f64),
            },
            Kind::String => Value::String(self.text(field.name(), dice)),
            Kind::Bytes => Value::Bytes(bytes(dice).into()),
            Kind::Enum(of) => match dice.below(6) {
                0 => Value::EnumNumber(whole(dice) as i32),
                _ => {
                    let all: Vec<i32> = of.values().map(|it| it.number()).collect();
                    Value::EnumNumber(dice.pick(&all))
                }
            },
            Kind::Message(of) => Value::Message(self.message(&of, dice, depth + 1)),
        }
    }

    fn text(&self, field: &str, dice: &mut Dice) -> String {
        if field == "request_id" && dice.below(4) > 0 {
            return new_key();
        }
        match dice.below(16) {
            0..=7 => self.name(dice),
            8 => "ұ".repeat(1 << dice.below(17)),
            9 => format!("{:016x}", dice.throw()),
            10 => (0..dice.below(40))
                .filter_map(|_| char::from_u32(u32::try_from(dice.below(0x11_0000)).unwrap()))
                .collect(),
            _ => dice.pick(&WORDS).to_owned(),
        }
    }

    /// A name that is there, a part of one, or one that nearly is.
    fn name(&self, dice: &mut Dice) -> String {
        let name = &self.names[dice.below(self.names.len())];
        let segments: Vec<&str> = name.split('/').collect();
        match dice.below(8) {
            0 => segments[..dice.below(segments.len() + 1)].join("/"),
            1 => format!("{name}/sections/personal"),
            2 => format!("{name}/{}", dice.pick(&WORDS)),
            3 => segments.last().copied().unwrap_or_default().to_owned(),
            _ => name.clone(),
        }
    }
}

fn bytes(dice: &mut Dice) -> Vec<u8> {
    let start: &[u8] = dice.pick(&[
        b"%PDF-1.4\n",
        b"\x89PNG\r\n\x1a\n",
        b"PK\x03\x04",
        b"candidate_number,score\n0000000000,5\n",
        b"code,kk,ru,en\nA,\"\n",
        b"",
    ]);
    let rest = (0..dice.below(300)).map(|_| dice.throw().to_le_bytes()[0]);
    start.iter().copied().chain(rest).collect()
}
