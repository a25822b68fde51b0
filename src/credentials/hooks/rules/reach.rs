//! Which addresses of a network are everybody's, and which are inside: this machine, its neighbours, and whatever a
//! network keeps for itself.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far messages may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To addresses that are everybody's, and to no other.
    Public,
    /// Anywhere, into one's own network as well.
    Anywhere,
}

impl Reach {
    /// The reach of this setting.
    #[must_use]
    pub fn of(is_private_allowed: bool) -> Self {
        if is_private_allowed { Self::Anywhere } else { Self::Public }
    }

    /// Whether messages may go to this address.
    #[must_use]
    pub fn holds(self, ip: IpAddr) -> bool {
        self == Self::Anywhere || is_public(ip)
    }
}

/// Whether an address is everybody's.
#[must_use]
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let inside = match ip.octets() {
        // This network; private ones; this machine; what is kept for later, and everybody at once.
        [0 | 10 | 127 | 224..=255, ..]
        // Private networks, those of providers, and those of a link: clouds tell their secrets there.
        | [172, 16..=31, ..]
        | [192, 168, ..]
        | [100, 64..=127, ..]
        | [169, 254, ..]
        // Protocols, examples, relays to the other kind, measurements.
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _] => true,
        _ => false,
    };
    !inside
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let at = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match ip.segments() {
        // Addresses of the old kind in the clothes of the new: mapped, and behind a translator.
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => at(high, low),
        // Protocols and tunnels; examples.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // Nothing else is given out to everybody.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const INSIDE: [&str; 32] = [
        "0.0.0.0",
        "127.0.0.1",
        "127.255.255.254",
        "10.0.0.1",
        "10.255.255.255",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "169.254.169.254",
        "192.0.0.1",
        "198.18.0.1",
        "198.19.9.9",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::10.0.0.1",
        "2002:7f00:1::",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "2001:0:1::1",
    ];

    #[test]
    fn what_lies_inside_is_known() {
        for ip in INSIDE {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
            assert!(!Reach::Public.holds(ip.parse().unwrap()) && Reach::Anywhere.holds(ip.parse().unwrap()));
        }
        for ip in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "93.184.216.34",
            "172.15.255.255",
            "172.32.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "192.167.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
        ] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    proptest! {
        #[test]
        fn what_is_inside_stays_so_in_other_clothes(bits: u32) {
            let ip = Ipv4Addr::from(bits);
            prop_assert_eq!(is_public(ip.into()), is_public(ip.to_ipv6_mapped().into()));
            if ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified() {
                prop_assert!(!is_public(ip.into()));
            }
        }

        #[test]
        fn nothing_outside_the_given_space_is_public(bits: u128) {
            let ip = Ipv6Addr::from(bits);
            if ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_multicast() || ip.is_loopback() {
                prop_assert!(!is_public(ip.into()));
            }
        }
    }
}
