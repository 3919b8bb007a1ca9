"""Sub-modes that are only kept, what their lines do to the configuration, and kept lines of interfaces."""

from __future__ import annotations

import re
from functools import cache

from ios_emu.cli.dialogue import Ask, Dialogue, Interrupted, Say
from ios_emu.cli.modes import Mode
from ios_emu.cli.shell import Call
from ios_emu.devices.kept_blocks import Block, BlockKind, BlockLines, kind_of
from ios_emu.devices.kept_order import TYPED
from ios_emu.errors import ProgrammingError

_NEW_CRYPTO_MAP = (
    "% NOTE: This new crypto map will remain disabled until a peer\n"
    "\tand a valid access list have been configured.\n"
)
_INTERFACE = re.compile(
    r"\b(BVI|Dialer|FastEthernet|Loopback|Multilink|Null|Port-channel|Tunnel|Virtual-Template|Vlan) (\d\S*)"
)
_COMMUNITY = re.compile(r"^(snmp-server community \S+ )(ro|rw)\b")
_LIST_DENIES = re.compile(r"^(access-list \d+ deny) ")
_ADDRESS = "ip address"
_PASSIVE = "passive-interface"
_MOST_CERTIFICATE_LINES = 1000
# A transform set is known by its name, however its transforms change.
_NAMED_TRANSFORM_SET = 4
# Of these there is one, whatever stands behind its name.
_RENAMED = ("transform_set", "policer")


def block(call: Call, **arguments: object) -> str:
    """The line that opens a block of kept lines; `no` and `default` remove the block."""
    shell, text = call.shell, call.command.text.replace("crypto ca ", "crypto pki ", 1)
    outer, kind = _place(call, text)
    lines = call.config.blocks if outer is None else outer.lines
    header = _header(kind, printed(text))
    if call.no:
        for beginning in (header, printed(text)):
            _remove(lines, beginning)
        return ""
    existing = _existing(lines, kind, header)
    target = Block(kind, header) if existing is None else existing
    if existing is None:
        lines[header] = target
        if kind.first is not None:
            target.lines[kind.first[0]] = kind.first[1]
        if not call.device.reading_nvram:
            target.lines.update(TYPED.get(kind.name, {}))
    elif len(header) > len(existing.header) or kind.name in _RENAMED:
        _rename(lines, existing, header)
    if outer is None:
        shell.enter(_mode(kind), target)
    else:
        shell.enter_within(_mode(kind), target)
    return _NEW_CRYPTO_MAP if existing is None and header.endswith(" ipsec-isakmp") else ""


def _place(call: Call, text: str) -> tuple[Block | None, BlockKind]:
    """The block around the one that a line opens, and the kind of that; it may be beside the present one."""
    shell = call.shell
    while isinstance(shell.target, Block):
        kind = kind_of(text, shell.target.kind.name)
        if kind is not None:
            return shell.target, kind
        shell.exit_mode()
    kind = kind_of(text, None)
    if kind is None:
        raise ProgrammingError(f"no kind of block begins with: {text}")
    return None, kind


@cache
def _mode(kind: BlockKind) -> Mode:
    return Mode(kind.name, f"({kind.prompt})", kind.title)


def printed(text: str) -> str:
    """A line as the configuration prints it: the name of an interface is one word there."""
    text = _INTERFACE.sub(r"\1\2", text)
    if text.startswith("crypto ca "):
        text = text.replace("ca", "pki", 1)
    text = _COMMUNITY.sub(lambda match: match[1] + match[2].upper(), text)
    return _LIST_DENIES.sub(r"\1   ", text)


def _text(call: Call) -> str:
    return printed(call.command.text)


def _header(kind: BlockKind, text: str) -> str:
    """The line that opens a block, with what IOS adds to it."""
    words = text.split()
    if kind.name == "class_map" and not {"match-all", "match-any"} & set(words):
        words.insert(len(words) - 1, "match-all")
    if kind.name == "route_map":
        if len(words) < 3 or words[2] not in ("permit", "deny"):
            words.insert(2, "permit")
        if len(words) < 4:
            words.append("10")
    return " ".join(words)


def _existing(lines: BlockLines, kind: BlockKind, header: str) -> Block | None:
    """The block that a line means: the one that it opened before, or that it begins the name of."""
    for key, one in lines.items():
        if isinstance(one, Block) and one.kind is kind:
            same = key == header or key.startswith(f"{header} ") or header.startswith(f"{key} ")
            if kind.name == "transform_set":
                count = _NAMED_TRANSFORM_SET
                same = key.split()[:count] == header.split()[:count]
            same = same or kind.name == "policer"
            if same:
                return one
    return None


def _rename(lines: BlockLines, block: Block, header: str) -> None:
    """A block whose opening line changes keeps its place."""
    renamed = {(header if one is block else key): one for key, one in lines.items()}
    block.header = header
    lines.clear()
    lines.update(renamed)


def _remove(lines: BlockLines, beginning: str) -> None:
    """Removes what is known by these words, or by more that begin with them."""
    for key in [key for key in lines if key == beginning or key.startswith(f"{beginning} ")]:
        del lines[key]


def block_one(call: Call, **arguments: object) -> str:
    """A line that takes the place of the one with the same keywords."""
    return _keep(call, call.target(Block).lines, call.command.head)


def block_many(call: Call, **arguments: object) -> str:
    """A line that stands beside others with the same keywords."""
    return _keep(call, call.target(Block).lines, _text(call))


def passive_interface(call: Call, **arguments: object) -> str:
    """`passive-interface X`: behind `passive-interface default`, `no` is what says something."""
    lines, text = call.target(Block).lines, _text(call)
    if f"{_PASSIVE} default" not in lines or text.endswith(" default"):
        _remove(lines, f"no {_PASSIVE}")
        return _keep(call, lines, text)
    if call.no:
        lines[f"no {text}"] = f"no {text}"
    else:
        lines.pop(f"no {text}", None)
    return ""


def block_on(call: Call, **arguments: object) -> str:
    """A setting that is on unless `no` stands in front of it."""
    return _keep_unless_on(call, call.target(Block).lines)


def block_address(call: Call, **arguments: object) -> str:
    """`ip address ...` and its like: without any there stands `no ip address`."""
    lines, text = call.target(Block).lines, _text(call)
    if text.endswith(" secondary"):
        return _keep(call, lines, text)
    lines[_ADDRESS] = f"no {_ADDRESS}" if call.no else text
    return ""


def block_end(call: Call) -> str:
    """`exit-address-family`: out of the block, as `exit` leads."""
    call.shell.exit_mode()
    return ""


def block_said(call: Call, **arguments: object) -> str:
    """A setting that stands there as it was said, with `no` or without; `default` removes it."""
    lines, text = call.target(Block).lines, _text(call)
    lines.pop(text, None)
    if not call.command.defaulted:
        lines[text] = f"no {text}" if call.command.negated else text
    return ""


def isakmp_encryption(call: Call, **arguments: object) -> str:
    """`encryption ...` of an ISAKMP policy, which IOS prints as `encr ...`."""
    lines = call.target(Block).lines
    if call.no:
        lines.pop("encr", None)
    else:
        lines["encr"] = call.command.text.replace("encryption", "encr", 1)
    return ""


def certificate(call: Call, **arguments: object) -> Dialogue | str:
    """`certificate [KIND] SERIAL`: the lines up to `quit` are the certificate, in hexadecimal digits."""
    lines, text = call.target(Block).lines, call.command.text
    if call.no:
        _remove(lines, text)
        return ""
    return _read_certificate(lines, text, f"{call.config.hostname}(config-pubkey)#")


def _read_certificate(lines: BlockLines, text: str, prompt: str) -> Dialogue:
    yield Say("Enter the certificate in hexadecimal representation....\n\n")
    parts = [text]
    try:
        while (part := (yield Ask(prompt)).strip()) != "quit":
            if not re.fullmatch(r"[0-9A-Fa-f ]*", part) or len(parts) > _MOST_CERTIFICATE_LINES:
                return "% Not hexadecimal digits\n"
            if part:
                parts.append(f" {part}")
    except Interrupted:
        return ""
    lines[text] = "\n".join([*parts, " quit"])
    return ""


def interface_one(call: Call, **arguments: object) -> str:
    """A kept line of an interface that takes the place of the one with the same keywords."""
    return _keep(call, call.interface.kept, call.command.head)


def interface_many(call: Call, **arguments: object) -> str:
    """A kept line of an interface that stands beside others with the same keywords."""
    return _keep(call, call.interface.kept, _text(call))


def interface_setting(call: Call, **arguments: object) -> str:
    """A setting of an interface that is on unless `no` stands in front of it; the network looks for it."""
    return _keep_unless_on(call, call.interface.kept)


def interface_on(call: Call, **arguments: object) -> str:
    """A setting of an interface that is on unless `no` stands in front of it, and does nothing here."""
    return _keep_unless_on(call, call.interface.kept)


def _keep(call: Call, lines: BlockLines | dict[str, str], key: str) -> str:
    if call.no:
        _remove(lines, key)  # type: ignore[arg-type]
    else:
        lines[key] = _text(call)
    return ""


def _keep_unless_on(call: Call, lines: BlockLines | dict[str, str]) -> str:
    text = _text(call)
    if call.command.negated:
        lines[text] = f"no {text}"
    elif call.command.defaulted or text == call.command.head:
        lines.pop(text, None)
    else:
        lines[text] = text
    return ""
