"""Published ports: bytes of this machine on the emulated wire, and how either side ends them."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ios_emu import serve
from ios_emu.devices.host import Host
from ios_emu.edges.library import Address, ServedLab
from ios_emu.edges.publish_tcp import MOST_CONNECTIONS
from ios_emu.errors import UsageError
from ios_emu.lab.device import HostDevice
from ios_emu.lab.topology import Lab
from ios_emu.stack.tcp_connection import TcpSocket, TcpState
from ios_emu.stack.udp import Received, UdpSocket

pytestmark = pytest.mark.slow

PATIENCE = 20.0
LAB = """
title = "A router with small services"
links = ["R1:Fa0/0 -- SW1:Fa0/1", "PC1 -- SW1:Fa0/2"]
[devices.R1]
type = "2811"
config = "R1.cfg"
[devices.SW1]
type = "switch"
[devices.PC1]
type = "pc"
address = "192.168.1.2/24"
"""
R1 = """
hostname R1
service tcp-small-servers
interface FastEthernet0/0
 ip address 192.168.1.1 255.255.255.0
 no shutdown
line vty 0 4
 no login
end
"""
ECHO, CHARGEN = "R1:7", "R1:19"
OWN, REFUSED = "PC1:99", "PC1:98"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedLab]:
    folder = tmp_path_factory.mktemp("lab")
    (folder / "lab.toml").write_text(LAB)
    (folder / "R1.cfg").write_text(R1)
    doors = [ECHO, CHARGEN, OWN, REFUSED, "R1:23", "PC1:99/udp"]
    with serve(str(folder / "lab.toml"), publish=doors) as served:
        yield served


@pytest.fixture
def accept(lab: ServedLab) -> Iterator[Callable[[Callable[[TcpSocket], None]], Address]]:
    """Makes PC1 take connections, as the test says; returns where they are published."""
    closing: list[Callable[[Lab], None]] = []

    def listen(handle: Callable[[TcpSocket], None]) -> Address:
        listener = lab.call(lambda lab: host(lab).node.tcp.listen(99, handle))
        closing.append(lambda lab: listener.close())
        return lab.address(OWN)

    yield listen
    for close in closing:
        lab.call(close)


def host(lab: Lab) -> Host:
    device = lab["PC1"]
    assert isinstance(device, HostDevice)
    return device.host


def connect(address: Address) -> socket.socket:
    return socket.create_connection(address, timeout=PATIENCE)


def read_all(client: socket.socket) -> bytes:
    data = b""
    while more := client.recv(65536):
        data += more
    return data


def until(true: Callable[[], bool]) -> None:
    """Waits for what happens by itself in a moment."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def connections(lab: ServedLab) -> int:
    """How many connections of the lab's NAT host are open."""
    [nat] = lab.call(lambda lab: list(lab.nat_hosts))
    return lab.call(lambda lab: sum(one.state is TcpState.ESTABLISHED for one in nat.node.tcp.connections))


def test_a_megabyte_comes_back_and_each_end_is_told_to_the_other_side(lab: ServedLab) -> None:
    data = bytes(range(256)) * 4096
    with connect(lab.address(ECHO)) as client:

        def send() -> None:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)

        sender = threading.Thread(target=send)
        sender.start()
        assert read_all(client) == data
        sender.join()
    until(lambda: connections(lab) == 0)


def test_a_device_that_ends_first_is_still_heard_and_still_hears(accept: Callable[..., Address]) -> None:
    heard: list[bytes] = []
    ends: list[str] = []

    def farewell(connection: TcpSocket) -> None:
        connection.send(b"bye")
        connection.shutdown()
        connection.on_readable = lambda: heard.append(connection.receive())
        connection.on_end = lambda: ends.append("end")

    with connect(accept(farewell)) as client:
        assert read_all(client) == b"bye"
        client.sendall(b"and you?")
        until(lambda: heard == [b"and you?"])
        assert ends == []
    until(lambda: ends == ["end"])


def test_a_reset_of_the_device_is_a_reset_for_the_client(accept: Callable[..., Address]) -> None:
    where = accept(TcpSocket.abort)
    # It may come before or after the client has been told that it is connected.
    with pytest.raises(ConnectionResetError), connect(where) as client:
        client.recv(1)


def test_a_reset_of_the_client_is_a_reset_for_the_device(accept: Callable[..., Address]) -> None:
    ends: list[str | None] = []
    opened = threading.Event()

    def listen(connection: TcpSocket) -> None:
        connection.on_closed = ends.append
        opened.set()

    with connect(accept(listen)) as client:
        assert opened.wait(PATIENCE)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    until(lambda: ends == ["reset"])


def test_where_nobody_listens_the_client_sees_the_end(lab: ServedLab) -> None:
    with connect(lab.address(REFUSED)) as client:
        assert client.recv(1) == b""


def test_who_does_not_read_stops_the_device_and_goes_on_where_it_stopped(lab: ServedLab) -> None:
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(PATIENCE)
        client.connect(lab.address(CHARGEN))

        def said() -> int:
            return lab.call(
                lambda lab: sum(one.receiver.nxt for nat in lab.nat_hosts for one in nat.node.tcp.connections)
            )

        last = -1
        while (now := said()) != last:
            last = now
            time.sleep(0.2)
        with connect(lab.address(ECHO)) as other:
            other.sendall(b"x")
            assert other.recv(1) == b"x"
        first = client.recv(74 * 10, socket.MSG_WAITALL)
        assert first.startswith(b' !"#$%&') or first.startswith(b'!"#$%&')
        rest = sum(len(client.recv(65536)) for _ in range(200))
        assert rest > 65536
        assert said() > last


def test_a_device_that_does_not_read_stops_the_client(lab: ServedLab, accept: Callable[..., Address]) -> None:
    opened: list[TcpSocket] = []
    with connect(accept(opened.append)) as client:
        client.settimeout(0.5)
        with pytest.raises(TimeoutError):
            client.sendall(bytes(1 << 28))
        until(lambda: bool(opened))
    lab.call(lambda lab: opened[0].abort())
    until(lambda: connections(lab) == 0)


@pytest.mark.parametrize("count", [300])
def test_hundreds_of_connections_are_open_at_once(count: int, lab: ServedLab) -> None:
    clients = [connect(lab.address(ECHO)) for _ in range(count)]
    for number, client in enumerate(clients):
        client.sendall(b"number %d" % number)
    for number, client in enumerate(clients):
        expected = b"number %d" % number
        assert client.recv(len(expected), socket.MSG_WAITALL) == expected
    for client in clients:
        client.close()
    until(lambda: connections(lab) == 0)


def test_one_connection_too_many_is_closed_and_later_there_is_room_again(lab: ServedLab) -> None:
    where = lab.address(ECHO)
    clients = [connect(where) for _ in range(MOST_CONNECTIONS)]
    until(lambda: connections(lab) == MOST_CONNECTIONS)
    with connect(where) as one_more:
        assert one_more.recv(1) == b""
    for client in clients:
        client.close()
    until(lambda: connections(lab) == 0)
    with connect(where) as again:
        again.sendall(b"x")
        assert again.recv(1) == b"x"


def test_the_vty_of_a_router_is_reached(lab: ServedLab) -> None:
    with connect(lab.address("R1:23")) as client:
        client.sendall(b"show users\r\n")
        shown = b""
        while shown.count(b"R1>") < 2:
            shown += client.recv(65536)
        assert b"vty 0" in shown
        assert b"192.168.1.254" in shown


def test_datagrams_go_back_to_who_asked(lab: ServedLab) -> None:
    def answer(lab: Lab) -> UdpSocket:
        def received(datagram: Received) -> None:
            own.send(datagram.source, datagram.source_port, b"re: " + datagram.payload)

        own = host(lab).node.udp.open(received, 99)
        return own

    own = lab.call(answer)
    where = lab.address("PC1:99/udp")
    clients = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(20)]
    for number, client in enumerate(clients):
        client.settimeout(PATIENCE)
        client.sendto(b"question %d" % number, where)
    for number, client in enumerate(clients):
        assert client.recv(100) == b"re: question %d" % number
    # A large one goes in fragments over the wire.
    clients[0].sendto(bytes(5000), where)
    assert len(clients[0].recv(65536)) == 5004
    for client in clients:
        client.close()
    lab.call(lambda lab: own.close())


def test_a_session_of_datagrams_ends_when_nothing_is_said() -> None:
    with serve("lab5", publish=["DNS-Server:53/udp"], speed=200) as lab:
        [nat] = lab.call(lambda lab: list(lab.nat_hosts))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(PATIENCE)
            query = b"\0\1\1\0\0\1\0\0\0\0\0\0\x0buniv-djelfa\3com\0\0\1\0\1"
            client.sendto(query, lab.address("DNS-Server:53/udp"))
            assert client.recv(512)[-4:] == bytes((192, 168, 1, 10))
            assert lab.call(lambda lab: len(nat.node.udp.ports)) == 1
            until(lambda: lab.call(lambda lab: not nat.node.udp.ports))


BAD = {
    "R1": "is not understood: it is HOST:PORT=DEVICE:PORT or HOST:PORT=DEVICE:PORT/udp; "
    "write --publish 127.0.0.1:2323=R1:23",
    "R1:0": "is not understood: it is HOST:PORT=DEVICE:PORT or HOST:PORT=DEVICE:PORT/udp; "
    "write --publish 127.0.0.1:2323=R1:23",
    "R1:65536": "is not understood: it is HOST:PORT=DEVICE:PORT or HOST:PORT=DEVICE:PORT/udp; "
    "write --publish 127.0.0.1:2323=R1:23",
    "SW1:23": "SW1 has no address on a cable: a published port leads there over the wire; set `ip address` "
    "and `no shutdown` of an interface Vlan whose VLAN has an access port at its console and save it, "
    "or use --console",
    "R1:23": "R1 has no address on a cable: a published port leads there over the wire; "
    "set `ip address` and `no shutdown` at its console and save it, or use --console",
}


@pytest.mark.parametrize("target", BAD)
def test_a_port_that_can_not_be_published_is_told_in_one_line(target: str) -> None:
    with pytest.raises(UsageError) as error, serve("lab5", publish=[target]):
        pass
    assert str(error.value) == f"--publish 127.0.0.1:0={target}: {BAD[target]}"


def test_an_address_that_is_taken_is_told_of(lab: ServedLab) -> None:
    taken = lab.address(ECHO)
    with pytest.raises(UsageError) as error, serve("ping", publish=[f"{taken}=R1:23"]):
        pass
    assert str(error.value) == (
        f"--publish {taken}=R1:23: can't listen at {taken}: Address already in use; "
        "use another address or port"
    )


def test_the_capture_has_its_frames(tmp_path: Path) -> None:
    file = tmp_path / "wire.pcapng"
    with (
        serve("lab5", publish=["Mail-Server:25"], capture=file) as lab,
        connect(lab.address("Mail-Server:25")) as client,
    ):
        assert client.recv(100).startswith(b"220 ")
    written = file.read_bytes()
    assert b"NAT:0" in written
    assert b"220 mail.univ-djelfa.com" in written
