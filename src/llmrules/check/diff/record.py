"""The records of a comparison, ``llmrules.diff/1``, as values.

A *difference* is between what two decisions were given, a *change* is between what was found. A change has causes:
each names the differences that bring it about, one alone or several jointly. Values are as a trace holds them.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from attrs import frozen

from llmrules.trace.codec import Json

FORMAT = "llmrules.diff/1"
CORPUS_FORMAT = "llmrules.diff-corpus/1"
REPLAY_FORMAT = "llmrules.replay/1"

DifferenceKind: TypeAlias = Literal[
    "requirement",
    "approval",
    "policy",
    "rule",
    "promise",
    "disable",
    "attribute",
    "model",
    "offer",
    "value",
    "document",
    "claim",
]
"""What may differ, in the order in which it is told."""

Verb: TypeAlias = Literal["added", "removed", "edited"]
Effect: TypeAlias = Literal["cause", "offset", "none", "inert", "open"]
"""What a difference does to the outcome.

``cause``: it brings about a change, alone or with others; ``offset``: it would, but other differences undo it;
``none``: replayed alone and left out, nothing comes of it; ``inert``: it is a text, a source or an origin, which no
outcome can depend on; ``open``: not known, because the bound on replays came first or it cannot stand by itself.
"""

ChangeKind: TypeAlias = Literal[
    "choice",
    "refused",
    "conflict",
    "promise",
    "verdict",
    "place",
    "points",
    "check",
    "caution",
    "dispute",
    "firing",
    "trial",
]
"""What may change, in the order in which it is told.

``choice``: the models on the first place. ``conflict``: the facts of one requirement that cannot all be meant, or that
rules added. ``promise``: what of it is not kept. ``check``: how a model that does not pass a hard rule comes out.
``caution``: its level, for one model. ``dispute``: the fired rules that depend on a disputed value of a model.
``firing``: whether a rule fires. ``trial``: what a rule on trial would do.
"""


@frozen
class KeyChange:
    """One key of what differs, as a file would state it; None where it is absent."""

    key: str
    before: Any = None
    after: Any = None


@frozen
class Difference:
    """One thing that two decisions were given differently.

    ``id`` names it: ``rule:some-id``, ``requirement:budget``, ``value:claude:openness``, ``disable:pack:data``.
    ``subject`` is the rule, attribute, model, document or claim that it concerns; of a value the model, whose
    ``attribute`` it is; of a rule or pack that was switched off or on, ``rule:some-id`` or ``pack:data``; of a policy
    what was asked: unknown, over, only, among, stale_after. An offer, or a model's value at one of several offers, is
    ``model @ offer``. ``keys`` is empty for a rule, attribute, model, offer, document or claim that was added or
    removed whole.
    """

    id: str
    kind: DifferenceKind
    verb: Verb
    subject: str
    attribute: str | None = None
    keys: tuple[KeyChange, ...] = ()
    effect: Effect = "open"


@frozen
class Cause:
    """Differences that, applied to the old decision alone, bring a change about; none of them can be left out."""

    differences: tuple[str, ...]


@frozen
class Change:
    """One thing that two decisions found differently; None: there is no such thing (an excluded model has no place).

    ``subject`` is the model, or ``model @ offer`` where one of the sides has several offers of it; of a conflict the
    requirement, of a promise or a firing the promise or the rule; ``about`` is the rule of a check or
    caution, or the attribute of a dispute.
    ``causes`` are all differences that are enough alone; where there is none, sets that are enough jointly (at
    most two; there may be others), and none at all where the bound on replays came first, or of a place where more
    than 80 differences have effect: it follows from what changed of many models. ``needed`` are the differences
    without any one of which the new decision would not have it so.
    """

    kind: ChangeKind
    subject: str
    about: str
    before: Json | None
    after: Json | None
    causes: tuple[Cause, ...] = ()
    needed: tuple[str, ...] = ()


@frozen
class Side:
    """One of two decisions: the digests of what it was given and of what was found, and its choice."""

    given: str
    found: str
    choice: tuple[str, ...]


@frozen
class Comparison:
    """Everything that differs between two decisions.

    ``derivation`` names the parts of ``found`` that are not the same, which may be so although no outcome changed.
    ``replays`` is how many worlds between the two were decided; ``open`` how many changes the bound left without
    a cause.
    """

    format: str
    old: Side
    new: Side
    differences: tuple[Difference, ...]
    changes: tuple[Change, ...]
    derivation: tuple[str, ...] = ()
    replays: int = 0
    open: int = 0

    @property
    def same(self) -> bool:
        """Whether both decisions have the same outcome."""
        return not self.changes


@frozen
class Impact:
    """One case of a corpus whose outcome changes."""

    case: str
    comparison: Comparison


@frozen
class Corpus:
    """What new rules or a new catalogue change in a corpus of cases.

    ``differences`` are those of rules and catalogues that any case meets, their effect over all cases;
    ``unchanged`` are the cases whose outcome stays what it was.
    """

    format: str
    differences: tuple[Difference, ...]
    impacts: tuple[Impact, ...]
    unchanged: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether no outcome changes."""
        return not self.impacts


@frozen
class Replay:
    """What became of a trace that was decided again, as of its own date.

    Under other rules or another catalogue ``comparison`` says what differs. From the trace alone there is none; where
    the trace holds what does not follow from it, ``first`` points at the first such thing.
    """

    format: str
    as_of: str
    same: bool
    first: str | None = None
    comparison: Comparison | None = None
