"""The records of a name server, and what they say of a name (RFC 1034 section 4.3.2).

The rules. A zone begins at a name with an SOA record. A record that no SOA covers makes a zone all the same:
`example.com` for what is in it, `1.168.192.in-addr.arpa` for the addresses of a network; its SOA is made up.
Outside of its zones a server knows nothing. An NS record below the beginning of a zone hands a part of it to
another server. A name exists when it, or a name below it, has a record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.SOA import SOA

TTL = 86_400
"""Seconds for which others may keep a record."""
NEGATIVE_TTL = 60
"""Seconds for which others may keep that there is none, where no SOA record says it."""

_MADE_UP_SOA = "{apex} hostmaster.{apex} 1 3600 600 86400 {negative}"
_REVERSE = dns.name.from_text("in-addr.arpa")
_LABELS_OF_NETWORK = 6
_LABELS_OF_DOMAIN = 3

_HAS_NAME = {"CNAME", "MX", "NS", "PTR", "SOA"}


class Finding(NamedTuple):
    """What the records say of a question. `authoritative` is false for a part that another server has."""

    rcode: dns.rcode.Rcode
    authoritative: bool = True
    answer: tuple[dns.rrset.RRset, ...] = ()
    authority: tuple[dns.rrset.RRset, ...] = ()
    additional: tuple[dns.rrset.RRset, ...] = ()


_REFUSED = Finding(dns.rcode.REFUSED, authoritative=False)


class Zones:
    """The zones of a server, from records `(name, type, value)` as a zone file writes them, names in full.

    Raises dns.exception.DNSException for a record that is none.
    """

    def __init__(self, records: Iterable[tuple[str, str, str]] = ()) -> None:
        self._names: dict[dns.name.Name, dict[dns.rdatatype.RdataType, dns.rrset.RRset]] = {}
        self._inner: set[dns.name.Name] = set()
        self._zones: dict[dns.name.Name, dns.rrset.RRset] = {}
        for name, kind, value in records:
            self._add(dns.name.from_text(name), dns.rdatatype.from_text(kind), value)
        for owner, sets in self._names.items():
            if dns.rdatatype.SOA in sets:
                self._zones[owner] = sets[dns.rdatatype.SOA]
        for owner in list(self._names):
            if self._zone_of(owner) is None:
                self._make_zone(_natural_zone(owner))
        for owner in self._names:
            zone = self._zone_of(owner)
            assert zone is not None
            while owner != zone:
                owner = owner.parent()
                self._inner.add(owner)

    def find(self, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> Finding:
        """What there is of that type at that name, along the aliases that lead on from it."""
        zone = self._zone_of(name)
        if zone is None:
            return _REFUSED
        answer: list[dns.rrset.RRset] = []
        seen = {name}
        while True:
            referral = self._delegation(zone, name)
            if referral is not None:
                glue = tuple(self._addresses(referral))
                return Finding(dns.rcode.NOERROR, bool(answer), tuple(answer), (referral,), glue)
            sets = self._names.get(name)
            if sets is None:
                rcode = dns.rcode.NOERROR if name in self._inner else dns.rcode.NXDOMAIN
                return Finding(rcode, True, tuple(answer), (self._negative(zone),))
            found = next(iter(sets.values())) if kind == dns.rdatatype.ANY else sets.get(kind)
            if found is not None:
                answer.append(found)
                return Finding(
                    dns.rcode.NOERROR, True, tuple(answer), additional=tuple(self._addresses(found))
                )
            alias = sets.get(dns.rdatatype.CNAME)
            if alias is None:
                return Finding(dns.rcode.NOERROR, True, tuple(answer), (self._negative(zone),))
            answer.append(alias)
            name = alias[0].target
            further = self._zone_of(name)
            if name in seen or further is None:
                return Finding(dns.rcode.NOERROR, True, tuple(answer))
            seen.add(name)
            zone = further

    def _add(self, owner: dns.name.Name, kind: dns.rdatatype.RdataType, value: str) -> None:
        text = dns.rdatatype.to_text(kind)
        if text == "TXT":
            value = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        origin = dns.name.root if text in _HAS_NAME else None
        rdata = dns.rdata.from_text(dns.rdataclass.IN, kind, value, origin=origin, relativize=False)
        sets = self._names.setdefault(owner, {})
        if kind in sets:
            sets[kind].add(rdata)
        else:
            sets[kind] = dns.rrset.from_rdata(owner, TTL, rdata)

    def _make_zone(self, apex: dns.name.Name) -> None:
        value = _MADE_UP_SOA.format(apex=apex, negative=NEGATIVE_TTL)
        self._add(apex, dns.rdatatype.SOA, value)
        self._zones[apex] = self._names[apex][dns.rdatatype.SOA]

    def _zone_of(self, name: dns.name.Name) -> dns.name.Name | None:
        """The beginning of the zone that a name is in."""
        while name not in self._zones:
            if name == dns.name.root:
                return None
            name = name.parent()
        return name

    def _delegation(self, zone: dns.name.Name, name: dns.name.Name) -> dns.rrset.RRset | None:
        """The NS records that hand the part of the zone with that name to others, the highest ones."""
        found = None
        while name != zone:
            found = self._names.get(name, {}).get(dns.rdatatype.NS, found)
            name = name.parent()
        return found

    def _negative(self, zone: dns.name.Name) -> dns.rrset.RRset:
        """The SOA of a negative answer, with the time for which to keep that (RFC 2308 section 3)."""
        soa = self._zones[zone]
        rdata = soa[0]
        assert isinstance(rdata, SOA)
        return dns.rrset.from_rdata(soa.name, min(soa.ttl, rdata.minimum), rdata)

    def _addresses(self, of: dns.rrset.RRset) -> Iterator[dns.rrset.RRset]:
        """The addresses of the hosts that mail or name server records name."""
        if of.rdtype not in (dns.rdatatype.MX, dns.rdatatype.NS):
            return
        for rdata in of:
            host = rdata.exchange if of.rdtype == dns.rdatatype.MX else rdata.target
            sets = self._names.get(host, {})
            yield from (sets[kind] for kind in (dns.rdatatype.A, dns.rdatatype.AAAA) if kind in sets)


def _natural_zone(name: dns.name.Name) -> dns.name.Name:
    """The zone that a record without an SOA is taken to be in."""
    labels = _LABELS_OF_DOMAIN
    if name.is_subdomain(_REVERSE):
        labels = _LABELS_OF_NETWORK
    return name if len(name) <= labels else name.split(labels)[1]
