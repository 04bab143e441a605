"""What must hold on every page: no WCAG 2.2 A or AA violation for axe-core, and two things that axe lets pass."""

from pathlib import Path

import axe_playwright_python

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Inputs that reach past the screen, unless closed in a menu or inside a region that scrolls on its own
CLIPPED = """() => {
    const scrolls = e => e && (/auto|scroll/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
    const screen = document.documentElement.clientWidth + 1;
    return [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button")]
        .filter(e => e.checkVisibility() && !scrolls(e.parentElement) && e.getBoundingClientRect().right > screen)
        .map(e => e.outerHTML.slice(0, 120));
}"""


def faults(page):
    """Sentences about what is wrong with this page; empty when all is well."""
    page.evaluate(AXE)
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    said = [f"{rule['id']}: {node['html'][:160]}" for rule in found["violations"] for node in rule["nodes"]]
    # axe calls text in its own background's colour merely "incomplete"
    said += [
        f"text in its background's colour: {node['html'][:160]}"
        for rule in found["incomplete"]
        for node in rule["nodes"]
        for check in node["any"]
        if (check.get("data") or {}).get("messageKey") == "equalRatio"
    ]
    said += [f"clipped: {html}" for html in page.evaluate(CLIPPED)]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"):
        said.append("the page scrolls sideways")
    return [f"{page.url}: {one}" for one in said]
