//! Is this address one that a public server may have?
//!
//! The rule is an allow-list: IPv4 outside every special-purpose block, IPv6 inside `2000::/3` and outside every
//! special-purpose block there.
//!
//! - Blocks that the registries call globally reachable (AS112, AMT, ORCHIDv2, DRIP tags, the anycast addresses of PCP, TURN
//!   and DNS-SD) are refused too: they belong to protocols, and no web server lives there.
//! - Forms that carry an IPv4 address inside an IPv6 one (see [`Form`]) are refused whatever they carry: no public server is
//!   addressed that way, and a translator or tunnel near us decides what the inner address means. [`embedded`] unwraps them, so
//!   that a refusal can say what is inside. A 6rd or NAT64 prefix that a network took from its own public addresses looks like
//!   any other; only its operator knows it.
//! - All of `2000::/3` counts, not only what is allocated today. Nobody is reached in the rest of it, while a list of
//!   allocations would be wrong with the next one (after 2006 there were some in 2019 and 2024), and then cut off those
//!   who live there.
//!
//! Sources, as of 2025: the IANA [IPv4] and [IPv6] special-purpose address registries and the [IPv6 address space].
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
/// let refused = address::check("64:ff9b::a00:1".parse()?).unwrap_err();
/// assert_eq!(refused.to_string(), "NAT64 for 10.0.0.1, private use (64:ff9b::/96, RFC 6052)");
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
    embedded: Option<Embedded>,
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

    /// The IPv4 address inside the address that was checked, if it is of a form that carries one.
    #[must_use]
    pub fn embedded(&self) -> Option<Embedded> {
        self.embedded
    }
}

impl fmt::Display for SpecialBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            rfc,
            network,
            prefix,
            embedded,
        } = self;
        f.write_str(name)?;
        if let Some(Embedded { ipv4, .. }) = embedded {
            write!(f, " for {ipv4}")?;
            if let Err(inner) = check_v4(*ipv4) {
                write!(f, ", {}", inner.name)?;
            }
        }
        write!(f, " ({network}/{prefix}, {rfc})")
    }
}

impl fmt::Debug for SpecialBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Unwraps an IPv6 address of a form that carries an IPv4 address.
///
/// ```
/// use guarded_http::address::{Form, embedded};
///
/// let inner = embedded("2002:7f00:1::".parse()?).unwrap();
/// assert_eq!((inner.form, inner.ipv4), (Form::SixToFour, [127, 0, 0, 1].into()));
/// assert_eq!(embedded("2620:fe::9".parse()?), None);
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[must_use]
pub fn embedded(address: Ipv6Addr) -> Option<Embedded> {
    let bits = address.to_bits();
    let [a, b, c, d, e, f, ..] = address.segments();
    let (form, ipv4) = match [a, b, c, d, e, f] {
        // `::` and `::1` are themselves.
        [0, 0, 0, 0, 0, 0] if bits > 1 => (Form::Compatible, last_32(bits)),
        [0, 0, 0, 0, 0, 0xffff] => (Form::Mapped, last_32(bits)),
        [0, 0, 0, 0, 0xffff, 0] => (Form::Translated, last_32(bits)),
        [0x64, 0xff9b, 0, 0, 0, 0] => (Form::Nat64, last_32(bits)),
        [0x64, 0xff9b, 1, ..] => {
            let with_48 = nat64(address, Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48);
            (Form::Nat64Local, with_48.unwrap_or(last_32(bits)))
        }
        // The client's address has all its bits turned (RFC 4380, section 4).
        [0x2001, 0, ..] => (Form::Teredo, last_32(!bits)),
        [0x2002, ..] => (Form::SixToFour, last_32(bits >> 80)),
        // With the bit that says whether the IPv4 address is unique, or without (RFC 5214, section 6.1).
        [.., 0 | 0x200, 0x5efe] => (Form::Isatap, last_32(bits)),
        _ => return None,
    };
    Some(Embedded { form, ipv4 })
}

/// An IPv4 address inside an IPv6 one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Embedded {
    /// How it stands there.
    pub form: Form,
    /// What stands there.
    pub ipv4: Ipv4Addr,
}

/// How an IPv6 address can carry an IPv4 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// `::ffff:192.0.2.1`, which the operating system treats as the IPv4 address itself
    /// ([RFC 4291, section 2.5.5.2](https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.2)).
    Mapped,
    /// `::192.0.2.1`, deprecated ([RFC 4291, section 2.5.5.1](https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.1)).
    Compatible,
    /// `::ffff:0:192.0.2.1`, for stateless translation ([RFC 2765](https://www.rfc-editor.org/rfc/rfc2765#section-2.1)).
    Translated,
    /// `64:ff9b::192.0.2.1`, the well-known prefix of NAT64 ([RFC 6052](https://www.rfc-editor.org/rfc/rfc6052#section-2.1)).
    Nat64,
    /// `64:ff9b:1::/48`, for a network's own NAT64 ([RFC 8215](https://www.rfc-editor.org/rfc/rfc8215)). How long its prefix is
    /// only that network knows: read as 48 bits where that fits, otherwise as 96.
    Nat64Local,
    /// `2002:c000:201::`, 6to4 ([RFC 3056](https://www.rfc-editor.org/rfc/rfc3056#section-2)).
    SixToFour,
    /// `2001:0:…`, Teredo; the client's address ([RFC 4380](https://www.rfc-editor.org/rfc/rfc4380#section-4)).
    Teredo,
    /// `…:0:5efe:192.0.2.1` or `…:200:5efe:192.0.2.1` behind any prefix, ISATAP
    /// ([RFC 5214](https://www.rfc-editor.org/rfc/rfc5214#section-6.1)).
    Isatap,
}

/// Unwraps an address that a network's own NAT64 translates; `length` bits of `prefix` are what the operator configured.
///
/// `None` if the address does not begin with the prefix, holds other bits than the form has, or `length` is none of 32, 40, 48,
/// 56, 64 and 96 ([RFC 6052, section 2.2](https://www.rfc-editor.org/rfc/rfc6052#section-2.2)).
#[must_use]
pub fn nat64(address: Ipv6Addr, prefix: Ipv6Addr, length: u8) -> Option<Ipv4Addr> {
    let bits = address.to_bits();
    if !matches!(length, 32 | 40 | 48 | 56 | 64 | 96)
        || (bits ^ prefix.to_bits()) >> (128 - length) != 0
    {
        return None;
    }
    if length == 96 {
        return Some(last_32(bits));
    }
    // Bits 64 to 71 are zero and stand between, or before, those of the address.
    let (first_64, last_56) = (bits >> 64, bits & ((1 << 56) - 1));
    let without = first_64 << 56 | last_56;
    let after = 120 - 32 - length;
    let is_plain = bits >> 56 & 0xff == 0 && without & ((1 << after) - 1) == 0;
    is_plain.then(|| last_32(without >> after))
}

fn last_32(bits: u128) -> Ipv4Addr {
    let [.., a, b, c, d] = bits.to_be_bytes();
    Ipv4Addr::new(a, b, c, d)
}

fn check_v4(address: Ipv4Addr) -> Result<(), SpecialBlock> {
    let bits = address.to_bits();
    match V4.iter().find(|row| bits & row.mask == row.network) {
        Some(row) => Err(row.block),
        None => Ok(()),
    }
}

fn check_v6(address: Ipv6Addr) -> Result<(), SpecialBlock> {
    let bits = address.to_bits();
    if let Some(row) = V6.iter().find(|row| bits & row.mask == row.network) {
        let embedded = embedded(address);
        return Err(SpecialBlock {
            embedded,
            ..row.block
        });
    }
    if bits >> 125 != 0b001 {
        let name = "not in the global unicast space 2000::/3";
        return Err(v6([0; 8], 0, name, "RFC 4291").block);
    }
    if let Some(embedded) = embedded(address) {
        return Err(SpecialBlock {
            name: "ISATAP",
            rfc: "RFC 5214",
            network: Ipv6Addr::from_bits(bits >> 32 << 32).into(),
            prefix: 96,
            embedded: Some(embedded),
        });
    }
    Ok(())
}

struct Row<B> {
    network: B,
    mask: B,
    block: SpecialBlock,
}

const fn v4(network: [u8; 4], prefix: u8, name: &'static str, rfc: &'static str) -> Row<u32> {
    let [a, b, c, d] = network;
    let network = Ipv4Addr::new(a, b, c, d);
    Row {
        network: network.to_bits(),
        mask: !(u32::MAX.unbounded_shr(prefix as u32)),
        block: SpecialBlock {
            name,
            rfc,
            network: IpAddr::V4(network),
            prefix,
            embedded: None,
        },
    }
}

const fn v6(network: [u16; 8], prefix: u8, name: &'static str, rfc: &'static str) -> Row<u128> {
    let [a, b, c, d, e, f, g, h] = network;
    let network = Ipv6Addr::new(a, b, c, d, e, f, g, h);
    Row {
        network: network.to_bits(),
        mask: !(u128::MAX.unbounded_shr(prefix as u32)),
        block: SpecialBlock {
            name,
            rfc,
            network: IpAddr::V6(network),
            prefix,
            embedded: None,
        },
    }
}

// A narrower block stands before the one that holds it.
#[rustfmt::skip]
const V4: &[Row<u32>] = &[
    v4([0, 0, 0, 0], 32, "this host", "RFC 1122"),
    v4([0, 0, 0, 0], 8, "this network", "RFC 791"),
    v4([10, 0, 0, 0], 8, "private use", "RFC 1918"),
    v4([100, 64, 0, 0], 10, "shared address space", "RFC 6598"),
    v4([127, 0, 0, 0], 8, "loopback", "RFC 1122"),
    v4([169, 254, 0, 0], 16, "link-local", "RFC 3927"),
    v4([172, 16, 0, 0], 12, "private use", "RFC 1918"),
    v4([192, 0, 0, 0], 29, "IPv4 service continuity", "RFC 7335"),
    v4([192, 0, 0, 8], 32, "IPv4 dummy address", "RFC 7600"),
    v4([192, 0, 0, 9], 32, "port control protocol anycast", "RFC 7723"),
    v4([192, 0, 0, 10], 32, "TURN anycast", "RFC 8155"),
    v4([192, 0, 0, 170], 31, "NAT64/DNS64 discovery", "RFC 8880"),
    v4([192, 0, 0, 0], 24, "IETF protocol assignments", "RFC 6890"),
    v4([192, 0, 2, 0], 24, "documentation", "RFC 5737"),
    v4([192, 31, 196, 0], 24, "AS112", "RFC 7535"),
    v4([192, 52, 193, 0], 24, "automatic multicast tunnelling", "RFC 7450"),
    v4([192, 88, 99, 2], 32, "6a44 relay anycast", "RFC 6751"),
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

#[rustfmt::skip]
const V6: &[Row<u128>] = &[
    v6([0, 0, 0, 0, 0, 0, 0, 0], 128, "unspecified", "RFC 4291"),
    v6([0, 0, 0, 0, 0, 0, 0, 1], 128, "loopback", "RFC 4291"),
    v6([0, 0, 0, 0, 0, 0, 0, 0], 96, "IPv4-compatible", "RFC 4291"),
    v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96, "IPv4-mapped", "RFC 4291"),
    v6([0, 0, 0, 0, 0xffff, 0, 0, 0], 96, "IPv4-translated", "RFC 2765"),
    v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96, "NAT64", "RFC 6052"),
    v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48, "local-use NAT64", "RFC 8215"),
    v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64, "discard only", "RFC 6666"),
    v6([0x100, 0, 0, 1, 0, 0, 0, 0], 64, "dummy prefix", "RFC 9780"),
    v6([0x200, 0, 0, 0, 0, 0, 0, 0], 7, "deprecated NSAP mapping", "RFC 4048"),
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32, "Teredo", "RFC 4380"),
    v6([0x2001, 1, 0, 0, 0, 0, 0, 1], 128, "port control protocol anycast", "RFC 7723"),
    v6([0x2001, 1, 0, 0, 0, 0, 0, 2], 128, "TURN anycast", "RFC 8155"),
    v6([0x2001, 1, 0, 0, 0, 0, 0, 3], 128, "DNS-SD service registration anycast", "RFC 9665"),
    v6([0x2001, 2, 0, 0, 0, 0, 0, 0], 48, "benchmarking", "RFC 5180"),
    v6([0x2001, 3, 0, 0, 0, 0, 0, 0], 32, "automatic multicast tunnelling", "RFC 7450"),
    v6([0x2001, 4, 0x112, 0, 0, 0, 0, 0], 48, "AS112", "RFC 7535"),
    v6([0x2001, 0x10, 0, 0, 0, 0, 0, 0], 28, "deprecated ORCHID", "RFC 4843"),
    v6([0x2001, 0x20, 0, 0, 0, 0, 0, 0], 28, "ORCHIDv2", "RFC 7343"),
    v6([0x2001, 0x30, 0, 0, 0, 0, 0, 0], 28, "drone identification (DRIP)", "RFC 9374"),
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23, "IETF protocol assignments", "RFC 2928"),
    v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32, "documentation", "RFC 3849"),
    v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16, "6to4", "RFC 3056"),
    v6([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48, "direct delegation AS112", "RFC 7534"),
    v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, "documentation", "RFC 9637"),
    v6([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16, "segment routing (SRv6) identifiers", "RFC 9602"),
    v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, "unique local", "RFC 4193"),
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10, "link-local", "RFC 4291"),
    v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10, "site-local", "RFC 3879"),
    v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8, "multicast", "RFC 4291"),
];
