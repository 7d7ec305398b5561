//! What the standard library says of the addresses on its input, one a line: `public` or `special`.

#![feature(ip)]

use std::io::{BufRead, BufWriter, Write};
use std::net::IpAddr;

fn main() {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let address: IpAddr = line.unwrap().parse().unwrap();
        let verdict = if address.is_global() { "public" } else { "special" };
        writeln!(out, "{verdict}").unwrap();
    }
}
