"""Approvals: who agreed to which caution or exemption, for which model and how long, in a profile or a catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from llmrules.language.values import Period, read_day
from llmrules.reading.cursor import Cursor

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from llmrules.errors import InputError
    from llmrules.language.rules.rule import Rule
    from llmrules.reading.cursor import Readers


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


_APPROVAL: Readers = {
    **dict.fromkeys(("rule", "model", "by", "role"), Cursor.text),
    **dict.fromkeys(("on", "until"), read_day),
}
APPROVAL_KEYS = tuple(_APPROVAL)
_NEEDED = ("rule", "model", "by", "on")


def read_approvals(top: Cursor) -> tuple[Approval, ...]:
    """Read the ``[[approval]]`` entries of a file; what is wrong is noted."""
    read = [(entry, entry.fields(_APPROVAL, what="an approval", needs=_NEEDED)) for entry in top.entries("approval")]
    for _, its in read:
        its.pop("role", None)
    return in_order(Approval(**its, cursor=entry) for entry, its in read if its.keys() >= {*_NEEDED})


def in_order(approvals: Iterable[Approval]) -> tuple[Approval, ...]:
    """Return approvals in their order, each once."""
    return tuple(sorted(set(approvals), key=lambda one: one.order))


def check_approvals(
    approvals: Iterable[Approval], rules: Mapping[str, Rule], models: Collection[str], problems: list[InputError]
) -> None:
    """Note approvals of what is not loaded, of a rule that asks for none, or in a role that it does not ask."""
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
        elif "role" in (given := cursor.table()) and given["role"].value != (who := rules[approval.rule].approver):
            message = f"{approval.rule} asks {who}" if who else f"{approval.rule} names no approver"
            hint = "who agrees does so in the role that the rule names as approver" if who else "leave out role"
            given["role"].problem("wrong-approver", message, found=given["role"].value, hint=hint)
        if approval.model not in models:
            message = "names no model of any loaded catalogue"
            cursor.child("model", None).problem("unknown-model", message, found=approval.model, allowed=models)
