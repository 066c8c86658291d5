"""Says where the page of each finding is: what to avoid, what to prefer, and why."""

from __future__ import annotations

from pathlib import Path

from llmrules.check.lint.finding import CODES


def page(code: str) -> str:
    """Return the page of a finding, or what the table of codes says where the pages were not installed."""
    package = Path(__file__).resolve().parent.parent.parent
    # An installed package brings a copy; an editable one is used where it stands, as the rules are.
    for folder in (package / "data" / "findings", package.parent.parent / "docs" / "findings"):
        path = folder / f"{code}.md"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    return f"# {code}\n\n{CODES[code].en}\n"
