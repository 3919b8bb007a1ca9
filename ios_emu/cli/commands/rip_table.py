"""The handlers of RIP and of the routing table: their part of the explicit list."""

from __future__ import annotations

from ios_emu.cli.commands import config_rip, config_rip_interface, debug, show_rip, show_route
from ios_emu.cli.shared import Handler

RIP_HANDLERS: dict[str, Handler] = {
    "clear_ip_route": show_rip.clear_ip_route,
    "debug_ip_rip": debug.debug_ip_rip,
    "debug_ip_rip_database": debug.debug_ip_rip_database,
    "debug_ip_rip_events": debug.debug_ip_rip_events,
    "debug_ip_routing": debug.debug_ip_routing,
    "undebug_ip_rip": debug.undebug_ip_rip,
    "undebug_ip_rip_database": debug.undebug_ip_rip_database,
    "undebug_ip_rip_events": debug.undebug_ip_rip_events,
    "undebug_ip_routing": debug.undebug_ip_routing,
    "show_ip_protocols": show_rip.show_ip_protocols,
    "show_ip_rip_database": show_rip.show_ip_rip_database,
    "show_ip_route": show_route.show_ip_route,
    "show_ip_route_source": show_route.show_ip_route_source,
    "show_ip_route_summary": show_route.show_ip_route_summary,
    "router_rip": config_rip.router_rip,
    "rip_auto_summary": config_rip.auto_summary,
    "rip_default_information": config_rip.default_information,
    "rip_default_metric": config_rip.default_metric,
    "rip_distance": config_rip.distance,
    "rip_distribute_list": config_rip.distribute_list,
    "rip_flash_update_threshold": config_rip.flash_update_threshold,
    "rip_kept": config_rip.kept,
    "rip_maximum_paths": config_rip.maximum_paths,
    "rip_neighbor": config_rip.neighbour,
    "rip_network": config_rip.network,
    "rip_offset_list": config_rip.offset_list,
    "rip_output_delay": config_rip.output_delay,
    "rip_passive_interface": config_rip.passive_interface,
    "rip_redistribute": config_rip.redistribute,
    "rip_timers_basic": config_rip.timers_basic,
    "rip_validate_update_source": config_rip.validate_update_source,
    "rip_version": config_rip.version,
    "ip_split_horizon": config_rip_interface.split_horizon,
    "interface_rip_kept": config_rip_interface.kept,
    "interface_rip_key_chain": config_rip_interface.key_chain,
    "interface_rip_mode": config_rip_interface.mode,
    "interface_rip_receive": config_rip_interface.receive,
    "interface_rip_send": config_rip_interface.send,
    "interface_rip_summary": config_rip_interface.summary_address,
    "interface_rip_v2_broadcast": config_rip_interface.v2_broadcast,
}
