"""The route of one decision through the house: as few modules as somebody who follows it can read in a day."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from tests.documents import ROOT

import llmrules
from llmrules import Advisor

if TYPE_CHECKING:
    from types import FrameType

MOST_FILES = 51
HOUSE = str(Path(llmrules.__file__).parent)


def test_one_decision_with_report_and_why_passes_few_files() -> None:
    """A decision with its trace, its report and a why calls functions of at most 51 modules."""
    for name in ("say.report.report", "engine.durable"):
        import_module(f"llmrules.{name}")  # a class that is made is no function that is called
    advisor = Advisor.load(catalog=["article"])
    passed: set[str] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_name != "<module>" and code.co_filename.startswith(HOUSE):
            passed.add(code.co_filename)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        decision = advisor.decide(ROOT / "examples" / "hospital-records.toml")
        assert decision.trace.found.result.best == decision.best
        assert str(decision.why(decision.best[0]))
        assert decision.report()
    finally:
        sys.setprofile(before)
    assert len(passed) <= MOST_FILES, sorted(Path(one).relative_to(HOUSE).as_posix() for one in passed)
