"""What fits into a client's largest message."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.services.dhcp_options import fit
from ios_emu.wire import dhcp
from ios_emu.wire.dhcp import DhcpMessage

HEADERS = 20 + 8
some_options = st.dictionaries(
    st.integers(1, 81).filter(lambda code: code != dhcp.OVERLOAD), st.binary(max_size=300), max_size=12
)


@pytest.mark.property
@settings(deadline=None)
@given(some_options, st.binary(max_size=255), st.none() | st.integers(0, 0xFFFF))
def test_a_message_is_as_full_as_it_may_be_and_not_fuller(
    options: dict[int, bytes], information: bytes, largest: int | None
) -> None:
    last = {dhcp.RELAY_AGENT_INFORMATION: information}
    fitting = fit(options, last, None if largest is None else largest.to_bytes(2))
    limit = 576 if largest is None else min(max(576, largest), 1500)

    def size(chosen: dict[int, bytes]) -> int:
        empty = DhcpMessage(2, 1, 6, 0, 0, 0, 0, 0, 0, 0, 0, bytes(6), b"", b"", chosen)
        return HEADERS + len(empty.build())

    assert size(fitting) <= limit
    assert list(fitting)[-1] == dhcp.RELAY_AGENT_INFORMATION
    assert list(fitting)[:-1] == [code for code in options if code in fitting]
    for code in options.keys() - fitting.keys():
        assert size(fitting | {code: options[code]}) > limit


def test_an_option_57_of_another_length_says_nothing() -> None:
    options = {dhcp.DOMAIN_NAME: b"x" * 255, dhcp.HOST_NAME: b"y" * 255}
    assert list(fit(options, {}, b"\xff\xff\xff")) == [dhcp.DOMAIN_NAME]
    assert list(fit(options, {}, b"\xff\xff")) == [dhcp.DOMAIN_NAME, dhcp.HOST_NAME]
