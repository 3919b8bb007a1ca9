"""What is done at the page, act by act; each returns what it saw."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, expect

from tests.judges.clients.web_sheet import configure, write
from tests.judges.clients.web_viewer import DESKTOP, PHONE, Terminal, Viewer

MARKUP = "<img src=x onerror=window.alarms=1>"


def simulation(viewer: Viewer) -> dict[str, Any]:
    """A ping step by step: frames on their cables, the event list, a frame opened; then in one go."""
    seen: dict[str, Any] = {}
    page = viewer.page
    rows, frame = page.locator(".events tbody tr"), page.locator(".plan .frame")
    terminal = Terminal(viewer, viewer.desk("user1-pc", "Command Prompt"))
    terminal.shows("C:\\>")
    page.get_by_role("button", name="Simulation").click()
    viewer.typed("lab> pause")
    terminal.type("ping 192.168.1.2 -n 1\n")
    terminal.shows("Pinging 192.168.1.2")
    seen["before"] = rows.count()
    page.get_by_role("button", name="Step").click()
    frame.wait_for()
    seen["one step"] = rows.count()
    # What only devices say to each other has numbers, too, and is not shown.
    label, _, number = (frame.get_attribute("aria-label") or "").rpartition(" ")
    seen["frame"] = label
    viewer.look("simulation")
    frame.click()
    window = viewer.dialog("PDU")
    viewer.typed(f"lab> events show {number}")
    seen["deed"] = window.locator(".deed").text_content()
    viewer.close(window)
    page.get_by_label("Steps/s").fill("20")
    page.get_by_role("button", name="Play").click()
    viewer.event("Echo reply")
    terminal.shows("Reply from 192.168.1.2")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Play").wait_for()
    page.get_by_role("button", name="Realtime").click()
    viewer.typed("lab> resume")
    page.get_by_role("button", name="Step").wait_for(state="hidden")
    expect(frame).to_have_count(0)
    return seen


def plan(viewer: Viewer) -> dict[str, Any]:
    """A cable is cut and mended; a device is looked at, and moved with the mouse and with keys."""
    seen: dict[str, Any] = {}
    page = viewer.page
    cable = page.get_by_role("button", name="Cable user1-pc")
    cable.locator("line").first.click(force=True)
    viewer.typed("lab> link user1-pc:FastEthernet0 SW1:FastEthernet0/1 down")
    expect(page.locator(".plan .cut")).to_have_count(1)
    expect(cable.locator(".dark")).to_have_count(2)
    expect(cable).to_have_attribute("aria-label", "Cable user1-pc Fa0 to SW1 Fa0/1, cut: click to mend it")
    cable.press("Enter")
    viewer.typed("lab> link user1-pc:FastEthernet0 SW1:FastEthernet0/1 up")
    expect(cable.locator(".lit")).to_have_count(2)
    device = viewer.device("user2-pc")
    device.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("Fa0up192.168.1.2/24")
    viewer.look("hover")
    box = device.bounding_box()
    assert box is not None
    before = _place(device)
    x, y = box["x"] + box["width"] / 2, box["y"] + 20
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y - 30)
    page.mouse.move(x + 60, y - 90, steps=4)
    page.mouse.up()
    dragged = _place(device)
    seen["dragged"] = (round(dragged[0] - before[0]), round(dragged[1] - before[1]))
    # The click that ends a drag opens nothing.
    expect(page.locator("[data-desk]")).to_have_count(0)
    device.press("ArrowRight")
    seen["by key"] = _place(device)[0] - dragged[0] > 0
    seen["place"] = _place(device)
    viewer.desk("user2-pc")
    return seen


def kept(viewer: Viewer) -> dict[str, Any]:
    """Where the device stands that `plan` moved, when the lab is started again."""
    return {"place": _place(viewer.device("user2-pc"))}


def _place(device: Locator) -> tuple[float, float]:
    text = str(device.get_attribute("transform"))
    x, y = text.removeprefix("translate(").rstrip(")").split(",")
    return float(x), float(y)


def consoles(viewer: Viewer, other: Viewer) -> dict[str, Any]:
    """Two browsers on one console of a router: `?`, Tab, `--More--`, a pasted configuration, a resize."""
    here, there = (Terminal(one, one.desk("R1")) for one in (viewer, other))
    there.type("\n")
    here.shows("Router>")
    there.type("enable\nshow ip int?")
    here.shows("interface")
    here.shows("Router#show ip int")
    here.press("Control+U")
    here.type("show run")
    here.press("Tab")
    here.shows("Router#show running-config")
    here.press("Enter")
    there.shows("Router#show running-config")
    there.shows("--More--")
    there.type("q")
    here.paste("configure terminal\ninterface FastEthernet0/0\ndescription pasted here\nend\n")
    # It is told between two letters of who types on.
    there.shows("%SYS-5-CONFIG_I")
    there.type("show running-config | include description\n")
    for terminal in (here, there):
        terminal.shows("include description description pasted here")
    there.type("terminal length 0\nshow ip interface brief\n")
    for terminal in (here, there):
        expect(terminal.screen).to_contain_text("FastEthernet0/1 unassigned")
        expect(terminal.rows.filter(has_text="Router#").last).to_have_text("Router#")
    other.look("console")
    seen: dict[str, Any] = {"here": here.lines(), "there": there.lines()}
    before = there.rows.count()
    other.page.set_viewport_size({"width": 1280, "height": 900})
    expect(there.rows).not_to_have_count(before)
    seen["rows"] = (before, there.rows.count())
    other.page.set_viewport_size(DESKTOP)
    return seen


def switch(viewer: Viewer) -> dict[str, Any]:
    """The console of a switch: `?`, a VLAN and its port, and the table of VLANs."""
    terminal = Terminal(viewer, viewer.desk("SW1"))
    terminal.type("\nenable\nshow vlan ?")
    terminal.shows("brief")
    terminal.press("Control+U")
    terminal.type("configure terminal\nvlan 10\nname SALES\ninterface FastEthernet0/7\n")
    terminal.type("switchport access vlan 10\nend\nshow vlan brief\n")
    expect(terminal.screen).to_contain_text("1005 trnet-default")
    viewer.look("switch")
    return {"shown": terminal.lines()}


def views(viewer: Viewer) -> dict[str, Any]:
    """Every view of the page is looked at, with a mail and some events in it."""
    page = viewer.page
    tag = "phone" if page.viewport_size == PHONE else "desktop"
    viewer.look(f"{tag}-start")
    page.get_by_role("button", name="Sequence").click()
    window = viewer.dialog("Sequence diagram")
    window.get_by_text("Nothing was said yet").wait_for()
    viewer.look(f"{tag}-nothing-said")
    viewer.close(window)
    Terminal(viewer, viewer.desk("R1")).type("\n")
    viewer.look(f"{tag}-console")
    viewer.desk("SW1")
    viewer.look(f"{tag}-switch")
    for server in ("Mail-Server", "DNS-Server"):
        viewer.desk(server, "Services")
        viewer.look(f"{tag}-{server}")
    for part in ("IP Configuration", "Command Prompt"):
        viewer.desk("user2-pc", part)
        viewer.look(f"{tag}-{part}")
    place = viewer.desk("user2-pc", "Email")
    viewer.look(f"{tag}-no-mail")
    configure(viewer, place, "user2", "456")
    write(viewer, place, "user2-pc", "To myself", "A line\nand another")
    place.get_by_role("button", name="Receive").click()
    viewer.did(place, r"user2-pc C:\>mail receive")
    place.get_by_role("list").get_by_text("To myself").click()
    viewer.typed(r"user2-pc C:\>mail read 1")
    viewer.said(place.locator(".letter"))
    viewer.look(f"{tag}-mail")
    viewer.event("SMTP").click()
    viewer.dialog("PDU").get_by_role("button", name="dport").click()
    viewer.look(f"{tag}-pdu")
    viewer.close(viewer.dialog("PDU"))
    page.get_by_role("button", name="Simulation").click()
    page.get_by_role("button", name="Step").wait_for()
    viewer.look(f"{tag}-simulation")
    return {}


def token(viewer: Viewer) -> dict[str, Any]:
    """Opened by the address with the token: that is kept, and nobody reads it from the address."""
    page = viewer.page
    bare = viewer.url.partition("?")[0]
    expect(page).to_have_url(bare)
    page.reload()
    viewer.device("R1").wait_for()
    viewer.desk("SW1")
    viewer.typed("lab> open SW1")
    browser = page.context.browser
    assert browser is not None
    stranger = browser.new_context().new_page()
    answer = stranger.goto(bare)
    assert answer is not None
    return {"stranger": [answer.status, stranger.locator("body").inner_text().strip()]}


def hostile(viewer: Viewer) -> dict[str, Any]:
    """Titles, subjects, texts, filters and DNS records that would be HTML stay texts, everywhere."""
    page = viewer.page
    expect(page.get_by_role("heading", level=1)).to_have_text(MARKUP)
    place = viewer.desk("user2-pc", "Email")
    configure(viewer, place, "user2", "456")
    said = write(viewer, place, "user2-pc", MARKUP, f"<script src=x></script>{MARKUP}")
    assert said.endswith("Send Success."), said
    place.get_by_role("button", name="Receive").click()
    viewer.did(place, r"user2-pc C:\>mail receive")
    place.get_by_role("list").get_by_text(MARKUP).click()
    viewer.typed(r"user2-pc C:\>mail read 1")
    assert "<script src=x></script>" in viewer.said(place.locator(".letter"))
    place = viewer.desk("DNS-Server", "Services")
    card = place.get_by_role("region", name="DNS")
    card.get_by_label("Name", exact=True).fill("evil.example")
    viewer.choose(card.get_by_label("Type"), "TXT")
    card.get_by_label("Value", exact=True).fill(f'"{MARKUP}"')
    card.get_by_role("button", name="Add").click()
    viewer.did(place, rf'DNS-Server C:\>service dns add evil.example TXT "{MARKUP}"')
    card.get_by_text(f'evil.example TXT "{MARKUP}"').wait_for()
    terminal = Terminal(viewer, viewer.desk("user2-pc", "Command Prompt"))
    terminal.type("nslookup -type=TXT evil.example\n")
    viewer.event("evil.example: ").wait_for()
    terminal.type(f"{MARKUP}\n")
    terminal.shows(MARKUP)
    words = page.get_by_label("Filter", exact=True)
    words.fill('smtp" onmouseover="window.alarms=1')
    page.get_by_text("it can't be read").wait_for()
    words.fill("smtp")
    viewer.typed("lab> events smtp")
    viewer.event("From: user2").click()
    viewer.dialog("PDU").locator(".value", has_text="<img src=x").first.wait_for()
    viewer.look("hostile")
    viewer.close(viewer.dialog("PDU"))
    page.get_by_role("button", name="Sequence").click()
    page.wait_for_function("document.querySelector('.drawing img').naturalWidth > 100")
    page.goto(f"{viewer.url}sequence.svg?filter=dns")
    expect(page.locator("svg text", has_text="<img src=x").first).to_be_attached()
    made = 'img[src="x"], script[src="x"]'
    return {"alarms": page.evaluate("window.alarms || 0"), "made": page.locator(made).count()}
