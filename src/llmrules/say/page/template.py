"""The page as HTML: the template, the one style and the one script, and the policy that allows nothing else.

The only module that knows jinja2. Nothing on the page comes from elsewhere, and no text of a trace can become markup,
script, style or address: the template escapes all, and a strict Content-Security-Policy names the one style and the
one script by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from llmrules.say.page.content import page_content
from llmrules.say.teller import Sentences, printable_lines

if TYPE_CHECKING:
    from jinja2 import Template

    from llmrules.language.texts import Language
    from llmrules.trace.record import Trace
    from llmrules.worlds.advice.advice import Advice


def render_page(trace: Trace, language: Language = "en", advice: Advice | None = None) -> str:
    """Return a decision as one HTML page, from its trace alone. Who has the advice on it at hand gives it."""
    style, script = _asset("page.css"), _asset("page.js")
    return _template().render(
        page_content(trace, language, advice),
        language=language,
        say=Sentences(language).family("page"),
        style=Markup(style),  # noqa: S704 - a file of this package
        script=Markup(script),  # noqa: S704 - a file of this package
        policy="; ".join(
            (
                "default-src 'none'",
                f"style-src '{_hash(style)}'",
                f"script-src '{_hash(script)}'",
                "img-src data:",  # the empty icon, so that no browser asks for one
                "base-uri 'none'",
                "form-action 'none'",
                "require-trusted-types-for 'script'",
            )
        ),
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        autoescape=select_autoescape(default=True, default_for_string=True),
        finalize=_plain,
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["whole"] = _whole
    return environment.from_string(_asset("page.html.jinja"))


def _plain(value: object) -> object:
    """Take out of every text what a browser may obey without markup: control and bidirectional characters."""
    return printable_lines(value) if isinstance(value, str) and not isinstance(value, Markup) else value


_HYPHENED = re.compile(r"[\w.]*\w(?:-[\w.]*\w)+")
"""A word with hyphens, which is to stand whole on a line."""


def _whole(text: str) -> Markup:
    """Return a text in which no word breaks at its hyphen."""
    escaped = str(escape(printable_lines(text)))
    return Markup(_HYPHENED.sub(r'<span class="whole">\g<0></span>', escaped))  # noqa: S704 - escaped above


@lru_cache(maxsize=4)
def _asset(name: str) -> str:
    return files("llmrules.say.page").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
