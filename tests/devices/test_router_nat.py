"""NAT at the router: its configuration carried out, what a change takes with it, and whose each port is."""

from __future__ import annotations

import pytest

from ios_emu.clock import MINUTE, SECOND
from ios_emu.devices.router import Router
from ios_emu.lab.device import RouterDevice
from ios_emu.lab.topology import Lab
from ios_emu.wire.ipv4 import ICMP, TCP, UDP


def configured(*lines: str) -> Lab:
    """The lab `nat` with more lines of configuration at R1."""
    lab = Lab("nat")
    configure(lab, *lines)
    return lab


def configure(lab: Lab, *lines: str) -> list[str]:
    console = lab["R1"]
    console.run("enable")
    return [console.run(line) for line in ("configure terminal", *lines, "end")][1:-1]


def router_of(lab: Lab) -> Router:
    device = lab["R1"]
    assert isinstance(device, RouterDevice)
    return device.router


def rows(lab: Lab) -> list[str]:
    """The translations that `show ip nat translations` lists."""
    return lab["R1"].run("show ip nat translations").splitlines()[1:]


@pytest.mark.slow
def test_a_conversation_through_one_address() -> None:
    lab = Lab("nat")
    assert "Name:   mail.example.org" in lab["PC2"].run("nslookup mail.example.org")
    assert "Received = " in lab["PC2"].run("ping example.org")
    traced = lab["PC1"].run("tracert 198.51.100.1")
    assert [hop in traced for hop in ("192.168.1.254", "203.0.113.254", "198.51.100.1")] == [True] * 3
    lab["PC2"].run("mail configure User3 user3@example.org example.org example.org user3 789")
    lab["PC2"].run("mail send user3@example.org Through PAT")
    console = lab["PC2"]
    console.run("Hello.")
    assert "Send Success." in console.run(".")
    assert "1 new message." in console.run("mail receive")
    flows = [row.split() for row in rows(lab) if row.startswith("tcp")]
    assert {flow[4] for flow in flows} == {"198.51.100.10:25", "198.51.100.10:110"}
    assert {flow[1].split(":")[0] for flow in flows} == {"203.0.113.1"}


def test_what_the_router_sends_itself_is_not_mixed_up_with_what_it_translates() -> None:
    lab = Lab("nat")
    for pc in ("PC1", "PC2"):
        lab[pc].run("ping 198.51.100.10")
    # The identifiers of these echoes are in use by the translations of those.
    assert "100 percent (5/5)" in lab["R1"].run("ping 198.51.100.10")
    assert "Received = 4" in lab["PC1"].run("ping 198.51.100.10")
    node = router_of(lab).network.node
    engine = router_of(lab).nat.engine
    assert engine is not None
    port = node.udp.open(lambda received: None).port
    assert node.udp.uses(port)
    taken = engine.mappings.ports.bind(UDP, int(node.interfaces[1].addresses[0].address), (1, port))
    assert taken not in (None, port)
    assert engine.mappings.ports.uses(UDP, taken or 0)


def test_a_port_that_a_translation_uses_is_not_given_to_the_router() -> None:
    lab = Lab("nat")
    node = router_of(lab).network.node
    engine = router_of(lab).nat.engine
    assert engine is not None
    outside = 0xCB007101
    first = node.tcp._next_port
    for protocol, port in ((TCP, first), (UDP, node.udp._next_port), (ICMP, 0)):
        assert engine.mappings.ports.bind(protocol, outside, (0xC0A80101, port)) == port
    assert node.tcp.connect(outside, 0xC6336401, 80).local_port == first + 1
    assert node.icmp.open(lambda report: None) == 1
    assert not engine.mappings.ports.uses(UDP, node.udp.open(lambda received: None).port)


def test_a_mapping_that_goes_takes_its_entries_and_leaves_the_others() -> None:
    lab = configured(
        "ip nat pool P 203.0.113.50 203.0.113.60 prefix-length 24", "ip nat inside source list 2 pool P"
    )
    configure(lab, "access-list 2 permit 192.168.1.2", "access-list 3 permit 192.168.1.1")
    lab["PC1"].run("ping 198.51.100.10 -n 1")
    assert len(rows(lab)) == 2
    lab["PC3"].run("ping 203.0.113.10 -n 2")
    assert len(rows(lab)) == 3
    # Another list for the same mapping is another mapping.
    configure(lab, "no ip nat inside source list 2", "ip nat inside source list 3 pool P")
    assert len(rows(lab)) == 3
    engine = router_of(lab).nat.engine
    assert engine is not None
    engine.clear()
    configure(lab, "no ip nat inside source list 1")
    lab["PC1"].run("ping 198.51.100.10 -n 1")
    assert [row.split()[1] for row in rows(lab)][-1] == "203.0.113.50"


def test_a_reload_forgets_the_translations_and_keeps_the_configuration() -> None:
    lab = Lab("nat")
    lab["PC1"].run("ping 198.51.100.10")
    assert len(rows(lab)) == 2
    router = router_of(lab)
    router.boot("reload")
    assert rows(lab) == ["--- 203.0.113.10       192.168.1.10       ---                ---"]
    lab["PC1"].run("ping 198.51.100.10")
    assert len(rows(lab)) == 2


def test_a_static_mapping_of_an_interface_follows_its_address() -> None:
    lab = configured("ip nat inside source static tcp 192.168.1.10 80 interface FastEthernet0/1 80")
    assert rows(lab)[0].split()[:3] == ["tcp", "203.0.113.1:80", "192.168.1.10:80"]
    configure(lab, "interface FastEthernet0/1", "ip address 203.0.113.99 255.255.255.0")
    assert rows(lab)[-1].split()[:3] == ["tcp", "203.0.113.99:80", "192.168.1.10:80"]
    configure(lab, "interface FastEthernet0/1", "no ip address")
    assert [row for row in rows(lab) if row.startswith("tcp")] == []


def test_without_a_side_nothing_is_translated() -> None:
    lab = configured("interface FastEthernet0/1", "no ip nat outside")
    router = router_of(lab)
    router.network.settle()
    assert router.network.node.policy is None
    configure(lab, "interface FastEthernet0/1", "ip nat outside")
    router.network.settle()
    assert router.network.node.policy is not None


def test_timeouts_are_those_of_the_configuration() -> None:
    lab = configured("ip nat translation icmp-timeout 10", "ip nat translation max-entries 2")
    lab["PC1"].run("ping 198.51.100.10")
    assert len(rows(lab)) == 2
    assert "host unreachable" in lab["PC2"].run("ping 198.51.100.10")
    assert "max allowed 2, used 2, missed 4" in lab["R1"].run("show ip nat statistics")
    lab.clock.run_until(lab.clock.now + 10 * SECOND)
    assert len(rows(lab)) == 1


def test_an_exhausted_pool_is_told_of_once_a_minute() -> None:
    lab = configured(
        "no ip nat inside source list 1 interface FastEthernet0/1 overload",
        "ip nat pool P 203.0.113.50 203.0.113.50 prefix-length 24",
        "ip nat inside source list 1 pool P",
        "logging buffered 8192",
    )
    lab["PC1"].run("ping 198.51.100.10 -n 1")
    for _ in range(2):
        lab["PC2"].run("ping 198.51.100.10")
        lab.clock.run_until(lab.clock.now + MINUTE)
    told = [line for line in router_of(lab).log.buffer.splitlines() if "IPNAT-4-ADDR_ALLOC_FAILURE" in line]
    assert len(told) == 2
    assert told[0].endswith("Address allocation failed for 192.168.1.2, pool P might be exhausted")


def test_add_route_leads_to_outside_stations_by_the_addresses_that_the_inside_knows() -> None:
    lab = configured(
        "ip nat pool P 192.168.7.1 192.168.7.9 prefix-length 24",
        "ip nat outside source list 5 pool P add-route",
        "access-list 5 permit 203.0.113.254",
        "no ip nat inside source static 192.168.1.10 203.0.113.10",
        "ip nat inside source static 192.168.1.10 203.0.113.11",
    )
    lab["R2"].run("ping 203.0.113.11")
    assert "* 203.0.113.254" in lab["R1"].run("show ip route 192.168.7.1")
    assert "Received = 4" in lab["Mail1"].run("ping 192.168.7.1")
    lab["R1"].run("clear ip nat translation *")
    assert "not in table" in lab["R1"].run("show ip route 192.168.7.1")
