"""The page without a mouse: what Tab reaches, how one sees where one is, and that one gets on from there."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.judges.clients.web_viewer import Terminal, Viewer

_MOST_TABS = 60
# What has the focus: its name, and whether that is seen.
_FOCUSED = """() => {
  const one = document.activeElement;
  if (one === document.body) return null;
  const style = getComputedStyle(one);
  const drawn = (shape) => shape && getComputedStyle(shape).stroke === "rgb(10, 95, 168)";
  const field = one.closest(".q-field");
  const seen = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2)
    || drawn(one.querySelector(".ground")) || drawn(one.querySelector(".whole, .cut"))
    || (field && field.classList.contains("q-field--focused"));
  return [one.getAttribute("aria-label") || one.textContent.trim() || one.id, Boolean(seen)];
}"""


def keyboard(viewer: Viewer) -> dict[str, Any]:
    """Tab through the page; open a device, cut a cable, open an event, leave a console, all with keys."""
    page = viewer.page
    seen: dict[str, Any] = {"reached": _tab_through(viewer), "opened": []}
    viewer.device("user1-pc").focus()
    page.keyboard.press("Enter")
    viewer.typed("lab> open user1-pc")
    page.get_by_role("tooltip").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("tooltip").wait_for(state="detached")
    desk = page.locator('[data-desk="user1-pc"]')
    desk.get_by_role("tab", name="IP Configuration").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    terminal = Terminal(viewer, desk.locator('[data-part="Command Prompt"]'))
    terminal.shows("C:\\>")
    terminal.type("ping 192.168.1.2 -n 1\n")
    terminal.shows("Ping statistics")
    page.keyboard.press("Control+]")
    expect(desk.get_by_role("tab", name="Command Prompt")).to_be_focused()
    seen["console keeps"] = any("\x1d" in line or "^]" in line for line in terminal.lines())
    page.get_by_role("button", name="Cable user1-pc").focus()
    page.keyboard.press("Space")
    viewer.typed("lab> link user1-pc:FastEthernet0 SW1:FastEthernet0/1 down")
    page.get_by_role("button", name="PCAPNG").or_(page.get_by_role("link", name="PCAPNG")).focus()
    page.keyboard.press("Tab")
    last = page.locator(".events tbody tr").last
    expect(last).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    window = viewer.dialog("PDU")
    seen["opened"].append(window.locator(".title").text_content())
    page.keyboard.press("Escape")
    window.wait_for(state="hidden")
    expect(page.locator(".events tbody tr.open")).to_be_focused()
    page.keyboard.press("Home")
    expect(page.locator(".events tbody tr").first).to_be_focused()
    return seen


def _tab_through(viewer: Viewer) -> list[tuple[str, bool]]:
    """What has the focus, one Tab after the other."""
    reached = []
    for _ in range(_MOST_TABS):
        viewer.page.keyboard.press("Tab")
        focused = viewer.page.evaluate(_FOCUSED)
        if focused is None:
            break
        reached.append((str(focused[0]), bool(focused[1])))
    return reached
