"""What the router knows of SSH: the settings of `ip ssh`, its RSA keys, and who is connected.

Keys are no part of the configuration: they are in NVRAM's private part, which nobody sees, from the next
`write memory` on.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ios_emu.devices.ios_device import IosDevice

DEFAULT_TIMEOUT = 120
DEFAULT_RETRIES = 3
LEAST_BITS, MOST_BITS, DEFAULT_BITS = 360, 2048, 512
LEAST_BITS_V2 = 768


@dataclass(slots=True)
class SshSettings:
    """`ip ssh ...`: `timeout` in seconds for a login, and how many failed passwords it may have.

    `version` is 1, 2, or None for both.
    """

    timeout: int = DEFAULT_TIMEOUT
    retries: int = DEFAULT_RETRIES
    version: int | None = None
    log_events: bool = False

    def lines(self) -> Iterator[str]:
        """Its lines in the running configuration."""
        if self.timeout != DEFAULT_TIMEOUT:
            yield f"ip ssh time-out {self.timeout}"
        if self.retries != DEFAULT_RETRIES:
            yield f"ip ssh authentication-retries {self.retries}"
        if self.log_events:
            yield "ip ssh logging events"
        if self.version is not None:
            yield f"ip ssh version {self.version}"

    @property
    def version_text(self) -> str:
        """As the router calls it: 1.99 offers both."""
        return {None: "1.99", 1: "1.5", 2: "2.0"}[self.version]


@dataclass(frozen=True, slots=True)
class RsaKey:
    """A key pair; `generated` is the router's time in UTC as ISO 8601, `modulus` is in hexadecimal."""

    name: str
    bits: int
    modulus: str
    generated: str
    exportable: bool = False
    temporary: bool = False

    @property
    def generated_at(self) -> datetime:
        """When it was made, in UTC."""
        return datetime.fromisoformat(self.generated)

    @property
    def data(self) -> bytes:
        """The public key in DER."""
        from ios_emu.devices.rsa import public_key_info

        return public_key_info(int(self.modulus, 16))


@dataclass(frozen=True, slots=True)
class SshConnection:
    """A client that is connected, by the number of its VTY; ciphers as SSH names them."""

    number: int
    user: Callable[[], str]
    state: Callable[[], str]
    cipher_in: str
    cipher_out: str
    mac_in: str
    mac_out: str


class RouterSsh:
    """The keys of `device`, and the clients that are connected to it."""

    def __init__(self, device: IosDevice) -> None:
        self.device = device
        self.record = f"{device.name}/private-config"
        self.keys: dict[str, RsaKey] = {}
        self.connections: dict[int, SshConnection] = {}
        self.chance = random.Random(f"{device.name}/rsa")
        self._saved: bytes | None = None
        self._announced: str | None = None

    @property
    def enabled(self) -> bool:
        """Does the router serve SSH by itself: is there a key that its versions can use?"""
        return self.fit_for_v2 if self.device.config.ssh.version == 2 else bool(self.keys)

    @property
    def fit_for_v2(self) -> bool:
        """Is there a key that is long enough for version 2?"""
        return any(key.bits >= LEAST_BITS_V2 and not key.temporary for key in self.keys.values())

    def add(self, key: RsaKey) -> None:
        """A new key, in the place of one of the same name."""
        self.keys.pop(key.name, None)
        self.keys[key.name] = key

    def remove(self, name: str | None) -> None:
        """Removes the key of that name and its companion; None: all."""
        for one in list(self.keys):
            if name is None or one in (name, f"{name}.server"):
                del self.keys[one]

    def announce(self) -> None:
        """Logs that SSH was enabled or disabled, when that is news."""
        version = self.device.config.ssh.version_text if self.enabled else None
        if version == self._announced:
            return
        if self._announced is not None:
            self.device.report("SSH-5-DISABLED", f"SSH {self._announced} has been disabled")
        if version is not None:
            self.device.report("SSH-5-ENABLED", f"SSH {version} has been enabled")
        self._announced = version

    def save(self, done: Callable[[str | None], None]) -> None:
        """Writes the keys to NVRAM; where none ever were, there is nothing to write."""
        import json

        lasting = [asdict(key) for key in self.keys.values() if not key.temporary]
        data = json.dumps(lasting, indent=1).encode() + b"\n" if lasting else None
        if data == self._saved:
            done(None)
            return

        def stored(problem: str | None) -> None:
            if problem is None:
                self._saved = data
            done(problem)

        self.device.journal.write(self.record, data, stored)

    def restore(self, record: bytes) -> None:
        """Takes over what NVRAM held; a record that is none is left alone."""
        self._saved = record

    def restart(self) -> None:
        """A boot: the keys are those of NVRAM."""
        self.keys.clear()
        self._announced = None
        if self._saved is not None:
            import json

            with suppress(ValueError, TypeError):
                for fields in json.loads(self._saved):
                    self.add(RsaKey(**fields))
        self.announce()
