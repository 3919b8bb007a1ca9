"""The processes of the router: what runs, how often it was called, how long it took, what it holds.

Nothing here is measured on the machine that runs this: a process is called as often as the router counted
what it works on, each call takes a time of its own, and it holds what its tables need.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ios_emu.cli.commands.show_hardware import memory_pools
from ios_emu.cli.shell import Call

_CODE, _CODE_STEP = 0x40000000, 0x1A5C
_STACK = 6_000
_PER_CALL = 96
_PER_ENTRY = 512


@dataclass(frozen=True, slots=True)
class _Process:
    """A process: how often it was called, the microseconds of a call, the bytes that it holds."""

    number: int
    name: str
    invoked: int
    microseconds: int
    holding: int

    @property
    def runtime(self) -> int:
        """How long it ran, in milliseconds."""
        return self.invoked * self.microseconds // 1000

    @property
    def each(self) -> int:
        """The microseconds of a call; none before the first."""
        return self.microseconds if self.invoked else 0


def _processes(call: Call) -> list[_Process]:
    device = call.device
    node = device.network.node
    seconds = int(device.uptime.total_seconds())
    sessions = sum(device.line_sessions.uses(number) for number, _, _ in call.config.lines.numbered())
    arp = node.arp.counters
    facts = (
        ("Chunk Manager", 1, 4, 0),
        ("Load Meter", seconds // 5, 4, 0),
        ("Exec", sessions, 900, len(list(device.line_sessions))),
        ("ARP Input", arp.requests_received + arp.replies_received, 40, len(list(node.arp))),
        ("IP Input", node.counters.received, 60, len(device.routes())),
        ("ICMP event handler", sum(node.icmp.received.values()), 20, 0),
        ("UDP Input", node.udp.counters.received, 30, len(node.udp.ports)),
        ("TCP Timer", seconds // 4, 8, 0),
        ("TCP Protocols", node.tcp.counters.received, 50, len(list(node.tcp.connections))),
        ("Logger", device.log.counts.console, 100, 0),
        ("DHCPD Timer", seconds // 60, 10, len(call.config.dhcp.pools)),
    )
    return [
        _Process(number, name, invoked, microseconds, _STACK + entries * _PER_ENTRY)
        for number, (name, invoked, microseconds, entries) in enumerate(facts, 1)
    ]


def show_processes(call: Call) -> str:
    """`show processes`: what runs, and how often it was called."""
    rows = "".join(
        f"{one.number:>4} Mwe {_CODE + one.number * _CODE_STEP:08X}{one.runtime:>13}{one.invoked:>11}"
        f"{one.each:>8} 5500/6000  0 {one.name}\n"
        for one in _processes(call)
    )
    return f"{_cpu_line(call)} PID QTy       PC Runtime (ms)    Invoked   uSecs    Stacks TTY Process\n{rows}"


def show_processes_cpu(call: Call) -> str:
    """`show processes cpu`: the same, by the time that each took."""
    return _cpu_table(call, _processes(call))


def show_processes_cpu_sorted(
    call: Call,
    five_seconds: str | None = None,
    one_minute: str | None = None,
    five_minutes: str | None = None,
) -> str:
    """`show processes cpu sorted [5sec | 1min | 5min]`: the busiest first, whatever the span."""
    return _cpu_table(call, sorted(_processes(call), key=lambda one: -one.runtime))


def _cpu_table(call: Call, processes: list[_Process]) -> str:
    uptime = _uptime(call)
    text = _cpu_line(call) + " PID Runtime(ms)   Invoked      uSecs   5Sec   1Min   5Min TTY Process \n"
    for one in processes:
        share = f"{min(99.99, 100 * one.runtime / uptime):.2f}%"
        text += (
            f"{one.number:>4}{one.runtime:>12}{one.invoked:>10}{one.each:>11}"
            f"{share:>7}{share:>7}{share:>7}   0 {one.name:<17}\n"
        )
    return text


def _uptime(call: Call) -> int:
    """Milliseconds since the boot, at least one."""
    return max(1, int(call.device.uptime.total_seconds() * 1000))


def _cpu_line(call: Call) -> str:
    busy = sum(one.invoked * one.microseconds for one in _processes(call)) // 1000
    percent = min(99, 100 * busy // _uptime(call))
    return (
        f"CPU utilization for five seconds: {percent}%/0%; one minute: {percent}%; five minutes: {percent}%\n"
    )


def show_processes_memory(call: Call) -> str:
    """`show processes memory`: the pools, and what each process holds; what none holds, the start holds."""
    pools = list(memory_pools(call))
    text = "".join(
        f"{name:>9} Pool Total: {total:>10} Used: {used:>10} Free: {total - used:>10}\n"
        for name, _, total, used in pools
    )
    text += "\n PID TTY  Allocated      Freed    Holding    Getbufs    Retbufs Process\n"
    used = sum(used for _, _, _, used in pools)
    rows = "".join(_memory_rows(_processes(call), used))
    return f"{text}{rows}{used:>37} Total\n"


def _memory_rows(processes: list[_Process], used: int) -> Iterator[str]:
    rest = used - sum(one.holding for one in processes)
    yield f"{0:>4}{0:>4}{rest:>11}{0:>11}{rest:>11}{0:>11}{0:>11} {'*Init*':<16}\n"
    for one in processes:
        freed = one.invoked * _PER_CALL
        yield (
            f"{one.number:>4}{0:>4}{one.holding + freed:>11}{freed:>11}{one.holding:>11}{0:>11}{0:>11} "
            f"{one.name:<16}\n"
        )
