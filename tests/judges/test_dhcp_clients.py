"""Real DHCP clients and a real relay lease from the router over a TAP, in a namespace of the test's own."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.judges.served import Served, need_taps

pytestmark = pytest.mark.judge

LAB = """\
links = ["R1:Fa0/0 -- SW1:Fa0/1"]
[devices.R1]
type = "2811"
config = "R1.cfg"
[devices.SW1]
type = "switch"
"""
CONFIG = """\
hostname R1
ip dhcp excluded-address 10.9.0.1 10.9.0.50
ip dhcp pool LAN
   network 10.9.0.0 255.255.255.0
   default-router 10.9.0.1
   dns-server 10.9.0.20
   domain-name example.org
   lease 0 1
ip dhcp pool FAR
   network 10.8.0.0 255.255.255.0
   default-router 10.8.0.1
interface FastEthernet0/0
 ip address 10.9.0.1 255.255.255.0
ip route 10.8.0.0 255.255.255.0 10.9.0.2
line con 0
 exec-timeout 0 0
end
"""
# What dhclient calls: it puts the address on the interface, and nothing else.
SCRIPT = """\
#!/bin/sh
case "$reason" in
BOUND|RENEW|REBIND|REBOOT)
    ip address replace "$new_ip_address/24" dev "$interface"
    echo "$reason $new_ip_address $new_routers $new_domain_name_servers $new_domain_name" >>FOLDER/said ;;
EXPIRE|FAIL|RELEASE|STOP)
    ip address flush dev "$interface"
    echo "$reason $old_ip_address" >>FOLDER/said ;;
esac
"""
# udhcpc names it otherwise.
UDHCPC_SCRIPT = """\
#!/bin/sh
case "$1" in
bound|renew)
    ip address replace "$ip/$mask" dev "$interface"
    echo "$1 $ip $router $dns $domain" >>FOLDER/said ;;
deconfig)
    ip address flush dev "$interface" ;;
esac
"""


class Clients:
    """The served lab, and programs that lease from it."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.folder = served.folder

    def script(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text.replace("FOLDER", str(self.folder)))
        path.chmod(0o755)
        return str(path)

    def said(self) -> list[str]:
        path = self.folder / "said"
        return path.read_text().splitlines() if path.exists() else []

    def dhclient(self, *options: str, interface: str = "tap0") -> str:
        script = self.script("dhclient-script", SCRIPT)
        files = ["-lf", f"{self.folder}/leases.{interface}", "-pf", f"{self.folder}/pid.{interface}"]
        return self.served.run("dhclient", "-sf", script, *files, "-cf", "/dev/null", *options, interface)

    def stop_dhclient(self) -> None:
        """Ends it without a release; its exit status says only that it ended another."""
        self.served.run("sh", "-c", f"dhclient -x -pf {self.folder}/pid.tap0 tap0; true")

    def bindings(self) -> str:
        return self.served.type("enable", "terminal length 0", "show ip dhcp binding")

    def statistics(self) -> dict[str, int]:
        shown = self.served.type("enable", "terminal length 0", "show ip dhcp server statistics")
        return {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", shown, re.MULTILINE)}


Start = Callable[..., Clients]


@pytest.fixture
def start(judge: Callable[[str], str], tmp_path: Path) -> Iterator[Start]:
    ip, made = judge("ip"), []
    need_taps()

    def serve(*programs: str, taps: int = 1, addresses: dict[str, str] | None = None) -> Clients:
        for program in programs:
            judge(program)
        files = {"R1.cfg": CONFIG, "lab.toml": LAB}
        names = [f"tap{number}=SW1:Fa0/{number + 2}" for number in range(taps)]
        made.append(Served(tmp_path, ip, files, names, addresses or {}))
        return Clients(made[0])

    yield serve
    for one in made:
        one.close()


def assert_nothing_malformed(clients: Clients, tshark: str) -> None:
    """Tshark reads every DHCP frame of the capture, and finds no fault."""
    clients.served.stop()
    capture = str(clients.served.capture)
    faults = "_ws.malformed || ip.checksum.status == 0 || (dhcp && _ws.expert.severity >= 0x00600000)"
    checks = ["-o", "ip.check_checksum:TRUE"]
    found = subprocess.run(
        [tshark, "-r", capture, *checks, "-Y", faults], capture_output=True, text=True, check=True
    )
    assert found.stdout == ""
    dhcp = subprocess.run([tshark, "-r", capture, "-Y", "dhcp"], capture_output=True, text=True, check=True)
    assert len(dhcp.stdout.splitlines()) >= 4


def test_dhclient_leases_reboots_and_releases(start: Start, judge: Callable[[str], str]) -> None:
    clients = start("dhclient")
    clients.dhclient("-1", "-v")
    assert clients.said() == ["BOUND 10.9.0.51 10.9.0.1 10.9.0.20 example.org"]
    assert "10.9.0.51" in clients.bindings()
    assert "1 packets transmitted, 1 received" in clients.served.run("ping", "-c1", "10.9.0.1")
    # It stops without a release, and comes back with the lease that it wrote down: INIT-REBOOT.
    clients.stop_dhclient()
    clients.dhclient("-1", "-v")
    assert clients.said()[-1] == "REBOOT 10.9.0.51 10.9.0.1 10.9.0.20 example.org"
    clients.dhclient("-r", "-v")
    assert "10.9.0.51" not in clients.bindings()
    # It asks for the address that it had, which is still free.
    clients.dhclient("-1", "-v")
    assert clients.said()[-1].startswith("BOUND 10.9.0.51 ")
    assert_nothing_malformed(clients, judge("tshark"))


def test_udhcpc_leases_renews_and_releases(start: Start, judge: Callable[[str], str]) -> None:
    clients = start("udhcpc")
    script = clients.script("udhcpc-script", UDHCPC_SCRIPT)
    pid = f"{clients.folder}/udhcpc.pid"
    run = clients.served.run
    run("udhcpc", "-i", "tap0", "-s", script, "-p", pid, "-n", "-t", "5", "-x", "hostname:small")
    assert clients.said() == ["bound 10.9.0.51 10.9.0.1 10.9.0.20 example.org"]
    # SIGUSR1 renews: a unicast REQUEST to the server; SIGUSR2 releases.
    run("sh", "-c", f"kill -USR1 $(cat {pid}); for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.3; "
        f"grep -q renew {clients.folder}/said && exit 0; done; exit 1")  # fmt: skip
    assert clients.said()[-1] == "renew 10.9.0.51 10.9.0.1 10.9.0.20 example.org"
    run("sh", "-c", f"kill -USR2 $(cat {pid}); sleep 0.5; kill $(cat {pid})")
    assert "10.9.0.51" not in clients.bindings()
    assert_nothing_malformed(clients, judge("tshark"))


def test_dhcpcd_leases_with_its_duid(start: Start, judge: Callable[[str], str]) -> None:
    clients = start("dhcpcd")
    run = clients.served.run
    alone = ["--ipv4only", "--noipv4ll", "--nobackground", "--oneshot", "--persistent"]
    files = ["--config", "/dev/null", "--script", "/bin/true"]
    run("dhcpcd", "--duid", *files, *alone, "--waitip=4", "--timeout", "20", "tap0")
    assert "inet 10.9.0.51/24" in clients.served.inside("-4", "address", "show", "tap0")
    # Its identifier is a DUID with an IAID (RFC 4361): it does not fit into one line of the table.
    assert re.search(r"10\.9\.0\.51 +ff", clients.bindings())
    # Once more, with the lease that it keeps, then as a daemon that renews and gives back.
    run("dhcpcd", "--duid", *files, *alone, "--waitip=4", "--timeout", "20", "tap0")
    before = clients.statistics()
    run("dhcpcd", "--duid", *files, "--ipv4only", "--noipv4ll", "--waitip=4", "--timeout", "20", "tap0")
    run("dhcpcd", "--ipv4only", "--rebind", "tap0")
    run("sh", "-c", "sleep 2; dhcpcd --ipv4only --release tap0; sleep 1")
    after = clients.statistics()
    assert after["DHCPREQUEST"] >= before["DHCPREQUEST"] + 2
    assert after["DHCPRELEASE"] == before["DHCPRELEASE"] + 1
    assert "10.9.0.51" not in clients.bindings()
    assert_nothing_malformed(clients, judge("tshark"))


def test_two_clients_at_once_get_two_addresses(start: Start, judge: Callable[[str], str]) -> None:
    clients = start("dhclient", taps=2)
    first = ["-lf", f"{clients.folder}/l0", "-pf", f"{clients.folder}/p0"]
    second = ["-lf", f"{clients.folder}/l1", "-pf", f"{clients.folder}/p1"]
    script = clients.script("dhclient-script", SCRIPT)
    common = f"dhclient -sf {script} -cf /dev/null -1"
    clients.served.run(
        "sh", "-c", f"{common} {' '.join(first)} tap0 & {common} {' '.join(second)} tap1 & wait"
    )
    assert {line.split()[1] for line in clients.said()} == {"10.9.0.51", "10.9.0.52"}
    assert {line.split()[0] for line in clients.said()} == {"BOUND"}
    assert_nothing_malformed(clients, judge("tshark"))


def test_a_real_relay_stands_before_the_server(start: Start, judge: Callable[[str], str]) -> None:
    """The client's link is a veth pair behind the relay; its address comes from the pool of that link."""
    clients = start("dhclient", "dhcrelay", addresses={"tap0": "10.9.0.2/24"})
    served = clients.served
    served.inside("link", "add", "lan0", "type", "veth", "peer", "name", "lan1")
    client = f"{served.namespace}-c"
    served.command("netns", "add", client)
    try:
        served.inside("link", "set", "lan1", "netns", client)
        served.inside("address", "add", "10.8.0.1/24", "dev", "lan0")
        served.inside("link", "set", "lan0", "up")
        served.command("-n", client, "link", "set", "lan1", "up")
        relay = subprocess.Popen(
            [*served.enter(), "dhcrelay", "-4", "-d", "-a", "-id", "lan0", "-iu", "tap0", "10.9.0.1"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            script = clients.script("dhclient-script", SCRIPT)
            files = ["-lf", f"{clients.folder}/l", "-pf", f"{clients.folder}/p", "-cf", "/dev/null"]
            subprocess.run(
                [served.ip, "netns", "exec", client, "dhclient", "-sf", script, *files, "-1", "lan1"],
                check=True,
                capture_output=True,
                timeout=60,
            )
        finally:
            relay.kill()
            relay.wait()
        assert clients.said()[0].startswith("BOUND 10.8.0.2 10.8.0.1")
        assert "10.8.0.2" in clients.bindings()
    finally:
        subprocess.run(["pkill", "-F", f"{clients.folder}/p"], check=False, capture_output=True)
        served.command("netns", "delete", client)
    assert_nothing_malformed(clients, judge("tshark"))


def test_perfdhcp_loses_nothing(start: Start, judge: Callable[[str], str]) -> None:
    """A rate that any machine bears: how many a second there can be, tests/benchmarks/test_dhcp.py says."""
    clients = start("perfdhcp", addresses={"tap0": "10.9.0.2/24"})
    # An offer waits for the server's pings, and perfdhcp does not wait for the last one; it says so by a 3.
    clients.served.type("enable", "configure terminal", "ip dhcp ping packets 0", "end")
    command = "perfdhcp -4 -r 20 -n 100 -R 100 -d 10 -W 3000000 -l tap0; case $? in 0|3) ;; *) exit 1 ;; esac"
    said = clients.served.run("sh", "-c", command)
    offers, acknowledged = map(int, re.findall(r"^received packets: (\d+)$", said, re.MULTILINE))
    assert offers >= 99, said
    assert clients.statistics()["DHCPACK"] == acknowledged == offers
    assert_nothing_malformed(clients, judge("tshark"))


def test_a_lease_outlives_the_death_of_the_router(start: Start) -> None:
    clients = start("dhclient")
    clients.dhclient("-1", "-v")
    clients.served.process.kill()
    clients.served.process.communicate()
    clients.stop_dhclient()
    clients.served.start()
    clients.dhclient("-1", "-v")
    assert clients.said()[-1].startswith("REBOOT 10.9.0.51")
