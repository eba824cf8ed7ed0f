"""What is asked of every page and dialog: axe finds nothing, everything is reached by keyboard and seen to be, and it fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Page

NARROW_PX = 380
FOCUSED = """() => {
  const at = document.activeElement, style = getComputedStyle(at);
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return {name: at.id || at.tagName.toLowerCase(), ring};
}"""
OVERHANG = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

VIOLATIONS = """() => axe.run({resultTypes: ["violations"]}).then((found) => found.violations)"""
"""What passed is not carried over to here."""


def violations(where: Page | Frame) -> list[str]:
    """What axe-core says is wrong with a page or a frame: rule, how bad, and the elements; empty when nothing is."""
    if not where.evaluate("'axe' in window"):
        where.evaluate(AXE_SCRIPT)
    found = where.evaluate(VIOLATIONS)
    return [f"{one['id']} ({one['impact']}): {', '.join(str(at['target']) for at in one['nodes'])}" for one in found]


def tabbed(page: Page, where: Page | Frame, count: int) -> list[str]:
    """Press Tab so often; what had the focus after each: its id, or else its tag.

    Errors: AssertionError where one shows no ring of at least two pixels.
    """
    stops: list[str] = []
    for _ in range(count):
        page.keyboard.press("Tab")
        at = where.evaluate(FOCUSED)
        assert at["ring"], f"{at['name']} has the focus and does not show it"
        stops.append(at["name"])
    return stops


def overhang_px(where: Page | Frame) -> int:
    """How much wider the content is than its window; 0 when nobody has to scroll sideways."""
    return int(where.evaluate(OVERHANG))
