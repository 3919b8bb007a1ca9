"""`show tech-support`, `show terminal`, `show parser statistics`: sums of other screens, and the terminal."""

from __future__ import annotations

from collections.abc import Callable

from ios_emu.cli.commands.files import show_flash
from ios_emu.cli.commands.lines import line_details
from ios_emu.cli.commands.logging import show_logging
from ios_emu.cli.commands.nvram import show_running_config
from ios_emu.cli.commands.show_hardware import (
    show_controllers,
    show_diag,
    show_inventory,
    show_memory,
)
from ios_emu.cli.commands.show_ip import show_interfaces
from ios_emu.cli.commands.show_ip_interface import show_ip_interface
from ios_emu.cli.commands.show_processes import show_processes_cpu, show_processes_memory
from ios_emu.cli.commands.show_route import show_ip_route
from ios_emu.cli.commands.show_system import show_version
from ios_emu.cli.commands.show_traffic import show_ip_traffic
from ios_emu.cli.shell import Call

_PARTS: tuple[tuple[str, Callable[[Call], str]], ...] = (
    ("version", show_version),
    ("running-config", show_running_config),
    ("controllers", show_controllers),
    ("interfaces", show_interfaces),
    ("ip interface", show_ip_interface),
    ("ip route", show_ip_route),
    ("ip traffic", show_ip_traffic),
    ("memory statistics", show_memory),
    ("processes memory", show_processes_memory),
    ("processes cpu", show_processes_cpu),
    ("logging", show_logging),
    ("flash:", show_flash),
    ("inventory", show_inventory),
    ("diag", show_diag),
)


def show_tech_support(call: Call) -> str:
    """`show tech-support`: what an engineer would ask for, one after the other."""
    return "".join(
        f"\n------------------ show {title} ------------------\n\n\n{show(call)}" for title, show in _PARTS
    )


def show_terminal(call: Call) -> str:
    """`show terminal`: the line that one is on, as it is set now."""
    return line_details(call, call.shell.line_number, call.shell.line)


def show_parser_statistics(call: Call) -> str:
    """`show parser statistics`: how many commands the start-up configuration had."""
    lines = (call.device.startup or "").splitlines()
    count = sum(1 for line in lines if line.strip() and not line.startswith("!"))
    return f"Last configuration file parsed:Number of Commands: {count}, Time: 0 ms\n"
