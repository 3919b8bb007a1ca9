"""DHCP at the router's port, frame by frame: Scapy builds what clients send, odd and hostile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from scapy.layers import inet
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Dot1Q, Dot3, Ether
from scapy.packet import Packet, Raw

from ios_emu import Lab
from ios_emu.clock import SECOND
from ios_emu.devices.router import Router
from ios_emu.lab.device import RouterDevice

LAB = 'links = []\n[devices.R1]\ntype = "2811"\nconfig = "R1.cfg"\n'
CONFIG = """\
ip dhcp ping packets 0
ip dhcp excluded-address 10.0.0.1 10.0.0.9
ip dhcp pool LAN
   network 10.0.0.0 255.255.255.0
   default-router 10.0.0.1
ip dhcp pool VOICE
   network 10.0.10.0 255.255.255.0
ip dhcp pool FAR
   network 10.7.0.0 255.255.255.0
interface FastEthernet0/0
 ip address 10.0.0.1 255.255.255.0
interface FastEthernet0/0.10
 encapsulation dot1Q 10
 ip address 10.0.10.1 255.255.255.0
interface FastEthernet0/1
 ip address 10.7.0.9 255.255.255.252
"""
MAC = "00:60:5c:2b:3d:cc"
HARDWARE = bytes.fromhex(MAC.replace(":", ""))


Change = Callable[[bytearray], None]


class Wire:
    """The far end of the router's cable."""

    def __init__(self, folder: Path) -> None:
        (folder / "lab.toml").write_text(LAB)
        (folder / "R1.cfg").write_text(CONFIG)
        self.lab = Lab(str(folder / "lab.toml"))
        self.port = self.lab.attach("client", "R1", "FastEthernet0/0")
        self.port.receive = self._hear
        self.heard: list[bytes] = []
        self.lab.clock.run_until(SECOND)
        self.heard.clear()
        device = self.lab["R1"]
        assert isinstance(device, RouterDevice)
        self.router: Router = device.router

    def _hear(self, frame: bytes) -> None:
        self.heard.append(frame)

    def send(self, frame: Packet | bytes) -> list[Packet]:
        """Sends a frame; returns the DHCP replies to it."""
        self.heard.clear()
        self.port.send(bytes(frame))
        self.lab.clock.run_until_idle()
        replies = [Ether(heard) for heard in self.heard]
        return [reply for reply in replies if reply.haslayer(BOOTP)]

    @property
    def malformed(self) -> int:
        return self.router.dhcp.engine.statistics.malformed

    @property
    def bindings(self) -> list[str]:
        return [str(binding.address) for binding in self.router.dhcp.engine.bindings()]


@pytest.fixture
def wire(tmp_path: Path) -> Wire:
    return Wire(tmp_path)


def bootp(
    kind: str = "discover",
    *,
    xid: int = 0x1234,
    giaddr: str = "0.0.0.0",
    hops: int = 0,
    flags: int = 0,
    chaddr: bytes = HARDWARE,
    options: Iterable[object] = (),
) -> Packet:
    listed = [("message-type", kind), *options, "end"]
    return BOOTP(xid=xid, giaddr=giaddr, hops=hops, flags=flags, chaddr=chaddr) / DHCP(options=listed)


def packet(message: Packet, source: str = "0.0.0.0", destination: str = "255.255.255.255") -> Packet:
    return IP(src=source, dst=destination) / UDP(sport=68, dport=67) / message


def to_all(payload: Packet) -> Packet:
    return Ether(src=MAC, dst="ff:ff:ff:ff:ff:ff") / payload


def fragments(whole: Packet, size: int) -> list[Packet]:
    """Scapy's own cutting, which has no types."""
    cut: Callable[..., list[Packet]] = inet.fragment
    return cut(whole, fragsize=size)


def frame(message: Packet, mac: str = MAC) -> Packet:
    return Ether(src=mac, dst="ff:ff:ff:ff:ff:ff") / packet(message)


def kind_of(reply: Packet) -> int:
    options: dict[str, int] = dict(one for one in reply[DHCP].options if isinstance(one, tuple))
    return options["message-type"]


def test_an_exchange_as_scapy_reads_it(wire: Wire) -> None:
    (offer,) = wire.send(frame(bootp()))
    assert (kind_of(offer), offer[BOOTP].yiaddr, offer.dst) == (2, "10.0.0.10", MAC)
    assert (offer[IP].src, offer[IP].dst, offer[UDP].sport, offer[UDP].dport) == (
        "10.0.0.1", "10.0.0.10", 67, 68
    )  # fmt: skip
    request = bootp("request", options=[("requested_addr", "10.0.0.10"), ("server_id", "10.0.0.1")])
    (ack,) = wire.send(frame(request))
    assert (kind_of(ack), ack[BOOTP].yiaddr) == (5, "10.0.0.10")
    for reply in (offer, ack):
        # Scapy computes both checksums anew where they are taken away.
        again = reply.copy()
        del again[IP].chksum, again[UDP].chksum
        fresh = Ether(bytes(again))
        assert (fresh[IP].chksum, fresh[UDP].chksum) == (reply[IP].chksum, reply[UDP].chksum)
    assert wire.bindings == ["10.0.0.10"]


def test_the_broadcast_flag_asks_for_a_broadcast(wire: Wire) -> None:
    (offer,) = wire.send(frame(bootp(flags=0x8000)))
    assert (offer.dst, offer[IP].dst) == ("ff:ff:ff:ff:ff:ff", "255.255.255.255")


def test_a_tagged_frame_is_for_the_sub_interface_of_its_vlan(wire: Wire) -> None:
    tagged = Ether(src=MAC, dst="ff:ff:ff:ff:ff:ff") / Dot1Q(vlan=10) / packet(bootp())
    (offer,) = wire.send(tagged)
    assert offer[Dot1Q].vlan == 10
    assert offer[BOOTP].yiaddr == "10.0.10.2"
    assert wire.send(Ether(src=MAC, dst="ff:ff:ff:ff:ff:ff") / Dot1Q(vlan=11) / packet(bootp())) == []


def test_a_message_in_fragments_is_put_together(wire: Wire) -> None:
    pieces = fragments(packet(bootp(options=[("vendor_class_id", b"x" * 200)])), 200)
    assert len(pieces) > 2
    replies = [reply for piece in pieces for reply in wire.send(to_all(piece))]
    assert [kind_of(reply) for reply in replies] == [2]


def test_a_fragment_alone_is_no_message(wire: Wire) -> None:
    first, *_ = fragments(packet(bootp(options=[("vendor_class_id", b"x" * 200)])), 200)
    assert wire.send(to_all(first)) == []


def spoilt(change: Callable[[bytearray], None]) -> bytes:
    data = bytearray(bytes(frame(bootp())))
    change(data)
    return bytes(data)


def udp_length(length: int) -> Callable[[bytearray], None]:
    def change(data: bytearray) -> None:
        data[38:40] = length.to_bytes(2)
        data[40:42] = bytes(2)

    return change


def bad_header_checksum(data: bytearray) -> None:
    data[24] ^= 0xFF


def bad_udp_checksum(data: bytearray) -> None:
    data[40] ^= 0xFF


def cut_short(data: bytearray) -> None:
    del data[200:]


@pytest.mark.parametrize(
    "change",
    [udp_length(0), udp_length(8), udp_length(65535), bad_header_checksum, bad_udp_checksum, cut_short],
    ids=["length 0", "length 8", "length 65535", "header checksum", "UDP checksum", "cut short"],
)
def test_lengths_and_checksums_that_lie_get_no_answer(
    wire: Wire, change: Callable[[bytearray], None]
) -> None:
    assert wire.send(spoilt(change)) == []
    assert wire.bindings == []
    # The next client is served all the same.
    assert len(wire.send(frame(bootp()))) == 1


def test_an_802_3_frame_is_no_ip(wire: Wire) -> None:
    data = bytes(packet(bootp()))
    assert wire.send(Dot3(src=MAC, dst="ff:ff:ff:ff:ff:ff", len=len(data)) / Raw(data)) == []


def test_ip_options_do_not_hide_a_message(wire: Wire) -> None:
    # Four times no operation.
    optioned = IP(src="0.0.0.0", dst="255.255.255.255", options=[b"\x01\x01\x01\x01"])
    data = Ether(src=MAC, dst="ff:ff:ff:ff:ff:ff") / optioned / UDP(sport=68, dport=67) / bootp()
    assert len(wire.send(data)) == 1


def test_eight_thousand_bytes_are_malformed(wire: Wire) -> None:
    before = wire.malformed
    big = packet(bootp(options=[("vendor_class_id", b"x" * 250)]) / Raw(bytes(8000)))
    for piece in fragments(big, 1400):
        assert wire.send(to_all(piece)) == []
    assert wire.malformed == before + 1


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (bootp(hops=17), "more than sixteen relays"),
        (bootp(giaddr="10.0.0.1"), "an own address as giaddr"),
        (bootp(giaddr="10.7.0.9"), "an own address of another interface"),
        (bootp(giaddr="127.0.0.1"), "loopback as giaddr"),
        (bootp(giaddr="255.255.255.255"), "the broadcast as giaddr"),
        (bootp(chaddr=bytes.fromhex("01005e000001")), "a multicast address as chaddr"),
        (bootp(chaddr=bytes.fromhex("ffffffffffff")), "the broadcast address as chaddr"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_fields_that_can_not_be_get_no_answer(wire: Wire, message: Packet, why: str) -> None:
    assert wire.send(frame(message)) == [], why
    assert wire.bindings == []


def test_transaction_zero_is_one_like_any_other(wire: Wire) -> None:
    (offer,) = wire.send(frame(bootp(xid=0)))
    assert offer[BOOTP].xid == 0


def test_the_same_message_again_is_the_same_offer(wire: Wire) -> None:
    first, again = wire.send(frame(bootp())), wire.send(frame(bootp()))
    assert [reply[BOOTP].yiaddr for reply in first + again] == ["10.0.0.10", "10.0.0.10"]
    assert wire.bindings == ["10.0.0.10"]


def test_a_frame_that_claims_to_be_the_servers_own_is_not_believed(wire: Wire) -> None:
    own = wire.router.network.ports
    assert own
    mac = next(iter(wire.router.config.interfaces.values())).mac
    assert mac is not None
    claimed = ":".join(f"{byte:02x}" for byte in mac)
    replies = wire.send(frame(bootp(chaddr=bytes(mac)), mac=claimed))
    # Whatever it is answered, nobody else's lease suffers, and the router goes on.
    assert len(replies) <= 1
    (offer,) = wire.send(frame(bootp(xid=99)))
    assert offer[BOOTP].yiaddr not in {reply[BOOTP].yiaddr for reply in replies}


def test_a_source_address_of_the_server_changes_nothing_for_others(wire: Wire) -> None:
    spoofed = Ether(src=MAC, dst="ff:ff:ff:ff:ff:ff") / packet(bootp(), source="10.0.0.1")
    wire.send(spoofed)
    other = bytes.fromhex("020000000007")
    (offer,) = wire.send(frame(bootp(chaddr=other, xid=7), mac="02:00:00:00:00:07"))
    assert offer[BOOTP].yiaddr.startswith("10.0.0.")


def test_a_flood_of_clients_leaves_the_router_answering(wire: Wire) -> None:
    for number in range(600):
        wire.send(frame(bootp(xid=number, chaddr=b"\x02\0\0\0" + number.to_bytes(2))))
    # The oldest offer that nobody took makes room.
    wire.lab.clock.run_until(wire.lab.clock.now + 20 * SECOND)
    (offer,) = wire.send(frame(bootp(xid=5000)))
    assert kind_of(offer) == 2
    assert len(wire.bindings) <= 245


def test_a_hostname_with_control_characters_reaches_no_terminal(wire: Wire) -> None:
    evil = b"\x1b[2Jevil\x07"
    wire.send(frame(bootp(options=[("hostname", evil), ("client_id", b"\x00" + evil)])))
    shown = wire.lab["R1"].run("show ip dhcp binding")
    assert "\x1b" not in shown
    assert "\x07" not in shown
