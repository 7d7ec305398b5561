//! A message as it goes over the wire, and what is done to it on the way.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{Request, Response, Version};
use rsa::BigUint;
use serde_json::Value;

use super::value::{bytes, from_hex, text};

#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) version: Version,
    pub(crate) status: u16,
    pub(crate) fields: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl Sent {
    pub(crate) fn new(method: &str, target: &str, body: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            version: Version::HTTP_11,
            status: 200,
            fields: Vec::new(),
            body: body.as_bytes().to_vec(),
        }
    }

    /// The message after these steps.
    pub(crate) fn after(mut self, steps: &Value) -> Self {
        for step in steps.as_array().unwrap() {
            let known = self.take(step.as_array().unwrap());
            assert!(known, "no such step: {step}");
        }
        self
    }

    /// Takes one step of a row, if it is one for messages on the wire.
    pub(crate) fn take(&mut self, step: &[Value]) -> bool {
        let Some((Value::String(verb), arguments)) = step.split_first() else {
            return false;
        };
        match (verb.as_str(), arguments) {
            ("method", [method]) => self.method = text(method),
            ("target", [target]) => self.target = text(target),
            ("http-2", []) => self.version = Version::HTTP_2,
            ("status", [status]) => {
                self.status = u16::try_from(status.as_u64().unwrap()).unwrap();
            }
            ("body", [body]) => self.body = bytes(body),
            ("set", [name, value]) => self.set(&text(name), bytes(value)),
            ("add", [name, value]) => self.fields.push((text(name), bytes(value))),
            ("again", [name, rest @ ..]) => {
                let value = self.field(&text(name)).clone();
                self.fields
                    .push((text(rest.first().unwrap_or(name)), value));
            }
            ("remove", [name]) => {
                let name = text(name);
                let before = self.fields.len();
                self.fields.retain(|(other, _)| *other != name);
                assert!(self.fields.len() < before, "no {name} to remove");
            }
            ("before", [name, value]) => {
                let value = [bytes(value), self.field(&text(name)).clone()].concat();
                self.set(&text(name), value);
            }
            ("after", [name, value]) => self.field(&text(name)).extend(bytes(value)),
            ("replace", [name, from, to]) => self.replace(&text(name), from, to, 1),
            ("replace-all", [name, from, to]) => self.replace(&text(name), from, to, usize::MAX),
            ("edit-signature", [edit]) => self.edit_signature(&text(edit)),
            _ => return false,
        }
        true
    }

    pub(crate) fn set(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        self.fields.retain(|(other, _)| other != name);
        self.fields.push((name.to_owned(), value.into()));
    }

    /// The values of a field, trimmed and joined, as both standards sign them.
    pub(crate) fn joined(&self, name: &str) -> Vec<u8> {
        let values = self.fields.iter().filter(|(other, _)| other == name);
        let values: Vec<&[u8]> = values.map(|(_, value)| value.trim_ascii()).collect();
        values.join(&b", "[..])
    }

    pub(crate) fn request(&self) -> Request<Vec<u8>> {
        self.any_request().unwrap()
    }

    /// The request, if the types of HTTP can hold it at all.
    pub(crate) fn any_request(&self) -> Option<Request<Vec<u8>>> {
        let mut request = Request::builder()
            .method(self.method.as_str())
            .uri(&self.target)
            .version(self.version);
        for (name, value) in &self.fields {
            request = request.header(name, value.as_slice());
        }
        request.body(self.body.clone()).ok()
    }

    pub(crate) fn response(&self) -> Option<Response<Vec<u8>>> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in &self.fields {
            response = response.header(name, value.as_slice());
        }
        response.body(self.body.clone()).ok()
    }

    fn field(&mut self, name: &str) -> &mut Vec<u8> {
        let mut fields = self.fields.iter_mut();
        let field = fields.find(|(other, _)| other == name);
        &mut field.unwrap_or_else(|| panic!("no field {name}")).1
    }

    fn replace(&mut self, name: &str, from: &Value, to: &Value, times: usize) {
        let (from, to) = (bytes(from), bytes(to));
        let field = self.field(name);
        let (mut at, mut done) = (0, 0);
        while done < times && at + from.len() <= field.len() {
            if field[at..].starts_with(&from) {
                field.splice(at..at + from.len(), to.iter().copied());
                at += to.len();
                done += 1;
            } else {
                at += 1;
            }
        }
        assert!(done > 0, "nothing to replace in {name}");
    }

    /// Other bytes in place of the signature, in the spelling of either standard.
    fn edit_signature(&mut self, edit: &str) {
        let field = String::from_utf8(self.field("signature").clone()).unwrap();
        let start = ["signature=\"", "sig1=:"];
        let start = start.map(|start| field.find(start).map(|at| at + start.len()));
        let start = start.into_iter().flatten().next().unwrap();
        let end = start + field[start..].find(['"', ':']).unwrap();
        let mut signature = STANDARD.decode(&field[start..end]).unwrap();
        match edit {
            "… -1" => drop(signature.pop()),
            "… 00" => signature.push(0),
            "00 …" => signature.insert(0, 0),
            // The negative of the second half, which is right as well.
            "mirrored" => {
                let (_, s) = signature.split_at_mut(32);
                let order = BigUint::from_bytes_be(&from_hex(P256_ORDER));
                let mirrored = (order - BigUint::from_bytes_be(s)).to_bytes_be();
                s.fill(0);
                s[32 - mirrored.len()..].copy_from_slice(&mirrored);
            }
            "… + order" => add_order(&mut signature[32..]),
            "to DER" => signature = ecdsa_to_der(&signature),
            _ => panic!("no such edit: {edit}"),
        }
        let edited = format!(
            "{}{}{}",
            &field[..start],
            STANDARD.encode(signature),
            &field[end..]
        );
        self.set("signature", edited);
    }
}

const P256_ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

/// Adds the order of the group of Ed25519, which gives the same equation.
fn add_order(number: &mut [u8]) {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carry = 0;
    for (byte, order) in number.iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
}

pub(crate) fn ecdsa_to_der(signature: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| {
        let start = number.iter().position(|byte| *byte != 0).unwrap();
        let number = &number[start..];
        let zero: &[u8] = if number[0] >= 0x80 { &[0] } else { &[] };
        let length = u8::try_from(zero.len() + number.len()).unwrap();
        [&[2, length], zero, number].concat()
    };
    let (r, s) = signature.split_at(signature.len() / 2);
    let numbers = [integer(r), integer(s)].concat();
    let length = u8::try_from(numbers.len()).unwrap();
    [&[0x30, length], &numbers[..]].concat()
}
