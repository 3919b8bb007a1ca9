"""Lab files: what a good one says, what a bad one is told word for word, and that nothing else happens."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.clock import MICROSECOND, MILLISECOND, SECOND
from ios_emu.devices.dialect import Dialect
from ios_emu.errors import LabFileError
from ios_emu.lab.lab_dns import DNS_KEYS
from ios_emu.lab.lab_file import (
    DnsRecord,
    DnsService,
    End,
    HostFile,
    LabFile,
    Link,
    MailAccount,
    MailService,
    RouterFile,
    SwitchFile,
    built_in_labs,
    find_lab,
    lab_of,
    read_lab_file,
)
from ios_emu.lab.lab_links import LINK_KEYS
from ios_emu.lab.lab_mail import ACCOUNT_KEYS, MAIL_KEYS
from ios_emu.wire.ethernet import MacAddress

COMPLETE = (Path(__file__).parent / "complete.toml").read_text(encoding="utf-8")

ROUTER = "[devices.R1]\ntype = '2811'\n"
PC = "[devices.PC1]\ntype = 'pc'\n"
ALL = f"{ROUTER}{PC}[devices.SW1]\ntype = 'switch'\n[devices.PC2]\ntype = 'pc'\n"


def links(*entries: str) -> str:
    """A lab with one of each device and these cables, as TOML writes them."""
    return f"links = [{', '.join(entries)}]\n{ALL}"


def cable(properties: str) -> str:
    """The same with one cable that has properties."""
    return links(f"{{ ends = 'R1:Fa0/0 -- PC1', {properties} }}")


BROKEN = (Path(__file__).parent / "broken_labs.txt").read_text(encoding="utf-8").split("\n\n")[1:]
HUGE = {
    "x = " + "[" * 5000: "FILE: is not TOML: it is nested too deeply; mend the file",
    f"[devices.{'x' * 64}]\ntype = 'pc'": (
        f"FILE: devices.'{'x' * 56}...: is no device name: a name has up to 63 letters, digits, _ and "
        "single -, and begins with a letter or a digit; choose another name"
    ),
    cable(f"loss = 0x{'f' * 5000}"): (
        'FILE: links, entry 1, loss: a huge number is out of range: a chance is from 0% to 100%; write "1%"'
    ),
    "": "FILE: has no devices: a lab needs at least one; add a table [devices.R1]",
}


def refusal(path: Path) -> str:
    """What is said about a file that can't be read."""
    with pytest.raises(LabFileError) as caught:
        read_lab_file(path)
    return str(caught.value)


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_told_where_what_why_and_the_remedy(case: str, tmp_path: Path) -> None:
    text, _, message = case.rstrip("\n").rpartition("\n=> ")
    path = tmp_path / "lab.toml"
    path.write_text(text, encoding="utf-8")
    assert refusal(path).replace(str(path), "FILE") == message


@pytest.mark.parametrize("text", HUGE)
def test_so_is_one_that_is_too_large_or_empty(text: str, tmp_path: Path) -> None:
    path = tmp_path / "lab.toml"
    path.write_text(text, encoding="utf-8")
    assert refusal(path).replace(str(path), "FILE") == HUGE[text]


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "lab.toml"
    path.write_bytes(b'title = "x"\n\xff\xfe')
    assert refusal(path) == f"{path}:2: is not UTF-8: a lab file is text in UTF-8; save it as UTF-8"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "lab.toml"
    assert refusal(path) == (
        f"{path}: can't be read: No such file or directory; check the path and its rights"
    )


def test_a_configuration_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, config = tmp_path / "lab.toml", tmp_path / "R1.cfg"
    path.write_text(f"{ROUTER}config = 'R1.cfg'")
    config.touch()
    read = Path.read_text

    def refuse(self: Path, **given: Any) -> str:
        if self == config:
            raise PermissionError(13, "Permission denied")
        return read(self, **given)

    monkeypatch.setattr(Path, "read_text", refuse)
    assert refusal(path) == (
        f"{path}: devices.R1.config: can't read 'R1.cfg': Permission denied; "
        "a path is relative to the lab file's folder"
    )


def test_a_complete_file_says_all_of_this(tmp_path: Path) -> None:
    path = tmp_path / "lab.toml"
    path.write_text(COMPLETE, encoding="utf-8")
    (tmp_path / "R1.cfg").write_bytes(b"hostname R1\r\nbanner motd #caf\xe9#\n")
    account = MailAccount(
        "User One", "user1@univ-djelfa.com", "univ-djelfa.com", "192.168.1.10", "user1", "1 3"
    )
    host_dns = IPv4Address("192.168.1.20")
    assert read_lab_file(path) == LabFile(
        path,
        "Lab 5: SMTP",
        devices=[
            RouterFile("R1", Dialect.PACKET_TRACER, "hostname R1\nbanner motd #caf\xe9#\n"),
            RouterFile("R2"),
            SwitchFile("SW1"),
            SwitchFile("SW2"),
            HostFile(
                "user1-pc",
                "pc",
                IPv4Interface("192.168.1.1/24"),
                IPv4Address("192.168.1.254"),
                host_dns,
                MacAddress.parse("0060.5c2b.3dcc"),
                account=account,
            ),
            HostFile("user2-pc", "pc", dhcp=True),
            HostFile(
                "Mail-Server",
                "server",
                IPv4Interface("192.168.1.10/24"),
                dns=host_dns,
                mail_service=MailService(
                    "univ-djelfa.com", smtp=True, pop3=False, users={"user1": "123", "user2": "456"}
                ),
            ),
            HostFile(
                "DNS-Server",
                "server",
                dhcp=True,
                dns_service=DnsService(
                    enabled=False,
                    records=[
                        DnsRecord("univ-djelfa.com", "A", "192.168.1.10"),
                        DnsRecord("univ-djelfa.com", "MX", "10 mail.univ-djelfa.com"),
                    ],
                ),
            ),
            HostFile("bare", "server", mail_service=MailService("example.com"), dns_service=DnsService()),
        ],
        links=[
            Link(End("R1", "FastEthernet0/0"), End("SW1", "FastEthernet0/24")),
            Link(End("user1-pc", "FastEthernet0"), End("SW1", "FastEthernet0/1")),
            Link(
                End("R1", "FastEthernet0/1"),
                End("SW2", "GigabitEthernet0/2"),
                delay=5 * MILLISECOND,
                bandwidth=10_000_000,
                loss=0.01,
                duplicate=0.5,
                reorder=0.001,
                down=True,
            ),
            Link(End("Mail-Server", "FastEthernet0"), End("SW1", "FastEthernet0/2")),
            Link(End("user2-pc", "FastEthernet0"), End("SW2", "FastEthernet0/3")),
        ],
    )


def read(text: str, folder: Path) -> LabFile:
    """The lab of a file with this text."""
    path = folder / "lab.toml"
    path.write_text(text, encoding="utf-8")
    return read_lab_file(path)


def test_a_file_from_a_windows_editor(tmp_path: Path) -> None:
    lab = read(f"\ufefftitle = 'Réseau'\r\n{ROUTER}", tmp_path)
    assert (lab.title, lab.devices) == ("Réseau", [RouterFile("R1")])


@pytest.mark.parametrize(
    ("written", "port"),
    [
        ("FastEthernet0/1", "FastEthernet0/1"),
        ("fastethernet 0/1", "FastEthernet0/1"),
        ("Fa0/1", "FastEthernet0/1"),
        ("fa 0/01", "FastEthernet0/1"),
        ("f0/24", "FastEthernet0/24"),
        ("Gi0/2", "GigabitEthernet0/2"),
        ("g0/1", "GigabitEthernet0/1"),
    ],
)
def test_a_port_has_every_name_that_ios_takes(written: str, port: str, tmp_path: Path) -> None:
    lab = read(links(f"'SW1:{written} -- PC1'"), tmp_path)
    assert lab.links[0].a == End("SW1", port)


@pytest.mark.parametrize(
    "written", ["Ethernet0/1", "0/1", "Fa", "Fa0", "Fa0/1/1", "Fa0//1", "xe0/1", "Fa0/1.1"]
)
def test_what_is_no_port(written: str, tmp_path: Path) -> None:
    with pytest.raises(LabFileError, match="SW1 has no port"):
        read(links(f"'SW1:{written} -- PC1'"), tmp_path)


@pytest.mark.parametrize(
    ("written", "delay"),
    [
        ("1ns", 1),
        ("100us", 100 * MICROSECOND),
        ("2.5 ms", 2_500 * MICROSECOND),
        ("1s", SECOND),
        ("60s", 60 * SECOND),
    ],
)
def test_times(written: str, delay: int, tmp_path: Path) -> None:
    assert read(cable(f"delay = '{written}'"), tmp_path).links[0].delay == delay


@pytest.mark.parametrize(
    ("written", "bits"),
    [("9600bit/s", 9600), ("64kbit/s", 64_000), ("1.5Mbit/s", 1_500_000), ("1 Gbit/s", 1_000_000_000)],
)
def test_bandwidths(written: str, bits: int, tmp_path: Path) -> None:
    assert read(cable(f"bandwidth = '{written}'"), tmp_path).links[0].bandwidth == bits


@pytest.mark.parametrize(
    ("written", "chance"),
    [("'0%'", 0.0), ("'12.5%'", 0.125), ("'100%'", 1.0), ("0", 0.0), ("0.25", 0.25), ("1", 1.0)],
)
def test_chances(written: str, chance: float, tmp_path: Path) -> None:
    assert read(cable(f"reorder = {written}"), tmp_path).links[0].reorder == chance


@pytest.mark.parametrize(
    ("written", "record"),
    [
        ("e.com A 10.0.0.1", DnsRecord("e.com", "A", "10.0.0.1")),
        ("e.com  aaaa  2001:DB8:0::10", DnsRecord("e.com", "AAAA", "2001:db8::10")),
        ("www.e.com. CNAME e.com.", DnsRecord("www.e.com", "CNAME", "e.com")),
        ("e.com MX 0 mail.e.com", DnsRecord("e.com", "MX", "0 mail.e.com")),
        ("e.com NS ns.e.com", DnsRecord("e.com", "NS", "ns.e.com")),
        ("10.1.168.192.in-addr.arpa PTR e.com", DnsRecord("10.1.168.192.in-addr.arpa", "PTR", "e.com")),
        ('e.com TXT "v=spf1 mx  -all"', DnsRecord("e.com", "TXT", "v=spf1 mx  -all")),
        ("_dmarc.e.com TXT v=DMARC1", DnsRecord("_dmarc.e.com", "TXT", "v=DMARC1")),
        (
            "e.com SOA ns.e.com. admin.e.com. 2002030100 3600 600 86400 60",
            DnsRecord("e.com", "SOA", "ns.e.com admin.e.com 2002030100 3600 600 86400 60"),
        ),
    ],
)
def test_dns_records(written: str, record: DnsRecord, tmp_path: Path) -> None:
    text = f"[devices.S1]\ntype = 'server'\ndns = {{ records = ['{written}'] }}\n"
    [server] = read(text, tmp_path).devices
    assert isinstance(server, HostFile)
    assert server.dns_service == DnsService(records=[record])


def test_one_address_on_two_segments_is_no_fault(tmp_path: Path) -> None:
    two = f"{PC}address = '10.0.0.1/24'\n[devices.PC2]\ntype = 'pc'\naddress = '10.0.0.1/24'\n{ROUTER}"
    assert len(read(f"links = ['PC1 -- R1:Fa0/0', 'PC2 -- R1:Fa0/1']\n{two}", tmp_path).links) == 2
    assert len(read(two, tmp_path).devices) == 3


def test_the_built_in_labs() -> None:
    assert {"ping", "router", "three-routers"} <= set(built_in_labs())
    for name in built_in_labs():
        lab = read_lab_file(find_lab(name))
        assert lab.path.parent.name == name
        assert lab.title


def test_the_lab_ping() -> None:
    lab = read_lab_file(find_lab("ping"))
    assert [device.name for device in lab.devices] == ["R1", "SW1", "SW2", "PC1", "PC2"]
    assert [(host.name, str(host.address)) for host in lab.devices if isinstance(host, HostFile)] == [
        ("PC1", "192.168.1.2/24"),
        ("PC2", "192.168.2.2/24"),
    ]
    assert [f"{link.a} {link.b}" for link in lab.links] == [
        "R1:FastEthernet0/0 SW1:FastEthernet0/24",
        "R1:FastEthernet0/1 SW2:FastEthernet0/24",
        "PC1:FastEthernet0 SW1:FastEthernet0/1",
        "PC2:FastEthernet0 SW2:FastEthernet0/1",
    ]


def test_a_lab_is_found_by_name_by_file_and_by_folder(tmp_path: Path) -> None:
    (tmp_path / "lab.toml").write_text(ROUTER)
    assert find_lab("router").parent.name == "router"
    assert find_lab(str(tmp_path / "lab.toml")) == find_lab(str(tmp_path)) == tmp_path / "lab.toml"


@pytest.mark.parametrize("lab", ["nowhere", "", "a\0b", "x" * 5000, os.devnull])
def test_a_lab_that_is_not_there(lab: str) -> None:
    with pytest.raises(LabFileError) as caught:
        find_lab(lab)
    assert str(caught.value) == (
        f"{lab}: no such lab: it is neither a built-in lab nor a lab file; "
        f"use one of {', '.join(built_in_labs())}, or a path"
    )


WORDS = st.sampled_from(
    [
        *("title", "links", "devices", *LINK_KEYS, *ACCOUNT_KEYS, *MAIL_KEYS, *DNS_KEYS),
        *("type", "config", "dialect", "gateway", "dns", "mac", "mail", "R1", "SW1", "PC1", "S1", "lab"),
    ]
)
TEXTS = st.sampled_from(
    [
        *(
            "2811",
            "switch",
            "pc",
            "server",
            "ios",
            "dhcp",
            "10.0.0.1/24",
            "10.0.0.2",
            "0060.5C2B.3DCC",
            "5ms",
            "1%",
        ),
        *(
            "10Mbit/s",
            "R1:Fa0/0 -- SW1:f0/1",
            "PC1 -- S1",
            "e.com",
            "u@e.com",
            "e.com A 10.0.0.1",
            "e.com MX 1 f",
        ),
        *(
            "R1:Fa0/0--",
            "--",
            ":",
            "/",
            "1e999s",
            "\0",
            "../..",
            "٣.٣.٣.٣/٢",
            "e.com A",
            "9" * 400 + "s",
            "\n",
        ),
    ]
)
SCALARS = (
    TEXTS
    | st.text(max_size=12)
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.dates()
    | st.times()
    | st.datetimes()
    | st.just(1 << 1200)
)
TREES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inside: (
        st.lists(inside, max_size=4) | st.dictionaries(WORDS | st.text(max_size=8), inside, max_size=6)
    ),
    max_leaves=20,
)
HOSTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["2811", "switch", "pc", "server"])},
    optional={
        "address": st.sampled_from(["dhcp", "10.0.0.1/24", "10.0.0.1/8"]) | TREES,
        "gateway": st.just("10.0.0.2") | TREES,
        "dns": st.fixed_dictionaries({}, optional={"enabled": TREES, "records": st.lists(TEXTS) | TREES})
        | TREES,
        "mail": st.fixed_dictionaries({"domain": TEXTS}, optional={"users": TREES, "smtp": TREES}) | TREES,
        "mac": TREES,
        "config": TREES,
    },
)
CABLES = TEXTS | st.fixed_dictionaries({"ends": TEXTS}, optional=dict.fromkeys(LINK_KEYS[1:], TREES))
LABS = st.fixed_dictionaries(
    {"devices": st.dictionaries(WORDS | st.text(max_size=8), HOSTS, max_size=5) | TREES},
    optional={"title": TREES, "links": st.lists(CABLES | TREES, max_size=5) | TREES},
)


def answer(read: Callable[[], LabFile]) -> str:
    """What is said of a lab file: nothing about a good one. Another error than LabFileError comes through."""
    try:
        return "" if read().devices else "a lab without devices"
    except LabFileError as error:
        return str(error)


def is_one_line(text: str) -> bool:
    """Is it nothing, or one line of readable length?"""
    return len(text.splitlines()) <= 1 and len(text) < 1000


@pytest.mark.property
@settings(deadline=None, max_examples=100)
@given(tree=LABS | st.dictionaries(WORDS, TREES))
def test_any_tree_is_a_lab_or_is_refused(tree: dict[str, Any]) -> None:
    said = answer(lambda: lab_of(Path("lab.toml"), tree))
    assert is_one_line(said)
    assert not said or said.startswith("lab.toml: ")


@pytest.mark.property
@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_a_file_with_a_changed_place_is_a_lab_or_is_refused(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "changed.toml"
    (path.parent / "R1.cfg").touch()
    text = COMPLETE.encode()
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 30))
    path.write_bytes(text[:start] + data.draw(st.binary(max_size=10)) + text[start + length :])
    assert is_one_line(answer(lambda: read_lab_file(path)))


def test_a_date_is_shown_as_toml_writes_it() -> None:
    with pytest.raises(LabFileError, match="title: 2002-03-01 is not text"):
        lab_of(Path("lab.toml"), {"title": datetime.date(2002, 3, 1)})
