"""Words of our own: each is printed somewhere for everybody to see, and none hides among IOS's."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from ios_emu.cli.commands import (
    config_dhcp,
    config_dhcp_class,
    config_dhcp_server,
    config_nat,
    show_dhcp,
    show_nat,
)
from ios_emu.cli.own_words import OwnWords
from ios_emu.lab.topology import Lab
from ios_emu.services.dhcp_engine import DhcpEngine
from ios_emu.services.dhcp_keeper import AgentActivity

TRANSCRIPTS = Path(__file__).resolve().parents[2] / "transcripts"
# No disk of a transcript is ever full.
ELSEWHERE = {OwnWords.AGENT_FAILED}
# The last two are the beginnings of what it says of a static mapping of NAT.
IOS_SAYS = {"% A binding for this client already exists.", "% similar static entry (", "% "}


def test_a_text_is_filled_in() -> None:
    assert OwnWords.NO_SUCH_POOL.text(pool="LAN") == "% Pool LAN is not in the database."
    assert OwnWords.NO_SUCH_POOL.refusal(pool="LAN").text == "% Pool LAN is not in the database."


@pytest.mark.parametrize("words", [words for words in OwnWords if words not in ELSEWHERE])
def test_a_transcript_shows_it(words: OwnWords) -> None:
    pattern = re.sub(r"\\{\w+\\}", r".+", re.escape(words.value))
    shown = "\n".join(path.read_text(encoding="utf-8") for path in TRANSCRIPTS.rglob("*.transcript"))
    assert re.search(rf"(^|: +){pattern}$", shown, re.MULTILINE)


def test_an_agent_that_failed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = {"flash:/b": AgentActivity(last="failed", failures=1)}
    monkeypatch.setattr(DhcpEngine, "database_activity", lambda engine: failed)
    router = Lab("router")["R1"]
    for line in ("enable", "configure terminal", "ip dhcp database flash:/b"):
        router.run(line)
    assert f"Status    :    {OwnWords.AGENT_FAILED.value}\n" in router.run("do show ip dhcp database")


@pytest.mark.parametrize(
    "module", [config_dhcp, config_dhcp_class, config_dhcp_server, show_dhcp, config_nat, show_nat]
)
def test_no_handler_of_dhcp_or_nat_has_a_refusal_of_its_own(module: object) -> None:
    source = Path(str(getattr(module, "__file__", ""))).read_text(encoding="utf-8")
    texts = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    refusals = {text for text in texts if isinstance(text, str) and text.startswith("% ")}
    assert refusals <= IOS_SAYS
