"""`show interfaces` and `show ip interface brief`: interfaces and their addresses."""

from __future__ import annotations

from datetime import timedelta

from ios_emu.cli import interface_text
from ios_emu.cli.interface_text import BriefRow, Counters, InterfaceFacts, InterfaceKind, Rate
from ios_emu.cli.shell import Call
from ios_emu.clock import SECOND
from ios_emu.devices.interface import Interface
from ios_emu.devices.ios_device import IosDevice
from ios_emu.devices.switch_configuration import SwitchInterface
from ios_emu.devices.syslog import short_time
from ios_emu.stack.counters import PortCounters
from ios_emu.stack.interface_name import InterfaceName

_KINDS = {
    "FastEthernet": InterfaceKind.FASTETHERNET,
    "GigabitEthernet": InterfaceKind.FASTETHERNET,
    "Loopback": InterfaceKind.LOOPBACK,
    "Vlan": InterfaceKind.VLAN,
}

# In microseconds; that of a FastEthernet depends on its speed.
_DELAYS = {"Loopback": 5000, "Vlan": 1_000_000}


def show_interfaces(call: Call, interface_name: InterfaceName | None = None) -> str:
    """`show interfaces [X]`."""
    device = call.device
    if interface_name is None:
        shown = device.shown_interfaces()
    else:
        interface = call.config.interfaces.get(interface_name)
        if interface is None:
            raise call.invalid("interface_name")
        shown = [interface]
    if device.model == "2960":
        from ios_emu.cli.switch_interface_text import show_switch_interface

        return "".join(show_switch_interface(call, interface) for interface in shown)
    return "".join(
        interface_text.show_interface(interface_facts(device, interface), call.dialect) for interface in shown
    )


def interface_facts(device: IosDevice, interface: Interface) -> InterfaceFacts:
    """All that the screens tell of an interface."""
    loopback, name = interface.is_loopback, interface.name
    slow = interface.speed == "10"
    traffic = device.network.traffic
    bits_in, frames_in, bits_out, frames_out = traffic.rates(name)
    last_in, last_out = traffic.last(name)
    tag = interface.encapsulation
    return InterfaceFacts(
        name=str(name),
        admin_down=device.admin_down(interface),
        line_up=device.interface_up(interface),
        protocol_up=device.protocol_up(interface),
        kind=InterfaceKind.SUBINTERFACE if interface.is_subinterface else _KINDS[name.kind],
        mac=interface.mac,
        burned_in=interface.burned_in,
        keepalive=interface.keepalive,
        load_interval=interface.load_interval,
        description=interface.description,
        address=interface.address,
        bandwidth_kbit=interface.bandwidth or (8_000_000 if loopback else 10_000 if slow else 100_000),
        delay_usec=10 * interface.delay if interface.delay else _DELAYS.get(name.kind, 1000 if slow else 100),
        mtu=interface.mtu or (1514 if loopback else 1500),
        duplex=interface.duplex,
        speed=interface.speed,
        vlan=tag.vlan if tag else device.native_vlan(name),
        native=tag.native if tag else False,
        counters=_counters(traffic.counters(name)),
        last_input=_since(device, last_in),
        last_output=_since(device, last_out),
        input_rate=Rate(bits_in, frames_in),
        output_rate=Rate(bits_out, frames_out),
        last_clearing=_since(device, traffic.cleared_at(name)),
    )


def _counters(counted: PortCounters) -> Counters:
    return Counters(
        packets_input=counted.frames_in,
        bytes_input=counted.bytes_in,
        broadcasts=counted.broadcasts_in,
        multicasts=counted.multicasts_in,
        runts=counted.runts,
        giants=counted.giants,
        input_errors=counted.runts + counted.giants,
        packets_output=counted.frames_out,
        bytes_output=counted.bytes_out,
        output_drops=counted.output_drops,
        lost_carrier=counted.carrier_lost,
    )


def _since(device: IosDevice, when: int | None) -> str:
    """How long ago, as IOS prints it: `00:00:08`, `1d02h`, `3w4d`, or `never`."""
    if when is None:
        return "never"
    return short_time(timedelta(seconds=(device.clock.now - when) // SECOND))


def show_ip_interface_brief(call: Call) -> str:
    """`show ip interface brief`: FastEthernet first, then Loopback and Vlan, as the 2811 lists them."""
    rows = brief_rows(call.device)
    return interface_text.show_ip_interface_brief(rows, call.dialect, wide=call.device.model == "2811")


def _is_port(interface: Interface) -> bool:
    return isinstance(interface, SwitchInterface) and interface.switchport is not None


def brief_rows(device: IosDevice, *, confirmed: bool = True) -> list[BriefRow]:
    """The rows of `show ip interface brief`; those of an unconfirmed configuration are not OK.

    A switch's ports always are: they need no address.
    """
    return [
        BriefRow(
            name=str(interface.name),
            address=interface.address,
            method=interface.method,
            admin_down=device.admin_down(interface),
            line_up=device.interface_up(interface),
            protocol_up=device.protocol_up(interface),
            ok=confirmed or interface.address is not None or _is_port(interface),
        )
        for interface in device.shown_interfaces()
    ]
