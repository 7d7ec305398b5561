//! The signatures of [Project Wycheproof](https://github.com/C2SP/wycheproof): forgeries and edge cases that have fooled
//! libraries before. Each backend that is on has to judge every one.

use wycheproof::{TestResult, ecdsa, eddsa, rsa_pkcs1_verify, rsa_pss_verify};

use crate::crypto::Backend;
use crate::key::{SignatureAlgorithm, VerifyingKey};

const BACKENDS: &[Backend] = &[
    #[cfg(feature = "aws-lc-rs")]
    Backend::AwsLcRs,
    #[cfg(feature = "pure-rust")]
    Backend::PureRust,
];

#[derive(Default)]
struct Count {
    valid: usize,
    invalid: usize,
    /// Those that a library may take or refuse.
    acceptable: usize,
    acceptable_taken: usize,
    keys_refused: usize,
}

impl Count {
    /// One key, and what is said to be its signatures: number, verdict, message and signature.
    fn group<'a>(
        &mut self,
        set: &str,
        algorithm: SignatureAlgorithm,
        der: &[u8],
        tests: impl Iterator<Item = (usize, TestResult, &'a [u8], &'a [u8])>,
    ) {
        let Ok(key) = VerifyingKey::from_der(der) else {
            self.keys_refused += 1;
            return;
        };
        let keys: Vec<_> = BACKENDS
            .iter()
            .map(|backend| key.with_backend(*backend).unwrap())
            .collect();
        for (number, verdict, message, signature) in tests {
            let taken: Vec<bool> = keys
                .iter()
                .map(|key| key.verify(algorithm, message, signature))
                .collect();
            let first = taken[0];
            assert!(
                taken.iter().all(|taken| *taken == first),
                "{set} {number}: {BACKENDS:?} say {taken:?}"
            );
            match verdict {
                TestResult::Valid => {
                    assert!(first, "{set} {number}: a right signature is refused");
                    self.valid += 1;
                }
                TestResult::Invalid => {
                    assert!(!first, "{set} {number}: a wrong signature is taken");
                    self.invalid += 1;
                }
                TestResult::Acceptable => {
                    self.acceptable += 1;
                    self.acceptable_taken += usize::from(first);
                }
            }
        }
    }

    fn print(&self, what: &str) {
        println!(
            "{what}, each by {} backends: {} valid, {} invalid, {} acceptable ({} taken), {} keys refused",
            BACKENDS.len(),
            self.valid,
            self.invalid,
            self.acceptable,
            self.acceptable_taken,
            self.keys_refused
        );
    }
}

#[test]
fn rsa_pkcs1() {
    use rsa_pkcs1_verify::{TestName, TestSet};
    let mut count = Count::default();
    for (name, algorithm) in [
        (TestName::Rsa2048Sha256, SignatureAlgorithm::RsaSha256),
        (TestName::Rsa3072Sha256, SignatureAlgorithm::RsaSha256),
        (TestName::Rsa4096Sha256, SignatureAlgorithm::RsaSha256),
        (TestName::Rsa2048Sha512, SignatureAlgorithm::RsaSha512),
        (TestName::Rsa3072Sha512, SignatureAlgorithm::RsaSha512),
        (TestName::Rsa4096Sha512, SignatureAlgorithm::RsaSha512),
    ] {
        for group in &TestSet::load(name).unwrap().test_groups {
            let tests = group.tests.iter();
            let tests = tests.map(|test| (test.tc_id, test.result, &test.msg[..], &test.sig[..]));
            count.group(&format!("{name:?}"), algorithm, &group.der, tests);
        }
    }
    count.print("RSASSA-PKCS1-v1_5");
    assert!(count.valid > 40 && count.invalid > 500 && count.acceptable_taken == 0);
}

#[test]
fn rsa_pss() {
    use rsa_pss_verify::{TestName, TestSet};
    let mut count = Count::default();
    for name in [
        TestName::RsaPss4096Sha512Mgf1SaltLen64,
        TestName::RsaPss4096Sha512Mgf1SaltLen64WithParams,
        // Of these every signature is one for a recipient with another hash or salt.
        TestName::RsaPss4096Sha512Mgf1SaltLen32,
        TestName::RsaPss2048Sha256Mgf1SaltLen32,
        TestName::RsaPss2048Sha384Mgf1SaltLen48,
        TestName::RsaPss2048Sha512_256Mgf1SaltLen32,
    ] {
        for group in &TestSet::load(name).unwrap().test_groups {
            let ours = group.hash == wycheproof::HashFunction::Sha2_512
                && group.mgf_hash == Some(wycheproof::HashFunction::Sha2_512)
                && group.salt_size == 64;
            let tests = group.tests.iter().map(|test| {
                let verdict = if ours {
                    test.result
                } else {
                    TestResult::Invalid
                };
                (test.tc_id, verdict, &test.msg[..], &test.sig[..])
            });
            let algorithm = SignatureAlgorithm::RsaPssSha512;
            count.group(&format!("{name:?}"), algorithm, &group.der, tests);
        }
    }
    count.print("RSASSA-PSS");
    assert!(count.valid > 50 && count.invalid > 200);
}

#[test]
fn ed25519() {
    use eddsa::{TestName, TestSet};
    let mut count = Count::default();
    for group in &TestSet::load(TestName::Ed25519).unwrap().test_groups {
        let tests = group.tests.iter();
        let tests = tests.map(|test| (test.tc_id, test.result, &test.msg[..], &test.sig[..]));
        count.group("Ed25519", SignatureAlgorithm::Ed25519, &group.der, tests);
    }
    count.print("Ed25519");
    assert!(count.valid > 50 && count.invalid > 50 && count.keys_refused == 0);
}

#[test]
fn ecdsa() {
    use ecdsa::{TestName, TestSet};
    let mut count = Count::default();
    for (name, algorithm, fixed) in [
        (
            TestName::EcdsaSecp256r1Sha256P1363,
            SignatureAlgorithm::EcdsaP256Sha256,
            true,
        ),
        (
            TestName::EcdsaSecp384r1Sha384P1363,
            SignatureAlgorithm::EcdsaP384Sha384,
            true,
        ),
        // Signatures in DER, right or wrong, are not what RFC 9421 asks for.
        (
            TestName::EcdsaSecp256r1Sha256,
            SignatureAlgorithm::EcdsaP256Sha256,
            false,
        ),
        (
            TestName::EcdsaSecp384r1Sha384,
            SignatureAlgorithm::EcdsaP384Sha384,
            false,
        ),
    ] {
        for group in &TestSet::load(name).unwrap().test_groups {
            let tests = group.tests.iter().map(|test| {
                let verdict = if fixed {
                    test.result
                } else {
                    TestResult::Invalid
                };
                (test.tc_id, verdict, &test.msg[..], &test.sig[..])
            });
            count.group(&format!("{name:?}"), algorithm, &group.der, tests);
        }
    }
    count.print("ECDSA");
    assert!(count.valid > 200 && count.invalid > 400 && count.keys_refused == 0);
}
