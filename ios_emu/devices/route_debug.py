"""`debug ip routing`: what changes in the routing table, in IOS's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address

from ios_emu.stack.routing import HopPath, Route, natural_prefix_length
from ios_emu.stack.routing_table import CONNECTED, RIP, STATIC, Change

_NAMES = {CONNECTED: "connected", STATIC: "static", RIP: "rip"}


def route_lines(changes: Iterable[Change]) -> Iterator[str]:
    """The lines of some changes of the table."""
    for old, new in changes:
        yield from _lines(old, new)


def _lines(old: Route | None, new: Route | None) -> Iterator[str]:
    for route, done in ((old, "removed from"), (new, "added to")):
        if route is not None and route.code == CONNECTED and (old is None or new is None):
            yield f"RT: interface {route.paths[0][1]} {done} routing table"
    if old is None:
        assert new is not None
        yield from (f"RT: add {_via(new, path)}" for path in new.paths)
    elif new is None:
        yield from (f"RT: del {_via(old, path)}" for path in old.paths)
        address = old.network.network_address
        subnet = old.network.prefixlen > natural_prefix_length(address)
        yield f"RT: delete {f'subnet route to {old.network}' if subnet else f'network route to {address}'}"
    elif new.code != old.code or new.distance != old.distance:
        if new.distance < old.distance:
            address = new.network.network_address
            yield f"RT: closer admin distance for {address}, flushing {len(old.paths)} routes"
        else:
            yield from (f"RT: del {_via(old, path)}" for path in old.paths)
        yield from (f"RT: add {_via(new, path)}" for path in new.paths)
    elif new.down:
        yield f"RT: no routes to {new.network.network_address}, entering holddown"
    elif new.metric != old.metric and new.paths == old.paths:
        before, after = (f"[{one.distance}/{one.metric}]" for one in (old, new))
        yield (
            f"RT: {_NAMES[new.code]}'s {new.network} (via {_hop(new.paths[0])}) "
            f"metric changed from distance/metric {before} to {after}"
        )
    else:
        yield from (f"RT: del {_via(old, path)}" for path in old.paths if path not in new.paths)
        yield from (f"RT: add {_via(new, path)}" for path in new.paths if path not in old.paths)


def _via(route: Route, path: HopPath) -> str:
    metric = f"{_NAMES[route.code]} metric [{route.distance}/{route.metric}]"
    return f"{route.network} via {_hop(path)}, {metric}"


def _hop(path: HopPath) -> IPv4Address:
    return path[0] or IPv4Address(0)
