"""Drives the page of a lab in a headless Chromium, as a person does, and prints what it saw."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

DESKTOP, PHONE = {"width": 1280, "height": 720}, {"width": 390, "height": 844}
PATIENCE = 15_000
DOMAIN = "univ-djelfa.com"
SERVER, NAMES = "192.168.1.10", "192.168.1.20"
ADDRESSES = {"user1-pc": "192.168.1.1", "user2-pc": "192.168.1.2", "Mail-Server": SERVER, "DNS-Server": NAMES}
# WCAG 2.2, 1.4.3: of every text that is seen, the least contrast with what is behind it.
CONTRAST = """() => {
  const linear = (v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = (c) => c.map((v) => linear(v / 255)).reduce(
    (sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const c = parse(getComputedStyle(one).backgroundColor);
      if (c.length >= 3 && (c.length < 4 || c[3] > 0.99)) return c.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].filter((n) => n.nodeType === 3 && n.textContent.trim());
    const box = element.getBoundingClientRect();
    if (!own.length || !box.width || !box.height) continue;
    if (element.closest(".xterm, .disabled, [disabled]")) continue;
    const style = getComputedStyle(element);
    if (style.visibility === "hidden" || Number(style.opacity) < 0.5) continue;
    const svg = element instanceof SVGElement;
    const ink = light(parse(svg ? style.fill : style.color).slice(0, 3));
    const ground = light(svg ? [255, 255, 255] : behind(element));
    const ratio = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
    const large = parseFloat(style.fontSize) >= 24;
    const text = own[0].textContent.trim().slice(0, 40);
    if (ratio < (large ? 3 : 4.5)) low.push([text, Math.round(ratio * 100) / 100]);
  }
  return low;
}"""


class Viewer:
    """A browser window with the page, and what went wrong in it."""

    def __init__(self, browser: Browser, url: str, size: dict[str, int], pictures: str) -> None:
        self.url, self.pictures = url, pictures
        self.problems: list[str] = []
        self.outside: list[str] = []
        context = browser.new_context(viewport=size, accept_downloads=True)
        context.set_default_timeout(PATIENCE)
        self.page: Page = context.new_page()
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.goto(url)
        self.page.wait_for_selector(".plan .device")

    def _said(self, message: Any) -> None:
        if message.type == "error":
            self.problems.append(message.text)

    def _asked(self, url: str) -> None:
        own = self.url.split("://")[1].split("/")[0]
        if not url.startswith((f"http://{own}", f"ws://{own}", "data:", "blob:")):
            self.outside.append(url)

    def picture(self, name: str) -> None:
        self.page.wait_for_timeout(400)
        self.page.screenshot(path=f"{self.pictures}/{name}.png")

    def desk(self, device: str) -> Locator:
        """Opens a device; its desk."""
        self.page.locator(f'[data-device="{device}"]').click()
        return self.page.locator(".desk > .q-tab-panels > .q-panel > .q-tab-panel:visible")

    def tab(self, desk: Locator, name: str) -> Locator:
        desk.get_by_role("tab", name=name).click()
        return desk.locator(".q-tab-panel:visible")

    def dialog(self) -> Locator:
        return self.page.locator(".q-dialog .q-card:visible")

    def typed(self) -> str:
        return str(self.page.locator(".typed").inner_text())

    def status(self, place: Locator) -> str:
        """What a click led to."""
        said = place.locator('.said[role="status"]').first
        expect(said).not_to_have_text("...", timeout=PATIENCE)
        return str(said.inner_text())


def lab_sheet(viewer: Viewer) -> dict[str, Any]:
    """The whole lab by clicks: addresses, DNS, accounts, a mail there and back, SMTP off, the ports."""
    seen: dict[str, Any] = {"typed": []}
    for name, address in ADDRESSES.items():
        place = viewer.tab(viewer.desk(name), "IP Configuration")
        place.get_by_text("Static", exact=True).click()
        for label, value in (
            ("IPv4 Address", address),
            ("Subnet Mask", "255.255.255.0"),
            ("DNS Server", NAMES),
        ):
            place.get_by_label(label).fill(value)
        place.get_by_role("button", name="Apply").click()
        viewer.status(place)
        seen["typed"].append(viewer.typed())
    place = viewer.tab(viewer.desk("DNS-Server"), "Services")
    place.get_by_role("switch", name="DNS").click()
    viewer.status(place)
    place.get_by_label("Name", exact=True).fill(DOMAIN)
    place.get_by_label("Address", exact=True).fill(SERVER)
    place.get_by_role("button", name="Add").last.click()
    place.get_by_text(f"{DOMAIN} A {SERVER}").wait_for()
    place = viewer.tab(viewer.desk("Mail-Server"), "Services")
    place.get_by_label("Domain Name").fill(DOMAIN)
    place.get_by_role("button", name="Set").click()
    viewer.status(place)
    for user, password in (("user1", "123"), ("user2", "456")):
        place.get_by_label("User", exact=True).fill(user)
        place.get_by_label("Password", exact=True).fill(password)
        place.get_by_role("button", name="Add").first.click()
        place.get_by_text(user, exact=True).wait_for()
    seen["password"] = viewer.typed()
    for service in ("SMTP", "POP3"):
        place.get_by_role("switch", name=service).click()
        viewer.status(place)
    viewer.picture("services")
    for user, password in (("user1", "123"), ("user2", "456")):
        place = viewer.tab(viewer.desk(f"{user}-pc"), "Email")
        configure(viewer, place, user, password)
    seen["account"] = viewer.status(place)
    place = viewer.tab(viewer.desk("user1-pc"), "Email")
    write(viewer, place, "Hello?", "First line\n.\nlast line")
    seen["sent"] = viewer.status(place)
    place = viewer.tab(viewer.desk("user2-pc"), "Email")
    place.get_by_role("button", name="Receive").click()
    seen["received"] = viewer.status(place)
    place.locator(".q-list").get_by_text("Hello?").first.click()
    place.get_by_text("last line").wait_for()
    seen["read"] = place.locator(".said").last.inner_text()
    viewer.picture("mail")
    place.get_by_role("button", name="Reply").click()
    viewer.dialog().get_by_label("Text").fill("And back")
    viewer.dialog().get_by_role("button", name="Send").click()
    seen["replied"] = viewer.status(place)
    place.get_by_role("button", name="Delete").click()
    place.get_by_text("There is no mail.").wait_for()
    place = viewer.tab(viewer.desk("Mail-Server"), "Services")
    place.get_by_role("switch", name="SMTP").click()
    viewer.status(place)
    place = viewer.tab(viewer.desk("user1-pc"), "Email")
    write(viewer, place, "Again", "x")
    seen["refused"] = viewer.status(place)
    for protocol in ("smtp", "pop3"):
        viewer.page.get_by_label("Protocol").click()
        viewer.page.get_by_role("option", name=protocol, exact=True).click()
        viewer.page.locator(".events tbody tr").first.wait_for()
        seen[protocol] = viewer.page.locator(".events tbody .info").first.inner_text()
    viewer.page.locator(".events tbody tr").first.click()
    window = viewer.dialog()
    window.get_by_role("button", name="dport").click()
    seen["lit"] = window.locator(".byte.lit").all_inner_texts()
    seen["deed"] = window.locator(".deed").inner_text()
    viewer.picture("pdu")
    window.get_by_role("button", name="Close").click()
    viewer.page.get_by_role("button", name="Sequence").click()
    drawing = viewer.page.locator("img.sequence")
    drawing.wait_for()
    viewer.page.wait_for_function("document.querySelector('img.sequence').naturalWidth > 100")
    viewer.picture("sequence")
    viewer.dialog().get_by_role("button", name="Close").click()
    with viewer.page.expect_download() as download:
        viewer.page.get_by_role("link", name="PCAPNG").click()
    download.value.save_as(f"{viewer.pictures}/lab.pcapng")
    return seen


def configure(viewer: Viewer, place: Locator, user: str, password: str) -> None:
    place.get_by_role("button", name="Configure Mail").click()
    card = viewer.dialog()
    fields = {"Your Name": user, "Email Address": f"{user}@{DOMAIN}", "Incoming Mail Server": DOMAIN}
    fields |= {"Outgoing Mail Server": DOMAIN, "User Name": user, "Password": password}
    card.get_by_role("button", name="Clear").click()
    for label, value in fields.items():
        card.get_by_label(label).fill(value)
    card.get_by_role("button", name="Save").click()
    viewer.status(place)


def write(viewer: Viewer, place: Locator, subject: str, text: str) -> None:
    place.get_by_role("button", name="Compose").click()
    card = viewer.dialog()
    card.get_by_label("To").fill(f"user2@{DOMAIN}")
    card.get_by_label("Subject").fill(subject)
    card.get_by_label("Text").fill(text)
    card.get_by_role("button", name="Send").click()
    expect(place.locator('.said[role="status"]').first).to_contain_text(f"with subject : {subject}")


def simulation(viewer: Viewer) -> dict[str, Any]:
    """Simulation: a ping step by step; a cable is cut and mended; a device is moved with mouse and keys."""
    seen: dict[str, Any] = {}
    page = viewer.page
    page.get_by_role("button", name="Simulation").click()
    page.get_by_role("button", name="Step").wait_for()
    place = viewer.tab(viewer.desk("user1-pc"), "Command Prompt")
    place.locator(".xterm-helper-textarea").focus()
    page.keyboard.type("ping 192.168.1.2 -n 1\n")
    page.wait_for_timeout(500)
    seen["before"] = page.locator(".events tbody tr").count()
    page.get_by_role("button", name="Step").click()
    page.locator(".plan .frame").first.wait_for()
    viewer.picture("simulation")
    seen["one step"] = page.locator(".events tbody tr").count()
    page.get_by_label("Steps/s").fill("20")
    page.get_by_role("button", name="Play").click()
    page.locator(".events tbody tr", has_text="Echo reply").last.wait_for()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Realtime").click()
    page.get_by_role("button", name="Step").wait_for(state="hidden")
    expect(place.locator(".xterm-accessibility")).to_contain_text("Reply from 192.168.1.2")
    cable = page.locator(".plan .cable").first
    cable.focus()
    page.keyboard.press("Enter")
    page.locator(".plan .cut").wait_for()
    seen["cut"] = viewer.typed()
    seen["label"] = cable.get_attribute("aria-label")
    page.keyboard.press("Enter")
    page.locator(".plan .cut").wait_for(state="detached")
    device = page.locator('[data-device="user2-pc"]')
    before = device.get_attribute("transform")
    box = device.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] - 40, steps=5)
    page.mouse.up()
    device.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    seen["moved"] = device.get_attribute("transform") != before
    seen["title"] = device.locator("title").text_content()
    return seen


def consoles(viewer: Viewer, other: Viewer) -> dict[str, Any]:
    """Two browsers on one console of a router: `?`, Tab, `--More--`, a pasted configuration."""
    terminals = []
    for one in (viewer, other):
        desk = one.desk("R1")
        terminals.append(desk.locator(".xterm-accessibility"))
    desk.locator(".xterm-helper-textarea").focus()
    page = other.page
    page.keyboard.type("\nenable\nshow ip int?")
    expect(terminals[0]).to_contain_text("interface")
    page.keyboard.press("Control+U")
    page.keyboard.type("show run\t\n")
    expect(terminals[0]).to_contain_text("--More--")
    page.keyboard.type("q")
    lines = "configure terminal\ninterface FastEthernet0/0\ndescription pasted here\nend\n"
    page.evaluate(
        """text => { const area = document.querySelector('.xterm-helper-textarea:not([disabled])');
        const data = new DataTransfer(); data.setData('text/plain', text);
        [...document.querySelectorAll('.xterm-helper-textarea')].at(-1).dispatchEvent(
          new ClipboardEvent('paste', {clipboardData: data, bubbles: true})); }""",
        lines,
    )
    page.keyboard.type("show running-config | include description\n")
    for terminal in terminals:
        expect(terminal).to_contain_text("description pasted here")
    viewer.picture("console")
    page.set_viewport_size({"width": 1000, "height": 640})
    page.wait_for_timeout(300)
    return {"terminals": len(terminals)}


def phone(viewer: Viewer) -> dict[str, Any]:
    """On a phone's width nothing is wider than the screen, and a desk can be used."""
    place = viewer.tab(viewer.desk("user1-pc"), "Email")
    place.get_by_role("button", name="Compose").wait_for()
    viewer.picture("phone")
    return {"wide": viewer.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")}


def hostile(viewer: Viewer) -> dict[str, Any]:
    """Subjects, texts, user names and DNS records that would be HTML stay texts, in the event list, too."""
    markup = "<img src=x onerror=window.alarms=1>"
    place = viewer.tab(viewer.desk("user1-pc"), "Email")
    configure(viewer, place, "user2", "456")
    write(viewer, place, markup, f"<script src=x></script>{markup}")
    expect(place.locator('.said[role="status"]').first).to_contain_text("Send Success.")
    place.get_by_role("button", name="Receive").click()
    place.locator(".q-list").get_by_text(markup).first.click()
    place.get_by_text("<script src=x></script>").first.wait_for()
    place = viewer.tab(viewer.desk("DNS-Server"), "Services")
    place.get_by_label("Name", exact=True).fill("evil.example")
    place.get_by_label("Type").click()
    viewer.page.get_by_role("option", name="TXT").click()
    place.get_by_label("Address", exact=True).fill(f'"{markup}"')
    place.get_by_role("button", name="Add").last.click()
    place.get_by_text("evil.example TXT").wait_for()
    viewer.page.get_by_label("Filter", exact=True).fill("smtp")
    viewer.page.locator(".events .info", has_text="From: user2").first.click()
    viewer.dialog().locator(".value", has_text="<img src=x").first.wait_for()
    viewer.picture("hostile")
    return {
        "alarms": viewer.page.evaluate("window.alarms || 0"),
        "made": viewer.page.locator('img[src="x"], script[src="x"]').count(),
    }


def main() -> None:
    """The request has `url`, `pictures` (a folder) and `act`."""
    request = json.load(sys.stdin)
    acts: dict[str, Callable[..., dict[str, Any]]] = {
        "lab_sheet": lab_sheet,
        "simulation": simulation,
        "consoles": consoles,
        "phone": phone,
        "hostile": hostile,
    }
    name = request["act"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=request["browser"], args=["--no-sandbox"])
        size = PHONE if name == "phone" else DESKTOP
        viewers = [
            Viewer(browser, request["url"], size, request["pictures"])
            for _ in range(2 if name == "consoles" else 1)
        ]
        try:
            seen = acts[name](*viewers)
        except Exception:
            # What the person would have seen tells more than where it stopped.
            viewers[0].picture("failed")
            raise
        seen["contrast"] = [one.page.evaluate(CONTRAST) for one in viewers]
        seen["problems"] = [problem for one in viewers for problem in one.problems]
        seen["outside"] = [url for one in viewers for url in one.outside]
        browser.close()
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
