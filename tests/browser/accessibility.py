"""What must hold on every page: no WCAG 2.2 A or AA violation for axe-core, and three things that axe lets pass."""

from pathlib import Path

import axe_playwright_python

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RUN = """axe.run(document, {
    runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    resultTypes: ["violations", "incomplete"],
    preload: false,
})"""
LOOKS = [(1280, "light"), (320, "dark")]
# Inputs that reach past the screen, unless closed in a menu or inside a region that scrolls on its own
CLIPPED = """(() => {
    const scrolls = e => e && (/auto|scroll/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
    const screen = document.documentElement.clientWidth + 1;
    return [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button")]
        .filter(e => e.checkVisibility() && !scrolls(e.parentElement) && e.getBoundingClientRect().right > screen)
        .map(e => e.outerHTML.slice(0, 120));
})()"""
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"


def faults(page):
    """Sentences about what is wrong with this page; empty when all is well.

    The page may be left in the other width than the one it came in, since each change is a new layout.
    """
    run = _console(page)
    run(AXE)
    found = []
    for width, scheme in sorted(LOOKS, key=lambda look: look[0] != page.viewport_size["width"]):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        found += [f"{page.url} at {width} px, {scheme}: {fault}" for fault in _overflowing(run) + _of_axe(run)]
    page.emulate_media(color_scheme="light")  # the tests expect the look that a page begins with
    return found


def _console(page):
    """Run a script as the developer's console does: the page's policy, which would refuse it, stays in force."""
    session = page.context.new_cdp_session(page)

    def run(script):
        answer = session.send("Runtime.evaluate", {"expression": script, "awaitPromise": True, "returnByValue": True})
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    return run


def _overflowing(run):
    found = [f"clipped: {html}" for html in run(CLIPPED)]
    return [*found, "the page scrolls sideways"] if run(SIDEWAYS) else found


def _of_axe(run):
    found = run(RUN)
    said = [f"{rule['id']}: {node['html'][:160]}" for rule in found["violations"] for node in rule["nodes"]]
    # axe calls text in its own background's colour merely "incomplete"
    return said + [
        f"text in its background's colour: {node['html'][:160]}"
        for rule in found["incomplete"]
        for node in rule["nodes"]
        for check in node["any"]
        if (check.get("data") or {}).get("messageKey") == "equalRatio"
    ]
