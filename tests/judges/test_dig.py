"""dig and dnsperf ask the lab's name servers over a TAP, and a dnsmasq answers the router's own questions."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.judges.served import Served, need_taps

pytestmark = pytest.mark.judge

ROUTER, NAMES, KERNEL = "10.9.0.1", "10.9.0.20", "10.9.0.2"
LAB = f"""\
links = ["R1:Fa0/0 -- SW1:Fa0/1", "Names -- SW1:Fa0/3"]
[devices.R1]
type = "2811"
config = "R1.cfg"
[devices.SW1]
type = "switch"
[devices.Names]
type = "server"
address = "{NAMES}/24"
dns = {{ enabled = true, records = [
    "example.com SOA ns.example.com admin.example.com 2024 3600 600 86400 120",
    "example.com NS ns.example.com",
    "ns.example.com A {NAMES}",
    "example.com A 10.9.0.10",
    "example.com MX 10 mail.example.com",
    "mail.example.com A 10.9.0.10",
    "mail.example.com AAAA 2001:db8::10",
    "www.example.com CNAME example.com",
    "text.example.com TXT some words",
    "10.0.9.10.in-addr.arpa PTR example.com",
    MANY
] }}
"""
MANY = "\n".join(f'    "many.example.com A 10.1.0.{number}",' for number in range(100))
CONFIG = f"""\
hostname R1
ip dns server
ip name-server SERVER
ip host printer 10.9.0.30
interface FastEthernet0/0
 ip address {ROUTER} 255.255.255.0
line con 0
 exec-timeout 0 0
end
"""
Serve = Callable[[str], Served]


@pytest.fixture
def serve(judge: Callable[[str], str], tmp_path: Path) -> Iterator[Serve]:
    ip = judge("ip")
    need_taps()
    served: list[Served] = []

    def make(server: str = NAMES) -> Served:
        files = {"lab.toml": LAB.replace("    MANY", MANY), "R1.cfg": CONFIG.replace("SERVER", server)}
        served.append(Served(tmp_path, ip, files, ["tap0=SW1:Fa0/2"], {"tap0": f"{KERNEL}/24"}))
        return served[0]

    yield make
    for one in served:
        one.close()


class Dig:
    """dig in the namespace of a served lab."""

    def __init__(self, path: str, served: Served) -> None:
        self._path, self._served = path, served

    def __call__(self, server: str, *words: str) -> str:
        # It tries once, so that a lost answer is not mended by the second.
        return self._served.run(self._path, f"@{server}", "+tries=1", "+time=5", *words)

    def short(self, server: str, *words: str) -> list[str]:
        return self(server, "+short", *words).splitlines()

    def head(self, server: str, *words: str) -> tuple[str, str]:
        """The code and the flags of a reply."""
        shown = self(server, *words)
        code = re.search(r"status: (\w+)", shown)
        flags = re.search(r"flags: ([a-z ]*);", shown)
        assert code is not None, shown
        assert flags is not None, shown
        assert "WARNING" not in shown.replace("WARNING: recursion requested", ""), shown
        return code[1], flags[1]


def test_dig_reads_the_servers_answers(serve: Serve, judge: Callable[[str], str]) -> None:
    served = serve(NAMES)
    dig = Dig(judge("dig"), served)
    dig(NAMES, "example.com")
    assert dig.short(NAMES, "example.com") == ["10.9.0.10"]
    assert dig.short(NAMES, "WWW.example.com") == ["example.com.", "10.9.0.10"]
    assert dig.short(NAMES, "example.com", "MX") == ["10 mail.example.com."]
    assert dig.short(NAMES, "mail.example.com", "AAAA") == ["2001:db8::10"]
    assert dig.short(NAMES, "text.example.com", "TXT") == ['"some words"']
    assert dig.short(NAMES, "-x", "10.9.0.10") == ["example.com."]
    soa = ["ns.example.com. admin.example.com. 2024 3600 600 86400 120"]
    assert dig.short(NAMES, "example.com", "SOA") == soa
    assert dig.head(NAMES, "example.com") == ("NOERROR", "qr aa rd")
    assert dig.head(NAMES, "+norecurse", "example.com") == ("NOERROR", "qr aa")
    assert dig.head(NAMES, "nobody.example.com") == ("NXDOMAIN", "qr aa rd")
    assert dig.head(NAMES, "example.com", "TXT") == ("NOERROR", "qr aa rd")
    assert dig.head(NAMES, "example.net") == ("REFUSED", "qr rd")
    assert dig.head(NAMES, "+noedns", "+opcode=status", "example.com")[0] == "NOTIMP"
    assert dig.head(NAMES, "version.bind", "TXT", "CH")[0] == "REFUSED"
    assert dig.head(NAMES, "+edns=1", "+noednsneg", "example.com")[0] == "BADVERS"
    assert "Transfer failed" in dig(NAMES, "example.com", "AXFR")
    assert "120\tIN\tSOA" in dig(NAMES, "nobody.example.com")
    assert "udp: 1232" in dig(NAMES, "example.com")
    [answer] = dig.short(NAMES, "+notcp", "example.com", "ANY")
    assert answer.startswith("ns.example.com. admin")


def test_dig_turns_to_tcp_for_what_is_too_long(serve: Serve, judge: Callable[[str], str]) -> None:
    served = serve(NAMES)
    dig = Dig(judge("dig"), served)
    dig(NAMES, "example.com")
    assert dig.head(NAMES, "+ignore", "many.example.com") == ("NOERROR", "qr aa tc rd")
    assert dig.head(NAMES, "+ignore", "+noedns", "many.example.com") == ("NOERROR", "qr aa tc rd")
    assert len(dig.short(NAMES, "many.example.com")) == 100
    assert ", retrying in TCP mode." in dig(NAMES, "many.example.com")
    # Several questions on one connection.
    names = ["example.com", "mail.example.com", "nobody.example.com", "many.example.com"]
    assert len(dig.short(NAMES, "+tcp", "+keepopen", *names)) == 102


def test_dig_asks_the_router(serve: Serve, judge: Callable[[str], str]) -> None:
    served = serve(NAMES)
    dig = Dig(judge("dig"), served)
    assert dig.short(ROUTER, "printer") == ["10.9.0.30"]
    assert dig.head(ROUTER, "printer") == ("NOERROR", "qr aa rd ra")
    assert dig.short(ROUTER, "-x", "10.9.0.30") == ["printer."]
    served.type("ping 10.9.0.20")
    assert dig.short(ROUTER, "example.com", "MX") == ["10 mail.example.com."]
    assert dig.head(ROUTER, "www.example.com") == ("NOERROR", "qr rd ra")
    assert dig.head(ROUTER, "nobody.example.com") == ("NXDOMAIN", "qr rd ra")
    assert "120\tIN\tSOA" in dig(ROUTER, "nobody.example.com")
    assert len(dig.short(ROUTER, "many.example.com")) == 100
    assert "example.com " in served.type("terminal length 0", "show hosts")


@pytest.mark.slow
def test_dnsperf_loses_nothing(serve: Serve, judge: Callable[[str], str], tmp_path: Path) -> None:
    dnsperf = judge("dnsperf")
    served = serve(NAMES)
    questions = tmp_path / "questions"
    names = [f"{name}.example.com" for name in ("www", "mail", "nobody", "text", "ns")]
    questions.write_text("".join(f"{name} {kind}\n" for name in names for kind in ("A", "MX", "TXT")))
    for way, seconds in (("udp", "10"), ("tcp", "5")):
        shown = served.run(
            dnsperf, "-s", NAMES, "-d", str(questions), "-l", seconds, "-q", "40", "-c", "4", "-m", way
        )
        completed = re.search(r"Queries completed: +(\d+) \(([\d.]+)%\)", shown)
        a_second = re.search(r"Queries per second: +([\d.]+)", shown)
        codes = re.search(r"Response codes: +(.*)", shown)
        assert completed is not None, shown
        assert a_second is not None, shown
        assert codes is not None, shown
        print(f"\n{way}: {float(a_second[1]):.0f} questions a second")
        assert float(completed[2]) == 100.0, shown
        assert int(completed[1]) > 1000, shown
        assert re.fullmatch(r"NOERROR \d+ \([\d.]+%\), NXDOMAIN \d+ \([\d.]+%\)", codes[1]), shown


def test_dnsmasq_answers_the_router(serve: Serve, judge: Callable[[str], str]) -> None:
    dnsmasq = judge("dnsmasq")
    served = serve(KERNEL)
    long = [f"--host-record=long.example.net,10.2.0.{number}" for number in range(1, 101)]
    records = [
        "--host-record=host.example.net,10.9.0.2",
        "--cname=alias.example.net,host.example.net",
        "--local=/example.net/",
        *long,
    ]
    command = [dnsmasq, "--no-daemon", "--conf-file=/dev/null", "--no-hosts", "--no-resolv", "--user=root"]
    command += [f"--listen-address={KERNEL}", "--bind-interfaces", "--local-ttl=600", *records]
    with subprocess.Popen(
        [*served.enter(), *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert "started" in process.stdout.readline()
            shown = served.type("ping alias.example.net", "ping long.example.net repeat 1 timeout 0")
            assert 'Translating "alias.example.net"...domain server (10.9.0.2) [OK]' in shown
            assert "ICMP Echos to 10.9.0.2," in shown
            assert 'Translating "long.example.net"...domain server (10.9.0.2) [OK]' in shown
            table = served.type("show hosts alias.example.net", "show hosts host.example.net")
            assert "alias.example.net         None  (temp, OK)  0   IP    10.9.0.2" in table
            refused = served.type("ping nobody.example.net")
            assert 'Translating "nobody.example.net"...domain server (10.9.0.2)\n% Unrecognized' in refused
        finally:
            process.terminate()
    dig = Dig(judge("dig"), served)
    # What dnsmasq cut off for UDP, the router got over TCP.
    assert len(dig.short(ROUTER, "+tcp", "long.example.net")) == 100
