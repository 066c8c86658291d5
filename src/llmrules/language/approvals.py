"""Approvals: who agreed to one model where a caution of level *approval* asks for it, and until when.

They stand in profiles and catalogue files. From the first day to the last, inclusive, the model is plainly eligible
as far as that caution goes, and the trace names the approval.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from llmrules.language.values import Period, day
from llmrules.reading.cursor import Cursor

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from llmrules.errors import InputError
    from llmrules.language.rules.rule import Rule

APPROVAL_KEYS = ("rule", "model", "by", "on", "until")


@frozen(order=False)
class Approval:
    """One approval: of a rule's caution, for a model, by someone, from a day on and perhaps until another."""

    rule: str
    model: str
    by: str
    on: Period
    until: Period | None = None
    cursor: Cursor | None = field(default=None, eq=False, repr=False)

    def holds(self, as_of: Period) -> bool:
        """Whether the approval is in force on a day."""
        return self.on.first <= as_of.first and (self.until is None or as_of.first <= self.until.first)

    @property
    def order(self) -> tuple[str, ...]:
        """What approvals are sorted by."""
        return (self.rule, self.model, self.on.text, self.by, self.until.text if self.until else "")


def read_approvals(keys: Mapping[str, Cursor]) -> tuple[Approval, ...]:
    """Read the ``[[approval]]`` entries of a file; what is wrong is noted."""
    entries = keys["approval"].elements() if "approval" in keys else ()
    read = [_read(entry) for entry in entries]
    return in_order(one for one in read if one is not None)


def in_order(approvals: Iterable[Approval]) -> tuple[Approval, ...]:
    """Return approvals in their order, each once."""
    return tuple(sorted(set(approvals), key=lambda one: one.order))


def _read(entry: Cursor) -> Approval | None:
    fields = entry.keys(APPROVAL_KEYS, what="an approval")
    for required in ("rule", "model", "by", "on"):
        if required not in fields:
            entry.missing(required, f"an approval needs {required}")
    texts = [fields[name].text() if name in fields else None for name in ("rule", "model", "by")]
    days = {name: day(fields[name].value) for name in ("on", "until") if name in fields}
    for name, when in days.items():
        if when is None:
            fields[name].wrong_type("a date such as 2026-12-31")
    rule, model, by = texts
    on, until = days.get("on"), days.get("until")
    if rule is None or model is None or by is None or on is None:
        return None
    return Approval(rule, model, by, on, until, cursor=entry)


def check_approvals(
    approvals: Iterable[Approval], rules: Mapping[str, Rule], models: Collection[str], problems: list[InputError]
) -> None:
    """Note approvals of what is not loaded, or of a rule that asks for none."""
    asking = [name for name, rule in rules.items() if rule.level == "approval"]
    for approval in approvals:
        if approval.cursor is None:
            continue
        cursor = evolve(approval.cursor, problems=problems)
        if approval.rule not in rules:
            message = "names no loaded rule"
            cursor.child("rule", None).problem("unknown-rule", message, found=approval.rule, allowed=asking)
        elif approval.rule not in asking:
            message = "asks for no approval: it is no caution of level approval"
            cursor.child("rule", None).problem("no-approval-asked", message, found=approval.rule, allowed=asking)
        if approval.model not in models:
            message = "names no model of any loaded catalogue"
            cursor.child("model", None).problem("unknown-model", message, found=approval.model, allowed=models)
