"""Programs of this machine, behind a TAP device, reach the devices of a lab through its router."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.judges.served import Served, need_taps

pytestmark = pytest.mark.judge

ROUTER, SERVER = "10.9.0.1", "10.8.0.10"
LAB = f"""\
links = ["R1:Fa0/0 -- SW1:Fa0/1", "R1:Fa0/1 -- Server"]
[devices.R1]
type = "2811"
config = "R1.cfg"
[devices.SW1]
type = "switch"
[devices.Server]
type = "server"
address = "{SERVER}/24"
gateway = "10.8.0.1"
mail = {{ domain = "lab.example", smtp = true, pop3 = true, users = {{ user1 = "123" }} }}
dns = {{ enabled = true, records = ["www.lab.example A 10.8.0.80"] }}
"""
CONFIG = f"""\
hostname R1
interface FastEthernet0/0
 ip address {ROUTER} 255.255.255.0
interface FastEthernet0/1
 ip address 10.8.0.1 255.255.255.0
line vty 0 4
 no login
end
"""

Judge = Callable[[str], str]


@pytest.fixture
def served(judge: Judge, tmp_path: Path) -> Iterator[Served]:
    ip = judge("ip")
    need_taps()
    files = {"R1.cfg": CONFIG, "lab.toml": LAB}
    one = Served(tmp_path, ip, files, ["tap0=SW1:Fa0/2"], {"tap0": "10.9.0.2/24"})
    one.inside("route", "add", "10.8.0.0/24", "via", ROUTER)
    # The first packets are lost while the router and the server ask for each other's addresses.
    one.run(judge("ping"), "-c", "2", "-W", "5", SERVER)
    yield one
    one.close()


def test_ping_and_traceroute_go_through_the_router(served: Served, judge: Judge) -> None:
    shown = served.run(judge("ping"), "-c", "3", "-i", "0.2", SERVER)
    assert " 0% packet loss" in shown
    assert "ttl=127" in shown
    for kind in ("--icmp", "--udp"):
        shown = served.run(judge("traceroute"), kind, "-n", "-w", "5", "-q", "1", SERVER)
        hops = re.findall(r"^ \d  (\S+)  [\d.]+ ms", shown, re.MULTILINE)
        assert hops == [ROUTER, SERVER], shown


def test_dig_asks_the_name_server(served: Served, judge: Judge) -> None:
    for transport in ("+notcp", "+tcp"):
        answer = served.run(judge("dig"), f"@{SERVER}", transport, "+short", "www.lab.example")
        assert answer == "10.8.0.80\n"


def test_curl_sends_and_fetches_mail(served: Served, judge: Judge) -> None:
    curl = judge("curl")
    letter = served.folder / "letter"
    letter.write_text("From: outside\r\nSubject: over a TAP\r\n\r\nhello\r\n")
    addresses = ["--mail-from", "outside@example.com", "--mail-rcpt", "user1@lab.example"]
    served.run(curl, "-sS", f"smtp://{SERVER}/here", *addresses, "--upload-file", str(letter))
    assert "Subject: over a TAP" in served.run(curl, "-sS", f"pop3://user1:123@{SERVER}/1")


def test_the_routers_lines_are_reached(served: Served) -> None:
    assert "R1>" in served.python(f"""
        import socket
        line = socket.create_connection(("{ROUTER}", 23), timeout=60)
        shown = b""
        while b"R1>" not in shown:
            shown += line.recv(4096)
        print(shown.decode("latin-1"))
        """)
