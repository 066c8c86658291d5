"""A decision as one self-contained HTML page: the answer, the points, the derivation, every reason and every source."""

from llmrules.say.page.template import render_page

__all__ = ["render_page"]
