"""The modes of the command line: their prompts and the titles of their `?` lists."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mode:
    """A mode. `name` is its start rule in the grammar; `prompt` stands behind the host name."""

    name: str
    prompt: str
    title: str
    title_packet_tracer: bool = True


EXEC = Mode("exec", "", "Exec commands:")
CONFIG = Mode("config", "(config)", "Configure commands:")
INTERFACE = Mode("interface", "(config-if)", "Interface configuration commands:", title_packet_tracer=False)
INTERFACE_RANGE = Mode(
    "interface", "(config-if-range)", "Interface configuration commands:", title_packet_tracer=False
)
SUBINTERFACE = Mode(
    "subinterface", "(config-subif)", "Interface configuration commands:", title_packet_tracer=False
)
INTERFACE_VLAN = Mode(
    "interface_vlan", "(config-if)", "Interface configuration commands:", title_packet_tracer=False
)
VLAN = Mode("vlan_config", "(config-vlan)", "VLAN configuration commands:")
LINE = Mode("line", "(config-line)", "Line configuration commands:")
DHCP = Mode("dhcp", "(dhcp-config)", "DHCP pool configuration commands:", title_packet_tracer=False)
DHCP_SUBNET = Mode(
    "dhcp_subnet", "(config-dhcp-subnet-secondary)", "DHCP secondary subnet configuration commands:"
)
POOL_CLASS = Mode("pool_class", "(config-dhcp-pool-class)", "DHCP pool class configuration commands:")
DHCP_CLASS = Mode("dhcp_class", "(config-dhcp-class)", "DHCP class configuration commands:")
CLASS_RELAY = Mode(
    "class_relay", "(config-dhcp-class-relayinfo)", "DHCP class relay agent information commands:"
)
ROUTER_RIP = Mode(
    "router_rip", "(config-router)", "Router configuration commands:", title_packet_tracer=False
)
ARCHIVE = Mode("archive", "(config-archive)", "Archive configuration commands:")
ARCHIVE_LOG = Mode("archive_log_mode", "(config-archive-log-cfg)", "Log configuration commands:")
STANDARD_LIST = Mode("standard_list", "(config-std-nacl)", "Standard Access List configuration commands:")
EXTENDED_LIST = Mode("extended_list", "(config-ext-nacl)", "Ext Access List configuration commands:")
CONTROL_PLANE = Mode("control_plane", "(config-cp)", "Control Plane configuration commands:")

TOLD_BY_RIP = (INTERFACE, INTERFACE_RANGE, SUBINTERFACE, ROUTER_RIP)
"""What RIP tells its neighbours comes of what is typed in these."""

# IOS cuts long host names in the prompts of configuration modes.
_LONGEST_HOSTNAME = 20


def prompt(hostname: str, mode: Mode, level: int) -> str:
    """The whole prompt: `Router>`, `Router#`, `Router(config-if)#`."""
    if mode is EXEC:
        return f"{hostname}{'#' if level > 1 else '>'}"
    return f"{hostname[:_LONGEST_HOSTNAME]}{mode.prompt}#"
