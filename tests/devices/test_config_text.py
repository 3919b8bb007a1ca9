"""Configurations as text: their sections, and what must be typed to come from one to another."""

from __future__ import annotations

from ios_emu.devices.config_text import (
    Line,
    additions,
    contextual_differences,
    rebuilt,
    removals,
    sections,
)

ONE = """\
!
hostname R1
!
banner motd ^C
 no entry
!
^C
interface FastEthernet0/0
 no ip address
 shutdown
!
policy-map P
 class C
  priority 100
access-list 1 permit any
access-list 1 deny any
line vty 0 4
 login
end
"""
OTHER = """\
hostname R2
banner motd ^Ccome in^C
interface FastEthernet0/0
 ip address 10.0.0.1 255.0.0.0
policy-map P
 class C
  priority 200
access-list 1 deny any
access-list 1 permit any
line vty 0 4
 login
 exec-timeout 0 0
end
"""


def text(steps: object) -> list[str]:
    return "\n".join(str(step) for step in steps).splitlines()  # type: ignore[attr-defined]


def test_sections_have_their_lines_and_banners_their_text() -> None:
    lines = {line.text: line for line in sections(ONE)}
    assert list(lines) == [
        "hostname R1",
        "banner motd ^C",
        "interface FastEthernet0/0",
        "policy-map P",
        "access-list 1 permit any",
        "access-list 1 deny any",
        "line vty 0 4",
    ]
    assert lines["banner motd ^C"].raw == (" no entry", "!", "^C")
    assert lines["policy-map P"].children == [Line("class C", [Line("priority 100")])]


def test_a_certificate_ends_at_its_quit() -> None:
    chain = (
        "crypto pki certificate chain T\n certificate self-signed 01\n  3082 0241\n  \tquit\nip http server\n"
    )
    first, second = sections(chain)
    assert first.children[0].raw == ("  3082 0241", "  \tquit")
    assert second.text == "ip http server"


def test_what_is_typed_takes_away_and_adds() -> None:
    old, new = sections(ONE), sections(OTHER)
    assert text(removals(old, new)) == [
        "no hostname R1",
        "no banner motd ^C",
        "interface FastEthernet0/0",
        " no shutdown",
        "policy-map P",
        " class C",
        "  no priority 100",
    ]
    assert text(additions(old, new)) == [
        "hostname R2",
        "banner motd ^Ccome in^C",
        "interface FastEthernet0/0",
        " ip address 10.0.0.1 255.0.0.0",
        "policy-map P",
        " class C",
        "  priority 200",
        "line vty 0 4",
        " exec-timeout 0 0",
    ]


def test_another_order_is_typed_anew() -> None:
    old, new = sections(ONE), sections(OTHER)
    before, after = ([line for line in lines if line.text.startswith("access")] for lines in (old, new))
    assert text(rebuilt(before, after)) == [
        "no access-list 1 permit any",
        "no access-list 1 deny any",
        "access-list 1 deny any",
        "access-list 1 permit any",
    ]


def test_the_entries_of_an_access_list_are_in_order_whatever_they_do() -> None:
    old = sections("ip access-list extended X\n deny ip any any\n permit tcp any any\n")
    new = sections("ip access-list extended X\n permit tcp any any\n deny ip any any\n")
    assert text(rebuilt(old, new)) == [
        "ip access-list extended X",
        " no deny ip any any",
        " no permit tcp any any",
        " permit tcp any any",
        " deny ip any any",
    ]


def test_the_differences_as_ios_shows_them() -> None:
    shown = contextual_differences(sections(ONE), sections(OTHER))
    assert shown.splitlines()[:6] == [
        "!Contextual Config Diffs:",
        "+hostname R2",
        "+banner motd ^Ccome in^C",
        "interface FastEthernet0/0",
        " +ip address 10.0.0.1 255.0.0.0",
        "policy-map P",
    ]
    assert "interface FastEthernet0/0\n -no ip address\n -shutdown\n" in shown
    assert contextual_differences(sections(ONE), sections(ONE)).endswith("!No changes were found\n")
