"""`configure replace`: whatever the router is, it becomes what the file says."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.cli.config_replace import meaning, replace
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.running_config import configuration_body
from tests.cli.test_random_sessions import Sessions, new_router

FULL = """\
hostname R5
enable secret cisco
banner login #
 come in #
int fa0/0
ip add 10.1.1.1 255.255.255.0
no shut
ip dhcp pool LAN
network 10.1.1.0 /24
end
"""


def test_a_file_may_be_written_in_any_way_that_ios_reads() -> None:
    router = new_router(Dialect.IOS)
    result = replace(router, FULL)
    assert result.done
    assert len(result.passes) == 1
    body = configuration_body(router.config)
    assert "interface FastEthernet0/0\n ip address 10.1.1.1 255.255.255.0\n duplex auto" in body
    assert "banner login ^C\n come in ^C" in body
    again = replace(router, body)
    assert (again.done, again.passes) == (True, [])


def test_lines_that_mean_nothing_are_told() -> None:
    router = new_router(Dialect.IOS)
    before = configuration_body(router.config)
    result = replace(router, f"{before.removesuffix('end' + chr(10))}nonsense\ninterface Serial9/9\nend\n")
    assert not result.done
    assert result.faulty == ["nonsense", "interface Serial9/9"]
    assert configuration_body(router.config) == before


def test_addresses_change_places() -> None:
    router = new_router(Dialect.IOS)
    here = "interface FastEthernet0/{}\n ip address 10.1.1.1 255.255.255.0\n"
    assert replace(router, here.format(0)).done
    assert replace(router, here.format(1)).done
    assert "FastEthernet0/1\n ip address 10.1.1.1 255.255.255.0" in configuration_body(router.config)


def test_the_order_of_lines_is_that_of_the_file() -> None:
    router = new_router(Dialect.IOS)
    servers = "ip name-server 10.0.0.1\nip name-server 10.0.0.2\n"
    assert replace(router, servers).done
    result = replace(router, "ip name-server 10.0.0.2\nip name-server 10.0.0.1\n")
    assert result.done
    assert [str(one) for one in router.config.name_servers] == ["10.0.0.2", "10.0.0.1"]


@pytest.mark.parametrize(
    "said",
    [
        "network-clock-participate wic 1",
        "no network-clock-participate wic 1",
        "no network-clock-participate",
    ],
)
def test_a_line_that_stands_as_it_was_said_goes(said: str) -> None:
    router = new_router(Dialect.IOS)
    before = configuration_body(router.config)
    assert replace(router, f"{said}\n").done
    assert said in configuration_body(router.config).splitlines()
    result = replace(router, before)
    assert (result.done, len(result.passes)) == (True, 1)
    assert configuration_body(router.config) == before


def test_what_a_file_means_is_found_without_touching_the_router() -> None:
    router = new_router(Dialect.IOS)
    before = configuration_body(router.config)
    body, faulty = meaning(router, FULL)
    assert "hostname R5" in body
    assert faulty == []
    assert configuration_body(router.config) == before


@pytest.mark.property
@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32), st.sampled_from(Dialect))
def test_any_configuration_becomes_any_other(seed: int, dialect: Dialect) -> None:
    chance = random.Random(seed)
    routers = []
    for _ in range(2):
        session = Sessions()
        session.of_a_dialect(dialect)
        for _ in range(chance.randrange(12)):
            session.a_global_line(chance.randrange(2**32))
        session.to_exec()
        routers.append(session.device)
    router, other = routers
    goal = configuration_body(other.config)
    result = replace(router, goal)
    assert result.done, (result.faulty, result.missing)
    assert configuration_body(router.config) == goal
