"""An event opened: layers and fields lie where their bytes are, whatever the frame is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.lab.pdu import fields, pdu
from ios_emu.lab.topology import Lab


def check(frame: bytes, layers: list[dict[str, Any]]) -> None:
    start = 0
    for layer in layers:
        assert layer["start"] == start
        start = layer["end"]
        for field in layer["fields"]:
            assert layer["start"] <= field["start"] <= field["end"] <= min(layer["end"], len(frame))


def test_the_fields_of_a_ping_and_of_a_query() -> None:
    lab = Lab("lab5")
    rows = lab.events
    lab["user1-pc"].run("ping univ-djelfa.com -n 1")
    shown = [pdu(lab, event) for event in rows]
    for event, one in zip(rows, shown, strict=True):
        check(event.frame, one["layers"])
    query = next(one for one in shown if one["type"] == "DNS")
    assert [layer["name"] for layer in query["layers"]] == ["Ethernet", "IP", "UDP", "DNS"]
    assert query["layers"][3]["osi"] == "Layer 7, application"
    udp = {field["name"]: field for field in query["layers"][2]["fields"]}
    assert query["hex"][2 * udp["dport"]["start"] : 2 * udp["dport"]["end"]] == "0035"
    ip = {field["name"]: field for field in query["layers"][1]["fields"]}
    assert query["hex"][2 * ip["dst"]["start"] : 2 * ip["dst"]["end"]] == "c0a80114"
    assert "passes it on to DNS-Server" in query["deed"]


@pytest.mark.property
@settings(deadline=None, max_examples=60)
@given(st.binary(min_size=14, max_size=90), st.sampled_from([b"\x08\x00", b"\x08\x06", b"\x81\x00", b""]))
def test_any_bytes_can_be_opened(data: bytes, kind: bytes) -> None:
    frame = data[:12] + kind + data[12:]
    check(frame, fields(frame))
