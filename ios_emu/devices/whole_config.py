"""`show running-config all`: what is left out elsewhere because it says what is so anyway."""

from __future__ import annotations

from dataclasses import replace

from ios_emu.devices.configuration import Configuration
from ios_emu.devices.interface import (
    DEFAULT_BANDWIDTH,
    DEFAULT_DELAY,
    DEFAULT_KEEPALIVE,
    DEFAULT_LOAD_INTERVAL,
    DEFAULT_MTU,
    Interface,
)
from ios_emu.devices.kept_list import KEPT

_INTERFACE_ON = ("ip redirects", "ip unreachables", "ip proxy-arp", "ip route-cache", "ip mroute-cache")
_PORT_ON = ("cdp enable",)


def with_defaults(config: Configuration) -> Configuration:
    """The same configuration with the defaults of its global lines and of its interfaces as lines."""
    kept = {one.key: one.key for one in KEPT if one.on_by_default and not one.many} | config.kept
    interfaces = {name: _interface(one) for name, one in config.interfaces.items()}
    return replace(config, kept=kept, interfaces=interfaces)


def _interface(interface: Interface) -> Interface:
    kept = {line: line for line in _INTERFACE_ON} | interface.kept
    if not interface.shutdown:
        kept["shutdown"] = "no shutdown"
    if interface.load_interval == DEFAULT_LOAD_INTERVAL:
        kept["load-interval"] = f"load-interval {DEFAULT_LOAD_INTERVAL}"
    if interface.name.kind != "FastEthernet" or interface.is_subinterface:
        return replace(interface, kept=kept)
    if interface.keepalive == DEFAULT_KEEPALIVE:
        kept["keepalive"] = f"keepalive {DEFAULT_KEEPALIVE}"
    mtu = interface.mtu or DEFAULT_MTU
    return replace(
        interface,
        kept={line: line for line in _PORT_ON} | kept,
        mtu=mtu,
        ip_mtu=interface.ip_mtu or mtu,
        bandwidth=interface.bandwidth or DEFAULT_BANDWIDTH,
        delay=interface.delay or DEFAULT_DELAY,
    )
