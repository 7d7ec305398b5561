//! Every special-purpose block at both ends and just outside, written down here again from the registries.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;

use guarded_http::address::{Form, check, embedded, nat64};

/// First address, last address, and the document that the refusal has to name.
#[rustfmt::skip]
const V4: &[(&str, &str, &str)] = &[
    ("0.0.0.0", "0.0.0.0", "RFC 1122"),
    ("0.0.0.1", "0.255.255.255", "RFC 791"),
    ("10.0.0.0", "10.255.255.255", "RFC 1918"),
    ("100.64.0.0", "100.127.255.255", "RFC 6598"),
    ("127.0.0.0", "127.255.255.255", "RFC 1122"),
    ("169.254.0.0", "169.254.255.255", "RFC 3927"),
    ("172.16.0.0", "172.31.255.255", "RFC 1918"),
    ("192.0.0.0", "192.0.0.7", "RFC 7335"),
    ("192.0.0.8", "192.0.0.8", "RFC 7600"),
    ("192.0.0.9", "192.0.0.9", "RFC 7723"),
    ("192.0.0.10", "192.0.0.10", "RFC 8155"),
    ("192.0.0.11", "192.0.0.169", "RFC 6890"),
    ("192.0.0.170", "192.0.0.171", "RFC 8880"),
    ("192.0.0.172", "192.0.0.255", "RFC 6890"),
    ("192.0.2.0", "192.0.2.255", "RFC 5737"),
    ("192.31.196.0", "192.31.196.255", "RFC 7535"),
    ("192.52.193.0", "192.52.193.255", "RFC 7450"),
    ("192.88.99.0", "192.88.99.1", "RFC 7526"),
    ("192.88.99.2", "192.88.99.2", "RFC 6751"),
    ("192.88.99.3", "192.88.99.255", "RFC 7526"),
    ("192.168.0.0", "192.168.255.255", "RFC 1918"),
    ("192.175.48.0", "192.175.48.255", "RFC 7534"),
    ("198.18.0.0", "198.19.255.255", "RFC 2544"),
    ("198.51.100.0", "198.51.100.255", "RFC 5737"),
    ("203.0.113.0", "203.0.113.255", "RFC 5737"),
    ("224.0.0.0", "239.255.255.255", "RFC 5771"),
    ("240.0.0.0", "255.255.255.254", "RFC 1112"),
    ("255.255.255.255", "255.255.255.255", "RFC 919"),
];

#[rustfmt::skip]
const V6: &[(&str, &str, &str)] = &[
    ("::", "::", "RFC 4291"),
    ("::1", "::1", "RFC 4291"),
    ("::2", "::ffff:ffff", "RFC 4291"),
    ("::1:0:0", "::fffe:ffff:ffff", "RFC 4291"),
    ("::ffff:0.0.0.0", "::ffff:255.255.255.255", "RFC 4291"),
    ("::1:0:0:0", "::fffe:ffff:ffff:ffff", "RFC 4291"),
    ("::ffff:0:0.0.0.0", "::ffff:0:255.255.255.255", "RFC 2765"),
    ("::ffff:1:0:0", "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 4291"),
    ("64:ff9b::", "64:ff9b::ffff:ffff", "RFC 6052"),
    ("64:ff9b::1:0:0", "64:ff9b:0:ffff:ffff:ffff:ffff:ffff", "RFC 4291"),
    ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "RFC 8215"),
    ("64:ff9b:2::", "ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 4291"),
    ("100::", "100::ffff:ffff:ffff:ffff", "RFC 6666"),
    ("100:0:0:1::", "100::1:ffff:ffff:ffff:ffff", "RFC 9780"),
    ("100:0:0:2::", "1ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 4291"),
    ("200::", "3ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 4048"),
    ("400::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 4291"),
    ("2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 4380"),
    ("2001:1::", "2001:1::", "RFC 2928"),
    ("2001:1::1", "2001:1::1", "RFC 7723"),
    ("2001:1::2", "2001:1::2", "RFC 8155"),
    ("2001:1::3", "2001:1::3", "RFC 9665"),
    ("2001:1::4", "2001:1:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 2928"),
    ("2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", "RFC 5180"),
    ("2001:2:1::", "2001:2:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 2928"),
    ("2001:3::", "2001:3:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 7450"),
    ("2001:4::", "2001:4:111:ffff:ffff:ffff:ffff:ffff", "RFC 2928"),
    ("2001:4:112::", "2001:4:112:ffff:ffff:ffff:ffff:ffff", "RFC 7535"),
    ("2001:4:113::", "2001:f:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 2928"),
    ("2001:10::", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 4843"),
    ("2001:20::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 7343"),
    ("2001:30::", "2001:3f:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 9374"),
    ("2001:40::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 2928"),
    ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 3849"),
    ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 3056"),
    ("2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", "RFC 7534"),
    ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 9637"),
    ("4000::", "5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 4291"),
    ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 9602"),
    ("5f01::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 4291"),
    ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 4193"),
    ("fe00::", "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 4291"),
    ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 4291"),
    ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 3879"),
    ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 4291"),
];

/// What another library calls global and we refuse, with the reason. It knows fewer blocks; the registries know all of these.
#[rustfmt::skip]
const IP_NETWORK_SAYS_GLOBAL: &[(&str, &str, &str)] = &[
    ("192.0.0.9", "192.0.0.10", "anycast of protocols: globally reachable, and no web server"),
    ("192.31.196.0", "192.31.196.255", "AS112: globally reachable, and no web server"),
    ("192.52.193.0", "192.52.193.255", "AMT: globally reachable, and no web server"),
    ("192.88.99.0", "192.88.99.255", "6to4 relays, deprecated"),
    ("192.175.48.0", "192.175.48.255", "AS112: globally reachable, and no web server"),
    ("224.0.0.0", "239.255.255.255", "multicast: global perhaps, and no unicast"),
    ("::2", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "not in 2000::/3: carriers of IPv4, reserved"),
    ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "IETF protocol assignments, Teredo among them"),
    ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "6to4"),
    ("2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", "AS112: globally reachable, and no web server"),
    ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "documentation since 2024"),
    ("4000::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "not in 2000::/3: reserved, SRv6"),
    ("fe00::", "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "not in 2000::/3: reserved"),
    ("ff0e::", "fffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "multicast: the global scopes"),
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

/// What comes just before and just after each block is in another one or in this list.
#[test]
fn no_neighbour_is_forgotten() {
    for &(first, last, _) in V4.iter().chain(V6) {
        for neighbour in before(parse(first)).into_iter().chain(after(parse(last))) {
            let is_listed = PUBLIC.iter().any(|public| parse(public) == neighbour);
            assert_eq!(
                is_in(V4, neighbour) || is_in(V6, neighbour),
                !is_listed,
                "{neighbour}"
            );
        }
    }
}

fn wrapped(v4: Ipv4Addr) -> [(Form, Ipv6Addr); 12] {
    let [a, b, c, d] = v4.octets();
    let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    [
        (Form::Mapped, v4.to_ipv6_mapped()),
        (Form::Compatible, Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low)),
        (
            Form::Translated,
            Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, high, low),
        ),
        (
            Form::Nat64,
            Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
        ),
        (
            Form::Nat64Local,
            Ipv6Addr::new(0x64, 0xff9b, 1, 0xfffe, 0, 0, high, low),
        ),
        (
            Form::Nat64Local,
            Ipv6Addr::new(0x64, 0xff9b, 1, high, u16::from(c), u16::from(d) << 8, 0, 0),
        ),
        (
            Form::SixToFour,
            Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 0),
        ),
        (
            Form::SixToFour,
            Ipv6Addr::new(0x2002, high, low, 1, 2, 3, 4, 5),
        ),
        (
            Form::Teredo,
            Ipv6Addr::new(0x2001, 0, 0x4136, 0xe378, 0x8000, 0x63bf, !high, !low),
        ),
        (
            Form::Isatap,
            Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0x5efe, high, low),
        ),
        (
            Form::Isatap,
            Ipv6Addr::new(0x2620, 0xfe, 0, 0, 0, 0x5efe, high, low),
        ),
        (
            Form::Isatap,
            Ipv6Addr::new(0x2a00, 1, 2, 3, 0x200, 0x5efe, high, low),
        ),
    ]
}

#[test]
fn no_ipv4_address_gets_in_wrapped() {
    let ends = V4.iter().flat_map(|&(first, last, _)| [first, last]);
    for end in ends.chain(["9.9.9.9"]) {
        let v4: Ipv4Addr = end.parse().unwrap();
        for (form, address) in wrapped(v4) {
            let refused = check(address.into()).expect_err(end);
            // These two are themselves, and a length of 96 bits is as good a reading of zeros.
            if v4.to_bits() <= 1 && matches!(form, Form::Compatible | Form::Nat64Local) {
                continue;
            }
            let inner = refused.embedded().unwrap();
            assert_eq!((inner.form, inner.ipv4), (form, v4), "{address}");
            assert_eq!(embedded(address), Some(inner));
            assert!(
                refused.to_string().contains(&format!("for {v4}")),
                "{refused}"
            );
        }
    }
    for address in [
        "::",
        "::1",
        "2620:fe::9",
        "2620:fe::5eff:a00:1",
        "2620:fe::1:5efe:a00:1",
    ] {
        assert_eq!(embedded(address.parse().unwrap()), None, "{address}");
    }
}

#[test]
fn a_refusal_says_what_is_inside() {
    for (address, text) in [
        ("10.1.2.3", "private use (10.0.0.0/8, RFC 1918)"),
        (
            "::ffff:127.0.0.1",
            "IPv4-mapped for 127.0.0.1, loopback (::ffff:0.0.0.0/96, RFC 4291)",
        ),
        (
            "64:ff9b::9.9.9.9",
            "NAT64 for 9.9.9.9 (64:ff9b::/96, RFC 6052)",
        ),
        (
            "2001:0:4136:e378:8000:63bf:5601:5601",
            "Teredo for 169.254.169.254, link-local (2001::/32, RFC 4380)",
        ),
        (
            "2a00:1:2:3:0:5efe:c0a8:1",
            "ISATAP for 192.168.0.1, private use (2a00:1:2:3:0:5efe::/96, RFC 5214)",
        ),
        (
            "8000::1",
            "not in the global unicast space 2000::/3 (::/0, RFC 4291)",
        ),
    ] {
        assert_eq!(check(parse(address)).unwrap_err().to_string(), text);
    }
}

/// The example of RFC 6052, section 2.4, and what is no such address.
#[test]
fn a_nat64_prefix_of_any_length_is_unwrapped() {
    let read = |address: &str, prefix: &str, length| {
        nat64(address.parse().unwrap(), prefix.parse().unwrap(), length)
    };
    let inner = Some(Ipv4Addr::new(192, 0, 2, 33));
    for (address, prefix, length) in [
        ("2001:db8:c000:221::", "2001:db8::", 32),
        ("2001:db8:1c0:2:21::", "2001:db8:100::", 40),
        ("2001:db8:122:c000:2:2100::", "2001:db8:122::", 48),
        ("2001:db8:122:3c0:0:221::", "2001:db8:122:300::", 56),
        ("2001:db8:122:344:c0:2:2100::", "2001:db8:122:344::", 64),
        ("2001:db8:122:344::192.0.2.33", "2001:db8:122:344::", 96),
    ] {
        assert_eq!(read(address, prefix, length), inner, "{address}");
        assert_eq!(read(address, "2001:db9::", length), None, "{address}");
        for other in [0, 1, length - 1, length + 1, 128, 255] {
            assert_eq!(read(address, prefix, other), None, "{address}/{other}");
        }
    }
    for (address, length) in [
        ("2001:db8:c000:221:100::", 32),
        ("2001:db8:c000:221::1", 32),
        ("2001:db8:1c0:2:8021::", 40),
        ("2001:db8:122:344:c0:2:2100:1", 64),
    ] {
        assert_eq!(read(address, address, length), None, "{address}");
    }
}

/// A million addresses, most of the IPv6 ones in `2000::/3` or beside an edge of a block.
#[test]
fn random_addresses_agree_with_the_tables() {
    let seed = RandomState::new().hash_one(0);
    println!("seed {seed}");
    let mut random = Random(seed);
    let edges: Vec<IpAddr> = V4
        .iter()
        .chain(V6)
        .flat_map(|&(first, last, _)| [parse(first), parse(last)])
        .collect();
    let special = ranges(V4.iter().chain(V6));
    let differences = ranges(IP_NETWORK_SAYS_GLOBAL);
    let (mut refused, mut public) = (0, 0);
    for count in 0..1_000_000 {
        let bits = random.bits();
        let edge = edges[random.bits() as usize % edges.len()];
        let address = match count % 4 {
            0 => Ipv4Addr::from_bits(bits as u32).into(),
            1 => Ipv6Addr::from_bits(bits >> 3 | 1 << 125).into(),
            2 if count % 8 == 2 => Ipv6Addr::from_bits(bits).into(),
            _ => match edge {
                // An edge with one to three of its bits turned.
                IpAddr::V4(edge) => Ipv4Addr::from_bits(edge.to_bits() ^ 1 << (bits % 32)).into(),
                IpAddr::V6(edge) => {
                    let turned = 1 << (bits % 128) | 1 << ((bits >> 64) % 128);
                    Ipv6Addr::from_bits(edge.to_bits() ^ turned).into()
                }
            },
        };
        let verdict = check(address).is_err();
        let is_isatap = matches!(address, IpAddr::V6(address)
            if matches!(embedded(address), Some(inner) if inner.form == Form::Isatap));
        assert_eq!(
            verdict,
            contains(&special, address) || is_isatap,
            "{address}"
        );
        let theirs = match address {
            IpAddr::V4(v4) => ip_network::Ipv4Network::new(v4, 32).unwrap().is_global(),
            IpAddr::V6(v6) => ip_network::Ipv6Network::new(v6, 128).unwrap().is_global(),
        };
        let differs = theirs && (contains(&differences, address) || is_isatap);
        assert_eq!(
            verdict,
            !theirs || differs,
            "{address}: ip_network says {theirs}"
        );
        if verdict { refused += 1 } else { public += 1 }
    }
    println!("{refused} refused, {public} public, 0 wrong");
    assert!(refused > 200_000 && public > 200_000);
}

/// A difference that is none any more should not stand in the list.
#[test]
fn the_other_library_still_differs() {
    for &(first, last, reason) in IP_NETWORK_SAYS_GLOBAL {
        for end in [first, last] {
            let global = match parse(end) {
                IpAddr::V4(v4) => ip_network::Ipv4Network::new(v4, 32).unwrap().is_global(),
                IpAddr::V6(v6) => ip_network::Ipv6Network::new(v6, 128).unwrap().is_global(),
            };
            assert!(global && check(parse(end)).is_err(), "{end}: {reason}");
        }
    }
}

fn parse(address: &str) -> IpAddr {
    address.parse().unwrap()
}

/// In order, which the tables are: IPv4 stands before IPv6.
fn ranges<'a>(
    rows: impl IntoIterator<Item = &'a (&'a str, &'a str, &'a str)>,
) -> Vec<RangeInclusive<IpAddr>> {
    rows.into_iter()
        .map(|(first, last, _)| parse(first)..=parse(last))
        .collect()
}

fn contains(ranges: &[RangeInclusive<IpAddr>], address: IpAddr) -> bool {
    let begun = ranges.partition_point(|range| *range.start() <= address);
    begun > 0 && ranges[begun - 1].contains(&address)
}

fn is_in(rows: &[(&str, &str, &str)], address: IpAddr) -> bool {
    contains(&ranges(rows), address)
}

fn before(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(v4) => Some(Ipv4Addr::from_bits(v4.to_bits().checked_sub(1)?).into()),
        IpAddr::V6(v6) => Some(Ipv6Addr::from_bits(v6.to_bits().checked_sub(1)?).into()),
    }
}

fn after(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(v4) => Some(Ipv4Addr::from_bits(v4.to_bits().checked_add(1)?).into()),
        IpAddr::V6(v6) => Some(Ipv6Addr::from_bits(v6.to_bits().checked_add(1)?).into()),
    }
}

/// SplitMix64, twice.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u128 {
        let mut next = || {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ z >> 31
        };
        u128::from(next()) << 64 | u128::from(next())
    }
}
