"""Answers in words of our own, where IOS's are not known: plain, and listed in COMMANDS.md as ours.

Each says what can't be done and why. The handlers of the DHCP and NAT commands never write such a text
themselves.
"""

from __future__ import annotations

from enum import Enum

from ios_emu.errors import CommandRefused


class OwnWords(Enum):
    """The texts, with what is filled in between braces."""

    NO_SUCH_RANGE = "% Range [{low}, {high}] is not in the database."
    RANGE_UPSIDE_DOWN = "% Invalid address range: the low address is higher than the high address"
    NO_SUCH_POOL = "% Pool {pool} is not in the database."
    NO_SUCH_CLASS = "% Class {name} is not in the database."
    NO_SUCH_AGENT = "% Database agent {url} is not configured."
    HAS_A_HOST = "% This pool already has a host address; a pool has either a host or a network."
    HAS_A_NETWORK = "% This pool already has a network; a pool has either a host or a network."
    NETWORK_TAKEN = "% {network} is already a network of pool {pool}."
    NO_SUCH_NETWORK = "% {network} is no secondary network of this pool."
    NO_SUCH_ADDRESS_RANGE = "% This class has no such address range."
    NO_TIME_AT_ALL = "% A lease can't be of no time at all."
    MARKS_UPSIDE_DOWN = "% The low utilization mark must be below the high one ({low} and {high})."
    UNEVEN_PATTERN = "% A hexadecimal pattern has two digits for each byte."
    LONGER_MASK = "% The mask is longer than the pattern."
    NO_SUCH_PATTERN = "% This class has no such pattern."
    NO_BINDING = "% {address} is not leased to anybody."
    MANUAL_BINDING = "% {address} is kept by pool {pool}: remove it there."
    NO_CONFLICT = "% {address} is not in conflict."
    NO_SUCH_MAPPING = "% There is no such dynamic mapping."
    HAS_FLOWS = "% This translation has flows; `forced` clears it with them."
    POOL_IN_USE = "% Pool {pool} is in use: it can't be another one now."
    MAPPING_IN_USE = "% This mapping has translations: it can't be another one now."
    AGENT_UNUSED = "Not used yet."
    AGENT_WRITTEN = "Last write succeeded. All bindings are stored."
    AGENT_FAILED = "Last write failed. No lease is acknowledged that could not be stored."

    VLAN_NAME_TOO_LONG = "% VLAN name is longer than {most} characters"
    DOMAIN_TOO_LONG = "% Domain name is longer than {most} characters"
    DOMAIN_STAYS = "% Cannot delete the VTP domain name"
    SECURE_PORT = "Command rejected: {interface} is a secure port."
    NOT_ETHERNET = "Command rejected: VLAN {number} is not an Ethernet VLAN."
    NOT_UNICAST = "Command rejected: {mac} is not a unicast address."

    def text(self, **parts: object) -> str:
        """The text, without a line end."""
        return self.value.format(**parts)

    def refusal(self, **parts: object) -> CommandRefused:
        """The error to raise."""
        return CommandRefused(self.text(**parts))
