//! The examples of the specifications, both ways, and how records may end.

use zeroize::Zeroizing;

use super::{DecryptError, Parameters, Parties, aes128gcm, aesgcm};
use crate::push::base64_bytes;
use crate::push::crypto::PrivateKey;

fn bytes(text: &str) -> Vec<u8> {
    base64_bytes(text).unwrap()
}

fn private(text: &str) -> PrivateKey {
    PrivateKey::read(&bytes(text)).unwrap()
}

fn sixteen(text: &str) -> [u8; 16] {
    bytes(text).try_into().unwrap()
}

#[test]
fn rfc_8188_section_3() {
    let plaintext = b"I am the walrus";
    let decrypt = |message: &[u8], named: &[u8], key: &str| {
        aes128gcm::decrypt_content(message, |keyid| {
            assert_eq!(keyid, named);
            Ok(Zeroizing::new(bytes(key)))
        })
    };
    let key = "yqdlZ-tYemfogSmv7Ws5PQ";
    let message = bytes("I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg");
    assert_eq!(decrypt(&message, b"", key).unwrap(), plaintext);
    let salt = sixteen("I1BsxtFttlv3u_Oo94xnmw");
    let made = aes128gcm::encrypt_content(&bytes(key), &salt, b"", 4096, plaintext);
    assert_eq!(made.unwrap(), message);

    // Two records, and padding, which we never write.
    let message = bytes(
        "uNCkWiNYzKTnBN9ji3-qWAAAABkCYTHOG8chz_gnvgOqdGYovxyjuqRyJFjEDyoF1Fvkj6hQPdPHI51OEUKEpgz3SsLWIqS_uA",
    );
    let read = decrypt(&message, b"a1", "BO3ZVPxUlnLORbVGMpbT1Q");
    assert_eq!(read.unwrap(), plaintext);
}

#[test]
fn rfc_8291_appendix_a() {
    let plaintext = b"When I grow up, I want to be a watermelon";
    let sender = private("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
    let subscriber = private("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94");
    let auth = sixteen("BTBZMqHH6r4Tts7J_aSIgg");
    let message = bytes(concat!(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl",
        "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
    ));
    assert_eq!(
        aes128gcm::decrypt(&subscriber, &auth, &message).unwrap(),
        plaintext
    );

    let secret = aes128gcm::secret(&Parties::sender(&sender, subscriber.point(), &auth)).unwrap();
    let salt = sixteen("DGv6ra1nlYgDCS1FRnbzlw");
    let keyid = sender.point().as_bytes();
    let made = aes128gcm::encrypt_content(&*secret, &salt, keyid, 4096, plaintext).unwrap();
    assert_eq!(made, message);
}

#[test]
fn draft_04_section_5() {
    let plaintext = b"I am the walrus";
    let sender = private("nCScek-QpEjmOOlT-rQ38nZzvdPlqa00Zy0i6m2OJvY");
    let subscriber = private("9FWl15_QUQAWDaD3k3l50ZBZQJ4au27F1V4F0uLSD_M");
    let auth = sixteen("R29vIGdvbyBnJyBqb29iIQ");
    let header = aesgcm::Header::read(
        &Parameters::read(r#"keyid="dhkey"; salt="lngarbyKfMoi9Z75xYXmkg""#),
        &Parameters::read(
            r#"keyid="dhkey"; dh="BNoRDbb84JGm8g5Z5CFxurSqsXWJ11ItfXEWYVLE85Y7CYkDjXsIEc4aqxYaQ1G8BqkXCJ6DPpDrWtdWj_mugHU""#,
        ),
    )
    .unwrap();
    let message = bytes("6nqAQUME8hNqw5J3kl8cpVVJylXKYqZOeseZG8UueKpA");
    assert_eq!(
        aesgcm::decrypt(&subscriber, &auth, &header, &message).unwrap(),
        plaintext
    );
    let parties = Parties::sender(&sender, subscriber.point(), &auth);
    assert_eq!(parties.sender, &header.sender);
    assert_eq!(
        aesgcm::encrypt_records(&parties, &header, plaintext).unwrap(),
        message
    );
}

/// A message of many records, and where each begins and the last ends.
fn records(encode: impl Fn(&[u8]) -> Vec<u8>, start: usize, size: usize) -> (Vec<u8>, Vec<usize>) {
    let message = encode(&[7; 100]);
    let mut bounds: Vec<_> = (start..message.len()).step_by(size).collect();
    bounds.push(message.len());
    (message, bounds)
}

#[test]
fn records_have_their_place_and_their_end() {
    let (keys, auth) = (PrivateKey::generate().unwrap(), [1; 16]);
    let once = PrivateKey::generate().unwrap();
    let parties = Parties::sender(&once, keys.point(), &auth);

    let secret = aes128gcm::secret(&parties).unwrap();
    let keyid = once.point().as_bytes();
    let standard = |plaintext: &[u8]| {
        aes128gcm::encrypt_content(&*secret, &[2; 16], keyid, 26, plaintext).unwrap()
    };
    let decrypt = |message: &[u8]| aes128gcm::decrypt(&keys, &auth, message);
    let (message, bounds) = records(standard, 86, 26);
    check_records(&message, &bounds, decrypt);

    let header = aesgcm::Header {
        salt: [2; 16],
        sender: *once.point(),
        size: 11,
    };
    let older = |plaintext: &[u8]| aesgcm::encrypt_records(&parties, &header, plaintext).unwrap();
    let decrypt = |message: &[u8]| aesgcm::decrypt(&keys, &auth, &header, message);
    let (message, bounds) = records(older, 0, 27);
    check_records(&message, &bounds, decrypt);
    // What fills its records is followed by one with nothing in it.
    for length in 0..30 {
        let plaintext = vec![3; length];
        assert_eq!(decrypt(&older(&plaintext)).unwrap(), plaintext);
        assert_eq!(
            aes128gcm::decrypt(&keys, &auth, &standard(&plaintext)).unwrap(),
            plaintext
        );
    }
}

fn check_records(
    message: &[u8],
    bounds: &[usize],
    decrypt: impl Fn(&[u8]) -> Result<Vec<u8>, DecryptError>,
) {
    assert!(bounds.len() > 10);
    assert_eq!(decrypt(message).unwrap(), [7; 100]);
    for end in bounds[0]..message.len() {
        decrypt(&message[..end]).unwrap_err();
    }
    // Without the last ones.
    for end in &bounds[..bounds.len() - 1] {
        assert_eq!(decrypt(&message[..*end]), Err(DecryptError::Truncated));
    }
    // The first two change places.
    let swapped = [
        &message[..bounds[0]],
        &message[bounds[1]..bounds[2]],
        &message[bounds[0]..bounds[1]],
        &message[bounds[2]..],
    ]
    .concat();
    assert_eq!(decrypt(&swapped), Err(DecryptError::Record { number: 0 }));
    // One is left out, one is there twice, one more stands at the end.
    let left_out = [&message[..bounds[0]], &message[bounds[1]..]].concat();
    assert_eq!(decrypt(&left_out), Err(DecryptError::Record { number: 0 }));
    let twice = [&message[..bounds[1]], &message[bounds[0]..]].concat();
    assert_eq!(decrypt(&twice), Err(DecryptError::Record { number: 1 }));
    let more = [message, &message[bounds[0]..bounds[1]]].concat();
    decrypt(&more).unwrap_err();
}

#[test]
fn padding_is_taken_off_and_checked() {
    let (keys, auth) = (PrivateKey::generate().unwrap(), [1; 16]);
    let once = PrivateKey::generate().unwrap();
    let parties = Parties::sender(&once, keys.point(), &auth);
    let secret = aes128gcm::secret(&parties).unwrap();
    // A record as it is written, with any end.
    let standard = |padded: &[u8]| {
        let mut message = [
            &[2; 16],
            &4096u32.to_be_bytes()[..],
            &[65],
            once.point().as_bytes(),
        ]
        .concat();
        let key = aes128gcm::record_key(&[2; 16], &*secret).unwrap();
        let mut record = padded.to_vec();
        key.seal(0, &mut record).unwrap();
        message.append(&mut record);
        aes128gcm::decrypt(&keys, &auth, &message)
    };
    let wrong = Err(DecryptError::Padding { number: 0 });
    assert_eq!(standard(b"text\x02").unwrap(), b"text");
    assert_eq!(standard(b"text\0\x02\0\0\0").unwrap(), b"text\0");
    assert_eq!(standard(b"\x02").unwrap(), b"");
    assert_eq!(standard(b"text"), wrong);
    assert_eq!(standard(b"text\x03"), wrong);
    assert_eq!(standard(b"\0\0\0"), wrong);
    assert_eq!(standard(b"text\x01"), Err(DecryptError::Truncated));

    let header = aesgcm::Header {
        salt: [2; 16],
        sender: *once.point(),
        size: 4096,
    };
    let older = |padded: &[u8]| {
        let mut record = padded.to_vec();
        let key = aesgcm::record_key(&parties, &header.salt).unwrap();
        key.seal(0, &mut record).unwrap();
        aesgcm::decrypt(&keys, &auth, &header, &record)
    };
    assert_eq!(older(b"\0\0text").unwrap(), b"text");
    assert_eq!(older(b"\0\x03\0\0\0text").unwrap(), b"text");
    assert_eq!(older(b"\0\x04\0\0\0\0").unwrap(), b"");
    assert_eq!(older(b"\0\x02\0atext"), wrong);
    assert_eq!(older(b"\0\x05\0\0\0\0"), wrong);
    assert_eq!(older(b"\xff\xff\0\0\0\0"), wrong);
    assert_eq!(older(b"\0"), Err(DecryptError::Truncated));
}
