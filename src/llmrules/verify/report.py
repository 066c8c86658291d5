"""What a verification says: the level that the trace reached, and the first thing that is wrong with it.

It stands alone, as the kernel does: this is what ``llmrules verify`` and ``llmrules-check.pyz`` print.
"""

import gc
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal, TypeAlias

from .kernel import climb
from .kernel.refusal import NOTHING, UNSAID, Plain, Record, Refusal, Wrong

Level: TypeAlias = Literal["shape", "consistent", "re-derived", "matched"]

MEANS: dict[Level | None, str] = {
    None: "not a trace",
    "shape": "it is a trace of this format, whole and within its limits",
    "consistent": "its digests, references, sums and ranks agree with each other",
    "re-derived": "all that it found follows from the requirements, rules and values that it records",
    "matched": "and what it records is what stands in the files handed over",
}

LEVELS: tuple[Level, ...] = ("shape", "consistent", "re-derived", "matched")
"""From the least to the most; each needs no more than it says, and each one includes those before it."""

FILES = {"rule files": "rules", "catalogue": "catalogue", "profile": "requirements"}
"""What a trace can be compared with, and the part of ``given`` that it says."""

NAMED = {"rules": "rule", "models": "model", "vocabulary": "attribute", "offers": "offer", "facts": "fact"}
NAMING = ("rule", "model", "offer", "attribute", "requirement", "fact", "source")
"""What the entries of a list are that have an id or a name, and the keys by which others name them."""
BETWEEN_NAMES = r'(?<="), '

CLAIMED, LONGEST_CLAIM = ("llmrules", "engine", "decided_at"), 60


@dataclass(frozen=True)
class Report:
    """The level reached (None: not even the shape of a trace), the level asked for, and the first thing wrong.

    ``matched`` names the parts of ``given`` that were compared with files, ``document`` is the trace, once it has its
    shape.
    """

    level: Level | None
    asked: Level
    wrong: Wrong | None = None
    matched: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    document: Record | None = field(default=None, repr=False, compare=False)

    REACHED: ClassVar[int] = 0
    NOT_REACHED: ClassVar[int] = 1
    NO_TRACE: ClassVar[int] = 2

    @property
    def ok(self) -> bool:
        """Whether the level asked for is reached."""
        return self.wrong is None and self.level == self.asked

    @property
    def status(self) -> int:
        """How a command ends."""
        return self.REACHED if self.ok else self.NO_TRACE if self.level is None else self.NOT_REACHED

    @property
    def not_compared(self) -> list[str]:
        """What a trace can be compared with and this one was not."""
        return [name for name, part in FILES.items() if part not in self.matched]

    @property
    def reached(self) -> str | None:
        """The level in words: *matched* says with what, where that is not all."""
        compared = ", ".join(name for name in FILES if name not in self.not_compared)
        return f"matched: {compared}" if self.level == "matched" and self.not_compared else self.level

    def claims(self) -> dict[str, str]:
        """Return what the trace claims of its making, which is sealed and nobody can check, each cut to one line."""
        made_by = self.document["made_by"] if self.document else {}
        return {name: str(shown(one, LONGEST_CLAIM)).strip('"') for name, one in made_by.items() if name in CLAIMED}

    def __str__(self) -> str:
        """Say the level, what is wrong, who claims to have made the trace, and last what was compared with nothing."""
        return self.worded(str)

    def worded(self, tell: Callable[[str], str]) -> str:
        """Say what ``str`` does, in the language into which a function translates each text of it."""
        said = tell(MEANS[self.level] if self.level in {None, self.reached} else "the rest was compared with nothing")
        head, rest = (self.reached or "").partition(": ")[::2]
        reached = ": ".join(filter(None, [head, ", ".join(map(tell, filter(None, rest.split(", "))))]))
        lines = [f"{reached}: {said}" if self.level else said]
        lines += [f"{tell(f'not {self.asked}')}:", worded(self.wrong, tell)] if self.wrong else []
        lines += map(tell, self.remarks)
        if self.document is not None:
            made = "claimed: made by llmrules {llmrules}, engine {engine}, at {decided_at}"
            lines.append(tell(made.format(**self.claims())))
        if self.level in LEVELS[2:] and self.not_compared:
            rest = ", which are taken to be what the trace says" if self.level == "re-derived" else ""
            lines.append(tell(f"not compared: {', '.join(map(tell, self.not_compared))}{rest}"))
        return "\n".join(lines)

    def plain(self) -> Record:
        """Return all of it as plain JSON."""
        said = {name: getattr(self, name) for name in ("asked", "ok", "not_compared", "matched")}
        remarks = [printable(remark) for remark in self.remarks]
        rest = {"wrong": self.wrong and self.wrong._asdict(), "claimed": self.claims(), "remarks": remarks}
        return {**said, **rest, "level": self.reached}


def check(raw: bytes, level: Level = "re-derived") -> Report:
    """Verify the bytes of a trace up to a level, or to the first thing that is wrong."""
    report = Report(level=None, asked=level)
    collects = gc.isenabled()
    gc.disable()  # nothing here refers to itself, and thousands of models would be looked through for it many times
    try:
        for reached, document in zip(LEVELS, climb(raw), strict=False):
            report = replace(report, level=reached, document=document)
            if reached == level:
                break
    except Refusal as refusal:
        return replace(report, wrong=named(refusal.wrong, report.document or {}))
    finally:
        if collects:
            gc.enable()
    return report


def worded(wrong: Wrong, tell: Callable[[str], str]) -> str:
    """Word what is wrong on a few lines."""
    names = f" ({', '.join(map(tell, re.split(BETWEEN_NAMES, wrong.names)))})" if wrong.names else ""
    lines = [f"{tell('at')}: {wrong.at or tell('the whole file')}{names}", f"{tell(wrong.sentence)} [{wrong.code}]"]
    both = {"found": wrong.found, "expected": wrong.expected}
    lines += [f"{tell(name)}: {said}" for name, said in both.items() if said is not None]
    return "\n".join(f"    {line}" for line in lines)


def named(wrong: Wrong, document: Record) -> Wrong:
    """Return what is wrong with the ids of what its pointer leads through, and the values as texts."""
    names: dict[str, str] = {}
    value: Plain = document
    within = ""
    for part in wrong.at.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if within == "leaves" and "rule" in names:  # what they ask is said once, in the criterion
            criteria = document["found"]["criteria"]
            value = next((one["leaves"] for one in criteria if one["rule"] == names["rule"]), value)
        inside = {str(index): one for index, one in enumerate(value)} if isinstance(value, list) else value
        value, within = inside.get(key), within if key.isdigit() else key
        its = value if isinstance(value, dict) else {}
        own = {NAMED[within]: its.get("id") or its.get("name")} if within in NAMED else its
        names |= {kind: str(own[kind]) for kind in NAMING if isinstance(own.get(kind), str)}
        if not isinstance(value, dict | list):
            break
    said = printable(", ".join(f'{kind} "{name}"' for kind, name in names.items()))
    return wrong._replace(names=said, found=shown(wrong.found), expected=shown(wrong.expected))


def shown(value: Plain, longest: int = 200) -> str | None:
    """Return a value as JSON on one short line without what a terminal would obey; None where nothing need be shown."""
    if value is UNSAID:
        return None
    try:
        text = "nothing" if value is NOTHING else json.dumps(value, ensure_ascii=False, sort_keys=True)
    except RecursionError:
        text = "something deeply nested"
    return printable(text if len(text) <= longest else f"{text[: longest - 1]}…")


def printable(text: str) -> str:
    """Replace what a terminal would obey (control, bidirectional and unpaired characters) by its escape."""
    return "".join(mark if mark.isprintable() else repr(mark)[1:-1] for mark in text)
