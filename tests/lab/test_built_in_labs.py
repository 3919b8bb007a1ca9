"""The labs that come with ios-emu do what they are for."""

from __future__ import annotations

import pytest

from ios_emu.lab.lab_file import RouterFile, built_in_labs, find_lab, read_lab_file
from ios_emu.lab.topology import Lab


@pytest.mark.parametrize("name", built_in_labs())
def test_its_routers_take_every_line_of_their_configurations(name: str) -> None:
    lab = Lab(name)
    for router in read_lab_file(find_lab(name)).devices:
        if isinstance(router, RouterFile) and router.config is not None:
            running = lab[router.name].run("show running-config").splitlines()
            missing = [line for line in router.config.splitlines() if line not in running]
            assert missing == []


@pytest.mark.parametrize("name", ["ping", "three-routers"])
def test_a_host_reaches_the_other_through_the_routers(name: str) -> None:
    lab = Lab(name)
    # A router drops the packet that it sends an ARP request for: the first ping teaches all of them.
    assert "Reply from 192.168.2.2" in lab["PC1"].run("ping 192.168.2.2")
    assert lab["PC1"].run("ping -n 2 192.168.2.2").count("Reply from 192.168.2.2") == 2
    assert lab["PC2"].run("ping -n 2 192.168.1.2").count("Reply from 192.168.1.2") == 2


def test_three_routers_are_three_hops() -> None:
    answer = Lab("three-routers")["PC1"].run("tracert 192.168.2.2")
    places = [answer.index(address) for address in ("192.168.1.1", "10.0.12.2", "10.0.23.2")]
    assert places == sorted(places)
