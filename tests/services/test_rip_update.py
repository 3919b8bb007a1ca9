"""What RIP tells on a link: summaries at the border of a class network, and what version 1 leaves out."""

from __future__ import annotations

from ios_emu.services.rip_settings import RipInterface
from ios_emu.services.rip_update import Told, entries_for, major_network, network_of
from ios_emu.stack.ip_interface import Prefix
from ios_emu.wire.rip import INFINITY, VERSION_1, VERSION_2, RipEntry
from tests.services.rip_net import dotted, ip, net

LINK = Prefix(ip("10.0.12.1"), 24)


def told(
    *routes: tuple[str, int],
    version: int = VERSION_2,
    auto_summary: bool = True,
    changed: str = "",
    summaries: tuple[str, ...] = (),
) -> dict[str, int]:
    interface = RipInterface("Fa0/0", (LINK,), (LINK,), summaries=tuple(map(net, summaries)))
    listed = [Told(net(network), metric, changed=network == changed) for network, metric in routes]
    entries = entries_for(listed, interface, LINK, version, auto_summary, bool(changed))
    return {
        f"{dotted(one.network)}/{one.mask.bit_count()}"
        if version == VERSION_2
        else dotted(one.network): one.metric
        for one in entries
    }


def test_subnets_leave_their_network_as_one_with_the_best_metric() -> None:
    routes = (("172.16.1.0/24", 3), ("172.16.2.0/24", 2), ("172.17.0.0/16", 5))
    assert told(*routes) == {"172.16.0.0/16": 2, "172.17.0.0/16": 5}
    assert told(*routes, auto_summary=False) == dict(routes)


def test_subnets_stay_within_their_network() -> None:
    routes = (("10.1.0.0/16", 3), ("10.0.13.0/24", 1))
    assert told(*routes) == dict(routes)


def test_a_supernet_and_the_default_route_are_told_as_they_are() -> None:
    routes = (("192.168.0.0/16", 3), ("0.0.0.0/0", 1))
    assert told(*routes) == dict(routes)


def test_version_1_always_summarizes() -> None:
    assert told(("172.16.1.0/24", 3), version=VERSION_1, auto_summary=False) == {"172.16.0.0": 3}


def test_version_1_tells_of_subnets_with_its_own_mask_and_of_hosts() -> None:
    routes = (("10.0.13.0/24", 1), ("10.1.0.0/16", 1), ("10.9.9.9/32", 1), ("10.0.14.0/30", 1))
    assert told(*routes, version=VERSION_1) == {"10.0.13.0": 1, "10.9.9.9": 1}


def test_version_1_can_not_tell_of_a_supernet() -> None:
    assert told(("192.168.0.0/16", 3), ("0.0.0.0/0", 1), version=VERSION_1) == {"0.0.0.0": 1}


def test_a_summary_is_not_lost_with_one_of_its_parts() -> None:
    routes = (("172.16.1.0/24", INFINITY), ("172.16.2.0/24", 2))
    assert told(*routes, changed="172.16.1.0/24") == {"172.16.0.0/16": 2}
    assert told(("172.16.1.0/24", INFINITY), changed="172.16.1.0/24") == {"172.16.0.0/16": INFINITY}


def test_only_what_changed_is_in_a_flash_update() -> None:
    routes = (("172.16.1.0/24", 3), ("172.17.0.0/16", 5))
    assert told(*routes, changed="172.17.0.0/16") == {"172.17.0.0/16": 5}


def test_a_summary_of_the_interface_hides_its_parts() -> None:
    routes = (("10.1.1.0/24", 3), ("10.1.2.0/24", 2), ("10.2.0.0/16", 4))
    assert told(*routes, summaries=("10.1.0.0/16",)) == {"10.1.0.0/16": 2, "10.2.0.0/16": 4}


def test_a_lost_route_is_told_even_where_it_was_learnt() -> None:
    interface = RipInterface("Fa0/0", (LINK,), (LINK,))
    lost = Told(net("172.16.0.0/16"), INFINITY, (("Fa0/0", ip("10.0.12.2")),))
    assert entries_for([lost], interface, LINK, VERSION_2, False) == [
        RipEntry(ip("172.16.0.0"), 0xFFFF0000, INFINITY)
    ]
    assert entries_for([lost._replace(metric=3)], interface, LINK, VERSION_2, False) == []


def test_the_class_network_of_an_address() -> None:
    assert [major_network(ip(one)) for one in ("10.1.1.1", "172.16.5.5", "192.168.7.7")] == [
        net("10.0.0.0/8"),
        net("172.16.0.0/16"),
        net("192.168.7.0/24"),
    ]


def test_version_2_may_leave_the_mask_to_the_class() -> None:
    assert network_of(RipEntry(ip("172.16.0.0"), 0, 1), VERSION_2, LINK) == net("172.16.0.0/16")
    assert network_of(RipEntry(ip("10.5.5.0"), 0, 1), VERSION_2, LINK) == net("10.5.5.0/24")


def test_a_route_is_not_told_where_any_of_its_ways_leads() -> None:
    interface = RipInterface("Fa0/0", (LINK,), (LINK,))
    ways = (("Fa0/1", ip("10.9.9.9")), ("Fa0/0", ip("10.0.12.2")))
    route = Told(net("172.16.0.0/16"), 3, ways)
    assert entries_for([route], interface, LINK, VERSION_2, False) == []
    open_ = RipInterface("Fa0/0", (LINK,), (LINK,), split_horizon=False)
    [entry] = entries_for([route], open_, LINK, VERSION_2, False)
    assert entry.next_hop == ip("10.0.12.2")
