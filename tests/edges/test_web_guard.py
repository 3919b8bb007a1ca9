"""Who may see the page, request by request."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from ios_emu.edges.web.guard import Guard

TOKEN = "a-token-of-the-test"
Message = MutableMapping[str, Any]


def kind_of(answer: str) -> tuple[bytes, bytes]:
    return b"content-type", answer.encode()


def ask(
    token: str | None, kind: str = "http", query: str = "", answer: str = "text/html", **headers: str
) -> tuple[str, list[Message]]:
    """Sends a request through a guard; `reached` or `refused`, and what was sent back."""
    sent: list[Message] = []
    reached: list[bool] = []

    async def app(_scope: Message, _receive: Any, send: Any) -> None:
        reached.append(True)
        await send({"type": "http.response.start", "status": 200, "headers": [kind_of(answer)]})

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": kind,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "query_string": query.encode(),
    }
    asyncio.run(Guard(app, token)(scope, receive, send))
    return ("reached" if reached else "refused"), sent


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080"])
def test_this_machine_by_its_own_name(host: str) -> None:
    assert ask(None, host=host)[0] == "reached"
    assert ask(None, "websocket", host=host, origin=f"http://{host}")[0] == "reached"


@pytest.mark.parametrize(
    "host", ["evil.example:8080", "", "127.0.0.1.evil.example", "[", "localhost.evil.example"]
)
def test_another_name_is_refused(host: str) -> None:
    outcome, sent = ask(None, host=host)
    assert outcome == "refused"
    assert sent[0]["status"] == 403


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://localhost", "http://["]
)
def test_another_page_is_refused(origin: str) -> None:
    for kind in ("http", "websocket"):
        assert ask(None, kind, host="127.0.0.1:8080", origin=origin)[0] == "refused"


def test_a_websocket_says_where_it_comes_from() -> None:
    outcome, sent = ask(None, "websocket", host="127.0.0.1:8080")
    assert outcome == "refused"
    assert sent[0]["type"] == "websocket.close"


def test_the_token_opens_the_page_once_and_its_cookie_from_then_on() -> None:
    host = "lab.example:8080"
    assert ask(TOKEN, host=host)[0] == "refused"
    assert ask(TOKEN, host=host, query="token=another")[0] == "refused"
    outcome, sent = ask(TOKEN, host=host, query=f"token={TOKEN}")
    assert outcome == "reached"
    cookies = [value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"]
    assert len(cookies) == 1
    assert "HttpOnly" in cookies[0]
    assert "SameSite=Strict" in cookies[0]
    kept = cookies[0].partition(";")[0]
    assert ask(TOKEN, host=host, cookie=kept)[0] == "reached"
    assert ask(TOKEN, "websocket", host=host, origin=f"http://{host}", cookie=kept)[0] == "reached"
    assert ask(TOKEN, "websocket", host=host, origin="http://evil.example", cookie=kept)[0] == "refused"
    assert ask(TOKEN, host=host, cookie='ios-emu-token-8080="')[0] == "refused"


def test_the_cookie_of_another_lab_on_this_machine_is_another() -> None:
    _, sent = ask(TOKEN, host="lab.example:8080", query=f"token={TOKEN}")
    [cookie] = [value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"]
    assert cookie.startswith(f"ios-emu-token-8080={TOKEN};")
    kept = cookie.partition(";")[0]
    assert ask(TOKEN, host="lab.example:8081", cookie=kept)[0] == "refused"


def test_answers_may_not_be_framed_or_guessed_at() -> None:
    _, sent = ask(None, host="localhost")
    names = {name for name, _ in sent[0]["headers"]}
    assert {b"x-frame-options", b"x-content-type-options", b"referrer-policy"} <= names


@pytest.mark.parametrize(("kind", "scripts"), [("text/html", True), ("image/svg+xml", False)])
def test_nothing_comes_from_elsewhere_and_a_picture_runs_nothing(kind: str, scripts: bool) -> None:
    _, sent = ask(None, host="localhost", answer=kind)
    [policy] = [value.decode() for name, value in sent[0]["headers"] if name == b"content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert ("script-src" in rules) is scripts
    assert rules["default-src"] == ("'self'" if scripts else "'none'")
    assert not any(word.startswith(("http", "*")) for rule in rules.values() for word in rule.split())
