//! Is this address one that a public server may have?
//!
//! The rule is an allow-list: IPv4 outside every special-purpose block, IPv6 inside `2000::/3` and outside every
//! special-purpose block there. Forms that carry an IPv4 address inside an IPv6 one (mapped, compatible, NAT64, 6to4,
//! Teredo) are refused whatever they carry: no public server is addressed that way, and the inner address may be
//! anything. That refuses networks whose only way to IPv4 is DNS64 with `64:ff9b::/96`.
//!
//! Sources: the IANA [IPv4] and [IPv6] special-purpose address registries and the [IPv6 address space].
//!
//! [IPv4]: https://www.iana.org/assignments/iana-ipv4-special-registry/
//! [IPv6]: https://www.iana.org/assignments/iana-ipv6-special-registry/
//! [IPv6 address space]: https://www.iana.org/assignments/ipv6-address-space/

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Checks that an address is global unicast and in no special-purpose block.
///
/// # Errors
///
/// The block that the address belongs to.
///
/// ```
/// use guarded_http::address;
///
/// assert!(address::check("9.9.9.9".parse()?).is_ok());
/// let refused = address::check("169.254.169.254".parse()?).unwrap_err();
/// assert_eq!(refused.rfc(), "RFC 3927");
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
pub fn check(address: IpAddr) -> Result<(), SpecialBlock> {
    match address {
        IpAddr::V4(address) => check_v4(address),
        IpAddr::V6(address) => check_v6(address),
    }
}

/// A block of addresses that no public server may have, with the document that set it aside.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SpecialBlock {
    name: &'static str,
    rfc: &'static str,
    network: IpAddr,
    prefix: u8,
}

impl SpecialBlock {
    /// What the block is for, in a few words.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The document that set the block aside, such as `RFC 1918`.
    #[must_use]
    pub fn rfc(&self) -> &'static str {
        self.rfc
    }

    /// The first address of the block.
    #[must_use]
    pub fn network(&self) -> IpAddr {
        self.network
    }

    /// The length of the block's prefix in bits.
    #[must_use]
    pub fn prefix(&self) -> u8 {
        self.prefix
    }
}

impl fmt::Display for SpecialBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            rfc,
            network,
            prefix,
        } = self;
        write!(f, "{name} ({network}/{prefix}, {rfc})")
    }
}

impl fmt::Debug for SpecialBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn check_v4(address: Ipv4Addr) -> Result<(), SpecialBlock> {
    let address = address.to_bits();
    for row in V4 {
        if (address ^ row.network.to_bits()) >> (32 - row.prefix) == 0 {
            return Err(SpecialBlock {
                name: row.name,
                rfc: row.rfc,
                network: row.network.into(),
                prefix: row.prefix,
            });
        }
    }
    Ok(())
}

fn check_v6(address: Ipv6Addr) -> Result<(), SpecialBlock> {
    let address = address.to_bits();
    for row in V6 {
        if (address ^ row.network.to_bits()) >> (128 - row.prefix) == 0 {
            return Err(SpecialBlock {
                name: row.name,
                rfc: row.rfc,
                network: row.network.into(),
                prefix: row.prefix,
            });
        }
    }
    if address >> 125 == 0b001 {
        return Ok(());
    }
    Err(SpecialBlock {
        name: "not in the global unicast space 2000::/3",
        rfc: "RFC 4291",
        network: Ipv6Addr::UNSPECIFIED.into(),
        prefix: 0,
    })
}

struct Row<A> {
    network: A,
    prefix: u8,
    name: &'static str,
    rfc: &'static str,
}

const fn v4(network: [u8; 4], prefix: u8, name: &'static str, rfc: &'static str) -> Row<Ipv4Addr> {
    let [a, b, c, d] = network;
    Row {
        network: Ipv4Addr::new(a, b, c, d),
        prefix,
        name,
        rfc,
    }
}

const fn v6(network: [u16; 8], prefix: u8, name: &'static str, rfc: &'static str) -> Row<Ipv6Addr> {
    let [a, b, c, d, e, f, g, h] = network;
    Row {
        network: Ipv6Addr::new(a, b, c, d, e, f, g, h),
        prefix,
        name,
        rfc,
    }
}

// No prefix is 0, so every shift above is less than the width. A narrower block stands before the one that holds it.
const V4: &[Row<Ipv4Addr>] = &[
    v4([0, 0, 0, 0], 8, "this network", "RFC 791"),
    v4([10, 0, 0, 0], 8, "private use", "RFC 1918"),
    v4([100, 64, 0, 0], 10, "shared address space", "RFC 6598"),
    v4([127, 0, 0, 0], 8, "loopback", "RFC 1122"),
    v4([169, 254, 0, 0], 16, "link-local", "RFC 3927"),
    v4([172, 16, 0, 0], 12, "private use", "RFC 1918"),
    v4([192, 0, 0, 0], 24, "IETF protocol assignments", "RFC 6890"),
    v4([192, 0, 2, 0], 24, "documentation", "RFC 5737"),
    v4([192, 31, 196, 0], 24, "AS112", "RFC 7535"),
    v4(
        [192, 52, 193, 0],
        24,
        "automatic multicast tunnelling",
        "RFC 7450",
    ),
    v4([192, 88, 99, 0], 24, "6to4 relay anycast", "RFC 7526"),
    v4([192, 168, 0, 0], 16, "private use", "RFC 1918"),
    v4([192, 175, 48, 0], 24, "direct delegation AS112", "RFC 7534"),
    v4([198, 18, 0, 0], 15, "benchmarking", "RFC 2544"),
    v4([198, 51, 100, 0], 24, "documentation", "RFC 5737"),
    v4([203, 0, 113, 0], 24, "documentation", "RFC 5737"),
    v4([224, 0, 0, 0], 4, "multicast", "RFC 5771"),
    v4([255, 255, 255, 255], 32, "limited broadcast", "RFC 919"),
    v4([240, 0, 0, 0], 4, "reserved", "RFC 1112"),
];

const V6: &[Row<Ipv6Addr>] = &[
    v6([0, 0, 0, 0, 0, 0, 0, 0], 128, "unspecified", "RFC 4291"),
    v6([0, 0, 0, 0, 0, 0, 0, 1], 128, "loopback", "RFC 4291"),
    v6([0, 0, 0, 0, 0, 0, 0, 0], 96, "IPv4-compatible", "RFC 4291"),
    v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96, "IPv4-mapped", "RFC 4291"),
    v6(
        [0x64, 0xff9b, 0, 0, 0, 0, 0, 0],
        96,
        "IPv4/IPv6 translation (NAT64)",
        "RFC 6052",
    ),
    v6(
        [0x64, 0xff9b, 1, 0, 0, 0, 0, 0],
        48,
        "local-use IPv4/IPv6 translation (NAT64)",
        "RFC 8215",
    ),
    v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64, "discard only", "RFC 6666"),
    v6([0x100, 0, 0, 1, 0, 0, 0, 0], 64, "dummy prefix", "RFC 9780"),
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32, "Teredo", "RFC 4380"),
    v6(
        [0x2001, 2, 0, 0, 0, 0, 0, 0],
        48,
        "benchmarking",
        "RFC 5180",
    ),
    v6(
        [0x2001, 0, 0, 0, 0, 0, 0, 0],
        23,
        "IETF protocol assignments",
        "RFC 2928",
    ),
    v6(
        [0x2001, 0xdb8, 0, 0, 0, 0, 0, 0],
        32,
        "documentation",
        "RFC 3849",
    ),
    v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16, "6to4", "RFC 3056"),
    v6(
        [0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0],
        48,
        "direct delegation AS112",
        "RFC 7534",
    ),
    v6(
        [0x3fff, 0, 0, 0, 0, 0, 0, 0],
        20,
        "documentation",
        "RFC 9637",
    ),
    v6(
        [0x5f00, 0, 0, 0, 0, 0, 0, 0],
        16,
        "segment routing (SRv6) identifiers",
        "RFC 9602",
    ),
    v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, "unique local", "RFC 4193"),
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10, "link-local", "RFC 4291"),
    v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10, "site-local", "RFC 3879"),
    v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8, "multicast", "RFC 4291"),
];
