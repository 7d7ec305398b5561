//! Whether an address is public, a thousand times: so many microseconds are so many nanoseconds for one. Against the bit
//! tests of the standard library that are stable, which know less, and against a crate that has more of the blocks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use fedikit_bench::{case, compare};
use guarded_http::address::check;
use ip_network::IpNetwork;

fn main() {
    let spread = |count: u32| count.wrapping_mul(0x9e37_79b9);
    let public_v4: Vec<IpAddr> = (0..)
        .map(|count| Ipv4Addr::from_bits(spread(count)).into())
        .filter(|&address| check(address).is_ok())
        .take(1000)
        .collect();
    let public_v6: Vec<IpAddr> = (0..)
        .map(|count| u128::from(spread(count)) << 93 | u128::from(count))
        .map(|bits| Ipv6Addr::from_bits(bits >> 3 | 1 << 125).into())
        .filter(|&address| check(address).is_ok())
        .take(1000)
        .collect();
    let special: Vec<IpAddr> = (0..500_u32)
        .flat_map(|count| {
            let private = Ipv4Addr::from_bits(0x0a00_0000 | count);
            [private.into(), private.to_ipv6_mapped().into()]
        })
        .collect();
    for (what, addresses) in [
        ("1,000 public IPv4 addresses", &public_v4),
        ("1,000 public IPv6 addresses", &public_v6),
        ("1,000 private addresses, half of them mapped", &special),
    ] {
        compare(
            what,
            vec![
                case("bit tests of the standard library", || {
                    addresses
                        .iter()
                        .filter(|address| !bits_say_special(address))
                        .count()
                }),
                case("ip_network", || {
                    addresses
                        .iter()
                        .filter(|&&address| IpNetwork::from(address).is_global())
                        .count()
                }),
                case("address::check", || {
                    addresses
                        .iter()
                        .filter(|&&address| check(address).is_ok())
                        .count()
                })
                .at_most(0),
            ],
        );
    }
}

fn bits_say_special(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_unspecified()
                || v4.is_multicast()
                || v4.is_broadcast()
                || v4.is_documentation()
        }
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unspecified()
                || v6.is_multicast()
                || v6.is_unique_local()
                || v6.is_unicast_link_local()
                || v6.to_ipv4().is_some()
        }
    }
}
