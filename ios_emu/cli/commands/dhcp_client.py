"""The router as a DHCP client: `show dhcp`, `renew dhcp`, `release dhcp`, `debug dhcp`, a lease ended."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address

from ios_emu.cli.dialogue import Dialogue, Reply
from ios_emu.cli.shell import Call
from ios_emu.clock import Signal
from ios_emu.devices.debugging import DHCP_CLIENT
from ios_emu.devices.dhcp_clients import InterfaceClient
from ios_emu.errors import CommandRefused
from ios_emu.stack.interface_name import InterfaceName


def leave_dhcp(call: Call, then: Callable[[], Reply]) -> Reply:
    """Ends the lease of the interface, if it has one: the server is told first."""
    target = call.interface
    if target.dhcp is None:
        return then()
    client = None if call.device.reading_nvram else call.router.dhcp_clients.client_of(target.name)
    if client is None or client.client.lease is None:
        return _without_dhcp(call, then)
    return _release_first(call, client, then)


def _release_first(call: Call, client: InterfaceClient, then: Callable[[], Reply]) -> Dialogue:
    released = Signal()
    call.router.dhcp_clients.release(client, released.fire)
    yield released
    reply = _without_dhcp(call, then)
    return reply if isinstance(reply, str) else (yield from reply)


def _without_dhcp(call: Call, then: Callable[[], Reply]) -> Reply:
    target = call.interface
    target.dhcp = None
    if not call.device.reading_nvram:
        call.router.dhcp_clients.drop(target.name)
    call.config.set_addresses(target, None)
    target.method = "NVRAM" if call.device.reading_nvram else "manual"
    return then()


def show_dhcp_lease(call: Call) -> str:
    """`show dhcp lease`: what each client of the router has."""
    return "".join("".join(f"{line}\n" for line in client.describe()) for client in call.router.dhcp_clients)


def show_dhcp_server(call: Call) -> str:
    """`show dhcp server`: the servers that the clients know."""
    clients = call.router.dhcp_clients
    text = "   DHCP server: ANY (255.255.255.255)\n" if not clients.servers else ""
    leases = [client.client.lease for client in clients if client.client.lease is not None]
    for server, seen in clients.servers.items():
        here = [lease for lease in leases if lease.server == server]
        names = [address for lease in here for address in lease.addresses(6)][:2]
        first, second = [*names, IPv4Address(0), IPv4Address(0)][:2]
        mask = IPv4Address(here[0].mask if here else 0)
        domain = here[0].text(15) if here else ""
        text += (
            f"   DHCP server: {IPv4Address(server)}\n"
            f"    Leases:   {len(here)}\n"
            f"    Offers:   {seen.offers}      Requests: {seen.requests}     "
            f"Acks: {seen.acks}     Naks: {seen.naks}\n"
            f"    Declines: {seen.declines}      Releases: {seen.releases}     Bad:  {seen.bad}\n"
            f"    DNS0:   {first},   DNS1:  {second}\n"
            f"    Subnet: {mask}   DNS Domain: {domain}\n"
        )
    return text


def renew_dhcp(call: Call, interface_name: InterfaceName) -> Dialogue:
    """`renew dhcp INTERFACE`."""
    finished = Signal()
    call.router.dhcp_clients.renew(_client(call, interface_name), finished.fire)
    yield finished
    return ""


def release_dhcp(call: Call, interface_name: InterfaceName) -> Dialogue:
    """`release dhcp INTERFACE`: the address goes back; `renew dhcp` gets another."""
    client = _client(call, interface_name)
    if client.client.lease is None:
        return ""
    released = Signal()
    call.router.dhcp_clients.release(client, released.fire)
    yield released
    return ""


def _client(call: Call, name: InterfaceName) -> InterfaceClient:
    if name not in call.config.interfaces:
        raise call.invalid("interface_name")
    client = call.router.dhcp_clients.client_of(name)
    if client is None:
        raise CommandRefused("Interface does not have a DHCP originated address")
    return client


def debug_dhcp(call: Call, dhcp_detail: str | None = None) -> str:
    """`debug dhcp [detail]`."""
    call.device.debugging.set(DHCP_CLIENT, True)
    call.device.debugging.dhcp_detail = dhcp_detail is not None
    return f"{DHCP_CLIENT} debugging is on{' (detailed)' if dhcp_detail else ''}\n"


def undebug_dhcp(call: Call, dhcp_detail: str | None = None) -> str:
    """`undebug dhcp [detail]`."""
    call.device.debugging.set(DHCP_CLIENT, False)
    call.device.debugging.dhcp_detail = False
    return f"{DHCP_CLIENT} debugging is off{' (detailed)' if dhcp_detail else ''}\n"
