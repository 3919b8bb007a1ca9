"""How mail finds the server of another domain (RFC 5321, 5.1): MX, then the address of the name itself.

The rules. Exchangers are tried in the order of their preference until one can be spoken to. A domain that
does not exist, or takes no mail (RFC 7505), is a failure for good, and so is one that the only name server
there is will not speak of. A name server that does not answer is one to try again. Mail that would come back
to this server is not sent round.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address

from ios_emu.clock import Signal
from ios_emu.services.dns_answer import Status
from ios_emu.services.mail_route import MailRoute
from ios_emu.services.smtp_client import Delivery, SmtpClient
from ios_emu.stack.node import Node

Resolve = Callable[[str], Signal]
"""Finds the hosts that take a domain's mail; what it returns fires with a MailRoute."""


class MailRelay:
    """Delivers to other domains' servers; `hello` is the name that this one greets with."""

    def __init__(self, node: Node, resolve: Resolve, hello: Callable[[], str]) -> None:
        self._node = node
        self._resolve = resolve
        self._hello = hello

    def deliver(self, domain: str, sender: str, recipients: list[str], text: bytes) -> Signal:
        """Hands a message to the server of a domain; fires with a Delivery."""
        finished = Signal()

        def found(route: object) -> None:
            assert isinstance(route, MailRoute)
            own = [host for host in route.hosts if any(map(self._is_own, host.addresses))]
            # Who is one of the exchangers hands on to better ones only (RFC 5321, 5.1).
            addresses = [
                address
                for host in route.hosts
                if not own or host.preference < own[0].preference
                for address in host.addresses
            ]
            if own and not addresses:
                reply = f"554 5.4.6 <{domain}>: mail for {own[0].name} loops back to myself"
                finished.fire(Delivery(refused={"": reply}))
            elif addresses:
                self._try(addresses, sender, recipients, text, finished)
            elif route.is_temporary and route.status is not Status.REFUSED:
                finished.fire(
                    Delivery(failure=f"the mail server of {domain} can't be found: {route.status.value}")
                )
            elif route.accepts_none:
                finished.fire(Delivery(refused={"": f"556 5.1.10 <{domain}>: the domain takes no mail"}))
            else:
                reply = f"550 5.4.4 <{domain}>: no mail server is known: {route.status.value}"
                finished.fire(Delivery(refused={"": reply}))

        self._resolve(domain).subscribe(found)
        return finished

    def _is_own(self, address: IPv4Address) -> bool:
        return self._node.is_local(int(address))

    def _try(
        self, addresses: list[IPv4Address], sender: str, recipients: list[str], text: bytes, finished: Signal
    ) -> None:
        address, *others = addresses
        client = SmtpClient(self._node, int(address), self._hello(), sender, recipients, text)

        def came(result: object) -> None:
            assert isinstance(result, Delivery)
            if result.failure is not None and others and not result.accepted:
                self._try(others, sender, recipients, text, finished)
            else:
                if result.failure is not None:
                    result.failure = f"{address}: {result.failure}"
                finished.fire(result)

        client.finished.subscribe(came)
