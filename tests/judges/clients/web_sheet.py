"""The lab sheet by clicks alone: addresses, DNS, accounts, a mail there and back, SMTP off, the ports."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, expect

from tests.judges.clients.web_viewer import Viewer

DOMAIN = "univ-djelfa.com"
SERVER, NAMES = "192.168.1.10", "192.168.1.20"
ADDRESSES = {"user1-pc": "192.168.1.1", "user2-pc": "192.168.1.2", "Mail-Server": SERVER, "DNS-Server": NAMES}
PASSWORDS = {"user1": "123", "user2": "456"}
_STARS = "*" * 8


def lab_sheet(viewer: Viewer) -> dict[str, Any]:
    """All of it; what was seen on the way."""
    seen: dict[str, Any] = {}
    _set_addresses(viewer)
    _serve_names(viewer)
    _serve_mail(viewer)
    for user, password in PASSWORDS.items():
        place = viewer.desk(f"{user}-pc", "Email")
        seen["account"] = configure(viewer, place, user, password)
    _mail(viewer, seen)
    _refuse(viewer, seen)
    _look_at_the_wire(viewer, seen)
    return seen


def _set_addresses(viewer: Viewer) -> None:
    for name, address in ADDRESSES.items():
        place = viewer.desk(name, "IP Configuration")
        place.get_by_text("Static", exact=True).click()
        place.get_by_label("IPv4 Address").fill(address)
        place.get_by_label("Subnet Mask").fill("255.255.255.0")
        place.get_by_label("DNS Server").fill(NAMES)
        place.get_by_role("button", name="Apply").click()
        line = rf"{name} C:\>ipconfig {address} 255.255.255.0 0.0.0.0 {NAMES}"
        assert viewer.did(place, line) == "Done."
        expect(viewer.device(name)).to_contain_text(f"{address}/24")
    viewer.look("address")


def _serve_names(viewer: Viewer) -> None:
    place = viewer.desk("DNS-Server", "Services")
    place.get_by_role("switch", name="DNS").click()
    viewer.did(place, r"DNS-Server C:\>service dns on")
    card = place.get_by_role("region", name="DNS")
    card.get_by_label("Name", exact=True).fill(DOMAIN)
    card.get_by_label("Address", exact=True).fill(SERVER)
    card.get_by_role("button", name="Add").click()
    viewer.did(place, rf"DNS-Server C:\>service dns add {DOMAIN} A {SERVER}")
    card.get_by_text(f"{DOMAIN} A {SERVER}").wait_for()


def _serve_mail(viewer: Viewer) -> None:
    place = viewer.desk("Mail-Server", "Services")
    card = place.get_by_role("region", name="Email")
    card.get_by_label("Domain Name").fill(DOMAIN)
    card.get_by_role("button", name="Set").click()
    viewer.did(place, rf"Mail-Server C:\>service mail domain {DOMAIN}")
    for user, password in PASSWORDS.items():
        card.get_by_label("User", exact=True).fill(user)
        card.get_by_label("Password", exact=True).fill(password)
        card.get_by_role("button", name="Add").click()
        viewer.did(place, rf"Mail-Server C:\>service mail user add {user} {_STARS}")
        card.get_by_text(user, exact=True).wait_for()
    for service in ("SMTP", "POP3"):
        place.get_by_role("switch", name=service).click()
        viewer.did(place, rf"Mail-Server C:\>service {service.lower()} on")


def configure(viewer: Viewer, place: Locator, user: str, password: str) -> str:
    """Configure Mail; the status line behind it."""
    place.get_by_role("button", name="Configure Mail").click()
    window = viewer.dialog("Configure Mail")
    fields = {"Your Name": user, "Email Address": f"{user}@{DOMAIN}", "Incoming Mail Server": DOMAIN}
    fields |= {"Outgoing Mail Server": DOMAIN, "User Name": user, "Password": password}
    for label in fields:
        window.get_by_label(label).fill("to be cleared")
    window.get_by_role("button", name="Clear").click()
    for label, value in fields.items():
        expect(window.get_by_label(label)).to_have_value("")
        window.get_by_label(label).fill(value)
    viewer.look("configure")
    window.get_by_role("button", name="Save").click()
    window.wait_for(state="hidden")
    words = [user, f"{user}@{DOMAIN}", DOMAIN, DOMAIN, user, _STARS]
    return viewer.did(place, rf"{user}-pc C:\>mail configure {' '.join(words)}")


def write(viewer: Viewer, place: Locator, device: str, subject: str, text: str) -> str:
    """Compose to user2; the status line behind it."""
    place.get_by_role("button", name="Compose").click()
    window = viewer.dialog("Compose Mail")
    window.get_by_label("To").fill(f"user2@{DOMAIN}")
    window.get_by_label("Subject").fill(subject)
    window.get_by_label("Text").fill(text)
    viewer.look("compose")
    window.get_by_role("button", name="Send").click()
    window.wait_for(state="hidden")
    return viewer.did(place, rf"{device} C:\>mail send user2@{DOMAIN} {subject}")


def _mail(viewer: Viewer, seen: dict[str, Any]) -> None:
    place = viewer.desk("user1-pc", "Email")
    seen["sent"] = write(viewer, place, "user1-pc", "Hello?", "First line\n.\nlast line")
    place = viewer.desk("user2-pc", "Email")
    place.get_by_role("button", name="Receive").click()
    seen["received"] = viewer.did(place, r"user2-pc C:\>mail receive")
    place.get_by_role("list").get_by_text("Hello?").click()
    viewer.typed(r"user2-pc C:\>mail read 1")
    seen["read"] = viewer.said(place.locator(".letter"))
    viewer.look("mail")
    place.get_by_role("button", name="Reply").click()
    window = viewer.dialog("Compose Mail")
    expect(window.get_by_label("To")).to_have_value(f"user1@{DOMAIN}")
    expect(window.get_by_label("Subject")).to_have_value("RE: Hello?")
    window.get_by_label("Text").fill("And back")
    window.get_by_role("button", name="Send").click()
    seen["replied"] = viewer.did(place, r"user2-pc C:\>mail reply 1")
    place.get_by_role("button", name="Delete").click()
    seen["deleted"] = viewer.did(place, r"user2-pc C:\>mail delete 1")
    place.get_by_text("There is no mail.").wait_for()


def _refuse(viewer: Viewer, seen: dict[str, Any]) -> None:
    place = viewer.desk("Mail-Server", "Services")
    place.get_by_role("switch", name="SMTP").click()
    viewer.did(place, r"Mail-Server C:\>service smtp off")
    seen["mail log"] = (
        place.get_by_role("region", name="Email").get_by_role("region", name="Log").text_content()
    )
    viewer.look("services")
    place = viewer.desk("user1-pc", "Email")
    seen["refused"] = write(viewer, place, "user1-pc", "Again", "x")
    place = viewer.desk("DNS-Server", "Services")
    seen["dns log"] = place.get_by_role("region", name="DNS").get_by_role("region", name="Log").text_content()


def _look_at_the_wire(viewer: Viewer, seen: dict[str, Any]) -> None:
    page = viewer.page
    protocols = page.get_by_label("Protocols")
    for before, protocol in (("", "smtp"), ("smtp", "pop3")):
        viewer.choose(protocols, protocol)
        if before:
            page.get_by_role("option", name=before, exact=True).click()
        page.keyboard.press("Escape")
        viewer.typed(f"lab> events {protocol}")
        seen[protocol] = viewer.event("[SYN]").locator(".info").text_content()
    viewer.event("[SYN]").click()
    window = viewer.dialog("PDU")
    window.get_by_role("button", name="dport").click()
    expect(window.locator(".byte.lit")).to_have_count(2)
    seen["lit"] = window.locator(".byte.lit").all_text_contents()
    seen["layers"] = window.locator(".layer b").all_text_contents()
    window.locator(".byte").first.click()
    expect(window.locator("[aria-pressed=true]")).to_contain_text("dst")
    window.get_by_role("button", name="dport").click()
    viewer.look("pdu")
    viewer.close(window)
    page.get_by_role("button", name="Sequence").click()
    window = viewer.dialog("Sequence diagram")
    viewer.typed("lab> sequence pop3")
    page.wait_for_function("document.querySelector('.drawing img').naturalWidth > 100")
    viewer.look("sequence")
    viewer.close(window)
    with page.expect_download() as download:
        page.get_by_role("link", name="PCAPNG").click()
    download.value.save_as(f"{viewer.pictures}/lab.pcapng")
