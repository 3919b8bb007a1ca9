"""Port security: which stations may speak at a switch port, and what happens when another one does.

The first stations that speak become secure, up to the maximum; they do not age. A violation is a frame from
one more station, or from a station that is secure at another port. `protect` drops it, `restrict` drops and
counts it, `shutdown` counts it and puts the port into the err-disabled state.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from ios_emu.stack.switch_port import PortSecurity
from ios_emu.wire.ethernet import MacAddress


class Secured(Enum):
    """How an address became secure; the value is what IOS calls it."""

    STATIC = "SecureConfigured"
    STICKY = "SecureSticky"
    LEARNED = "SecureDynamic"


class SecurePort:
    """The state of port security at one port.

    `violations` counts those of `restrict` and `shutdown`. `last_source` is the station that spoke last, with
    its VLAN; None before the first.
    """

    def __init__(self, settings: PortSecurity) -> None:
        self.settings = settings
        self.violations = 0
        self.last_source: tuple[MacAddress, int] | None = None
        # A dict for its order: as they were learned.
        self._learned: dict[MacAddress, None] = {}

    def addresses(self) -> Iterator[tuple[MacAddress, Secured]]:
        """The stations that may speak."""
        for mac in self.settings.static_addresses:
            yield mac, Secured.STATIC
        for mac in self.settings.sticky_addresses:
            yield mac, Secured.STICKY
        for mac in self._learned:
            yield mac, Secured.LEARNED

    @property
    def count(self) -> int:
        """How many stations may speak now."""
        settings = self.settings
        return len(settings.static_addresses) + len(settings.sticky_addresses) + len(self._learned)

    def knows(self, mac: bytes) -> bool:
        """May that station speak?"""
        settings = self.settings
        return mac in self._learned or mac in settings.static_addresses or mac in settings.sticky_addresses

    def learn(self, mac: MacAddress) -> bool:
        """Takes a station in; False when there are as many as may be."""
        if self.count >= self.settings.maximum:
            return False
        if self.settings.sticky:
            self.settings.sticky_addresses.append(mac)
        else:
            self._learned[mac] = None
        return True

    def settings_changed(self) -> None:
        """What was learned becomes a setting, where the settings say so now."""
        if self.settings.sticky:
            known = self.settings.sticky_addresses
            known += [mac for mac in self._learned if mac not in known]
            self._learned.clear()

    def forget(self, mac: MacAddress | None = None) -> None:
        """Forgets a station that was learned; all of them without `mac`."""
        if mac is None:
            self._learned.clear()
        else:
            self._learned.pop(mac, None)
