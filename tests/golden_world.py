"""The one decision that every format is compared on, kept as a trace: only rendering can change the golden files.

After a change of the trace's shape or of the world itself, decide it again and then look at what changed:

    python -m tests.golden_world
    LLMRULES_UPDATE_GOLDEN=1 pytest tests/test_renderings.py
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.advisor import Advisor
from llmrules.decision.knowledge import load_knowledge
from llmrules.language.texts import Text
from llmrules.reading.files import read_toml
from llmrules.trace.record import Trace

if TYPE_CHECKING:
    from llmrules.advisor import Decision

FOLDER = Path(__file__).parent / "data" / "golden-world"
TRACE = FOLDER / "trace.json"
ONLY = {"openness": {"at_least": "closed"}}
AMONG = ("aspen", "birch", "cedar", "date-palm", "elm", "fir", "ginkgo", "hazel", "iris", "juniper", "yew")
TITLE = Text("Discharge letters at a clinic", "병원의 퇴원 요약지")


def decide_again(**more: object) -> Decision:
    """Decide the case of the world among most of its models, with more requirements if any are given."""
    rules = [read_toml(path, path.name) for path in sorted((FOLDER / "rules").glob("*.toml"))]
    knowledge = load_knowledge(rules, [read_toml(FOLDER / "catalog.toml", "catalog.toml")])
    requirements = read_toml(FOLDER / "profile.toml").data["requirements"]
    advisor = Advisor(knowledge, engine="plain")
    profile = evolve(advisor.profile({**requirements, **more}), title=TITLE)
    return advisor.decide(profile, only=ONLY, among=AMONG)


def golden_trace() -> Trace:
    """Return the decision as it was kept."""
    return Trace.load(TRACE)


def titled(trace: Trace, title: Text) -> Trace:
    """Return a trace whose case has a title."""
    return evolve(trace, made_by=evolve(trace.made_by, title=title))


if __name__ == "__main__":
    decide_again().trace.save(TRACE)
