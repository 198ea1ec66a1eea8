"""Authors' Markdown as clean HTML."""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "a", "code", "blockquote", "hr", "table", "thead", "tbody",
         "tr", "th", "td", "h3", "h4", "h5", "h6", "del"}  # fmt: skip
_parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])


def render_markdown(text: str, top: int = 3) -> Markup:
    """`text` as HTML with a short list of tags and no attribute but a link's address.

    Args:
        top: the level that the largest heading becomes, so that it fits below the page's own.
    """
    tokens = _parser.parse(text[:50_000])
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    levels = sorted({token.tag for token in headings})
    for token in headings:
        token.tag = f"h{min(top + levels.index(token.tag), 6)}"
    html = _parser.renderer.render(tokens, _parser.options, {})
    cleaned = nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto", "tel"},
                        link_rel="noopener noreferrer")  # fmt: skip
    return Markup(cleaned)  # noqa: S704 - nh3 has just cleaned it
