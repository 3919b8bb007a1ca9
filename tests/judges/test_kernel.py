"""The Linux kernel as the other end: TCP, UDP, ICMP and ARP over a TAP, in a namespace of the test's own."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.judges.served import Served, need_taps

pytestmark = pytest.mark.judge

OURS, KERNEL = "10.9.0.1", "10.9.0.2"
CONFIG = f"""\
hostname R1
service tcp-small-servers
interface FastEthernet0/0
 ip address {OURS} 255.255.255.0
line con 0
 exec-timeout 0 0
line vty 0 4
 no login
end
"""
LAB = """\
title = "A router behind a switch"
links = [{{ ends = "R1:Fa0/0 -- SW1:Fa0/1"{spoilt} }}]
[devices.R1]
type = "2811"
config = "R1.cfg"
[devices.SW1]
type = "switch"
"""


Serve = Callable[..., Served]


@pytest.fixture
def serve(judge: Callable[[str], str], tmp_path: Path) -> Iterator[Serve]:
    ip = judge("ip")
    need_taps()
    served: list[Served] = []

    def make(spoilt: str = "") -> Served:
        files = {"R1.cfg": CONFIG, "lab.toml": LAB.format(spoilt=spoilt)}
        served.append(Served(tmp_path, ip, files, ["tap0=SW1:Fa0/2"], {"tap0": f"{KERNEL}/24"}))
        return served[0]

    yield make
    for one in served:
        one.close()


ECHO = f"""
    import hashlib, random, socket, threading
    data = random.Random(1).randbytes(SIZE)
    peer = socket.create_connection(("{OURS}", 7), timeout=100)
    def send():
        peer.sendall(data)
        peer.shutdown(socket.SHUT_WR)
    sender = threading.Thread(target=send)
    sender.start()
    digest = hashlib.sha256()
    while piece := peer.recv(65536):
        digest.update(piece)
    sender.join()
    print(digest.hexdigest() == hashlib.sha256(data).hexdigest())
"""


def test_bulk_both_ways_with_a_half_close(serve: Serve) -> None:
    served = serve()
    assert served.python(ECHO.replace("SIZE", "8_000_000")) == "True\n"


def test_bulk_both_ways_over_a_bad_cable(serve: Serve) -> None:
    served = serve(', loss = "2%", duplicate = "1%", reorder = "2%"')
    assert served.python(ECHO.replace("SIZE", "300_000")) == "True\n"


def test_what_our_generator_sends_arrives_whole(serve: Serve) -> None:
    served = serve()
    assert (
        served.python(f"""
        import socket
        peer = socket.create_connection(("{OURS}", 19), timeout=60)
        got = b""
        while len(got) < 2_000_000:
            got += peer.recv(65536)
        lines = got.split(b"\\r\\n")
        letters = bytes(range(33, 127)) + b" "
        expected = [(letters * 2)[at % 95 : at % 95 + 72] for at in range(len(lines))]
        print(lines[:-1] == expected[:-1])
        """)
        == "True\n"
    )


def test_a_port_where_nobody_listens_refuses(serve: Serve) -> None:
    served = serve()
    assert (
        served.python(f"""
        import socket
        try:
            socket.create_connection(("{OURS}", 25), timeout=30)
        except ConnectionRefusedError:
            print("refused")
        """)
        == "refused\n"
    )
    assert "% Connection refused by remote host" in served.type(f"telnet {KERNEL} 4711")


def test_a_reset_by_the_kernel_ends_the_session(serve: Serve) -> None:
    served = serve()
    program = """
        import socket, struct
        peer = socket.create_connection(("10.9.0.1", 23), timeout=30)
        while not peer.recv(4096).endswith(b"R1>"):
            pass
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        """
    for _ in range(7):
        # There are five VTYs: a session that a reset did not end would keep its line.
        served.python(program)


def test_our_client_talks_to_a_server_of_the_kernel(serve: Serve) -> None:
    served = serve()
    server = subprocess.Popen(
        [
            *served.enter(),
            sys.executable,
            "-c",
            textwrap.dedent(f"""
            import socket
            listener = socket.create_server(("{KERNEL}", 5000))
            print("listening", flush=True)
            peer, _ = listener.accept()
            peer.sendall(b"who are you?\\r\\n")
            answer = peer.recv(100)
            peer.sendall(b"welcome\\r\\n")
            peer.close()
            print(answer)
            """),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    assert server.stdout.readline() == "listening\n"
    shown = served.python(f"""
        import socket
        console = socket.create_connection(("127.0.0.1", 2001), timeout=60)
        console.sendall(b"\\rtelnet {KERNEL} 5000\\r")
        shown = b""
        while b"who are you?" not in shown:
            shown += console.recv(4096)
        console.sendall(b"R1\\r")
        while b"closed by foreign host" not in shown:
            shown += console.recv(4096)
        print(shown.decode("latin-1"))
        """)
    assert server.communicate(timeout=30)[0] == "b'R1\\r\\x00'\n"
    assert f"Trying {KERNEL}, 5000 ... Open" in shown
    assert "welcome" in shown


def test_echoes_both_ways_whole_and_in_fragments(serve: Serve, judge: Callable[[str], str]) -> None:
    ping = judge("ping")
    served = serve()
    for size in ("56", "1472", "1473", "8000", "60000"):
        assert " 0% packet loss" in served.run(ping, "-c", "3", "-i", "0.2", "-s", size, OURS)
    shown = served.type(f"ping {KERNEL}", f"ping {KERNEL} size 5000")
    assert re.findall(r"Success rate is (\d+) percent", shown) == ["100", "100"]


def test_the_kernel_learns_our_address_and_we_the_kernels(serve: Serve, judge: Callable[[str], str]) -> None:
    served = serve()
    served.run(judge("ping"), "-c", "1", OURS)
    neighbour = re.search(r"lladdr (\S+)", served.inside("neighbour", "show", OURS))
    assert neighbour is not None
    own = re.search(r"link/ether (\S+)", served.inside("link", "show", "tap0"))
    assert own is not None
    table = served.type("show arp").replace(".", "")
    assert neighbour[1].replace(":", "") in table
    assert own[1].replace(":", "") in table


def test_a_udp_port_where_nobody_listens(serve: Serve) -> None:
    served = serve()
    assert (
        served.python(f"""
        import socket
        peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        peer.settimeout(30)
        peer.connect(("{OURS}", 9999))
        peer.send(b"anybody there?")
        try:
            peer.recv(100)
        except ConnectionRefusedError:
            print("refused")
        """)
        == "refused\n"
    )
    assert re.search(rf"  1 {KERNEL} \d+ msec \d+ msec \d+ msec", served.type(f"traceroute {KERNEL}"))


def test_tshark_finds_no_fault_in_a_clean_run(serve: Serve, judge: Callable[[str], str]) -> None:
    tshark = judge("tshark")
    served = serve()
    served.python(ECHO.replace("SIZE", "200_000"))
    served.type(f"ping {KERNEL} size 3000")
    # What the kernel still has to say about the end of the connection.
    time.sleep(0.3)
    served.stop()
    checks = [f"-o{name}:TRUE" for name in ("ip.check_checksum", "tcp.check_checksum", "udp.check_checksum")]
    # Every frame crossed two cables: the one at the TAP tells the story once.
    once = served.capture.with_name("once.pcapng")
    subprocess.run(
        [tshark, "-r", str(served.capture), "-Y", "frame.interface_id == 1", "-w", str(once)],
        check=True,
        capture_output=True,
    )

    def count(display_filter: str) -> int:
        arguments = [tshark, "-r", str(once), *checks, "-Y", display_filter]
        done = subprocess.run(arguments, capture_output=True, text=True, check=True)
        return len(done.stdout.splitlines())

    assert count("tcp") > 200
    assert count("icmp") >= 10
    assert count("_ws.malformed || _ws.expert.severity == error") == 0
    assert count("ip.checksum.status == 0 || tcp.checksum.status == 0 || icmp.checksum.status == 0") == 0
    # A segment that the kernel's own offloading cut is no fault; retransmissions and gaps would be.
    assert count("tcp.analysis.retransmission || tcp.analysis.lost_segment || tcp.analysis.out_of_order") == 0


def test_the_command_of_the_readme(serve: Serve, tmp_path: Path) -> None:
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    [line] = re.findall(r"^ios-emu (serve .*--tap.*)$", readme, re.MULTILINE)
    served = serve()
    words = line.replace("tap0=", "tap1=").split()
    with subprocess.Popen(
        [*served.enter(), sys.executable, "-m", "ios_emu", *words, "--state", str(tmp_path / "readme")],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "tap       R1              tap1\n"
        assert process.stdout.readline() == "ready\n"
        process.terminate()
        assert process.wait(30) == 0
