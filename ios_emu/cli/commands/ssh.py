"""SSH: `ip ssh ...`, the RSA keys, and `show ip ssh`, `show ssh`, `show crypto key mypubkey rsa`."""

from __future__ import annotations

from collections.abc import Iterator

from ios_emu.cli.dialogue import BREATH, Dialogue, Interrupted, Say
from ios_emu.cli.questions import Asking, ask_number, ask_yes
from ios_emu.cli.shell import Call
from ios_emu.devices.ssh import (
    DEFAULT_BITS,
    DEFAULT_RETRIES,
    DEFAULT_TIMEOUT,
    LEAST_BITS,
    LEAST_BITS_V2,
    MOST_BITS,
    RsaKey,
)

_FACTORY_NAME = "Router"
_CHOOSE = """\
The name for the keys will be: {}
Choose the size of the key modulus in the range of 360 to 2048 for your
  General Purpose Keys. Choosing a key modulus greater than 512 may take
  a few minutes.

"""
_REMOVES = """\
% All RSA Keys will be removed.
% All router certs issued using these keys will also be removed.
"""
_SERVER_BITS = 768
_GROUP, _GROUPS_IN_LINE = 8, 8


def generate_rsa(
    call: Call,
    general_keys: str | None = None,
    exportable: str | None = None,
    rsa_label: str | None = None,
    rsa_bits: int | None = None,
) -> Dialogue | str:
    """`crypto key generate rsa [general-keys] [label NAME] [modulus BITS] [exportable]`."""
    config = call.config
    if rsa_label is None:
        if config.hostname == _FACTORY_NAME:
            return f"% Please define a hostname other than {_FACTORY_NAME}.\n"
        if config.names.domain is None:
            return "% Please define a domain-name first.\n"
    name = rsa_label or f"{config.hostname}.{config.names.domain}"
    return _generate(call, name, rsa_bits, exportable is not None)


def _generate(call: Call, name: str, bits: int | None, exportable: bool) -> Dialogue:
    ssh = call.device.ssh
    try:
        if name in ssh.keys:
            yield Say(f"% You already have RSA keys defined named {name}.\n")
            if bits is not None:
                yield Say("% They will be replaced.\n\n")
            elif not (yield from ask_yes("% Do you really want to replace them? [yes/no]: ")):
                return ""
        elif bits is not None:
            yield Say(f"The name for the keys will be: {name}\n\n")
        if bits is None:
            yield Say(_CHOOSE.format(name))
            question = f"How many bits in the modulus [{DEFAULT_BITS}]: "
            bits = yield from ask_number(question, DEFAULT_BITS, LEAST_BITS, MOST_BITS)
        else:
            yield Say(f"% The key modulus size is {bits} bits\n")
        kind = "exportable" if exportable else "non-exportable"
        yield Say(f"% Generating {bits} bit RSA keys, keys will be {kind}...")
        key = yield from _new_key(call, name, bits, exportable=exportable)
        server = None
        if call.config.ssh.version != 2:
            server = yield from _new_key(call, f"{name}.server", _SERVER_BITS, temporary=True)
    except Interrupted:
        return "\n"
    for one in (key, server):
        if one is not None:
            ssh.add(one)
    ssh.announce()
    return "[OK]\n\n"


def _new_key(
    call: Call, name: str, bits: int, exportable: bool = False, temporary: bool = False
) -> Asking[RsaKey]:
    """Looks for the primes of a new key, and lets others go first between two candidates."""
    from ios_emu.devices.rsa import new_modulus

    search = new_modulus(bits, call.device.ssh.chance)
    while True:
        try:
            next(search)
        except StopIteration as found:
            generated = call.device.now.isoformat(timespec="seconds")
            return RsaKey(name, bits, f"{found.value:x}", generated, exportable, temporary)
        yield BREATH


def zeroize_rsa(call: Call, rsa_key: str | None = None) -> Dialogue | str:
    """`crypto key zeroize rsa [NAME]`: removes keys, after a question."""
    ssh = call.device.ssh
    if not ssh.keys or (rsa_key is not None and rsa_key not in ssh.keys):
        return "% No Signature RSA Keys found in configuration.\n\n"
    return _zeroize(call, rsa_key)


def _zeroize(call: Call, name: str | None) -> Dialogue:
    yield Say(_REMOVES if name is None else _REMOVES.replace("All RSA Keys", f"Keys named '{name}'", 1))
    try:
        wanted = yield from ask_yes("Do you really want to remove these keys? [yes/no]: ")
    except Interrupted:
        return "\n"
    if wanted:
        call.device.ssh.remove(name)
        call.device.ssh.announce()
    return ""


def version(call: Call, ssh_version: int | None = None) -> str:
    """`ip ssh version 1|2`; without it both are served."""
    call.config.ssh.version = None if call.no else ssh_version
    if call.device.reading_nvram:
        return ""
    ssh = call.device.ssh
    ssh.announce()
    if ssh_version == 2 and not call.no and not ssh.fit_for_v2:
        return f"Please create RSA keys (of at least {LEAST_BITS_V2} bits size) to enable SSH v2.\n"
    return ""


def timeout(call: Call, ssh_timeout: int | None = None) -> str:
    """`ip ssh time-out SECONDS`: how long a login may take."""
    call.config.ssh.timeout = DEFAULT_TIMEOUT if call.no or ssh_timeout is None else ssh_timeout
    return ""


def retries(call: Call, ssh_retries: int | None = None) -> str:
    """`ip ssh authentication-retries N`: how many passwords may be wrong."""
    call.config.ssh.retries = DEFAULT_RETRIES if call.no or ssh_retries is None else ssh_retries
    return ""


def logging_events(call: Call) -> str:
    """`ip ssh logging events`: logins and logouts are logged."""
    call.config.ssh.log_events = not call.no
    return ""


def show_ip_ssh(call: Call) -> str:
    """`show ip ssh`."""
    settings, ssh = call.config.ssh, call.device.ssh
    text = f"SSH {'Enabled' if ssh.enabled else 'Disabled'} - version {settings.version_text}\n"
    if not ssh.enabled:
        text += f"%Please create RSA keys (of atleast {LEAST_BITS_V2} bits size) to enable SSH v2.\n"
    return (
        f"{text}Authentication timeout: {settings.timeout} secs; Authentication retries: {settings.retries}\n"
    )


def show_ssh(call: Call) -> str:
    """`show ssh`: the clients that are connected; on the SSH door there is no version 1."""
    rows = ""
    for number, one in sorted(call.device.ssh.connections.items()):
        ways = (("IN", one.cipher_in, one.mac_in), ("OUT", one.cipher_out, one.mac_out))
        for way, cipher, mac in ways:
            row = f"{number:<10} 2.0     {way:<4} {cipher:<11} {mac:<12} {one.state():<21} {one.user()}"
            rows += f"{row.rstrip()}\n"
    if rows:
        title = "Connection Version Mode Encryption  Hmac         State                 Username\n"
        return f"{title}{rows}%No SSHv1 server connections running.\n"
    return "%No SSHv2 server connections running.\n%No SSHv1 server connections running.\n"


def show_mypubkey(call: Call, rsa_key: str | None = None) -> str:
    """`show crypto key mypubkey rsa [NAME]`: the public halves."""
    keys = call.device.ssh.keys.values()
    return "".join(_key_text(call, key) for key in keys if rsa_key in (None, key.name))


def _key_text(call: Call, key: RsaKey) -> str:
    moment = call.device.time.shown(key.generated_at)
    local = moment.local
    made = f"{local:%H:%M:%S} {moment.zone} {local:%b} {local.day} {local.year}"
    head = [f"% Key pair was generated at: {made}", f"Key name: {key.name}"]
    head.append("Temporary key" if key.temporary else " Storage Device: not specified")
    head.append(f" Usage: {'Encryption' if key.temporary else 'General Purpose'} Key")
    head.append(f" Key is {'' if key.exportable else 'not '}exportable.")
    return "\n".join([*head, " Key Data:", *_hexadecimal(key.data)]) + "\n"


def _hexadecimal(data: bytes) -> Iterator[str]:
    """Eight groups of four bytes in a line, as IOS prints keys; a blank ends each line but the last."""
    text = data.hex().upper()
    groups = [text[start : start + _GROUP] for start in range(0, len(text), _GROUP)]
    for start in range(0, len(groups), _GROUPS_IN_LINE):
        line = "  " + " ".join(groups[start : start + _GROUPS_IN_LINE])
        yield line if start + _GROUPS_IN_LINE >= len(groups) else f"{line} "
