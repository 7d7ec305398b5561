//! Every special-purpose block at both ends and just outside, written down here again from the registries.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use guarded_http::address::check;
use proptest::prelude::*;

/// First address, last address, and the document that the refusal has to name.
const V4: &[(&str, &str, &str)] = &[
    ("0.0.0.0", "0.255.255.255", "RFC 791"),
    ("10.0.0.0", "10.255.255.255", "RFC 1918"),
    ("100.64.0.0", "100.127.255.255", "RFC 6598"),
    ("127.0.0.0", "127.255.255.255", "RFC 1122"),
    ("169.254.0.0", "169.254.255.255", "RFC 3927"),
    ("172.16.0.0", "172.31.255.255", "RFC 1918"),
    ("192.0.0.0", "192.0.0.255", "RFC 6890"),
    ("192.0.2.0", "192.0.2.255", "RFC 5737"),
    ("192.31.196.0", "192.31.196.255", "RFC 7535"),
    ("192.52.193.0", "192.52.193.255", "RFC 7450"),
    ("192.88.99.0", "192.88.99.255", "RFC 7526"),
    ("192.168.0.0", "192.168.255.255", "RFC 1918"),
    ("192.175.48.0", "192.175.48.255", "RFC 7534"),
    ("198.18.0.0", "198.19.255.255", "RFC 2544"),
    ("198.51.100.0", "198.51.100.255", "RFC 5737"),
    ("203.0.113.0", "203.0.113.255", "RFC 5737"),
    ("224.0.0.0", "239.255.255.255", "RFC 5771"),
    ("240.0.0.0", "255.255.255.254", "RFC 1112"),
    ("255.255.255.255", "255.255.255.255", "RFC 919"),
];

const V6: &[(&str, &str, &str)] = &[
    ("::", "::", "RFC 4291"),
    ("::1", "::1", "RFC 4291"),
    ("::2", "::ffff:ffff", "RFC 4291"),
    ("::ffff:0.0.0.0", "::ffff:255.255.255.255", "RFC 4291"),
    ("64:ff9b::", "64:ff9b::ffff:ffff", "RFC 6052"),
    (
        "64:ff9b:1::",
        "64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
        "RFC 8215",
    ),
    ("100::", "100::ffff:ffff:ffff:ffff", "RFC 6666"),
    ("100:0:0:1::", "100::1:ffff:ffff:ffff:ffff", "RFC 9780"),
    ("2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 4380"),
    (
        "2001:1::",
        "2001:1:ffff:ffff:ffff:ffff:ffff:ffff",
        "RFC 2928",
    ),
    ("2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", "RFC 5180"),
    (
        "2001:3::",
        "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
        "RFC 2928",
    ),
    (
        "2001:db8::",
        "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
        "RFC 3849",
    ),
    (
        "2002::",
        "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "RFC 3056",
    ),
    (
        "2620:4f:8000::",
        "2620:4f:8000:ffff:ffff:ffff:ffff:ffff",
        "RFC 7534",
    ),
    (
        "3fff::",
        "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
        "RFC 9637",
    ),
    (
        "4000::",
        "5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "RFC 4291",
    ),
    (
        "5f00::",
        "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "RFC 9602",
    ),
    (
        "5f01::",
        "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "RFC 4291",
    ),
    (
        "fc00::",
        "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "RFC 4193",
    ),
    (
        "fe00::",
        "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "RFC 4291",
    ),
    (
        "fe80::",
        "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "RFC 4291",
    ),
    (
        "fec0::",
        "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "RFC 3879",
    ),
    (
        "ff00::",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "RFC 4291",
    ),
];

/// Just outside the blocks, where public addresses are.
const PUBLIC: &[&str] = &[
    "1.0.0.0",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.0.1.255",
    "192.0.3.0",
    "192.31.195.255",
    "192.31.197.0",
    "192.52.192.255",
    "192.52.194.0",
    "192.88.98.255",
    "192.88.100.0",
    "192.167.255.255",
    "192.169.0.0",
    "192.175.47.255",
    "192.175.49.0",
    "198.17.255.255",
    "198.20.0.0",
    "198.51.99.255",
    "198.51.101.0",
    "203.0.112.255",
    "203.0.114.0",
    "223.255.255.255",
    "2000::",
    "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:200::",
    "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:db9::",
    "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2003::",
    "2620:4f:7fff:ffff:ffff:ffff:ffff:ffff",
    "2620:4f:8001::",
    "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "3fff:1000::",
    "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
];

#[test]
fn both_ends_of_every_block_are_refused_by_name() {
    for &(first, last, rfc) in V4.iter().chain(V6) {
        for end in [first, last] {
            let refused = check(end.parse().unwrap()).expect_err(end);
            assert_eq!(refused.rfc(), rfc, "{end} is in {refused}");
        }
    }
}

#[test]
fn the_neighbours_are_public() {
    for address in PUBLIC {
        assert_eq!(check(address.parse().unwrap()), Ok(()), "{address}");
    }
}

#[test]
fn no_ipv4_address_gets_in_wrapped() {
    let ends = V4
        .iter()
        .flat_map(|&(first, last, _)| [first, last])
        .chain(["9.9.9.9"]);
    for end in ends {
        let v4: Ipv4Addr = end.parse().unwrap();
        let [a, b, c, d] = v4.octets();
        let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        for wrapped in [
            v4.to_ipv6_mapped(),
            Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low),
            Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, high, low),
            Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
            Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low),
            Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 0),
            Ipv6Addr::new(0x2001, 0, 1, 1, 0, 0, !high, !low),
        ] {
            assert!(check(wrapped.into()).is_err(), "{end} as {wrapped}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn random_addresses_agree_with_the_table(v4: u32, v6: u128, in_2000: u128) {
        for address in [
            IpAddr::from(Ipv4Addr::from_bits(v4)),
            Ipv6Addr::from_bits(v6).into(),
            Ipv6Addr::from_bits(in_2000 >> 3 | 1 << 125).into(),
        ] {
            let within = |&(first, last, _): &(&str, &str, &str)| {
                let (first, last): (IpAddr, IpAddr) = (first.parse().unwrap(), last.parse().unwrap());
                first.is_ipv4() == address.is_ipv4() && (first..=last).contains(&address)
            };
            let special = V4.iter().chain(V6).any(within);
            let outside = matches!(address, IpAddr::V6(v6) if v6.to_bits() >> 125 != 1);
            prop_assert_eq!(check(address).is_err(), special || outside, "{}", address);
        }
    }
}
