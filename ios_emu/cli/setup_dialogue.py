"""The System Configuration Dialog: it asks, writes a configuration from the answers, and offers to use it.

The rules. What a question offers in square brackets is what Enter takes: the router's present state, or the
answer of the round before. Nothing is configured before the last question is answered; Ctrl-C at any of them
leaves everything as it was. A `?` for an answer explains the question and asks it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Interface, IPv4Network

from ios_emu.cli.arguments import TYPES
from ios_emu.cli.commands.config_global import is_hostname
from ios_emu.cli.commands.nvram import save_configuration
from ios_emu.cli.commands.show_ip import brief_rows
from ios_emu.cli.dialogue import Ask, Dialogue, Interrupted, Say
from ios_emu.cli.interface_text import show_ip_interface_brief
from ios_emu.cli.loading import load_configuration
from ios_emu.cli.questions import Asking, ask_yes
from ios_emu.cli.shell import Shell
from ios_emu.devices.interface import Interface
from ios_emu.devices.secret import Secret
from ios_emu.devices.switch_configuration import SwitchConfiguration
from ios_emu.stack.interface_name import InterfaceName
from ios_emu.stack.routing import natural_prefix_length

_INTRODUCTION = """
At any point you may enter a question mark '?' for help.
Use ctrl-c to abort configuration dialog at any prompt.
Default settings are in square brackets '[]'.

Basic management setup configures only enough connectivity
for management of the system, extended setup will ask you
to configure each interface on the system

"""
_SECRET = """
  The enable secret is a password used to protect access to
  privileged EXEC and configuration modes. This password, after
  entered, becomes encrypted in the configuration.
"""
_PASSWORD = """
  The enable password is used when you do not specify an
  enable secret password, with some older software versions, and
  some boot images.
"""
_VTY_PASSWORD = """
  The virtual terminal password is used to protect
  access to the router over a network interface.
"""
_SUMMARY = """
Any interface listed with OK? value "NO" does not have a valid configuration

"""
_SELECTIONS = """

[0] Go to the IOS command prompt without saving this config.
[1] Return back to the setup without saving this config.
[2] Save this configuration to nvram and exit.

"""
_BAD_ADDRESS = """\
% Bad Internet address.
  Please enter the IP address in dotted decimal notation,
  for example: 192.168.1.1
"""
_BAD_MASK = """\
% Bad subnet mask.
  Please enter the mask in dotted decimal notation, ones before
  zeros, for example: 255.255.255.0
"""
_NO_DEFAULT = "% No defaulting allowed\n"
_ABORTED = "\nConfiguration aborted, no changes made.\n"
_HOW_TO_RETURN = "% You can enter the setup, by typing setup at IOS command prompt\n"
_DONE = "Use the enabled mode 'configure' command to modify this configuration.\n"


@dataclass(slots=True)
class _Answers:
    """What was answered so far. `addresses` has None for an interface that gets no address."""

    hostname: str
    secret: Secret | None
    password: str
    vty_password: str
    community: str | None = "public"
    cluster: str | None = None
    addresses: dict[InterfaceName, IPv4Interface | None] = field(default_factory=dict)


def set_up(shell: Shell) -> Dialogue:
    """Everything behind the first question's `yes`; ends with what is to be said last."""
    answers = _present(shell)
    yield Say(_INTRODUCTION)
    while True:
        try:
            selection = yield from _one_round(shell, answers)
        except Interrupted:
            return _ABORTED
        if selection == 0:
            return _HOW_TO_RETURN
        if selection == 2:
            break
    writer = Shell(shell.device, level=15)
    for _, line, error in load_configuration(writer, "\n".join(_script(shell, answers))):
        yield Say(f"{line}\n{writer.explain(error, line)}")
    shell.device.network.changed()
    saved = yield from save_configuration(shell.device)
    return saved + _DONE


def _present(shell: Shell) -> _Answers:
    """The answers that the present configuration gives."""
    config = shell.config
    vty = config.lines.vtys[0].password
    password = config.enable_password
    return _Answers(
        config.hostname,
        config.enable_secret,
        "" if password is None else password.clear_text,
        "" if vty is None else vty.clear_text,
        addresses={name: one.address for name, one in config.interfaces.items() if one.address is not None},
    )


def _one_round(shell: Shell, answers: _Answers) -> Asking[int]:
    """All questions once, then the selection: 0, 1 or 2."""
    basic = yield from ask_yes("Would you like to enter basic management setup? [yes/no]: ")
    if not basic:
        yield Say("\n")
        if (yield from ask_yes("First, would you like to see the current interface summary? [yes]: ", True)):
            yield Say("\n" + _summary(shell))
    yield from _global_parameters(shell, answers)
    if basic:
        yield from _management_interface(shell, answers)
        if _is_switch(shell):
            yield from _cluster(answers)
    else:
        yield Say("\nConfiguring interface parameters:\n")
        for port in _ports(shell):
            yield Say("\n")
            question = f"Do you want to configure {port.name} interface? [yes]: "
            answers.addresses.pop(port.name, None)
            if (yield from ask_yes(question, True)):
                yield from _interface(port, answers)
    script = "".join(f"{line}\n" for line in _script(shell, answers))
    yield Say(f"\nThe following configuration command script was created:\n\n{script}{_SELECTIONS}")
    while True:
        answer = (yield Ask("Enter your selection [2]: ")).strip() or "2"
        if answer in ("0", "1", "2"):
            return int(answer)
        yield Say("% Please enter 0, 1 or 2.\n")


# Global parameters


def _global_parameters(shell: Shell, answers: _Answers) -> Dialogue:
    yield Say("Configuring global parameters:\n\n")
    while True:
        typed = yield from _ask(f"  Enter host name [{answers.hostname}]: ", _HELP_HOSTNAME)
        if not typed:
            break
        if is_hostname(typed):
            answers.hostname = typed
            break
        yield Say("% Hostname contains one or more illegal characters.\n")
    yield from _secrets(shell, answers)
    offered = "no" if _is_switch(shell) else "yes"
    if (yield from ask_yes(f"  Configure SNMP Network Management? [{offered}]: ", offered == "yes")):
        offered = answers.community or "public"
        answers.community = (yield from _ask(f"    Community string [{offered}]: ", _HELP_TEXT)) or offered
    else:
        answers.community = None
    return ""


def _secrets(shell: Shell, answers: _Answers) -> Dialogue:
    yield Say(_SECRET)
    current = " [<Use current secret>]" if answers.secret is not None else ""
    while True:
        typed = yield from _ask(f"  Enter enable secret{current}: ", _HELP_TEXT)
        if typed or current:
            break
        yield Say(_NO_DEFAULT)
    if typed:
        answers.secret = Secret.hashed(typed, shell.device.chance)
    yield Say(_PASSWORD)
    while True:
        password = yield from _required("  Enter enable password", answers.password)
        if answers.secret is None or not answers.secret.matches(password):
            break
        yield Say("% Please choose a password that is different from the enable secret\n")
    answers.password = password
    yield Say(_VTY_PASSWORD)
    answers.vty_password = yield from _required("  Enter virtual terminal password", answers.vty_password)
    return ""


def _required(question: str, default: str) -> Asking[str]:
    """Asks for a text; Enter alone only takes a default that there is."""
    offered = f" [{default}]" if default else ""
    while True:
        typed = yield from _ask(f"{question}{offered}: ", _HELP_TEXT)
        if typed or default:
            return typed or default
        yield Say(_NO_DEFAULT)


# Interfaces


def _is_switch(shell: Shell) -> bool:
    return isinstance(shell.config, SwitchConfiguration)


def _ports(shell: Shell) -> list[Interface]:
    """The interfaces that the dialogue configures: the ports, but a switch's own interfaces in its VLANs."""
    kind = "Vlan" if _is_switch(shell) else "FastEthernet"
    found = shell.config.interfaces.items()
    return [port for name, port in sorted(found) if name.kind == kind and not port.is_subinterface]


def _summary(shell: Shell) -> str:
    rows = brief_rows(shell.device, confirmed=False)
    return f"Current interface summary\n{_SUMMARY}{show_ip_interface_brief(rows, shell.dialect)}"


def _management_interface(shell: Shell, answers: _Answers) -> Dialogue:
    yield Say("\n" + _summary(shell))
    while True:
        yield Say("\nEnter interface name used to connect to the\n")
        typed = yield from _ask("management network from the above interface summary: ", _HELP_INTERFACE)
        port = next((one for one in _ports(shell) if str(one.name) == _full_name(typed)), None)
        if port is not None:
            break
        yield Say(_NO_DEFAULT if not typed else "% Invalid interface\n")
    answers.addresses = {}
    yield from _interface(port, answers)
    return ""


def _cluster(answers: _Answers) -> Dialogue:
    yield Say("\n")
    answers.cluster = None
    if (yield from ask_yes("Would you like to enable as a cluster command switch? [yes/no]: ")):
        while not (name := (yield from _ask("Enter cluster name: ", _HELP_CLUSTER))):
            yield Say(_NO_DEFAULT)
        answers.cluster = name
    return ""


def _full_name(typed: str) -> str:
    try:
        return str(InterfaceName.read(typed))
    except ValueError:
        return ""


def _interface(port: Interface, answers: _Answers) -> Dialogue:
    yield Say(f"\nConfiguring interface {port.name}:\n")
    answers.addresses[port.name] = None
    if not (yield from ask_yes("  Configure IP on this interface? [yes]: ", True)):
        return ""
    address = yield from _address("    IP address for this interface", port.address)
    default = port.address.netmask if port.address is not None else _natural(address).netmask
    while True:
        typed = yield from _ask(f"    Subnet mask for this interface [{default}] : ", _HELP_ADDRESS)
        try:
            entered = IPv4Interface(f"{address}/{TYPES['IP'](typed, 0, 0) if typed else default}")
            break
        except ValueError:
            yield Say(_BAD_MASK)
    answers.addresses[port.name] = entered
    natural, length = _natural(address), entered.network.prefixlen
    letter = {8: "A", 16: "B"}.get(natural.prefixlen, "C")
    yield Say(
        f"    Class {letter} network is {natural.network_address}, {length} subnet bits; mask is /{length}\n"
    )
    return ""


def _address(question: str, present: IPv4Interface | None) -> Asking[str]:
    """Asks for the address of a host."""
    offered = "" if present is None else f" [{present.ip}]"
    while True:
        typed = yield from _ask(f"{question}{offered}: ", _HELP_ADDRESS)
        if not typed and present is not None:
            return str(present.ip)
        if not typed:
            yield Say(_NO_DEFAULT)
            continue
        try:
            address = TYPES["IP"](typed, 0, 0)
        except ValueError:
            yield Say(_BAD_ADDRESS)
            continue
        first = int(str(address).partition(".")[0])
        if 0 < first < 224 and first != 127:
            return str(address)
        yield Say(_BAD_ADDRESS)


def _natural(address: str) -> IPv4Network:
    """The network of its class that an address belongs to."""
    length = natural_prefix_length(IPv4Interface(address).ip)
    return IPv4Network(f"{address}/{length}", strict=False)


# The result


def _script(shell: Shell, answers: _Answers) -> Iterator[str]:
    """The configuration that the answers make."""
    yield f"hostname {answers.hostname}"
    if answers.secret is not None:
        yield f"enable secret {answers.secret.configuration}"
    yield f"enable password {answers.password}"
    yield "line vty 0 15" if _is_switch(shell) else "line vty 0 4"
    yield f"password {answers.vty_password}"
    yield "no snmp-server" if answers.community is None else f"snmp-server community {answers.community}"
    yield "!"
    for port in _ports(shell):
        yield "!"
        yield f"interface {port.name}"
        address = answers.addresses.get(port.name)
        if address is None:
            yield "shutdown"
            yield "no ip address"
        else:
            yield "no shutdown"
            yield f"ip address {address.ip} {address.netmask}"
    if isinstance(shell.config, SwitchConfiguration):
        for port in shell.config.ports:
            yield "!"
            yield f"interface {port.name}"
    yield "!"
    if answers.cluster is not None:
        yield f"cluster enable {answers.cluster}"
        yield "!"
    yield "end"


# Help

_HELP_HOSTNAME = "Enter a name of letters, digits and hyphens that begins with a letter.\n"
_HELP_TEXT = "Enter a text; upper and lower case are different.\n"
_HELP_INTERFACE = "Enter the name of an interface as the summary shows it, for example FastEthernet0/0.\n"
_HELP_CLUSTER = "Enter a name for the cluster that this switch is to command.\n"
_HELP_ADDRESS = "Enter an address or a mask in dotted decimal notation, for example 192.168.1.1.\n"


def _ask(question: str, help_: str) -> Asking[str]:
    """Asks; a question mark is answered with `help_` and the question again."""
    while True:
        answer: str = (yield Ask(question)).strip()
        if answer != "?":
            return answer
        yield Say(help_)
