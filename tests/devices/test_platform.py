"""A 2811's facts: serial numbers that follow from the name, sizes that agree with each other."""

from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ios_emu.devices.dialect import Dialect
from ios_emu.devices.platform import SOFTWARE, platform_for


def test_dialects_have_the_names_that_a_lab_file_writes() -> None:
    assert [str(dialect) for dialect in Dialect] == ["ios", "packet-tracer"]
    assert Dialect("packet-tracer") is Dialect.PACKET_TRACER


def test_the_same_name_always_has_the_same_serial_numbers() -> None:
    assert platform_for("R1") == platform_for("R1")
    assert platform_for("R1").board_id == "FTX1442L99W"
    assert platform_for("R1").packet_tracer.board_id == "JAD1442L99W"
    assert platform_for("R1").packet_tracer.chassis_id == 4019222236


def test_other_names_have_other_serial_numbers() -> None:
    assert len({platform_for(f"R{number}").board_id for number in range(200)}) == 200


@given(st.text(max_size=20))
def test_serial_numbers_have_the_form_of_a_real_one(name: str) -> None:
    platform = platform_for(name)
    found = re.fullmatch(r"FTX(\d\d)(\d\d)[0-9A-Z]{4}", platform.board_id, re.ASCII)
    assert found is not None
    assert 9 <= int(found[1]) <= 14
    assert 1 <= int(found[2]) <= 52
    assert re.fullmatch(r"JAD\d{4}[0-9A-Z]{4}", platform.packet_tracer.board_id, re.ASCII)
    assert 10**9 <= platform.packet_tracer.chassis_id < 2**32


def test_memory_adds_up() -> None:
    platform = platform_for("R1")
    assert platform.dram_kbytes == 262144
    assert (platform.main_kbytes, platform.iomem_kbytes) == (251904, 10240)
    assert platform.nvram_bytes == 245752
    assert platform.nvram_bytes // 1024 == platform.nvram_kbytes


def test_the_image_lies_on_flash() -> None:
    assert SOFTWARE.image_file == "flash:c2800nm-advipservicesk9-mz.124-15.T1.bin"
    assert platform_for("R1").software is SOFTWARE


def test_facts_do_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        platform_for("R1").model = "1941"  # type: ignore[misc]
