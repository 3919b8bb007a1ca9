"""What an interface is told about RIP: `ip rip ...`, `ip split-horizon`, `ip summary-address rip`."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from ios_emu.cli.shell import Call
from ios_emu.services.rip_update import major_network


def split_horizon(call: Call) -> str:
    """`ip split-horizon`: routes are not told where they were learnt."""
    call.interface.rip.split_horizon = not call.command.negated
    return ""


def send(call: Call, rip_one: str | None = None, rip_two: str | None = None) -> str:
    """`ip rip send version [1] [2]`."""
    call.interface.rip.sends = _versions(call, rip_one, rip_two)
    return ""


def receive(call: Call, rip_one: str | None = None, rip_two: str | None = None) -> str:
    """`ip rip receive version [1] [2]`."""
    call.interface.rip.receives = _versions(call, rip_one, rip_two)
    return ""


def _versions(call: Call, one: str | None, two: str | None) -> frozenset[int] | None:
    return None if call.no else frozenset(int(version) for version in (one, two) if version is not None)


def v2_broadcast(call: Call) -> str:
    """`ip rip v2-broadcast`: version 2 goes to 255.255.255.255, not to 224.0.0.9."""
    call.interface.rip.broadcasts = not call.no
    return ""


def key_chain(call: Call, rip_key_chain: str | None = None) -> str:
    """`ip rip authentication key-chain NAME`."""
    call.interface.rip.key_chain = None if call.no else rip_key_chain
    return ""


def mode(call: Call, rip_md5: str | None = None, rip_text: str | None = None) -> str:
    """`ip rip authentication mode md5|text`: a digest, or the password itself."""
    call.interface.rip.authentication = None if call.no else rip_md5 or rip_text
    return ""


def summary_address(call: Call, rip_summary: IPv4Address, rip_summary_mask: IPv4Address) -> str:
    """`ip summary-address rip A MASK`: the parts of that network are told as one."""
    try:
        network = IPv4Network(f"{rip_summary}/{rip_summary_mask}", strict=False)
        if network.netmask != rip_summary_mask:
            raise ValueError(rip_summary_mask)
    except ValueError:
        return "%Inconsistent address and mask\n"
    summaries = call.interface.rip.summaries
    entered = int(network.network_address), network.prefixlen
    if call.no:
        summaries[:] = [one for one in summaries if one != entered]
        return ""
    if network.prefixlen < major_network(entered[0])[1]:
        return "% Summary mask must be greater or equal to major net\n"
    if entered not in summaries:
        summaries.append(entered)
    return ""


def kept(call: Call, **arguments: object) -> str:
    """A line of an interface that stays in the configuration and does nothing."""
    lines, head = call.interface.rip.kept, " ".join(call.command.text.split()[:3])
    if call.no:
        lines.pop(head, None)
    else:
        lines[head] = call.command.text
    return ""
