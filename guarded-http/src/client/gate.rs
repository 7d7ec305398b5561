//! How many requests run at the same time, and how many connections are kept: to one host, to one registrable domain, in all.

use std::collections::HashMap;
use std::net::Ipv6Addr;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Host;

use super::authority;
use crate::limits::Limits;
use crate::url::CheckedUrl;

/// Counts requests. Remembers only hosts and domains with a request that runs or waits.
pub(crate) struct Gate {
    hosts: Rooms,
    domains: Rooms,
    all: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

/// A request's right to run; dropping it lets the next one in.
pub(crate) struct Place {
    // In the order of dropping: the wider room is free before somebody from the narrower one asks for it.
    _all: Option<OwnedSemaphorePermit>,
    _domain: RoomPlace,
    _host: RoomPlace,
}

/// Too many requests wait already.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Full;

impl Gate {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            hosts: Rooms::new(limits.per_host),
            domains: Rooms::new(limits.per_domain),
            all: Arc::new(Semaphore::new(places(limits.overall))),
            queue: Arc::new(Semaphore::new(limits.waiting.min(Semaphore::MAX_PERMITS))),
        }
    }

    /// Waits for a place; who came first goes first.
    pub(crate) async fn enter(&self, url: &CheckedUrl) -> Result<Place, Full> {
        let host = authority(url);
        let domain = domain_of(url.as_url().host_str().unwrap_or_default());
        let mut place = pin!(self.place(&host, &domain));
        if let Poll::Ready(place) = futures_util::poll!(place.as_mut()) {
            return Ok(place);
        }
        // Only who has to wait takes a ticket: a full queue keeps nobody from a host that is free.
        let _ticket = self.queue.try_acquire().map_err(|_| Full)?;
        Ok(place.await)
    }

    async fn place(&self, host: &str, domain: &str) -> Place {
        // The narrowest room first: whoever waits for a busy host takes no place from the others.
        let host = self.hosts.enter(host).await;
        let domain = self.domains.enter(domain).await;
        // Nobody closes this semaphore, so it is never `None`.
        let all = Arc::clone(&self.all).acquire_owned().await.ok();
        Place {
            _all: all,
            _domain: domain,
            _host: host,
        }
    }
}

fn places(count: usize) -> usize {
    count.clamp(1, Semaphore::MAX_PERMITS)
}

/// What one owner can make as many names below as they like: a registrable domain, by the public suffix list with its private
/// part (so `alice.github.io` is one), an IPv4 address, or an IPv6 network of 64 bits.
fn domain_of(host: &str) -> String {
    match Host::parse(host) {
        Ok(Host::Domain(name)) => psl::domain_str(&name).unwrap_or(&name).to_owned(),
        Ok(Host::Ipv6(address)) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).to_string(),
        Ok(Host::Ipv4(_)) | Err(_) => host.to_owned(),
    }
}

/// Which connections may be kept while no request uses them: so many to one registrable domain, and in all.
pub(crate) struct Kept {
    domains: Rooms,
    all: Arc<Semaphore>,
}

/// A connection's right to be kept.
pub(crate) struct KeptPlace {
    _domain: RoomPlace,
    _all: OwnedSemaphorePermit,
}

impl Kept {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            domains: Rooms::new(limits.per_domain),
            all: Arc::new(Semaphore::new(
                limits.kept_overall.min(Semaphore::MAX_PERMITS),
            )),
        }
    }

    /// A place for a connection to this host, if there is one.
    pub(crate) fn place(&self, host: &str) -> Option<KeptPlace> {
        Some(KeptPlace {
            _domain: self.domains.try_enter(&domain_of(host))?,
            _all: Arc::clone(&self.all).try_acquire_owned().ok()?,
        })
    }
}

/// A room for each name, all of one size.
struct Rooms {
    rooms: Arc<Mutex<HashMap<String, Room>>>,
    size: usize,
}

struct Room {
    users: usize,
    places: Arc<Semaphore>,
}

struct RoomPlace {
    _place: Option<OwnedSemaphorePermit>,
    _user: User,
}

impl Rooms {
    fn new(size: usize) -> Self {
        Self {
            rooms: Arc::default(),
            size: places(size),
        }
    }

    async fn enter(&self, name: &str) -> RoomPlace {
        let (user, places) = self.user_of(name);
        RoomPlace {
            // Never `None`, as above.
            _place: places.acquire_owned().await.ok(),
            _user: user,
        }
    }

    fn try_enter(&self, name: &str) -> Option<RoomPlace> {
        let (user, places) = self.user_of(name);
        Some(RoomPlace {
            _place: Some(places.try_acquire_owned().ok()?),
            _user: user,
        })
    }

    fn user_of(&self, name: &str) -> (User, Arc<Semaphore>) {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let room = rooms.entry(name.to_owned()).or_insert_with(|| Room {
            users: 0,
            places: Arc::new(Semaphore::new(self.size)),
        });
        room.users += 1;
        (
            User {
                rooms: Arc::clone(&self.rooms),
                name: name.to_owned(),
            },
            Arc::clone(&room.places),
        )
    }
}

/// Keeps a room, also while waiting, and removes it with the last user.
struct User {
    rooms: Arc<Mutex<HashMap<String, Room>>>,
    name: String,
}

impl Drop for User {
    fn drop(&mut self) {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(room) = rooms.get_mut(&self.name) {
            room.users -= 1;
            if room.users == 0 {
                rooms.remove(&self.name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::task::{Context, Waker};

    use super::*;
    use crate::url::UrlRules;

    type Entering<'a> = std::pin::Pin<Box<dyn Future<Output = Result<Place, Full>> + 'a>>;

    fn url(host: &str) -> CheckedUrl {
        UrlRules::new().parse(&format!("https://{host}/")).unwrap()
    }

    fn entering<'a>(gate: &'a Gate, host: &str) -> Entering<'a> {
        let url = url(host);
        Box::pin(async move { gate.enter(&url).await })
    }

    fn poll(entering: &mut Entering<'_>) -> Poll<Result<Place, Full>> {
        entering
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
    }

    fn is_waiting(gate: &Gate, host: &str) -> bool {
        poll(&mut entering(gate, host)).is_pending()
    }

    fn enter(gate: &Gate, host: &str) -> Place {
        match poll(&mut entering(gate, host)) {
            Poll::Ready(Ok(place)) => place,
            _ => panic!("{host} has no place"),
        }
    }

    fn is_empty(gate: &Gate) -> bool {
        gate.hosts.rooms.lock().unwrap().is_empty() && gate.domains.rooms.lock().unwrap().is_empty()
    }

    #[test]
    fn a_busy_host_waits_and_the_others_do_not() {
        let gate = Gate::new(&Limits::new().per_host(2).overall(3));
        let first = enter(&gate, "a.example");
        let second = enter(&gate, "a.example");
        assert!(is_waiting(&gate, "a.example"));
        let third = enter(&gate, "b.example");
        assert!(is_waiting(&gate, "c.example"), "all three places are taken");
        drop(third);
        assert!(!is_waiting(&gate, "c.example"));
        drop(first);
        assert!(!is_waiting(&gate, "a.example"));
        drop(second);
        assert!(
            is_empty(&gate),
            "nothing is remembered about hosts that nobody asks"
        );
    }

    #[test]
    fn one_owner_counts_once_however_many_names() {
        let gate = Gate::new(&Limits::new().per_domain(2));
        let same = [
            ["a.v.co.uk", "b.c.v.co.uk", "v.co.uk"],
            ["a.alice.github.io", "alice.github.io", "b.alice.github.io"],
            ["a.v.xn--55qx5d.cn", "b.v.xn--55qx5d.cn", "v.xn--55qx5d.cn"],
            ["[2620:fe::9]", "[2620:fe::10]", "[2620:fe::1:2:3:4]"],
            ["a.v.unheard-of", "b.v.unheard-of", "c.v.unheard-of"],
        ];
        for [one, two, three] in same {
            let _places = (enter(&gate, one), enter(&gate, two));
            assert!(is_waiting(&gate, three), "{three}");
        }
        let other = [
            ["alice.github.io", "bob.github.io", "carol.github.io"],
            ["a.co.uk", "b.co.uk", "c.co.uk"],
            ["9.9.9.9", "9.9.9.10", "9.9.9.11"],
            ["[2620:fe::9]", "[2620:fe:1::9]", "[2620:fe:0:1::9]"],
        ];
        for [one, two, three] in other {
            let _places = (enter(&gate, one), enter(&gate, two));
            assert!(!is_waiting(&gate, three), "{three}");
        }
        assert!(is_empty(&gate));
    }

    #[test]
    fn who_came_first_goes_first() {
        let gate = Gate::new(&Limits::new().per_domain(1));
        let first = enter(&gate, "a.v.example");
        let mut second = entering(&gate, "b.v.example");
        let mut third = entering(&gate, "c.v.example");
        assert!(poll(&mut second).is_pending() && poll(&mut third).is_pending());
        drop(first);
        assert!(is_waiting(&gate, "d.v.example"), "nobody overtakes");
        assert!(poll(&mut third).is_pending());
        assert!(poll(&mut second).is_ready());
    }

    #[test]
    fn the_queue_has_an_end_and_keeps_nobody_else_out() {
        let gate = Gate::new(&Limits::new().per_host(1).waiting(2));
        let _first = enter(&gate, "a.example");
        let mut waiting = [entering(&gate, "a.example"), entering(&gate, "a.example")];
        assert!(waiting.iter_mut().all(|waiting| poll(waiting).is_pending()));
        assert!(matches!(
            poll(&mut entering(&gate, "a.example")),
            Poll::Ready(Err(Full))
        ));
        enter(&gate, "b.example");
        drop(waiting);
        assert!(
            is_waiting(&gate, "a.example"),
            "who gives up leaves the queue"
        );
    }
}
