"""Names at a host's prompt: how its commands take a destination, and what the host keeps of names."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from ios_emu.cli.commands.names import read_address
from ios_emu.cli.dialogue import Interrupted
from ios_emu.cli.questions import Asking
from ios_emu.clock import SECOND
from ios_emu.devices.host import Host
from ios_emu.services.dns_answer import Status
from ios_emu.services.dns_cache import Kept

_LINE = "-" * 40
_LABEL = 22


def host_address(host: Host, target: str) -> Asking[IPv4Address | None]:
    """The address of a destination, looked up if it is a name; None when there is none.

    Raises Interrupted when the user does not wait for it.
    """
    address = read_address(target)
    if address is not None:
        return address
    lookup = host.resolver.begin(target)
    try:
        while lookup.answer is None:
            yield lookup.progress()
    except Interrupted:
        lookup.cancel()
        raise
    addresses = lookup.answer.addresses if lookup.answer.found else ()
    return addresses[0] if addresses else None


def ipconfig_displaydns(host: Host) -> str:
    """`ipconfig /displaydns`: the names that the host keeps, and for how long still."""
    text = "".join(f"{line}\n" for kept in host.resolver.cache for line in _kept(kept, host.clock.now))
    return text or "\nThe DNS Resolver Cache is empty.\n"


def _kept(kept: Kept, now: int) -> Iterator[str]:
    answer = kept.answer
    yield ""
    yield f"    {answer.name}"
    yield f"    {_LINE}"
    if not answer.found:
        none = answer.status is Status.NO_NAME
        yield "    Name does not exist." if none else f"    No records of type {answer.type}."
        return
    age = (now - kept.since) // SECOND
    for number, record in enumerate(answer.records):
        if number:
            yield ""
        yield _field("Record Name", record.name)
        yield _field("Record Type", record.type)
        yield _field("Time To Live", str(max(record.ttl - age, 0)))
        yield _field("Data", record.value)


def _field(label: str, value: str) -> str:
    label += " " * (len(label) % 2 == 0)
    return f"    {label}{' .' * ((_LABEL - len(label)) // 2)} : {value}"


def ipconfig_flushdns(host: Host) -> str:
    """`ipconfig /flushdns`: forgets them."""
    host.resolver.cache.forget()
    return "\nSuccessfully flushed the DNS Resolver Cache.\n"
