"""The running configuration: its layout in both dialects, and that it says all of the state."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.cli.loading import load_configuration
from ios_emu.cli.shell import Shell
from ios_emu.clock import Clock
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.ios_device import IosDevice
from ios_emu.devices.router import Router
from ios_emu.devices.running_config import configuration_body, running_config

IOS = """\
!
version 12.4
service timestamps debug datetime msec
service timestamps log datetime msec
no service password-encryption
!
hostname Router
!
boot-start-marker
boot-end-marker
!
!
no aaa new-model
!
!
ip cef
!
!
!
!
!
!
!
interface FastEthernet0/0
 no ip address
 shutdown
 duplex auto
 speed auto
!
interface FastEthernet0/1
 no ip address
 shutdown
 duplex auto
 speed auto
!
ip forward-protocol nd
!
!
no ip http server
no ip http secure-server
!
!
control-plane
!
!
line con 0
line aux 0
line vty 0 4
 login
!
scheduler allocate 20000 1000
!
end
"""

PACKET_TRACER = (
    """\
!
version 12.4
no service timestamps log datetime msec
no service timestamps debug datetime msec
no service password-encryption
!
hostname Router
"""
    + "!\n" * 8
    + """\
ip cef
no ipv6 cef
"""
    + "!\n" * 12
    + """\
spanning-tree mode pvst
"""
    + "!\n" * 6
    + """\
interface FastEthernet0/0
 no ip address
 duplex auto
 speed auto
 shutdown
!
interface FastEthernet0/1
 no ip address
 duplex auto
 speed auto
 shutdown
!
interface Vlan1
 no ip address
 shutdown
!
ip classless
!
ip flow-export version 9
"""
    + "!\n" * 7
    + """\
line con 0
!
line aux 0
!
line vty 0 4
 login
!
!
!
end
"""
)


def read_config(device: IosDevice, text: str) -> None:
    faults = list(load_configuration(Shell(device, level=15), text))
    assert faults == [], text


def fresh(dialect: Dialect) -> Router:
    return Router("R1", Clock(), dialect, random.Random(7), read_config=read_config)


@pytest.mark.parametrize(("dialect", "text"), [(Dialect.IOS, IOS), (Dialect.PACKET_TRACER, PACKET_TRACER)])
def test_fresh_from_the_box(dialect: Dialect, text: str) -> None:
    assert configuration_body(fresh(dialect).config) == text


@pytest.mark.parametrize("dialect", list(Dialect))
def test_the_byte_count_is_true(dialect: Dialect) -> None:
    head, body = running_config(fresh(dialect).config).split(" bytes\n")
    end = "\n" if dialect is Dialect.IOS else "\n\n"
    assert head.startswith("Building configuration...\n\nCurrent configuration : ")
    assert int(head.rsplit(" ", 1)[1]) == len(body.removesuffix(end))


octets = st.integers(0, 255)
addresses = st.builds(lambda a, b, c: f"10.{a}.{b}.{c}", octets, octets, st.integers(1, 254))
words = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,11}", fullmatch=True)
texts = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 .,#-]{0,20}[A-Za-z0-9]", fullmatch=True)
several = st.lists(addresses, min_size=1, max_size=8, unique=True).map(" ".join)
masks = st.sampled_from(["255.0.0.0", "255.255.0.0", "255.255.255.0", "255.255.255.252", "255.255.255.255"])
distances = st.integers(1, 255).map(str)
numbers = st.integers(0, 20).map(str)


def line(template: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(lambda values: template.format(*values))


few_words = st.sampled_from(["A", "B", "C"])
high_or_low = st.sampled_from(["high", "low"])
percents = st.integers(1, 100).map(str)
option_codes = st.sampled_from(["60", "77", "82"])
patterns = st.sampled_from(["00", "0a0B", "010203", "*"])
interfaces = st.one_of(
    st.sampled_from(["fa0/0", "fa0/1", "FastEthernet 0/0", "fa0/0.10", "fa0/1.20"]), line("lo{}", numbers)
)
dhcp_commands = st.one_of(
    line("ip dhcp excluded-address {}", addresses),
    line("ip dhcp excluded-address 10.0.0.{} 10.0.9.{}", octets.map(str), octets.map(str)),
    line("ip dhcp pool {}", words),
    line("no ip dhcp pool {}", words),
    line("network {} {}", addresses, masks),
    line("network {} /{}", addresses, st.integers(1, 32).map(str)),
    line("host {} {}", addresses, masks),
    line("hardware-address 0060.5c2b.{:0>4} {}", numbers, st.sampled_from(["", "ieee802", "7", "ethernet"])),
    line("client-identifier 0100.1b0c.{:0>4}", numbers),
    line("client-name {}", words),
    line("default-router {}", several),
    line("dns-server {}", several),
    line("netbios-name-server {}", several),
    line("next-server {}", several),
    line("netbios-node-type {}", st.sampled_from(["b-node", "h-node", "m-node", "p-node"])),
    line("domain-name {}.com", words),
    line("bootfile {}", words),
    line("lease {} {} {}", numbers, numbers, numbers),
    st.sampled_from(
        ["lease infinite", "no lease", "no network", "no host", "no dns-server", "no default-router"]
    ),
    line("ip dhcp pool {}", few_words),
    line("network 10.{}.0.0 /16 secondary", few_words.map(ord).map(str)),
    line("network 10.{}.0.0 /16 secondary\noverride default-router {}", octets.map(str), several),
    line("network 10.1.0.0 /16 secondary\noverride utilization {} {}", high_or_low, percents),
    line("no network 10.{}.0.0 /16 secondary", few_words.map(ord).map(str)),
    line("class {}", few_words),
    line("no class {}", few_words),
    line("class {}\naddress range 10.0.0.{} 10.0.9.{}", few_words, octets.map(str), octets.map(str)),
    st.sampled_from(
        ["no override default-router", "no address range", "exit", "import all", "no import all"]
    ),
    line("utilization mark {} {} {}", high_or_low, percents, st.sampled_from(["", "log"])),
    line("netbios-node-type {}", st.sampled_from(["0", "8", "ff", "A"])),
    st.sampled_from(
        [
            "update arp",
            "no update arp",
            "update dns both",
            "vrf RED",
            "accounting ONE",
            "origin aaa",
            "no origin",
            "origin dhcp subnet size initial /24",
            "relay source 10.0.0.0 255.0.0.0",
            "subnet prefix-length 28",
        ]
    ),
    line("ip dhcp class {}", few_words),
    line("no ip dhcp class {}", few_words),
    line("remark {}", texts),
    line(
        "ip dhcp class A\noption {} hex {}{}",
        option_codes,
        patterns,
        st.sampled_from(["", "*", " *", " mask 00", " mask ff"]),
    ),
    line("ip dhcp class A\nno option {}", option_codes),
    st.sampled_from(["relay agent information", "no relay agent information"]),
    line(
        "ip dhcp class {}\nrelay agent information\nrelay-information hex {}{}",
        few_words,
        patterns,
        st.sampled_from(["", "*", " bitmask 0f"]),
    ),
    line("no relay-information hex {}", patterns),
    line("ip dhcp ping packets {}", st.integers(0, 10).map(str)),
    line("ip dhcp ping timeout {}", st.integers(100, 10000).map(str)),
    line("ip dhcp database tftp://{}/b {}", few_words, st.sampled_from(["", "timeout 0", "write-delay 60"])),
    line("no ip dhcp database tftp://{}/b", few_words),
    line("ip dhcp excluded-address vrf {} 10.0.0.1", few_words),
    line("ip dhcp relay information policy {}", st.sampled_from(["drop", "encapsulate", "keep", "replace"])),
    st.sampled_from(
        [
            f"{no}{text}"
            for no in ("", "no ", "default ")
            for text in (
                "service dhcp",
                "ip dhcp ping packets",
                "ip dhcp conflict logging",
                "ip dhcp bootp ignore",
                "ip dhcp use class",
                "ip dhcp use vrf remote",
                "ip dhcp relay bootp ignore",
                "ip dhcp relay information option",
                "ip dhcp relay information option server-id-override",
                "ip dhcp relay information option vpn",
                "ip dhcp relay information check",
                "ip dhcp relay information policy",
                "ip dhcp relay information trust-all",
                "ip dhcp relay information trusted",
                "ip dhcp relay information option-insert",
                "ip dhcp relay information policy-action keep",
                "ip dhcp limit lease 7",
                "ip dhcp smart-relay",
                "ip dhcp route static",
                "ip dhcp relay source-interface loopback 7",
            )
        ]
    ),
    line("option {} ascii {}", st.integers(0, 254).map(str), texts),
    line("option {} ip {}", st.integers(0, 254).map(str), several),
    line("option {} hex 0a0b.{:0>2}", st.integers(0, 254).map(str), numbers),
)
nat_ports = st.sampled_from(["25", "80", "8080"])
nat_commands = st.one_of(
    line("ip nat pool {} 10.1.{}.1 10.1.9.{} prefix-length 16", few_words, numbers, octets.map(str)),
    line(
        "ip nat pool {} 10.1.2.{} 10.1.2.250 netmask 255.255.255.0 type {}",
        few_words,
        octets.map(str),
        st.sampled_from(["rotary", "match-host"]),
    ),
    line("no ip nat pool {}", few_words),
    line(
        "{}ip nat inside source list {} {}{}",
        st.sampled_from(["", "", "no "]),
        st.sampled_from(["1", "7", "INSIDE"]),
        st.sampled_from(["pool A", "pool B", "interface fa0/1", "interface dialer 1", "interface fa0/0.10"]),
        st.sampled_from(["", " overload"]),
    ),
    line("ip nat inside destination list {} pool {}", numbers.filter(lambda one: one != "0"), few_words),
    line(
        "{}ip nat outside source list 9 pool {}{}",
        st.sampled_from(["", "no "]),
        few_words,
        st.sampled_from(["", " add-route"]),
    ),
    line(
        "{}ip nat inside source static 10.2.0.{} 10.3.0.{}{}",
        st.sampled_from(["", "", "no "]),
        numbers,
        numbers,
        st.sampled_from(["", " extendable", " no-alias"]),
    ),
    line(
        "ip nat inside source static {} 10.2.0.{} {} 10.3.0.{} {}",
        st.sampled_from(["tcp", "udp"]),
        numbers,
        nat_ports,
        numbers,
        nat_ports,
    ),
    line("ip nat inside source static tcp 10.2.0.{} {} interface fa0/1 {}", numbers, nat_ports, nat_ports),
    line(
        "ip nat inside source static network 10.2.{}.0 10.3.{}.0 {}",
        numbers,
        numbers,
        st.sampled_from(["/24", "255.255.255.0"]),
    ),
    line(
        "{}ip nat outside source static 10.4.0.{} 10.5.0.{}{}",
        st.sampled_from(["", "no "]),
        numbers,
        numbers,
        st.sampled_from(["", " add-route"]),
    ),
    line(
        "ip nat outside source static tcp 10.4.0.{} {} 10.5.0.{} {}", numbers, nat_ports, numbers, nat_ports
    ),
    line(
        "{}ip nat translation {} {}",
        st.sampled_from(["", "", "no ", "default "]),
        st.sampled_from(
            [
                "timeout",
                "tcp-timeout",
                "finrst-timeout",
                "syn-timeout",
                "udp-timeout",
                "dns-timeout",
                "icmp-timeout",
            ]
        ),
        st.sampled_from(["60", "0", "86400", "never"]),
    ),
    st.sampled_from(
        [
            "ip nat translation max-entries 100",
            "no ip nat translation max-entries",
            "ip nat translation port-timeout tcp 22 60",
            "ip nat inside source route-map R interface fa0/1 overload",
            "ip nat service sip udp port 5060",
            *(
                f"interface {name}\n{no}ip nat {side}"
                for name in ("fa0/0", "fa0/1", "fa0/0.10", "lo1")
                for no in ("", "", "no ", "default ")
                for side in ("inside", "outside")
            ),
            *(
                f"interface fa0/0\n{no}ip virtual-reassembly{options}"
                for no in ("", "no ", "default ")
                for options in ("", " max-reassemblies 64")
            ),
            "default interface fa0/0",
            "ip flow ingress",
        ]
    ),
)
list_numbers = st.sampled_from(["1", "99", "1300", "1999"])
extended_numbers = st.sampled_from(["100", "199", "2000", "2699"])
actions = st.sampled_from(["permit", "deny"])
wildcards = st.sampled_from(["0.0.0.0", "0.0.0.255", "0.255.0.255", "255.255.255.255"])
ends = st.one_of(st.just("any"), line("host {}", addresses), line("{} {}", addresses, wildcards))
ports = st.one_of(
    st.just(""),
    line("eq {}", st.sampled_from(["80", "www 443", "53 53 9", "514"])),
    line("range {} {}", st.integers(0, 65535).map(str), st.integers(0, 65535).map(str)),
    line("{} {}", st.sampled_from(["gt", "lt", "neq"]), st.integers(0, 65535).map(str)),
)
list_options = st.lists(
    st.sampled_from(
        ["log", "log-input", "fragments", "dscp ef", "precedence 3", "tos 4", "ttl gt 3", "option lsr"]
    ),
    max_size=3,
).map(" ".join)
tcp_options = st.sampled_from(["", "established", "syn ack", "match-all +syn -ack", "match-any +rst -fin"])
standard_entries = st.one_of(
    line("{} {}", actions, ends),
    line("{} {} {}", actions, addresses, st.sampled_from(["", "log"])),
    line("remark {}", texts),
)
extended_entries = st.one_of(
    line("{} ip {} {} {}", actions, ends, ends, list_options),
    line("{} {} {} {} {}", actions, st.integers(0, 255).map(str), ends, ends, list_options),
    line("{} tcp {} {} {} {} {} {}", actions, ends, ports, ends, ports, tcp_options, list_options),
    line("{} udp {} {} {} {} {}", actions, ends, ports, ends, ports, list_options),
    line(
        "{} icmp {} {} {}",
        actions,
        ends,
        ends,
        st.sampled_from(["", "echo", "3 1", "200", "9 9", "ttl-exceeded"]),
    ),
    line("remark {}", texts),
)
sequences = st.one_of(st.just(""), st.integers(1, 60).map(str))
list_commands = st.one_of(
    line("access-list {} {}", list_numbers, standard_entries),
    line("access-list {} {}", extended_numbers, extended_entries),
    line("ip access-list standard {}\n{} {}", few_words, sequences, standard_entries),
    line("ip access-list standard {}\n{} {}", list_numbers, sequences, standard_entries),
    line("ip access-list extended {}\n{} {}", few_words, sequences, extended_entries),
    line("ip access-list extended {}\n{} {}", extended_numbers, sequences, extended_entries),
    line("{} {}", sequences, st.one_of(standard_entries, extended_entries)),
    line("no {}", st.one_of(standard_entries, extended_entries, st.integers(1, 60).map(str))),
    line("no access-list {}", st.one_of(list_numbers, extended_numbers)),
    line("no ip access-list {} {}", st.sampled_from(["standard", "extended"]), few_words),
    line("ip access-list resequence {} {} {}", few_words, numbers, numbers),
    line("ip access-list log-update threshold {}", numbers),
    line("ip access-list logging interval {}", numbers),
    line("access-list 700 deny 0000.0000.000{} 0000.0000.0000", st.integers(0, 9).map(str)),
    line(
        "{}ip access-group {} {}",
        st.sampled_from(["", "", "no "]),
        st.one_of(list_numbers, extended_numbers, few_words),
        st.sampled_from(["in", "out"]),
    ),
    line(
        "line vty 0 4\n{}access-class {} {}",
        st.sampled_from(["", "", "default "]),
        list_numbers,
        st.sampled_from(["in", "out", "in vrf-also"]),
    ),
    line("interface {}", interfaces),
)
switches = st.sampled_from(["", "no ", "default "])
seconds = st.integers(1, 500).map(str)
metrics = st.integers(1, 15).map(str)
ways = st.sampled_from(["in", "out"])
versions = st.sampled_from(["1", "2", "1 2", "2 1"])
rip_lines = st.one_of(
    line("version {}", st.sampled_from(["1", "2"])),
    line("timers basic {} {} {} {}", seconds, seconds, seconds, seconds),
    line("{}network {}", st.sampled_from(["", "no "]), addresses),
    line("{}network 192.168.{}.0", st.sampled_from(["", "no "]), octets.map(str)),
    line("{}neighbor 10.0.0.{}", st.sampled_from(["", "no "]), numbers),
    line("{}passive-interface {}", switches, interfaces),
    line("redistribute {} {}", st.sampled_from(["connected", "static"]), st.sampled_from(["", "metric 4"])),
    line("redistribute static route-map {}", words),
    line("redistribute ospf {}", numbers),
    line("default-metric {}", metrics),
    line("distance {}", seconds),
    line("distance {} 10.0.{}.0 0.0.0.255", st.integers(1, 255).map(str), numbers),
    line("maximum-paths {}", metrics),
    line("{}offset-list {} {} {} {}", switches, numbers, ways, metrics, st.sampled_from(["", "fa0/0"])),
    line("{}distribute-list {} {} {}", switches, numbers, ways, st.sampled_from(["", "fa0/1"])),
    line("distribute-list prefix {} in", words),
    st.sampled_from(
        [
            f"{no}{text}"
            for no in ("", "no ", "default ")
            for text in (
                "auto-summary",
                "default-information originate",
                "validate-update-source",
                "passive-interface default",
            )
        ]
    ),
    st.sampled_from(
        [
            "no version",
            "no timers basic",
            "no redistribute static",
            "no redistribute ospf 1",
            "no default-metric",
            "no distance",
            "no maximum-paths",
            "flash-update-threshold 20",
            "output-delay 20",
            "input-queue 100",
            "traffic-share min across-interfaces",
            "no router rip",
            "router rip",
        ]
    ),
)
rip_interface_lines = st.one_of(
    line("ip rip {} version {}", st.sampled_from(["send", "receive"]), versions),
    line("ip rip authentication key-chain {}", words),
    line("ip rip authentication mode {}", st.sampled_from(["md5", "text"])),
    line("ip summary-address rip 10.{}.0.0 255.255.0.0", octets.map(str)),
    st.sampled_from(
        [
            f"{no}{text}"
            for no in ("", "no ", "default ")
            for text in (
                "ip split-horizon",
                "ip rip v2-broadcast",
                "ip rip triggered",
                "ip rip send version 1",
                "ip rip authentication mode md5",
                "ip rip authentication key-chain A",
                "ip summary-address rip 10.1.0.0 255.255.0.0",
            )
        ]
    ),
    line("ip summary-address eigrp {} 10.0.0.0 255.0.0.0", numbers),
)
commands = st.one_of(
    line("hostname {}", words),
    line("enable secret {}", texts),
    line("enable password {}", texts),
    st.sampled_from(
        [
            "service password-encryption",
            "no service password-encryption",
            "no enable secret",
        ]
    ),
    line(
        "service timestamps {} {}",
        st.sampled_from(["log", "debug"]),
        st.sampled_from(
            [
                "uptime",
                "datetime",
                "datetime msec",
                "datetime localtime show-timezone year",
            ]
        ),
    ),
    st.sampled_from(
        ["no service timestamps log", "no service timestamps debug", "default service timestamps"]
    ),
    line("banner {} ^{}^", st.sampled_from(["motd", "login", "exec", "incoming"]), texts),
    line("username {} privilege {}", words, st.integers(0, 15).map(str)),
    line("username {} {} {}", words, st.sampled_from(["secret", "password", "privilege 3 password"]), texts),
    line("username {} nopassword", words),
    line("enable secret level {} {}", st.integers(1, 15).map(str), texts),
    line("alias {} {} show {}", st.sampled_from(["exec", "configure", "interface", "line"]), words, texts),
    st.sampled_from(
        [
            "privilege exec level 5 show running-config",
            "privilege exec all level 7 clear",
            "privilege exec reset show",
            "no privilege exec level 5 show running-config",
            "privilege configure level 3 interface",
            "clock timezone CET 1",
            "clock timezone NST -3 30",
            "clock summer-time CEST recurring last Sun Mar 2:00 last Sun Oct 3:00",
            "clock summer-time EDT recurring",
            "clock summer-time X date 1 Apr 2026 2:00 1 Oct 2026 3:00 90",
            "no clock summer-time",
            "ip ssh version 2",
            "ip ssh version 1",
            "no ip ssh version",
            "ip ssh time-out 60",
            "ip ssh authentication-retries 0",
            "ip ssh logging events",
            "no ip ssh logging events",
            "ip ssh source-interface fa0/0",
            "no logging console",
            "logging console errors",
            "logging buffered 9000",
            "logging buffered alerts",
            "no logging buffered",
            "logging monitor 2",
            "logging trap debugging",
            "no logging trap",
            "logging facility local2",
            "logging source-interface fa0/1",
            "no logging on",
            "logging userinfo",
            "logging rate-limit 100 except 3",
            "service sequence-numbers",
        ]
    ),
    line("logging {}", addresses),
    st.sampled_from(["no ip domain-lookup", "ip domain lookup", "no banner motd"]),
    line("ip name-server {}", st.lists(addresses, min_size=1, max_size=6).map(" ".join)),
    line(
        "ip route {}.0.0.0 255.0.0.0 {} {}",
        st.integers(11, 99).map(str),
        addresses,
        st.integers(1, 255).map(str),
    ),
    line("ip route 172.16.{}.0 255.255.255.0 fa0/0 {} name {} permanent", octets.map(str), addresses, words),
    line("no ip route {}.0.0.0 255.0.0.0", st.integers(11, 99).map(str)),
    st.sampled_from(
        [
            "no ip cef",
            "ip http server",
            "no ip http server",
            "ip http secure-server",
            "no ip source-route",
            "ip subnet-zero",
            "no ip classless",
            "no ip bootp server",
            "no cdp run",
            "no cdp advertise-v2",
            "no cdp log mismatch duplex",
            "cdp timer 30",
            "cdp holdtime 60",
            "default cdp timer",
            "no cdp holdtime",
            "file prompt quiet",
            "no service pad",
            "service tcp-keepalives-in",
            "aaa new-model",
            "no aaa new-model",
            "scheduler allocate 3000 1000",
            "no scheduler allocate",
            "ip flow-export version 5",
            "no ip forward-protocol nd",
            "default ip cef",
            "ipv6 cef",
        ]
    ),
    line("snmp-server community {} {}", words, st.sampled_from(["ro", "rw", ""])),
    line("snmp-server location {}", texts),
    line("interface {}", interfaces),
    line("no interface {}", interfaces),
    line("description {}", texts),
    line("encapsulation dot1q {} {}", st.integers(1, 99).map(str), st.sampled_from(["", "native"])),
    line("ip address {} {} {}", addresses, masks, st.sampled_from(["", "", "secondary"])),
    st.sampled_from(
        [
            "no ip address",
            "shutdown",
            "no shutdown",
            "speed 100",
            "duplex full",
            "no speed",
        ]
    ),
    st.sampled_from(
        [
            "interface range fa0/0 - 1 , lo1 - 3",
            "default interface fa0/0",
            "mtu 1400",
            "ip mtu 1300",
            "mac-address 0200.1111.2222",
            "no mac-address",
            "no keepalive",
            "no cdp enable",
            "cdp enable",
            "keepalive 20",
            "load-interval 60",
            "delay 100",
        ]
    ),
    line("bandwidth {}", st.integers(1, 100000).map(str)),
    line("ip helper-address {}", addresses),
    st.sampled_from(
        ["line con 0", "line aux 0", "line vty 0 4", "line vty 3", "line vty 0 15", "no line vty 7 15"]
    ),
    line("password {}", texts),
    st.sampled_from(
        ["login", "login local", "no login", "logging synchronous", "no exec-timeout", "length 0"]
    ),
    st.sampled_from(
        [
            "privilege level 7",
            "no exec",
            "no exec-banner",
            "no motd-banner",
            "lockable",
            "monitor",
            "no history",
            "access-class 12 in",
            "location Rack 3",
            "session-timeout 5 output",
            "transport output none",
            "transport preferred ssh",
            "stopbits 1.5",
            "speed 115200",
            "logging synchronous level 3 limit 10",
        ]
    ),
    st.sampled_from(
        [
            "line 1 3",
            "length 24",
            "history size 10",
            "username ann autocommand show users",
            "username ann access-class 10",
            "no username ann access-class",
            "logging userinfo",
            "logging origin-id string a",
            "logging facility sys9",
            "no logging facility",
            "logging host 10.0.0.9 transport udp port 5514",
            "logging 10.0.0.9",
            "logging count",
            "logging rate-limit all 20 except 3",
            "logging history size 20",
            "logging history 3",
            "logging origin-id string here",
            "logging trap 7",
            "no logging trap",
            "no logging on",
            "ip forward-protocol udp 9000",
            "no ip forward-protocol udp tftp",
            "no ip forward-protocol udp",
            "ip route 10.0.0.0 255.0.0.0 10.1.1.1 track 3",
            "no network-clock-participate wic 1",
            "no interface range lo1 - 2",
            "default interface range fa0/0 - 1",
        ]
    ),
    line("exec-timeout {} {}", numbers, numbers),
    st.sampled_from(
        ["history size 30", "width 132", "transport input all", "transport input telnet ssh", "no password"]
    ),
    dhcp_commands,
    nat_commands,
    list_commands,
    rip_lines,
    rip_interface_lines,
)


def assert_it_reads_itself_back(dialect: Dialect, lines: list[str]) -> None:
    router = fresh(dialect)
    for _ in load_configuration(Shell(router, level=15), "\n".join(lines)):
        pass
    text = configuration_body(router.config)
    other = fresh(dialect)
    other.startup = text
    other.boot()
    assert configuration_body(other.config) == text
    assert other.config == router.config
    with_defaults = fresh(dialect)
    with_defaults.startup = configuration_body(router.config, whole=True)
    with_defaults.boot()
    assert configuration_body(with_defaults.config) == text


@pytest.mark.property
@settings(deadline=None)
@given(st.sampled_from(list(Dialect)), st.lists(commands, max_size=40))
def test_fed_to_a_fresh_router_it_gives_the_same_state_and_the_same_text(
    dialect: Dialect, lines: list[str]
) -> None:
    assert_it_reads_itself_back(dialect, lines)


@pytest.mark.property
@settings(deadline=None)
@given(st.sampled_from(list(Dialect)), st.lists(dhcp_commands, min_size=8, max_size=40))
def test_so_does_all_that_a_dhcp_server_can_be_told(dialect: Dialect, lines: list[str]) -> None:
    assert_it_reads_itself_back(dialect, ["interface fa0/1", "ip dhcp class A", "ip dhcp pool A", *lines])


@pytest.mark.property
@settings(deadline=None)
@given(st.sampled_from(list(Dialect)), st.lists(nat_commands, min_size=8, max_size=40))
def test_so_does_all_that_nat_can_be_told(dialect: Dialect, lines: list[str]) -> None:
    assert_it_reads_itself_back(dialect, lines)


@pytest.mark.property
@settings(deadline=None)
@given(st.sampled_from(list(Dialect)), st.lists(list_commands, min_size=8, max_size=40))
def test_so_does_all_that_access_lists_can_say(dialect: Dialect, lines: list[str]) -> None:
    assert_it_reads_itself_back(dialect, lines)


@pytest.mark.property
@settings(deadline=None)
@given(
    st.sampled_from(list(Dialect)),
    st.lists(rip_lines, min_size=4, max_size=30),
    st.lists(rip_interface_lines, max_size=8),
)
def test_so_does_all_that_rip_can_be_told(dialect: Dialect, lines: list[str], more: list[str]) -> None:
    assert_it_reads_itself_back(dialect, ["router rip", *lines, "interface fa0/1", *more])
