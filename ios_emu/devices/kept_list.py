"""The explicit list of the commands of global configuration that are kept and have no effect.

Each has a place in the running configuration, and the order of the list is the order there. Sub-modes that
are kept are listed in `kept_blocks`.
"""

from __future__ import annotations

from dataclasses import dataclass

from ios_emu.devices.dialect import Dialect


@dataclass(frozen=True, slots=True)
class Kept:
    """A command without effect. `key` are its first words; `place` names a part of the configuration.

    `factory` maps a dialect to the line that a router fresh from the box prints there. `many` means that
    each different line is a setting of its own, `named` that so many words behind the key tell them apart;
    `said` that the line stands there as it was said, with `no` or without.
    """

    key: str
    place: str
    on_by_default: bool = False
    factory: tuple[tuple[Dialect, str], ...] = ()
    many: bool = False
    named: int = 0
    said: bool = False


_IOS, _PT = Dialect.IOS, Dialect.PACKET_TRACER


def _one(place: str, *keys: str) -> tuple[Kept, ...]:
    return tuple(Kept(key, place) for key in keys)


def _many(place: str, *keys: str) -> tuple[Kept, ...]:
    return tuple(Kept(key, place, many=True) for key in keys)


def _named(words: int, place: str, *keys: str) -> tuple[Kept, ...]:
    return tuple(Kept(key, place, named=words) for key in keys)


def _on(place: str, *keys: str) -> tuple[Kept, ...]:
    return tuple(Kept(key, place, on_by_default=True) for key in keys)


KEPT = (
    *_one("service", "service alignment", "service compress-config"),
    Kept("service config", "service"),
    *_many("service", "service counters"),
    *_one("service", "service disable-ip-fast-frag", "service exec-callback", "service exec-wait"),
    Kept("service finger", "service"),
    *_one(
        "service", "service hide-telnet-addresses", "service internal", "service linenumber", "service nagle"
    ),
    *_one("service", "service old-slip-prompts"),
    Kept("service pad", "service", on_by_default=True),
    *_on("service", "service password-recovery", "service prompt config"),
    *_one("service", "service pt-vty-logging", "service slave-log"),
    Kept("service tcp-keepalives-in", "service"),
    Kept("service tcp-keepalives-out", "service"),
    *_one("service", "service telnet-zeroidle", "service udp-small-servers"),
    *_many("boot", "boot system"),
    *_one("boot", "boot config", "boot host", "boot network"),
    *_many("first", "buffers", "memory"),
    *_one("first", "security authentication", "security passwords min-length"),
    Kept("aaa new-model", "aaa", factory=((_IOS, "no aaa new-model"),)),
    *_one(
        "aaa-lists",
        "aaa authentication attempts",
        "aaa authentication banner",
        "aaa authentication fail-message",
    ),
    *_one("aaa-lists", "aaa authentication password-prompt", "aaa authentication username-prompt"),
    *_named(
        1, "aaa-lists", "aaa authentication login", "aaa authentication enable", "aaa authentication ppp"
    ),
    *_named(1, "aaa-lists", "aaa authentication dot1x"),
    *_one("aaa-lists", "aaa authorization console", "aaa authorization config-commands"),
    *_named(
        1, "aaa-lists", "aaa authorization exec", "aaa authorization network", "aaa authorization auth-proxy"
    ),
    *_named(1, "aaa-lists", "aaa authorization reverse-access"),
    *_named(2, "aaa-lists", "aaa authorization commands"),
    *_many("aaa-lists", "aaa accounting", "aaa local"),
    *_one("aaa-session", "aaa session-id"),
    Kept("network-clock-participate", "memory", many=True, said=True),
    *_many("memory", "network-clock-select"),
    *_one("control-plane", "control-plane service-policy input", "control-plane service-policy output"),
    *_one("memory", "memory-size iomem"),
    *_on("memory", "mmi auto-configure", "mmi pvc"),
    *_one("memory", "mmi polling-interval", "mmi snmp-timeout"),
    Kept("ip subnet-zero", "cef", on_by_default=True),
    Kept("ip source-route", "cef", on_by_default=True),
    *_on("cef", "ip routing", "ip gratuitous-arps"),
    *_many("cef", "ip icmp rate-limit"),
    *_one("cef", "ip options drop", "ip options ignore"),
    Kept("ip cef", "cef", on_by_default=True, factory=((_IOS, "ip cef"), (_PT, "ip cef"))),
    Kept("ipv6 cef", "cef", factory=((_PT, "no ipv6 cef"),)),
    *_one("cef", "dot11 syslog"),
    *_one("ip", "ip domain round-robin"),
    *_one("ip", "ip finger", "ip identd", "ip multicast-routing"),
    *_one("ip", "ip tcp finwait-time", "ip tcp mss", "ip tcp path-mtu-discovery", "ip tcp selective-ack"),
    *_one("ip", "ip tcp synwait-time", "ip tcp timestamp", "ip tcp window-size"),
    *_one("ip", "ip telnet source-interface", "ip tftp source-interface", "ip ftp source-interface"),
    *_one("ip", "ip ftp username", "ip ftp password"),
    *_on("ip", "ip ftp passive"),
    *_many("ip", "ip rcmd"),
    *_one("ip", "ip address-pool"),
    *_many("ip", "ip auth-proxy", "ip port-map", "ip nbar", "ip ips", "ip urlfilter", "ip wccp", "ip verify"),
    *_one("ip", "ip inspect alert-off", "ip inspect audit-trail", "ip inspect log"),
    *_many("ip", "ip inspect max-incomplete", "ip inspect one-minute", "ip inspect tcp", "ip inspect udp"),
    *_named(2, "ip", "ip inspect name"),
    *_one("ip", "login block-for", "login delay", "login quiet-mode"),
    *_one("ip", "login on-failure", "login on-success"),
    *_one("ip", "ipv6 unicast-routing", "ipv6 multicast-routing"),
    *_many("ip", "ipv6 host"),
    *_one("multilink", "multilink bundle-name", "mls qos", "frame-relay switching"),
    *_many("multilink", "mpls"),
    *_on("multilink", "parser cache"),
    *_one("multilink", "isdn switch-type", "isdn tei-negotiation"),
    *_one("vpdn", "vpdn enable"),
    *_many("vpdn", "vpdn logging"),
    *_many("voice", "voice call", "voice rtp"),
    *_one("voice", "voice vad-time"),
    *_one("key", "key config-key"),
    Kept("ip ssh source-interface", "ssh"),
    *_many("pki", "crypto pki certificate map"),
    *_one("vlan", "vtp domain", "vtp mode", "vlan internal allocation policy", "port-channel load-balance"),
    *_many("vlan", "mac-address-table"),
    *_on("isakmp-settings", "crypto isakmp enable"),
    *_many("isakmp-settings", "crypto isakmp key", "crypto isakmp nat", "crypto isakmp aggressive-mode"),
    *_one(
        "isakmp-settings",
        "crypto isakmp identity",
        "crypto isakmp invalid-spi-recovery",
        "crypto isakmp keepalive",
    ),
    *_many("isakmp-settings", "crypto isakmp client configuration address-pool"),
    *_many("ipsec", "crypto ipsec security-association lifetime", "crypto ipsec security-association replay"),
    *_one("ipsec", "crypto ipsec security-association idle-time", "crypto ipsec df-bit"),
    *_one("ipsec", "crypto ipsec fragmentation"),
    Kept("crypto ipsec nat-transparency", "ipsec", on_by_default=True, many=True),
    *_many("crypto-map", "crypto map"),
    Kept("ip dhcp smart-relay", "dhcp-relay"),
    Kept("ip dhcp relay information option vpn", "dhcp-relay"),
    Kept("ip dhcp relay information option subscriber-id", "dhcp-relay"),
    Kept("ip dhcp relay source-interface", "dhcp-relay"),
    Kept("ip dhcp subscriber-id interface-name", "dhcp-relay"),
    Kept("ip dhcp use vrf remote", "dhcp"),
    Kept("ip dhcp use subscriber-id client-id", "dhcp"),
    Kept("ip dhcp aaa default username", "dhcp"),
    Kept("ip dhcp binding cleanup interval", "dhcp"),
    Kept("ip dhcp compatibility lease-query client", "dhcp"),
    Kept("ip dhcp compatibility suboption link-selection", "dhcp"),
    Kept("ip dhcp limit lease log", "dhcp"),
    Kept("ip dhcp limit lease per interface", "dhcp"),
    Kept("ip dhcp limited-broadcast-address", "dhcp"),
    Kept("ip dhcp route connected", "dhcp"),
    Kept("ip dhcp route static", "dhcp"),
    Kept("ip dhcp update dns", "dhcp"),
    Kept("ip dhcp excluded-address vrf", "dhcp", many=True),
    Kept("ip dhcp-server query lease retries", "names"),
    Kept("ip dhcp-server query lease timeout", "names"),
    Kept("ip dhcp-server", "names", many=True),
    Kept("ip bootp server", "names", on_by_default=True),
    Kept("spanning-tree mode", "spanning-tree", factory=((_PT, "spanning-tree mode pvst"),)),
    *_many("spanning-tree", "spanning-tree extend", "spanning-tree portfast", "spanning-tree vlan"),
    *_many("pools", "ip local pool"),
    *_one("pools", "ip local policy route-map", "ip default-gateway"),
    *_many("pools", "ip default-network", "ip mroute"),
    *_many("arp", "arp"),
    Kept("ip classless", "classless", on_by_default=True, factory=((_PT, "ip classless"),)),
    Kept(
        "ip forward-protocol nd", "forward", on_by_default=True, factory=((_IOS, "ip forward-protocol nd"),)
    ),
    *_one("flow", "ip flow-cache entries", "ip flow-cache timeout active", "ip flow-cache timeout inactive"),
    *_one("flow", "ip flow-export source"),
    *_many("flow", "ip flow-export destination"),
    Kept("ip flow-export version", "flow", factory=((_PT, "ip flow-export version 9"),)),
    *_one("http", "ip http access-class", "ip http authentication", "ip http path", "ip http port"),
    Kept("ip http server", "http", factory=((_IOS, "no ip http server"),)),
    Kept("ip http secure-server", "http", factory=((_IOS, "no ip http secure-server"),)),
    *_one("access-lists", "ip access-list logging interval"),
    *_many("lists", "ip as-path access-list", "ip community-list", "ip extcommunity-list", "ip prefix-list"),
    *_one("lists", "ip bgp-community"),
    *_many("lists", "ip pim", "ip igmp", "ip rtcp"),
    *_one("lists", "ip radius source-interface", "ip tacacs source-interface"),
    *_one("sla", "ip sla responder"),
    *_named(1, "sla", "ip sla schedule", "ip sla monitor schedule"),
    *_named(1, "dialer-list", "chat-script"),
    *_many("dialer-list", "access-list", "dialer-list"),
    *_many("lists", "ipv6 route"),
    *_many("flow", "ip route vrf"),
    *_many("http", "ip http client"),
    *_one("http", "ip http max-connections", "ip http secure-port", "ip http timeout-policy"),
    *_one("nat", "ip nat translation arp-ping-timeout", "ip nat translation pptp-timeout"),
    *_one("nat", "ip nat translation routemap-entry-timeout"),
    *_many("nat", "ip nat translation port-timeout", "ip nat service"),
    *_many("nat", "ip nat inside source route-map", "ip nat outside source route-map"),
    Kept("logging exception", "logging"),
    *_one("logging", "logging history size", "logging history"),
    *_many("logging", "logging message-counter"),
    Kept("logging queue-limit", "logging"),
    Kept("logging rate-limit", "logging"),
    Kept("snmp-server community", "snmp", many=True),
    *_many("snmp", "snmp-server engineID", "snmp-server group", "snmp-server user", "snmp-server view"),
    *_one("snmp", "snmp-server ifindex persist", "snmp-server trap-source", "snmp-server trap-timeout"),
    *_one("snmp", "snmp-server packetsize", "snmp-server queue-length"),
    Kept("snmp-server location", "snmp"),
    Kept("snmp-server contact", "snmp"),
    *_one("snmp", "snmp-server chassis-id", "snmp-server system-shutdown", "snmp-server manager"),
    *_one("snmp", "snmp-server tftp-server-list"),
    *_many("snmp", "snmp-server enable traps", "snmp-server host"),
    *_many("tacacs", "tacacs-server host"),
    *_one(
        "tacacs", "tacacs-server administration", "tacacs-server dns-alias-lookup", "tacacs-server timeout"
    ),
    *_one("tacacs", "tacacs-server directed-request", "tacacs-server packet", "tacacs-server key"),
    *_many("tacacs", "radius-server attribute", "radius-server authorization", "radius-server dead-criteria"),
    *_many("tacacs", "radius-server host", "radius-server vsa"),
    *_one("tacacs", "radius-server directed-request", "radius-server deadtime", "radius-server retransmit"),
    *_one("tacacs", "radius-server source-ports", "radius-server timeout", "radius-server key"),
    *_one("bridge", "bridge irb"),
    *_many("bridge", "bridge"),
    *_many("mgcp", "call", "ccm-manager", "num-exp", "mgcp"),
    *_one("mgcp", "sccp local"),
    *_many("mgcp", "sccp ip", "sccp ccm"),
    *_one("mgcp", "sccp"),
    *_many("dial-peer", "dial-peer cor"),
    *_one("dial-peer", "dial-peer hunt"),
    *_many("ntp-last", "exception", "process", "tftp-server"),
    *_many("event", "webvpn"),
    *_many("event", "event manager environment"),
    *_on("cdp", "cdp advertise-v2", "cdp log mismatch duplex"),
    Kept("cdp run", "cdp", on_by_default=True),
    *_one("scheduler", "scheduler interval", "scheduler max-task-time"),
    Kept("scheduler allocate", "scheduler", factory=((_IOS, "scheduler allocate 20000 1000"),)),
    *_named(1, "ntp", "ntp authentication-key", "ntp trusted-key"),
    *_one("ntp", "ntp authenticate", "ntp broadcastdelay", "ntp clock-period", "ntp logging", "ntp master"),
    *_one("ntp", "ntp max-associations", "ntp source", "ntp update-calendar"),
    *_many("ntp", "ntp access-group"),
    *_named(1, "ntp", "ntp peer", "ntp server"),
    *_many("ntp", "sntp"),
    Kept("ip scp server enable", "ssh"),
    *_one("system-mtu", "system mtu routing", "system mtu jumbo", "system mtu"),
    *_one(
        "switching",
        "cluster enable",
        "errdisable recovery interval",
        "udld aggressive",
        "udld enable",
        "lldp run",
    ),
    *_many("switching", "errdisable recovery cause"),
    Kept("errdisable detect cause", "switching", on_by_default=True, many=True),
    *_many(
        "switching", "ip dhcp snooping", "mls qos map", "mls qos srr-queue", "mac address-table notification"
    ),
    *_one("spanning-tree", "spanning-tree loopguard default", "spanning-tree backbonefast"),
    *_one("spanning-tree", "spanning-tree uplinkfast", "spanning-tree pathcost method"),
    *_one("reaction", "ip sla enable reaction-alerts"),
)

SWITCH_FACTORY: dict[Dialect, dict[str, str]] = {
    _IOS: {
        "service pad": "no service pad",
        "aaa new-model": "no aaa new-model",
        "system mtu routing": "system mtu routing 1500",
        "spanning-tree mode": "spanning-tree mode pvst",
        "spanning-tree extend system-id": "spanning-tree extend system-id",
        "vlan internal allocation policy": "vlan internal allocation policy ascending",
        "ip http server": "ip http server",
        "ip http secure-server": "ip http secure-server",
        "ip sla enable reaction-alerts": "ip sla enable reaction-alerts",
    },
    _PT: {
        "spanning-tree mode": "spanning-tree mode pvst",
        "spanning-tree extend system-id": "spanning-tree extend system-id",
    },
}
"""The lines that a 2960 fresh from the box keeps, by key."""
