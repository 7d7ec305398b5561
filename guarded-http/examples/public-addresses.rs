//! Says of each address on its input, one a line, whether a public server may have it, and if not, why.
//!
//! ```sh
//! echo 169.254.169.254 | cargo run --no-default-features --example public-addresses
//! ```

use std::error::Error;
use std::io::{BufRead, BufWriter, Write};
use std::net::IpAddr;

use guarded_http::address;

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let address: IpAddr = line?.trim().parse()?;
        match address::check(address) {
            Ok(()) => writeln!(out, "public")?,
            Err(block) => writeln!(out, "special {block}")?,
        }
    }
    out.flush()?;
    Ok(())
}
