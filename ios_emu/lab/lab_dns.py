"""What a lab file says of names: the DNS service of a server, and its records.

The rules. A record is one text, `NAME TYPE VALUE`, as in a zone file with names in full (RFC 1035 section
5.1). A name with a CNAME has no other record (RFC 1034 section 3.6.2).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv6Address

from ios_emu.lab.lab_keys import KeyReader, near, within
from ios_emu.lab.lab_values import ValueProblem, shown

DNS_KEYS = ("enabled", "records")

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_LONGEST_DOMAIN = 253
_LONGEST_TEXT = 255
_SOA = ("primary", "mailbox", "serial", "refresh", "retry", "expire", "minimum")


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """A record. `name` and the names in `value` are in full, without the dot at the end.

    `value` is as a zone file writes it: `192.168.1.10`, `10 mail.example` for an MX; a TXT without quotes.
    """

    name: str
    type: str
    value: str


@dataclass(frozen=True, slots=True)
class DnsService:
    """A server's DNS: whether it runs, and its records."""

    enabled: bool = True
    records: list[DnsRecord] = field(default_factory=list)


def dns_service(keys: KeyReader, key: str, value: object) -> DnsService:
    """A server's `dns`, where it is a table. Raises LabFileError."""
    table = keys.known_table(key, value, DNS_KEYS, "a DNS service")
    enabled = keys.flag(within(key, "enabled"), table, "enabled", True, "a service runs or does not")
    entries = keys.items(
        within(key, "records"),
        table.get("records", []),
        "each record is an entry of it",
        'write records = ["example.com A 192.168.1.10"]',
    )
    records: list[DnsRecord] = []
    seen: set[DnsRecord] = set()
    types: dict[str, list[str]] = {}
    for number, entry in enumerate(entries, 1):
        place = f"{within(key, 'records')}, entry {number}"
        record = keys.checked(place, entry, dns_record)
        compared = replace(record, name=record.name.lower())
        if compared in seen:
            raise keys.error(place, f"{shown(entry)} is there already", "a record is given once", "remove it")
        seen.add(compared)
        of_name = types.setdefault(compared.name, [])
        of_name.append(record.type)
        if "CNAME" in of_name and len(of_name) > 1:
            raise keys.error(
                place,
                f"{record.name} has a CNAME and another record",
                "an alias has no record of its own",
                "remove one of them",
            )
        records.append(record)
    return DnsService(enabled, records)


def dns_record(value: object) -> DnsRecord:
    """Reads `NAME TYPE VALUE`. Raises ValueProblem."""
    parts = value.split(None, 2) if isinstance(value, str) and value.isprintable() else []
    if len(parts) != 3:
        raise ValueProblem(
            f"{shown(value)} is no record",
            "a record is NAME TYPE VALUE",
            'write "example.com A 192.168.1.10"',
        )
    kind, text = parts[1].upper(), parts[2].strip()
    read = _RECORDS.get(kind)
    if read is None:
        remedy = near(kind, _RECORDS) or "use one of them"
        raise ValueProblem(f"unknown record type {shown(parts[1])}", f"there are {_TYPES}", remedy)
    return DnsRecord(domain_name(parts[0]), kind, read(text))


def _a(text: str) -> str:
    try:
        return str(IPv4Address(text))
    except ValueError:
        raise ValueProblem(
            f"{shown(text)} is no address",
            "an A record has an IPv4 address",
            'write "example.com A 192.168.1.10"',
        ) from None


def _aaaa(text: str) -> str:
    try:
        address = IPv6Address(text)
    except ValueError:
        address = None
    if address is None or address.scope_id is not None:
        raise ValueProblem(
            f"{shown(text)} is no address",
            "an AAAA record has an IPv6 address",
            'write "example.com AAAA 2001:db8::10"',
        )
    return str(address)


def _mx(text: str) -> str:
    preference, _, name = text.partition(" ")
    if not _is_number(preference, 16) or not name:
        raise ValueProblem(
            f"{shown(text)} is no mail server",
            "an MX record has a preference from 0 to 65535 and a name",
            'write "example.com MX 10 mail.example.com"',
        )
    return f"{int(preference)} {domain_name(name.strip())}"


def _txt(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] == '"':
        text = text[1:-1]
    if len(text.encode()) > _LONGEST_TEXT:
        raise ValueProblem(
            f"{shown(text)} is too long", f"a TXT record has at most {_LONGEST_TEXT} bytes", "shorten it"
        )
    return text


def _soa(text: str) -> str:
    parts = text.split()
    if len(parts) != len(_SOA) or not all(_is_number(part, 32) for part in parts[2:]):
        raise ValueProblem(
            f"{shown(text)} is no start of authority",
            f"an SOA record has {', '.join(_SOA)}",
            'write "example.com SOA ns.example.com admin.example.com 1 3600 600 86400 60"',
        )
    return " ".join([domain_name(parts[0]), domain_name(parts[1]), *(str(int(part)) for part in parts[2:])])


def domain_name(value: object) -> str:
    """A domain name without the dot at its end. Raises ValueProblem."""
    if not isinstance(value, str) or not is_domain(value):
        raise ValueProblem(
            f"{shown(value)} is no domain name",
            "a name has labels of letters, digits and - with dots between them",
            'write "example.com"',
        )
    return value.removesuffix(".")


_RECORDS: dict[str, Callable[[str], str]] = {
    "A": _a,
    "AAAA": _aaaa,
    "CNAME": domain_name,
    "MX": _mx,
    "NS": domain_name,
    "PTR": domain_name,
    "TXT": _txt,
    "SOA": _soa,
}
_TYPES = ", ".join(_RECORDS)


def is_domain(text: str) -> bool:
    """Is it a domain name (RFC 1035 section 2.3.1, with _ for names of services)?"""
    return len(text.removesuffix(".")) <= _LONGEST_DOMAIN and _DOMAIN.fullmatch(text) is not None


def _is_number(text: str, bits: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 10 and int(text) < 1 << bits
