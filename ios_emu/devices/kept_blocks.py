"""Sub-modes whose lines are kept in the configuration and have no effect: route maps, crypto maps and so on.

A kind tells which lines of the configuration open such a block, inside which other block they may stand, and
where in the configuration the blocks are printed. Lines of a block keep the order in which they came.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ios_emu.devices.kept_order import rank

BlockLines = dict[str, "str | Block"]
"""Lines and blocks, by what they are known by."""


@dataclass(frozen=True, slots=True)
class BlockKind:
    """A kind of block. `name` is its mode, `key` the first words of the line that opens it.

    `prompt` is what the prompt has in its brackets, `title` the head of the mode's `?` list. `within` names
    the kind of block that it stands in. `indent` is how deep its lines stand below the line that opens it,
    `closing` a line that is printed behind them, `first` one that a new block has.
    """

    name: str
    key: str
    place: str
    prompt: str
    title: str
    within: str | None = None
    indent: int = 1
    closing: str | None = None
    first: tuple[str, str] | None = None


@dataclass(slots=True)
class Block:
    """A block: its kind, the line that opens it, its lines and the blocks in it, as they came.

    `lines` maps what a line is known by (its keywords, or the whole line) to the line.
    """

    kind: BlockKind
    header: str
    lines: BlockLines = field(default_factory=dict)

    def configuration(self) -> Iterator[str]:
        """The block as it is printed, without the `!` behind it."""
        yield self.header
        indent = " " * self.kind.indent
        for line in sorted(self.lines.values(), key=self._rank):
            if isinstance(line, Block):
                if line.kind.closing is not None:
                    yield f"{indent}!"
                yield from (f"{indent}{inner}" for inner in line.configuration())
            else:
                # A certificate is one line here, and many in print.
                yield from (f"{indent}{part}" for part in line.split("\n"))
        if self.kind.closing is not None:
            yield self.kind.closing

    def _rank(self, line: str | Block) -> int:
        """Address families stand behind the lines of their process; other blocks where they came."""
        if isinstance(line, str):
            return rank(self.kind.name, line)
        return _LAST if line.kind.closing is not None else 0


def _kinds(place: str, *kinds: tuple[str, str, str, str]) -> tuple[BlockKind, ...]:
    return tuple(BlockKind(name, key, place, prompt, title) for name, key, prompt, title in kinds)


_LAST = 99
_REGISTER = "Voice register configuration commands:"

BLOCK_KINDS = (
    *_kinds(
        "aaa-groups",
        ("aaa_group", "aaa group server radius", "config-sg-radius", "RADIUS Server-group commands:"),
        ("aaa_group", "aaa group server tacacs+", "config-sg-tacacs+", "TACACS+ Server-group commands:"),
    ),
    *_kinds(
        "parser",
        (
            "parameter_map",
            "parameter-map type inspect",
            "config-profile",
            "parameter-map commands:",
        ),
    ),
    *_kinds("resource", ("resource_policy", "resource policy", "config-erm", "ERM commands:")),
    *_kinds("ip", ("ip_vrf", "ip vrf", "config-vrf", "IP VPN Routing/Forwarding instance commands:")),
    *_kinds("parser", ("parser_view", "parser view", "config-view", "View commands:")),
    *_kinds("voice-card", ("voice_card", "voice-card", "config-voicecard", "Voice-card commands:")),
    *_kinds(
        "vpdn",
        ("l2tp_class", "l2tp-class", "config-l2tp-class", "L2TP class configuration commands:"),
        (
            "pseudowire_class",
            "pseudowire-class",
            "config-pw-class",
            "Pseudowire class configuration commands:",
        ),
    ),
    *_kinds("vpdn", ("vpdn_group", "vpdn-group", "config-vpdn", "VPDN group configuration commands:")),
    *_kinds("key", ("key_chain", "key chain", "config-keychain", "Key-chain configuration commands:")),
    *_kinds(
        "voice",
        ("voice_service", "voice service pots", "conf-voi-serv", "VOICE SERVICE configuration commands:"),
        ("voice_service", "voice service voip", "conf-voi-serv", "VOICE SERVICE configuration commands:"),
        (
            "voice_class_h323",
            "voice class h323",
            "config-class",
            "Voice class configuration commands:",
        ),
        ("voice_codecs", "voice class codec", "config-class", "Voice class configuration commands:"),
        ("translation_rule", "voice translation-rule", "cfg-translation-rule", "Translation rule commands:"),
        (
            "translation_profile",
            "voice translation-profile",
            "cfg-translation-profile",
            "Translation profile commands:",
        ),
        *(
            ("voice_register", f"voice register {kind}", f"config-register-{kind}", _REGISTER)
            for kind in ("global", "dn", "template", "pool")
        ),
        ("ephone_hunt", "voice hunt-group", "config-voice-hunt-group", "Voice hunt group commands:"),
    ),
    BlockKind(
        "voice_sip",
        "sip",
        "",
        "conf-serv-sip",
        "SIP configuration commands:",
        "voice_service",
    ),
    BlockKind(
        "voice_h323",
        "h323",
        "",
        "conf-serv-h323",
        "H.323 configuration commands:",
        "voice_service",
    ),
    *_kinds(
        "pki",
        ("trustpoint", "crypto pki trustpoint", "ca-trustpoint", "CA Trustpoint configuration commands:"),
        (
            "certificate_chain",
            "crypto pki certificate chain",
            "config-cert-chain",
            "Certificate configuration commands:",
        ),
    ),
    *_kinds("track", ("track", "track", "config-track", "Tracking instance configuration commands:")),
    *_kinds(
        "class-map",
        ("class_map", "class-map type inspect", "config-cmap", "QoS class-map configuration commands:"),
        ("class_map", "class-map", "config-cmap", "QoS class-map configuration commands:"),
    ),
    *_kinds(
        "policy-map",
        ("policy_map", "policy-map type inspect", "config-pmap", "QoS policy-map configuration commands:"),
        ("policy_map", "policy-map", "config-pmap", "QoS policy-map configuration commands:"),
    ),
    BlockKind(
        "policy_class",
        "class",
        "",
        "config-pmap-c",
        "QoS policy-map class commands:",
        "policy_map",
    ),
    BlockKind(
        "policer",
        "police",
        "",
        "config-pmap-c-police",
        "QoS policy-map class police commands:",
        "policy_class",
        indent=3,
    ),
    *_kinds(
        "zone",
        ("zone", "zone security", "config-sec-zone", "Zone configuration commands:"),
        ("zone_pair", "zone-pair security", "config-sec-zone-pair", "Zone pair configuration commands:"),
    ),
    *_kinds(
        "isakmp",
        ("crypto_keyring", "crypto keyring", "conf-keyring", "Keyring configuration commands:"),
        ("isakmp_policy", "crypto isakmp policy", "config-isakmp", "ISAKMP commands:"),
    ),
    *_kinds(
        "isakmp-settings",
        (
            "isakmp_group",
            "crypto isakmp client configuration group",
            "config-isakmp-group",
            "ISAKMP group policy config commands:",
        ),
    ),
    BlockKind(
        "isakmp_profile",
        "crypto isakmp profile",
        "isakmp-settings",
        "conf-isa-prof",
        "ISAKMP Profile commands:",
        indent=3,
    ),
    *_kinds(
        "ipsec",
        (
            "transform_set",
            "crypto ipsec transform-set",
            "cfg-crypto-trans",
            "Crypto transform configuration commands:",
        ),
        ("ipsec_profile", "crypto ipsec profile", "ipsec-profile", "Crypto Map configuration commands:"),
        ("ezvpn", "crypto ipsec client ezvpn", "config-crypto-ezvpn", "EZVPN client configuration commands:"),
        ("crypto_map", "crypto dynamic-map", "config-crypto-map", "Crypto Map configuration commands:"),
    ),
    *_kinds(
        "crypto-map", ("crypto_map", "crypto map", "config-crypto-map", "Crypto Map configuration commands:")
    ),
    *(
        BlockKind(
            "kept_interface",
            f"interface {kind}",
            "dialer-interfaces" if kind in ("Dialer", "BVI") else "software-interfaces",
            "config-if",
            "Interface configuration commands:",
            first=None if kind == "Null" else ("ip address", "no ip address"),
        )
        for kind in ("Tunnel", "Null", "Multilink", "Port-channel", "Virtual-Template", "Dialer", "BVI")
    ),
    # RIP, which is no block, stands between those of the two places.
    *(
        BlockKind(
            f"router_{name}", f"router {name}", place, "config-router", "Router configuration commands:"
        )
        for place, names in (("router", ("eigrp", "ospf")), ("routers", ("isis", "bgp")))
        for name in names
    ),
    BlockKind(
        "address_family",
        "address-family",
        "",
        "config-router-af",
        "Router Address Family configuration commands:",
        "router_bgp",
        closing="exit-address-family",
    ),
    BlockKind(
        "key_chain_key",
        "key",
        "",
        "config-keychain-key",
        "Key-chain key commands:",
        "key_chain",
    ),
    *(
        BlockKind("vpdn_dialin", key, "", prompt, "VPDN group configuration commands:", "vpdn_group")
        for key, prompt in (
            ("accept-dialin", "config-vpdn-acc-in"),
            ("request-dialin", "config-vpdn-req-in"),
        )
    ),
    *_kinds(
        "flow",
        (
            "flow_top_talkers",
            "ip flow-top-talkers",
            "config-flow-top-talkers",
            "netflow top talkers configuration commands:",
        ),
    ),
    *_kinds(
        "sla",
        ("ip_sla", "ip sla monitor", "config-sla-monitor", "IP SLAs entry configuration commands:"),
        ("ip_sla", "ip sla", "config-ip-sla", "IP SLAs entry configuration commands:"),
    ),
    *_kinds(
        "map-class",
        ("map_class", "map-class dialer", "config-map-class", "Static maps class commands:"),
        (
            "map_class",
            "map-class frame-relay",
            "config-map-class",
            "Static maps class commands:",
        ),
    ),
    *_kinds(
        "route-map",
        ("ipv6_process", "ipv6 router ospf", "config-rtr", "Router configuration commands:"),
        ("ipv6_process", "ipv6 router rip", "config-rtr", "Router configuration commands:"),
        ("route_map", "route-map", "config-route-map", "Route Map configuration commands:"),
    ),
    *_kinds(
        "ipv6-list",
        (
            "ipv6_access_list",
            "ipv6 access-list",
            "config-ipv6-acl",
            "IPv6 Access List commands:",
        ),
    ),
    *_kinds("voice-port", ("voice_port", "voice-port", "config-voiceport", "Voice-port commands:")),
    *_kinds(
        "mgcp",
        ("sccp_group", "sccp ccm group", "config-sccp-ccm", "SCCP CallManager group commands:"),
        (
            "dspfarm_profile",
            "dspfarm profile",
            "config-dspfarm-profile",
            "DSP farm profile configuration commands:",
        ),
    ),
    *_kinds(
        "dial-peer",
        ("dial_peer", "dial-peer voice", "config-dial-peer", "Dial-peer configuration commands:"),
        ("gateway", "gateway", "config-gateway", "Gateway configuration commands:"),
        ("sip_ua", "sip-ua", "config-sip-ua", "SIP UA configuration commands:"),
        ("gatekeeper", "gatekeeper", "config-gk", "Gatekeeper configuration commands:"),
        (
            "telephony_service",
            "telephony-service",
            "config-telephony",
            "Cisco Unified CallManager Express configuration commands.",
        ),
        (
            "call_manager_fallback",
            "call-manager-fallback",
            "config-cm-fallback",
            "Cisco Unified SRST configuration commands.",
        ),
        (
            "ephone_template",
            "ephone-template",
            "config-ephone-template",
            "Ethernet phone template configuration commands:",
        ),
        ("ephone_dn", "ephone-dn", "config-ephone-dn", "Ethernet phone dn configuration commands:"),
        ("ephone", "ephone", "config-ephone", "Ethernet phone configuration commands:"),
        (
            "ephone_hunt",
            "ephone-hunt",
            "config-ephone-hunt",
            "Ethernet phone hunt group configuration commands:",
        ),
    ),
    *_kinds(
        "event",
        (
            "kron_occurrence",
            "kron occurrence",
            "config-kron-occurrence",
            "Kron Subsystem configuration commands:",
        ),
        (
            "kron_policy",
            "kron policy-list",
            "config-kron-policy",
            "Kron policy configuration commands:",
        ),
    ),
    *_kinds("time-range", ("time_range", "time-range", "config-time-range", "Time range commands:")),
    *_kinds(
        "event",
        (
            "event_applet",
            "event manager applet",
            "config-applet",
            "Event Manager Applet configuration commands:",
        ),
    ),
)
"""Every kind of block, in the order in which they are printed at their place."""

_BY_LENGTH = sorted(BLOCK_KINDS, key=lambda kind: -len(kind.key))


def kind_of(header: str, within: str | None) -> BlockKind | None:
    """The kind that a line opens inside a block of the kind `within`, or outside of any; None for none."""
    for kind in _BY_LENGTH:
        if kind.within == within and (header == kind.key or header.startswith(f"{kind.key} ")):
            return kind
    return None


def blocks_at(blocks: BlockLines, place: str) -> Iterator[str]:
    """The blocks of one place, in the order of the table, each with its `!`."""
    at_place = [block for block in blocks.values() if isinstance(block, Block) and block.kind.place == place]
    for block in sorted(at_place, key=lambda block: BLOCK_KINDS.index(block.kind)):
        yield from block.configuration()
        yield "!"
