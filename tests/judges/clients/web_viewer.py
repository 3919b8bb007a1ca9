"""A person at the page of a lab, in a headless Chromium, who waits for what is expected, never for a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Browser, Locator, Page, expect

DESKTOP, PHONE = {"width": 1280, "height": 720}, {"width": 390, "height": 844}
PATIENCE = 60_000
_AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
# Of WCAG 2.2 what a program can judge, up to level AA.
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_JUDGE = """async (tags) => {
  const rules = { "color-contrast": { enabled: false } };
  const found = await axe.run(document, { runOnly: tags, rules, resultTypes: ["violations"] });
  const told = (id, node) => `${id}: ${node.html.slice(0, 120)} ${node.failureSummary}`;
  const tell = (rule) => rule.nodes.map((node) => told(rule.id, node));
  return found.violations.flatMap(tell);
}"""
# Its own view of contrast looks through windows. WCAG 2.2, 1.4.3: of every text that is seen, the contrast
# with what is behind it.
_CONTRAST = """() => {
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
    if (!own.length || element.closest(".xterm, .disabled, [disabled]")) continue;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    if (!box.width || !box.height || style.visibility === "hidden") continue;
    const ink = light(parse(element instanceof SVGElement ? style.fill : style.color).slice(0, 3));
    const ground = light(behind(element));
    const ratio = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
    if (ratio < 4.5) low.push(`contrast ${ratio.toFixed(2)}: ${own[0].textContent.trim().slice(0, 40)}`);
  }
  return low;
}"""
# What fades in or slides is there when it has come to rest.
_REST = """() => Promise.allSettled(document.getAnimations()
  .filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime)).map((one) => one.finished))"""
_WIDE = "document.documentElement.scrollWidth > window.innerWidth"


class Viewer:
    """A browser window with the page, and what was wrong with it."""

    def __init__(self, browser: Browser, url: str, size: dict[str, int], pictures: str) -> None:
        self.url, self.pictures = url, pictures
        self.problems: list[str] = []
        self.outside: list[str] = []
        expect.set_options(timeout=PATIENCE)
        context = browser.new_context(viewport=size, accept_downloads=True)
        context.set_default_timeout(PATIENCE)
        self.page: Page = context.new_page()
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("websocket", lambda socket: self._asked(socket.url))

    def open(self) -> None:
        """Opens the page, and waits until the plan is there."""
        self.page.goto(self.url)
        self.page.locator(".plan .device").first.wait_for()

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(message.text)

    def _asked(self, url: str) -> None:
        own = self.url.split("://")[1].split("/")[0]
        if not url.startswith((f"http://{own}/", f"ws://{own}/", "data:", "blob:")):
            self.outside.append(url)

    def look(self, name: str) -> None:
        """Takes a picture, and judges what is seen: WCAG, and whether anything is wider than the window."""
        self.page.evaluate("document.fonts.ready")
        self.page.evaluate(_REST)
        self.page.screenshot(path=f"{self.pictures}/{name}.png", animations="disabled")
        if not self.page.evaluate("typeof axe === 'object'"):
            self.page.evaluate(_AXE)
        found = self.page.evaluate(_JUDGE, _RULES) + self.page.evaluate(_CONTRAST)
        self.problems += [f"{name}: {one}" for one in found]
        if self.page.evaluate(_WIDE):
            self.problems.append(f"{name}: the page is wider than the window")

    # What is on the page

    def device(self, name: str) -> Locator:
        """A device on the plan."""
        return self.page.locator(f'[data-device="{name}"]')

    def desk(self, device: str, part: str = "") -> Locator:
        """Clicks a device; its desk, or a part of that."""
        self.device(device).click()
        desk = self.page.locator(f'[data-desk="{device}"]')
        desk.wait_for()
        if not part:
            return desk
        desk.get_by_role("tab", name=part).click()
        place = desk.locator(f'[data-part="{part}"]')
        place.wait_for()
        return place

    def dialog(self, name: str) -> Locator:
        """The window of that name."""
        window = self.page.get_by_role("dialog", name=name)
        window.wait_for()
        return window

    def close(self, window: Locator) -> None:
        """Closes a window."""
        window.get_by_role("button", name="Close").click()
        window.wait_for(state="hidden")

    def choose(self, field: Locator, option: str) -> None:
        """Chooses from a list."""
        field.click()
        self.page.get_by_role("option", name=option, exact=True).click()

    def typed(self, line: str) -> None:
        """Waits until the page says that a click amounted to this."""
        expect(self.page.locator(".typed .line")).to_have_text(line)

    def did(self, place: Locator, line: str) -> str:
        """Waits until a command was typed and is done; what it printed."""
        self.typed(line)
        return self.said(place.locator('.said[role="status"]'))

    def said(self, label: Locator) -> str:
        """Waits for what a command printed."""
        expect(label).not_to_have_text("...")
        return str(label.text_content())

    def event(self, text: str) -> Locator:
        """The first row of the event list that has a text."""
        row = self.page.locator(".events tbody tr", has_text=text).first
        row.wait_for()
        return row


class Terminal:
    """A console in a desk."""

    def __init__(self, viewer: Viewer, place: Locator) -> None:
        self.viewer = viewer
        self.screen = place.locator(".xterm-accessibility-tree")
        self.rows = self.screen.locator("> div")
        self._keys = place.locator(".xterm-helper-textarea")
        self._keys.wait_for(state="attached")

    def type(self, text: str) -> None:
        """Types at it."""
        self._keys.focus()
        self.viewer.page.keyboard.type(text)

    def press(self, key: str) -> None:
        """Presses one key."""
        self._keys.focus()
        self.viewer.page.keyboard.press(key)

    def paste(self, text: str) -> None:
        """Pastes, as from the clipboard."""
        self._keys.evaluate(
            """(area, text) => { const data = new DataTransfer(); data.setData("text/plain", text);
            area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true })); }""",
            text,
        )

    def shows(self, text: str) -> None:
        """Waits for a text."""
        expect(self.screen).to_contain_text(text)

    def lines(self) -> list[str]:
        """What it shows, without the empty lines at the end."""
        lines = [text.replace("\xa0", " ").rstrip() for text in self.rows.all_text_contents()]
        while lines and not lines[-1]:
            lines.pop()
        return lines
