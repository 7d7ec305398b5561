"""Makes addresses, says what Python thinks of them, and compares verdicts (one a line: public or special)."""

import ipaddress
import random
import sys
from collections import Counter

COUNT = 1_000_000

# First and last addresses of blocks, for addresses near an edge.
EDGES = """
0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24
192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4
240.0.0.0/4 ::/128 ::1/128 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001::/32 2001:1::1/128
2001:1::2/128 2001:1::3/128 2001:2::/48 2001:3::/32 2001:4:112::/48 2001:10::/28 2001:20::/28 2001:30::/28 2001:db8::/32
2002::/16 2620:4f:8000::/48 3fff::/20 5f00::/16 2000::/3 fc00::/7 fe80::/10 fec0::/10 ff00::/8
""".split()

# Where others say public and we do not. There is no list for the reverse: that would be a hole.
KNOWN = [
    ("192.0.0.0/24", "protocol assignments: some are reachable, none is a web server"),
    ("192.31.196.0/24", "AS112: reachable, and no web server"),
    ("192.52.193.0/24", "AMT: reachable, and no web server"),
    ("192.88.99.0/24", "6to4 relays, deprecated"),
    ("192.175.48.0/24", "AS112: reachable, and no web server"),
    ("224.0.0.0/4", "multicast: no unicast"),
    ("::/3", "not in 2000::/3: carriers of IPv4, reserved"),
    ("2001::/23", "protocol assignments, Teredo among them"),
    ("2002::/16", "6to4"),
    ("2620:4f:8000::/48", "AS112: reachable, and no web server"),
    ("3fff::/20", "documentation since 2024"),
    ("4000::/2", "not in 2000::/3: reserved, SRv6"),
    ("8000::/1", "not in 2000::/3: reserved, site-local, multicast"),
]


def make(seed):
    print(f"seed {seed}", file=sys.stderr)
    pick = random.Random(seed)
    edges = []
    for text in EDGES:
        network = ipaddress.ip_network(text)
        edges += [network[0], network[-1]]
    for number in range(COUNT):
        if number % 4 == 0:
            address = ipaddress.IPv4Address(pick.getrandbits(32))
        elif number % 4 == 1:
            address = ipaddress.IPv6Address(1 << 125 | pick.getrandbits(125))
        elif number % 8 == 2:
            address = ipaddress.IPv6Address(pick.getrandbits(128))
        else:
            edge = pick.choice(edges)
            bits = int(edge) ^ 1 << pick.randrange(edge.max_prefixlen)
            address = type(edge)(bits)
            if pick.random() < 0.5:
                near = int(edge) + pick.choice([-2, -1, 0, 1, 2])
                address = type(edge)(near % (1 << edge.max_prefixlen))
        print(address)


def judge():
    for line in sys.stdin:
        print("public" if ipaddress.ip_address(line.strip()).is_global else "special")


def is_isatap(address):
    return address.version == 6 and int(address) >> 32 & 0xFFFFFFFF in (0x5EFE, 0x2005EFE)


def compare(name, addresses, ours, theirs):
    known = [(ipaddress.ip_network(network), reason) for network, reason in KNOWN]
    reasons, wrong, both = Counter(), [], Counter()
    with open(addresses) as addresses, open(ours) as ours, open(theirs) as theirs:
        for address, our, their in zip(addresses, ours, theirs, strict=True):
            our, their = our.split()[0], their.strip()
            if our == their:
                both[our] += 1
                continue
            address = ipaddress.ip_address(address.strip())
            fits = (f"{network}: {reason}" for network, reason in known if address in network)
            reason = next(fits, "ISATAP: carries an IPv4 address" if is_isatap(address) else None)
            if our == "special" and reason:
                reasons[reason] += 1
            else:
                wrong.append(f"{address}: we say {our}, {name} says {their}")
    print(f"{name}: {both['public']} public and {both['special']} special for both, {len(wrong)} wrong")
    for reason, count in sorted(reasons.items()):
        print(f"  {count:7} only we refuse: {reason}")
    if wrong:
        sys.exit("\n".join(wrong[:20]))


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    {"make": make, "judge": judge, "compare": compare}[command](*arguments)
