"""The interfaces of an IOS device: which are up, and what the log says when that changes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from ipaddress import IPv4Interface
from typing import TYPE_CHECKING, ClassVar

from ios_emu.clock import SECOND
from ios_emu.devices.configuration import Configuration
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.interface import Interface
from ios_emu.stack.interface_name import InterfaceName

if TYPE_CHECKING:
    from ios_emu.devices.network import DeviceNetwork

_LINK_DELAY = 2 * SECOND
_PROTOCOL_DELAY = 3 * SECOND


class DeviceLinks(ABC):
    """The interfaces of a device, as far as all models have them."""

    # What the log calls it when a line goes down, and up.
    link_news: ClassVar[dict[Dialect, tuple[str, str]]] = {
        Dialect.IOS: ("LINK-3-UPDOWN", "LINK-3-UPDOWN"),
        Dialect.PACKET_TRACER: ("LINK-5-CHANGED", "LINK-5-CHANGED"),
    }
    config: Configuration
    dialect: Dialect
    network: DeviceNetwork
    reading_nvram: bool
    # What happens to links is no news while this is so.
    links_quiet: bool
    _protocols_up: set[InterfaceName]

    @abstractmethod
    def report(self, name: str, text: str, delay: int = 0) -> None:
        """Logs `%NAME: text` after `delay` nanoseconds."""

    @property
    @abstractmethod
    def link_follows_cable(self) -> bool:
        """Does the line of a port go up and down with its cable?"""

    @abstractmethod
    def interface_up(self, interface: Interface) -> bool:
        """Is the line up?"""

    @abstractmethod
    def protocol_up(self, interface: Interface) -> bool:
        """Is the line protocol up?"""

    @abstractmethod
    def has_port(self, name: InterfaceName) -> bool:
        """Can it have an interface of that name?"""

    @abstractmethod
    def make_interface(self, name: InterfaceName) -> Interface:
        """The interface of that name; one that exists in software alone is made when it is first named."""

    def shown_order(self, name: InterfaceName) -> tuple[bool, InterfaceName]:
        """FastEthernet first, then the others: the order of screens, not of the configuration."""
        return name.kind != "FastEthernet", name

    def shown_interfaces(self) -> list[Interface]:
        """All interfaces, in the order of screens."""
        return sorted(self.config.interfaces.values(), key=lambda one: self.shown_order(one.name))

    def admin_down(self, interface: Interface) -> bool:
        """Shut, or a sub-interface of an interface that is."""
        return interface.shutdown or self._parent(interface).shutdown

    def _parent(self, interface: Interface) -> Interface:
        return self.config.interfaces.get(interface.name.parent, interface)

    def link_changed(self, interface: Interface, *, is_new: bool = False) -> None:
        """`shutdown` or `no shutdown`: the port follows at once, the log lines after the time IOS takes.

        Of an interface that `is_new` IOS only tells that its line protocol is up.
        """
        if self.reading_nvram:
            return
        quiet, self.links_quiet = self.links_quiet, True
        self.network.set_enabled(interface)
        self.links_quiet = quiet
        if interface.is_subinterface:
            return
        if interface.shutdown:
            text = f"Interface {interface.name}, changed state to administratively down"
            self.report("LINK-5-CHANGED", text, _LINK_DELAY)
        elif not (is_new and self.dialect is Dialect.IOS):
            self._report_link(interface)
        self._report_protocol(interface)

    def remove_interface(self, interface: Interface) -> None:
        """`no interface X`: a loopback goes down first, and the log says so."""
        if interface.is_loopback and not interface.shutdown:
            interface.shutdown = True
            self.link_changed(interface)
        self.config.remove_interface(interface)

    def keepalive_changed(self, interface: Interface) -> None:
        """`keepalive` or `no keepalive`: the protocol may go up without a cable, or down."""
        if not self.reading_nvram:
            self._report_protocol(interface)

    def carrier_changed(self, name: InterfaceName) -> None:
        """A cable was plugged in, cut, or mended, or its far end was switched on or off."""
        interface = self.config.interfaces[name]
        if self.links_quiet or interface.shutdown:
            return
        if self.link_follows_cable:
            self._report_link(interface)
        self._report_protocol(interface)

    def links_settled(self) -> None:
        """Takes the state of the links as it is: it is not news for the log."""
        self._protocols_up = {
            name for name, interface in self.config.interfaces.items() if self.protocol_up(interface)
        }

    def _report_link(self, interface: Interface, delay: int = _LINK_DELAY) -> None:
        up = self.interface_up(interface)
        text = f"Interface {interface.name}, changed state to {'up' if up else 'down'}"
        self.report(self.link_news[self.dialect][up], text, delay)

    def _report_protocol(self, interface: Interface, delay: int = _PROTOCOL_DELAY) -> None:
        name, up = interface.name, self.protocol_up(interface)
        if up == (name in self._protocols_up):
            return
        self._protocols_up ^= {name}
        text = f"Line protocol on Interface {name}, changed state to {'up' if up else 'down'}"
        self.report("LINEPROTO-5-UPDOWN", text, delay)

    def overlapping(self, address: IPv4Interface, but: Interface) -> InterfaceName | None:
        """Another interface whose network overlaps the one of `address`; None when there is none."""
        return self.config.connected.overlapping(address.network, but.name)

    def native_vlan(self, name: InterfaceName) -> int | None:
        """The VLAN of untagged frames on a port with 802.1Q sub-interfaces; None on any other interface."""
        interfaces = self.config.interfaces.values()
        tags = [one.encapsulation for one in interfaces if one.name.parent == name]
        if name.sub is not None or not any(tags):
            return None
        return next((tag.vlan for tag in tags if tag is not None and tag.native), 1)
