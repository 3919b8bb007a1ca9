"""Does an act at the page of a lab in a headless Chromium, and prints what it saw."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.judges.clients import web_acts, web_keys, web_sheet
from tests.judges.clients.web_viewer import DESKTOP, PHONE, Viewer

_ACTS: dict[str, Callable[..., dict[str, Any]]] = {
    "consoles": web_acts.consoles,
    "hostile": web_acts.hostile,
    "keyboard": web_keys.keyboard,
    "kept": web_acts.kept,
    "lab_sheet": web_sheet.lab_sheet,
    "plan": web_acts.plan,
    "simulation": web_acts.simulation,
    "switch": web_acts.switch,
    "token": web_acts.token,
    "views": web_acts.views,
}
_OF_TWO = ("consoles",)


def act(browser: Browser, request: dict[str, Any]) -> dict[str, Any]:
    """The request has `act`, `url`, `pictures` (a folder), and `phone` for a phone's window."""
    name = request["act"]
    size = PHONE if request.get("phone") else DESKTOP
    viewers = [
        Viewer(browser, request["url"], size, request["pictures"]) for _ in range(1 + (name in _OF_TWO))
    ]
    for viewer in viewers:
        viewer.open()
    try:
        seen = _ACTS[name](*viewers)
    except Exception:
        # What the person would have seen tells more than where it stopped.
        for number, viewer in enumerate(viewers):
            viewer.page.screenshot(path=f"{viewer.pictures}/failed-{name}-{number}.png")
            print(viewer.problems, file=sys.stderr)
        raise
    seen["problems"] = [problem for one in viewers for problem in one.problems]
    seen["outside"] = [url for one in viewers for url in one.outside]
    return seen


def first_view(browser: Browser, request: dict[str, Any]) -> dict[str, Any]:
    """Seconds from the start of `command`, which serves a lab, to the plan in a browser that is open."""
    Viewer(browser, "about:blank", DESKTOP, "").page.goto("about:blank")
    begun = time.perf_counter()
    with subprocess.Popen(request["command"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["doors"][0]["where"]
        served = time.perf_counter() - begun
        viewer = Viewer(browser, f"{url}/", DESKTOP, "")
        viewer.open()
        seconds = time.perf_counter() - begun
        # That the server goes away is a problem of its own.
        seen = {"problems": list(viewer.problems), "outside": list(viewer.outside)}
        process.terminate()
    return {"served": served, "seconds": seconds, **seen}


def main() -> None:
    """The request comes on standard input."""
    request = json.load(sys.stdin)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=request["browser"], args=["--no-sandbox"])
        seen = (first_view if request["act"] == "first_view" else act)(browser, request)
        browser.close()
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
