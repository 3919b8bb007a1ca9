"""Who may see the page: only pages of this address may talk to it, and elsewhere only who has the token.

The rules. Without a token the page is for this machine: a request must name it (`Host`), so that no other
page's name can be bound to it. A request that a page sends must come from this one (`Origin`); a WebSocket
always says so. With a token, the address that the person opens has it once (`?token=...`), and then a cookie
does.
"""

from __future__ import annotations

import contextlib
import hmac
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_COOKIE = "ios-emu-token"
_OWN_NAMES = ("localhost", "127.0.0.1", "::1")
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_POLICY = b"content-security-policy"
# NiceGUI's page has scripts and styles within it, and makes functions of texts; nothing comes from elsewhere.
_PAGE_POLICY = (
    b"default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    b"img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; "
    b"frame-ancestors 'none'"
)
# A picture that is opened by itself runs nothing.
_PICTURE_POLICY = b"default-src 'none'; style-src 'unsafe-inline'"


class Guard:
    """Stands before `app`; `token` is None where the page is for this machine alone."""

    def __init__(self, app: App, token: str | None) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through, or refuses it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await _refuse(scope, receive, send, refusal)
            return
        asked = self._asked(scope)

        async def send_on(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                given = message.get("headers", ())
                picture = any(
                    name == b"content-type" and kind.startswith(b"image/svg") for name, kind in given
                )
                policy = (_POLICY, _PICTURE_POLICY if picture else _PAGE_POLICY)
                message["headers"] = [*given, *_HEADERS, policy, *self._cookie(asked, headers["host"])]
            await send(message)

        await self._app(scope, receive, send_on)

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> str | None:
        host, origin = headers.get("host", ""), headers.get("origin")
        if self._token is None and _name(host) not in _OWN_NAMES:
            return "This page is only served to this machine, by its own name."
        if origin is not None and _place(origin) != host:
            return "Another page may not talk to this one."
        if origin is None and scope["type"] == "websocket":
            return "A WebSocket says where it comes from."
        if self._token is not None and not self._has_token(scope, headers):
            return "The address that ios-emu printed has a token in it: open that one."
        return None

    def _asked(self, scope: Scope) -> str | None:
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token")
        return given[0] if given else None

    def _has_token(self, scope: Scope, headers: dict[str, str]) -> bool:
        assert self._token is not None
        cookies: SimpleCookie = SimpleCookie()
        with contextlib.suppress(CookieError):
            cookies.load(headers.get("cookie", ""))
        kept = cookies.get(_cookie_name(headers.get("host", "")))
        given = (self._asked(scope) or "", "" if kept is None else kept.value)
        return any(hmac.compare_digest(one.encode(), self._token.encode()) for one in given)

    def _cookie(self, asked: str | None, host: str) -> Iterator[tuple[bytes, bytes]]:
        if self._token is not None and asked is not None:
            cookie = f"{_cookie_name(host)}={self._token}; HttpOnly; SameSite=Strict; Path=/"
            yield b"set-cookie", cookie.encode()


def _cookie_name(host: str) -> str:
    """Browsers give a cookie to every port of a machine: that of another lab has another name."""
    port = host.rpartition(":")[2]
    return f"{_COOKIE}-{port}" if port.isascii() and port.isdigit() else _COOKIE


def _place(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _name(host: str) -> str:
    """The name of a `Host` header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


async def _refuse(scope: Scope, receive: Receive, send: Send, why: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": why})
        return
    body = f"{why}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})
