"""What leads where on the page: each claim, rule and model has one address, and what names it leads there.

A rule has its address where its reason is said first. Nothing leads to what this page does not hold.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attrs import evolve, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.say.report.entry import Entry, Report
    from llmrules.say.why import Explainer, Node


@frozen
class Anchor:
    """A name that leads to its text on this page, where there is one."""

    text: str
    href: str = ""


@frozen
class Item:
    """One line with its origin and the lines beneath it; ``anchor`` is what links lead to."""

    text: str
    mark: str = ""
    rule: Anchor | None = None
    sources: tuple[Anchor, ...] = ()
    children: tuple[Item, ...] = ()
    anchor: str = ""


class Linker:
    """Says the parts of one trace with links; it remembers what was cited, and which rules have their address."""

    def __init__(self, why: Explainer, report: Report) -> None:
        self.index, self.teller, self.say, index = why.index, why.teller, why.say, why.index
        self.why = why
        self.sections = {section.key: section for section in report.sections}
        self.citable = index.claims.keys() | index.documents.keys()
        self.cited: set[str] = set()
        cautions = self.sections["cautions"].entries if "cautions" in self.sections else ()
        self.told = {rule for rule in index.firings if not index.rules[rule].effect.cautions}
        self.told |= {entry.rule for entry in cautions if entry.rule} | {rule.id for rule in index.trace.case.defeated}
        """The rules whose reason stands on this page; a caution that attaches to no model is not among them."""
        self.anchored_rules: set[str] = set()

    def anchored(self, key: str) -> tuple[Item, ...]:
        """Return a section of the report in which each rule says its reason: links to the rule lead there."""
        return tuple(map(self._anchor, self.items(key)))

    def _anchor(self, item: Item) -> Item:
        rule = item.rule or next((child.rule for child in item.children if child.rule is not None), None)
        if rule is None or not rule.href or rule.text in self.anchored_rules:
            return item
        return evolve(item, anchor=self._take_address(rule.text))

    def items(self, key: str) -> tuple[Item, ...]:
        """Return a section of the report, if it has one."""
        return tuple(map(self.item, self.sections[key].entries)) if key in self.sections else ()

    def item(self, entry: Entry) -> Item:
        """Return an entry and all beneath it with links to what they name."""
        rule = self.rule_anchor(entry.rule) if entry.rule else None
        return Item(entry.text, entry.mark, rule, self.cite(entry.sources), tuple(map(self.item, entry.children)))

    def rule_item(self, rule: str) -> Item:
        """Return a rule with its reason, as the place that links to it lead to."""
        sources = self.cite(self.index.rules[rule].sources)
        return Item(self.index.because(rule), rule=Anchor(rule), sources=sources, anchor=self._take_address(rule))

    def _take_address(self, rule: str) -> str:
        self.anchored_rules.add(rule)
        return address("rule", rule)

    def dispute(self, node: Node) -> Item:
        """Return a disputed value of one model."""
        return Item(node.text, "!", None, self.cite(node.sources))

    def cite(self, sources: Iterable[str]) -> tuple[Anchor, ...]:
        """Return links to the texts of claims and documents, which are then listed among the sources."""
        found = tuple(sources)
        self.cited.update(self.citable.intersection(found))
        return tuple(Anchor(one, f"#{address('source', one)}" if one in self.citable else "") for one in found)

    def rule_anchor(self, rule: str) -> Anchor:
        """Return a link to the place of the page that says a rule's reason."""
        return Anchor(rule, f"#{address('rule', rule)}" if rule in self.told else "")

    def model_anchor(self, model: str) -> Anchor:
        """Return a link to a model's row of the table."""
        return Anchor(self.teller.name(model), f"#{address('model', model)}")


def address(kind: str, name: str) -> str:
    """Return an address on this page: two names never have one address, and none holds more than letters and signs."""
    return f"{kind}-" + re.sub(r"[^A-Za-z0-9.-]", lambda match: f"_{ord(match[0]):x}_", name)


def cited_sources(linker: Linker) -> Iterator[dict[str, str]]:
    """Yield each claim or document that was cited anywhere on the page so far, with its address there and elsewhere."""
    for one in sorted(linker.cited):
        claim, document = linker.index.claims.get(one), linker.index.document(one)
        title = f"{document.title} ({document.date})" if document is not None else ""
        yield {
            "anchor": address("source", one),
            "id": one,
            "says": linker.say.read(claim.says) if claim is not None else title,
            "document": title if claim is not None else "",
            "url": _web_address(document.url) if document is not None and document.url is not None else "",
        }


def _web_address(url: str) -> str:
    """Return an address that a browser opens as a page, and nothing for any other."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.netloc and url.isprintable() else ""
