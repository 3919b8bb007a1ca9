"""`nslookup` at a host's prompt: asks a name server itself, whatever the host knows of a name."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ios_emu.cli.commands.names import read_address
from ios_emu.cli.dialogue import Ask, Dialogue, Interrupted, Say
from ios_emu.cli.questions import Asking
from ios_emu.clock import MILLISECOND, SECOND
from ios_emu.devices.host import Host
from ios_emu.services.dns_answer import Answer, Record, Status

if TYPE_CHECKING:
    from ios_emu.services.resolver import Lookup

TIMEOUT = 15 * SECOND
TRIES = 3
_PROMPT = "> "
_NO_SERVER = "*** Default servers are not available\n"
_HELP = (
    "NAME              look up NAME\n"
    "NAME SERVER       look up NAME at SERVER\n"
    "server SERVER     ask SERVER from now on\n"
    "set type=TYPE     look up records of that type: A, AAAA, CNAME, MX, NS, PTR, SOA, TXT or ANY\n"
    "exit              leave nslookup\n"
)
_REASONS = {
    Status.NO_NAME: "Non-existent domain.",
    Status.REFUSED: "Query refused.",
    Status.FAILED: "Server failed.",
    Status.UNREACHABLE: "No response from server.",
    Status.LOOP: "An alias leads back to itself.",
    Status.BAD_NAME: "That is no domain name.",
}
_TYPES = {
    "A": "address (A)",
    "AAAA": "IPv6 address (AAAA)",
    "CNAME": "canonical name (CNAME)",
    "MX": "mail exchange (MX)",
    "NS": "name server (NS)",
    "PTR": "pointer (PTR)",
    "SOA": "start of authority (SOA)",
    "TXT": "text (TXT)",
}
_ANY = "ANY"
_SOA = ("serial ", "refresh", "retry  ", "expire ", "default TTL")


class _Settings:
    """What the user has set: the server to ask, and the type of records (None: as the name asks for it)."""

    def __init__(self, server: IPv4Address | None) -> None:
        self.server = server
        self.type: str | None = None


def nslookup(host: Host, lookup_word: list[str] | None = None) -> Dialogue:
    """`nslookup [-type=TYPE] [NAME [SERVER]]`; without a name it asks for commands."""
    servers = host.resolver.settings.servers
    settings = _Settings(IPv4Address(servers[0]) if servers else None)
    words = list(lookup_word or [])
    try:
        while words and words[0].startswith("-"):
            option = words.pop(0)[1:]
            if option and not _set_type(settings, option):
                return f"*** Invalid option: {option}\n"
        if not words:
            return (yield from _converse(host, settings))
        if len(words) > 1 and not (yield from _use_server(host, settings, words[1])):
            return ""
        yield from _look_up(host, settings, words[0])
    except Interrupted:
        pass
    return ""


def _converse(host: Host, settings: _Settings) -> Dialogue:
    """Interactive mode."""
    yield Say(_header(settings.server) + "\n" if settings.server is not None else _NO_SERVER)
    while True:
        words = (yield Ask(_PROMPT)).split()
        match [words[0].lower(), *words[1:]] if words else []:
            case []:
                continue
            case ["exit" | "quit"]:
                return ""
            case ["help" | "?"]:
                yield Say(_HELP)
            case ["server" | "lserver", name]:
                if (yield from _use_server(host, settings, name)):
                    assert settings.server is not None
                    yield Say(f"Default {_header(settings.server).lstrip()}\n")
            case ["set", option]:
                if not _set_type(settings, option):
                    yield Say(f"*** Invalid option: {option}\n")
            case [_]:
                yield from _look_up(host, settings, words[0])
                yield Say("\n")
            case [_, server]:
                other = _Settings(settings.server)
                other.type = settings.type
                if (yield from _use_server(host, other, server)):
                    yield from _look_up(host, other, words[0])
                    yield Say("\n")
            case _:
                yield Say("*** Type NAME, NAME SERVER, server SERVER, set type=TYPE or exit.\n")


def _set_type(settings: _Settings, option: str) -> bool:
    key, _, value = option.partition("=")
    kind = value.upper()
    if key.lower() not in ("type", "q", "query", "querytype") or kind not in (*_TYPES, _ANY):
        return False
    settings.type = kind
    return True


def _use_server(host: Host, settings: _Settings, name: str) -> Asking[bool]:
    """Asks that server from now on, an address or a name; False, with a word on it, when there is none."""
    address = read_address(name)
    if address is None:
        lookup = host.resolver.begin(name)
        yield from _wait(lookup)
        answer = lookup.answer
        if answer is None or not answer.found:
            reason = _REASONS.get(answer.status, "No response from server.") if answer is not None else ""
            yield Say(f"*** Can't find address for server {name}: {reason}\n")
            return False
        address = answer.addresses[0]
    settings.server = address
    return True


def _look_up(host: Host, settings: _Settings, name: str) -> Asking[None]:
    server = settings.server
    if server is None:
        yield Say(_NO_SERVER)
        return
    kind = settings.type or ("A" if read_address(name) is None else "PTR")
    asked = host.resolver.settings._replace(servers=(int(server),), timeouts=(TIMEOUT,) * TRIES)
    lookup = host.resolver.begin(name, kind, asked, fresh=True)
    yield Say(_header(server))
    timed_out = yield from _wait(lookup)
    answer = lookup.answer
    assert answer is not None
    if answer.found:
        yield Say(
            (_header(server) if timed_out else "") + "\nNon-authoritative answer:\n" + _shown(answer, name)
        )
    elif answer.status is Status.NO_REPLY:
        yield Say(f"*** Request to {server} timed-out\n")
    elif answer.status is Status.NO_DATA:
        yield Say(f"*** No {_TYPES.get(kind, kind)} records available for {name}\n")
    else:
        yield Say(f"*** UnKnown can't find {name}: {_REASONS.get(answer.status, 'Server failed.')}\n")


def _wait(lookup: Lookup) -> Asking[bool]:
    """Waits for the answer and tells of each try in vain. Were there any?"""
    timed_out = False
    try:
        while True:
            for step in lookup.take_steps():
                if step.what == "timed out" and lookup.timeout >= TIMEOUT:
                    timed_out = True
                    yield Say(
                        "DNS request timed out.\n"
                        f"\ttimeout was {lookup.timeout // MILLISECOND} milli seconds.\n"
                    )
            if lookup.answer is not None:
                return timed_out
            yield lookup.progress()
    except Interrupted:
        lookup.cancel()
        raise


def _header(server: IPv4Address) -> str:
    return f"\nServer: [{server}]\nAddress:  {server}\n"


def _shown(answer: Answer, name: str) -> str:
    if answer.type in ("A", "AAAA"):
        return _addresses(answer)
    if answer.type == "PTR" and read_address(name) is not None:
        return f"Name:   {answer.values[0]}\nAddress:   {name}\n"
    return "".join(f"{line}\n" for record in answer.records for line in _record(record))


def _addresses(answer: Answer) -> str:
    values = answer.values
    label = "Address" if len(values) == 1 else "Addresses"
    text = f"Name:   {answer.canonical}\n{label}:   " + "\n\t    ".join(values) + "\n"
    if answer.aliases:
        text += "Aliases:   " + "\n\t    ".join(answer.aliases) + "\n"
    return text


def _record(record: Record) -> Iterator[str]:
    name, value = record.name, record.value
    match record.type:
        case "A" | "AAAA":
            yield f"{name}\tinternet address = {value}"
        case "CNAME":
            yield f"{name}\tcanonical name = {value}"
        case "MX":
            preference, _, exchanger = value.partition(" ")
            yield f"{name}\tMX preference = {preference}, mail exchanger = {exchanger}"
        case "NS":
            yield f"{name}\tnameserver = {value}"
        case "PTR":
            yield f"{name}\tname = {value}"
        case "SOA":
            primary, mailbox, *numbers = value.split()
            yield name
            yield f"\tprimary name server = {primary}"
            yield f"\tresponsible mail addr = {mailbox}"
            yield from (f"\t{label} = {number}" for label, number in zip(_SOA, numbers, strict=True))
        case _:
            yield f"{name}\ttext = {value}"
