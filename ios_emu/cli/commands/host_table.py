"""The handlers of a host's prompt: the explicit list, as `HANDLERS` is the router's."""

from __future__ import annotations

from ios_emu.cli.commands import host, host_names, nslookup, telnet
from ios_emu.cli.host_shell import HostHandler

HOST_HANDLERS: dict[str, HostHandler] = {
    "host_arp_delete": host.arp_delete,
    "host_arp_list": host.arp_list,
    "host_help": host.help_,
    "host_ipconfig": host.ipconfig,
    "host_ipconfig_dhcp": host.ipconfig_dhcp,
    "host_ipconfig_displaydns": host_names.ipconfig_displaydns,
    "host_ipconfig_flushdns": host_names.ipconfig_flushdns,
    "host_ipconfig_release": host.ipconfig_release,
    "host_ipconfig_renew": host.ipconfig_renew,
    "host_ipconfig_set": host.ipconfig_set,
    "host_netstat": host.netstat,
    "host_nslookup": nslookup.nslookup,
    "host_ping": host.ping,
    "host_telnet": telnet.host_telnet,
    "host_tracert": host.tracert,
}
