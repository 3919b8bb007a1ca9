"""Lab files: TOML that says which devices there are and how they are cabled.

The rules. A lab file is read whole before anything is built. What is wrong in it is a LabFileError that
says where (file and key), what, why, and what to do about it. `lab_schema.json` says the same for editors.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from typing import Any

from ios_emu.devices.dialect import Dialect
from ios_emu.errors import LabFileError
from ios_emu.lab.lab_keys import KeyReader
from ios_emu.lab.lab_values import ValueProblem, bandwidth, chance_of, duration
from ios_emu.stack.cable import DEFAULT_DELAY
from ios_emu.wire.ethernet import MacAddress

LABS = Path(__file__).parent / "labs"
SCHEMA = Path(__file__).parent / "lab_schema.json"

ROUTER_PORTS = ("FastEthernet0/0", "FastEthernet0/1")
SWITCH_PORTS = (*(f"FastEthernet0/{n}" for n in range(1, 25)), "GigabitEthernet0/1", "GigabitEthernet0/2")
HOST_PORTS = ("FastEthernet0",)

LAB_KEYS = ("title", "links", "devices")
LINK_KEYS = ("ends", "delay", "bandwidth", "loss", "duplicate", "reorder", "down")
DEVICE_KEYS = {
    "2811": ("type", "config", "dialect"),
    "switch": ("type",),
    "pc": ("type", "address", "gateway", "dns", "mac"),
    "server": ("type", "address", "gateway", "dns", "mac"),
}
_PORTS = {"2811": ROUTER_PORTS, "switch": SWITCH_PORTS, "pc": HOST_PORTS, "server": HOST_PORTS}

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
_RESERVED = "lab"
_PORT = re.compile(r"([A-Za-z]+) ?(\d[\d/]*)")


@dataclass(frozen=True, slots=True)
class RouterFile:
    """A 2811; `config` is the text of its start-up configuration."""

    name: str
    dialect: Dialect = Dialect.IOS
    config: str | None = None


@dataclass(frozen=True, slots=True)
class SwitchFile:
    """A switch."""

    name: str


@dataclass(frozen=True, slots=True)
class HostFile:
    """A PC or a server. Without an address it has none until somebody sets one."""

    name: str
    kind: str
    address: IPv4Interface | None = None
    gateway: IPv4Address | None = None
    dns: IPv4Address | None = None
    mac: MacAddress | None = None


@dataclass(frozen=True, slots=True)
class End:
    """One end of a cable: a device and the full name of its port."""

    device: str
    port: str


@dataclass(frozen=True, slots=True)
class Link:
    """A cable. `delay` is in nanoseconds, `bandwidth` in bits per second, the rest are probabilities."""

    a: End
    b: End
    delay: int = DEFAULT_DELAY
    bandwidth: int | None = None
    loss: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    down: bool = False


DeviceFile = RouterFile | SwitchFile | HostFile


@dataclass(frozen=True, slots=True)
class LabFile:
    """What a lab file says."""

    path: Path
    title: str = ""
    devices: list[DeviceFile] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


def built_in_labs() -> list[str]:
    """The names of the labs that come with ios-emu."""
    return sorted(path.parent.name for path in LABS.glob("*/lab.toml"))


def find_lab(lab: str) -> Path:
    """The lab file of a built-in lab's name, or of a path. Raises LabFileError when there is none."""
    if lab in built_in_labs():
        return LABS / lab / "lab.toml"
    path = Path(lab)
    if path.is_dir():
        path /= "lab.toml"
    if not path.is_file():
        names = ", ".join(built_in_labs())
        raise LabFileError(
            lab,
            "no such lab",
            "it is neither a built-in lab nor a lab file",
            f"use one of {names}, or a path",
        )
    return path


def read_lab_file(path: Path) -> LabFile:
    """Reads a lab file. Raises LabFileError with the place, the fault, the rule and the remedy."""
    where = str(path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LabFileError(
            where, "can't be read", str(error.strerror), "check the path and its rights"
        ) from None
    except UnicodeDecodeError:
        raise LabFileError(where, "is not text", "a lab file is TOML in UTF-8", "save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise LabFileError(where, "is not TOML", str(error), "mend that place") from None
    return _LabReader(where, path.parent).read(path, data)


class _LabReader(KeyReader):
    """Reads one lab file."""

    def __init__(self, where: str, folder: Path) -> None:
        super().__init__(where)
        self._folder = folder
        self._kinds: dict[str, str] = {}
        self._plugged: dict[End, int] = {}

    def read(self, path: Path, data: dict[str, Any]) -> LabFile:
        self.only("", data, LAB_KEYS, "a lab")
        title = self.text("title", data.get("title", ""), "a title is shown to people", 'title = "..."')
        tables = data.get("devices")
        if not isinstance(tables, dict) or not tables:
            raise self.error("", "has no devices", "a lab needs at least one", "add a table [devices.R1]")
        devices = [self._device(name, table) for name, table in tables.items()]
        links = data.get("links", [])
        if not isinstance(links, list):
            raise self.error(
                "links",
                "is not a list",
                "each cable is an entry of it",
                'write links = ["R1:Fa0/0 -- SW1:Fa0/1"]',
            )
        return LabFile(
            path, title, devices, [self._link(number, link) for number, link in enumerate(links, 1)]
        )

    # Devices

    def _device(self, name: str, table: object) -> DeviceFile:
        key = f"devices.{name}"
        self._check_name(key, name)
        if not isinstance(table, dict):
            raise self.error(key, "is not a table", "a device has a type", f"write [devices.{name}]")
        kind = table.get("type")
        if kind is None:
            kinds = ", ".join(DEVICE_KEYS)
            raise self.error(f"{key}.type", "is missing", "a device has a type", f"write one of {kinds}")
        if kind not in DEVICE_KEYS:
            kinds = ", ".join(DEVICE_KEYS)
            raise self.error(f"{key}.type", f"unknown type {kind!r}", f"there are {kinds}", "use one of them")
        self.only(key, table, DEVICE_KEYS[kind], "a 2811" if kind == "2811" else f"a {kind}")
        self._kinds[name] = kind
        if kind == "2811":
            return self._router(key, name, table)
        if kind == "switch":
            return SwitchFile(name)
        return self._host(key, name, kind, table)

    def _check_name(self, key: str, name: str) -> None:
        if _NAME.fullmatch(name) is None:
            raise self.error(
                key, "is no device name", "a name has letters, digits, - and _", "choose another name"
            )
        if name.lower() == _RESERVED:
            raise self.error(key, "is a reserved name", "@lab is the lab prompt", "choose another name")
        for other in self._kinds:
            if other.lower() == name.lower():
                raise self.error(
                    key, f"is the name of {other}, too", "names differ by more than capitals", "rename one"
                )

    def _router(self, key: str, name: str, table: dict[str, Any]) -> RouterFile:
        dialect = table.get("dialect", Dialect.IOS.value)
        if dialect not in list(Dialect):
            names = " and ".join(Dialect)
            raise self.error(
                f"{key}.dialect",
                f"unknown dialect {dialect!r}",
                f"there are {names}",
                'write dialect = "ios"',
            )
        config = table.get("config")
        if config is None:
            return RouterFile(name, Dialect(dialect))
        file = self.text(f"{key}.config", config, "it is the path of a file", f'write config = "{name}.cfg"')
        try:
            text = (self._folder / file).read_text(encoding="latin-1")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise self.error(
                f"{key}.config", f"can't read {file}", reason, "a path is relative to the lab file"
            ) from None
        return RouterFile(name, Dialect(dialect), text)

    def _host(self, key: str, name: str, kind: str, table: dict[str, Any]) -> HostFile:
        address = self.host_address(f"{key}.address", table.get("address"))
        gateway = self.ip(f"{key}.gateway", table.get("gateway"), "192.168.1.254")
        if gateway is not None:
            self._check_gateway(f"{key}.gateway", gateway, address)
        dns = self.ip(f"{key}.dns", table.get("dns"), "192.168.1.20")
        return HostFile(name, kind, address, gateway, dns, self.mac(f"{key}.mac", name, table.get("mac")))

    def _check_gateway(self, key: str, gateway: IPv4Address, address: IPv4Interface | None) -> None:
        if address is None:
            raise self.error(
                key, "is set without an address", "a gateway is on the host's network", "set address, too"
            )
        if gateway == address.ip:
            raise self.error(
                key,
                f"{gateway} is the host itself",
                "a gateway is another device",
                "use the router's address",
            )
        if gateway not in address.network:
            raise self.error(
                key,
                f"{gateway} is not in {address.network}",
                "a gateway is on the host's network",
                "use an address of that network",
            )

    # Links

    def _link(self, number: int, link: object) -> Link:
        key = f"links, entry {number}"
        example = 'write "R1:FastEthernet0/0 -- SW1:FastEthernet0/1"'
        table: dict[str, Any] = (
            {"ends": link} if isinstance(link, str) else link if isinstance(link, dict) else {}
        )
        self.only(key, table, LINK_KEYS, "a link")
        ends = table.get("ends")
        if not isinstance(ends, str):
            raise self.error(key, "has no ends", "a cable is text, or a table with ends", example)
        parts = [part.strip() for part in ends.split("--")]
        if len(parts) != 2:
            raise self.error(key, f"{ends!r} has not two ends", "two ends are joined by --", example)
        a, b = (self._end(key, part, example) for part in parts)
        if a.device == b.device:
            raise self.error(
                key, f"joins {a.device} with itself", "a cable joins two devices", "name another device"
            )
        for end in (a, b):
            earlier = self._plugged.setdefault(end, number)
            if earlier != number:
                raise self.error(
                    key,
                    f"{end.device}:{end.port} is taken by entry {earlier}",
                    "a port takes one cable",
                    "use another port",
                )
        down = table.get("down", False)
        if not isinstance(down, bool):
            raise self.error(
                f"{key}, down",
                f"{down!r} is not true or false",
                "a cable is cut or whole",
                "write down = true",
            )
        return Link(
            a,
            b,
            delay=self._value(key, table, "delay", duration, DEFAULT_DELAY),
            bandwidth=self._value(key, table, "bandwidth", bandwidth, None),
            loss=self._value(key, table, "loss", chance_of, 0.0),
            duplicate=self._value(key, table, "duplicate", chance_of, 0.0),
            reorder=self._value(key, table, "reorder", chance_of, 0.0),
            down=down,
        )

    def _end(self, key: str, text: str, example: str) -> End:
        device, colon, port = (part.strip() for part in text.partition(":"))
        kind = self._kinds.get(device)
        if kind is None:
            near = difflib.get_close_matches(device, self._kinds, 1)
            remedy = f"did you mean {near[0]}?" if near else f"use one of {', '.join(self._kinds)}"
            raise self.error(key, f"no device {device!r}", "a cable joins devices of the lab", remedy)
        if not colon and len(_PORTS[kind]) == 1:
            return End(device, _PORTS[kind][0])
        if not port:
            raise self.error(key, f"{device} has no port named", f"a {kind} has several", example)
        found = _find_port(port, _PORTS[kind])
        if found is None:
            ports = _PORTS[kind]
            has = f"{ports[0]} to {ports[-1]}" if len(ports) > 2 else " and ".join(ports)
            raise self.error(key, f"{device} has no port {port}", f"a {kind} has {has}", "use one of them")
        return End(device, found)

    def _value(self, key: str, table: dict[str, Any], name: str, read: Any, default: Any) -> Any:
        if name not in table:
            return default
        try:
            return read(table[name])
        except ValueProblem as problem:
            raise self.error(f"{key}, {name}", problem.what, problem.why, problem.remedy) from None


def _find_port(text: str, ports: tuple[str, ...]) -> str | None:
    """The port that a name in any form of IOS means: `Fa0/1`, `f 0/1`, `FastEthernet0/1`."""
    wanted = _PORT.fullmatch(text)
    if wanted is None:
        return None
    for port in ports:
        own = _PORT.fullmatch(port)
        if own is not None and own[2] == wanted[2] and own[1].lower().startswith(wanted[1].lower()):
            return port
    return None
