"""Runs axe-core in a page: every rule it enables by default."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.chromium import PACKAGES

_SOURCE = (PACKAGES / "axe-core" / "axe.min.js").read_text("utf-8")
_COLOURS = ["color-contrast", "link-in-text-block"]
_RUN = """async ([excluded, rules]) => {
  const only = rules ? { runOnly: { type: 'rule', values: rules } } : {};
  const { violations } = await axe.run({ exclude: excluded }, { resultTypes: ['violations'], ...only });
  const told = (id, node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary}`;
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => told(id, node)));
}"""


def findings(page: Page, *, exclude: tuple[str, ...] = (), colours_only: bool = False) -> list[str]:
    """What axe-core finds on the page as it stands, one text a place.

    Args:
        exclude: selectors of parts that are looked at by other means.
        colours_only: only the rules that other colours can break; for a page whose markup has been judged already.
    """
    page.evaluate(_SOURCE)  # through the debugger, so the page's policy stays as it is
    return page.evaluate(_RUN, [[[selector] for selector in exclude], _COLOURS if colours_only else None])


def sideways_scroll(page: Page) -> int:
    """By how many pixels the page can be scrolled sideways."""
    return page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
