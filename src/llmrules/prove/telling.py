"""What was proved, in words and in the formats that other programs read."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from attrs import evolve

from llmrules.check.cases.failure import chain_lines
from llmrules.check.lint.finding import Finding
from llmrules.errors import Place, printable
from llmrules.language.texts import Text
from llmrules.language.values import as_text, encode
from llmrules.say.teller import Line, Teller, printable_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.check.lint.finding import Severity
    from llmrules.decision.decision import Decision
    from llmrules.decision.knowledge import Knowledge
    from llmrules.decision.procedure import Breach
    from llmrules.language.profile import Profile, Requirement
    from llmrules.language.texts import Language
    from llmrules.prove.promises import Proof, Proofs
    from llmrules.prove.questions import Answer

FORMAT = "llmrules.proofs/1"

MARKS = {"holds": "✓", "empty": "✓", "broken": "✗", "undecided": "?"}

MOST_NAMES = 6
"""Models that one line names, and of those the first is explained."""


def profile_text(profile: Profile) -> str:
    """Return a profile as its file: what is stated, the date among it."""
    lines = [_stated(one) for one in profile.requirements if one.origin == "stated"]
    return "\n".join(["[requirements]", *lines, ""])


def _stated(requirement: Requirement) -> str:
    value = requirement.value
    if isinstance(value, bool | str | frozenset):
        return f"{requirement.attribute} = {json.dumps(encode(value), ensure_ascii=False)}"
    return f"{requirement.attribute} = {as_text(value)}"


class ProofTeller:
    """Tells proofs about some rules and a catalogue in one language."""

    def __init__(self, knowledge: Knowledge, language: Language) -> None:
        """Take the names."""
        self._teller = Teller(language, knowledge.ruleset.vocabulary, knowledge.catalog)
        self._say, self._language = self._teller.say, language

    def lines(self, proofs: Proofs) -> Iterator[Line]:
        """Yield each promise with what came of it, then what was left open and by whom it was proved."""
        if not proofs.proofs:
            yield Line("answer", self._say("no-promise"))
        for answer in proofs.answers:
            yield from self._answer(answer)
        if not proofs.proofs:
            return
        for proof in proofs.proofs:
            yield Line("line", self.said(proof), 0, MARKS[proof.outcome], f"({', '.join(proof.promise.sources)})")
            if proof.witness is not None:
                yield from self._broken(proof)
        yield Line("blank")
        yield Line("answer", self._counted(proofs))
        yield from (Line("line", note, 2) for note in self.notes(proofs))

    def _answer(self, answer: Answer) -> Iterator[Line]:
        """Yield what one question found; nothing where it found nothing."""
        if answer.names or answer.undecided:
            yield Line("heading", self._say(f"question.{answer.question}"))
        for name in answer.names:
            yield Line("line", self._teller.name(name), 2, "-")
        if answer.undecided:
            names = self._teller.names(answer.undecided, MOST_NAMES)
            yield Line("line", self._say("question-undecided", names=names), 2, "?")
        if answer.names or answer.undecided:
            yield Line("blank")

    def said(self, proof: Proof) -> str:
        """Return what came of a promise."""
        larger = proof.witness is not None and not proof.witness.smallest
        more = "-larger" if larger else "-open" if proof.rests_on_open else ""
        return self._say(f"proof.{proof.outcome}{more}", promise=proof.promise.id)

    def notes(self, proofs: Proofs) -> Iterator[str]:
        """Yield what was left open, and by whom it was proved."""
        left_open = sorted({name for proof in proofs.proofs for name in proof.left_open})
        if left_open:
            yield self._say("left-open", names=", ".join(map(self._teller.label, left_open)))
        yield self._say("proved-by", solver=proofs.solver)

    def _counted(self, proofs: Proofs) -> str:
        counts = Counter("holds" if one.outcome == "empty" else one.outcome for one in proofs.proofs)
        slots = {name: counts[name] for name in ("holds", "broken", "undecided")}
        return self._say("proofs-about", count=len(proofs.proofs), day=proofs.when.isoformat(), **slots)

    def _broken(self, proof: Proof) -> Iterator[Line]:
        assert proof.witness is not None  # noqa: S101 - as the caller saw
        decision = proof.witness.decision
        yield from (Line("line", line, 4) for line in profile_text(decision.profile).splitlines())
        for breach in proof.breaches:
            yield Line("line", self.breached(proof, breach), 2, "-")
            if breach.kind in {"every", "best", "some"}:
                names = breach.names[:1] or (_nearest(decision),)
                chains = chain_lines(decision, self._language, models=names)
            elif breach.kind == "refused":
                chains = chain_lines(decision, self._language, rules=breach.names)
            else:
                known = [name for name in breach.names if name in decision.derivation.facts]
                chains = chain_lines(decision, self._language, facts=known)
            yield from (evolve(line, indent=line.indent + 2) for line in chains)

    def breached(self, proof: Proof, breach: Breach) -> str:
        """Return what of a promise is not kept."""
        return self._teller.breach(proof.promise, breach, MOST_NAMES)


def _nearest(decision: Decision) -> str:
    """Return who is kept out by the fewest rules: eligible, if there is one."""
    excluding = [one.excluding | one.unverifying for one in decision.judgement.checks]
    rows = enumerate(decision.candidates.rows)
    return min(rows, key=lambda row: sum(mask >> row[0] & 1 for mask in excluding))[1].name


def findings(knowledge: Knowledge, proofs: Proofs) -> tuple[Finding, ...]:
    """Return each promise that is not kept, and each that was not decided, as lint has its findings."""
    english, korean = (ProofTeller(knowledge, language) for language in ("en", "ko"))
    found = []
    for proof in proofs.proofs:
        if proof.outcome in {"broken", "undecided"}:
            said = [
                "; ".join([teller.said(proof), *(teller.breached(proof, one) for one in proof.breaches)])
                for teller in (english, korean)
            ]
            profile = "" if proof.witness is None else printable_lines(profile_text(proof.witness.decision.profile))
            sentence = Text(*(f"{one}: {profile}" if profile else one for one in said))
            place = Place("") if proof.promise.place is None else proof.promise.place.place
            severity: Severity = "error" if proof.outcome == "broken" else "warning"
            found.append(Finding(f"promise-{proof.outcome}", severity, place, sentence, rules=(proof.promise.id,)))
    return tuple(found)


def as_json(proofs: Proofs) -> str:
    """Return the proofs as one JSON document."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "as_of": proofs.when.isoformat(),
        "solver": proofs.solver,
        "promises": [_record(proof) for proof in proofs.proofs],
    }
    if proofs.answers:
        document["lint"] = {answer.question: _found(answer) for answer in proofs.answers}
    return json.dumps(document, ensure_ascii=False, indent=2)


def _found(answer: Answer) -> dict[str, Any]:
    return {"found": list(answer.names), "undecided": list(answer.undecided)}


def _stated_in(profile: Profile) -> dict[str, Any]:
    return {one.attribute: encode(one.value) for one in profile.requirements if one.origin == "stated"}


def _record(proof: Proof) -> dict[str, Any]:
    record: dict[str, Any] = {
        "promise": proof.promise.id,
        "outcome": proof.outcome,
        "formula": proof.formula,
        "left_open": list(proof.left_open),
        "seconds": round(proof.seconds, 3),
        "sources": list(proof.promise.sources),
    }
    if proof.witness is not None:
        record["profile"] = _stated_in(proof.witness.decision.profile)
        record["smallest"] = proof.witness.smallest
        record["breaches"] = [{"kind": one.kind, "names": list(one.names)} for one in proof.breaches]
    return record


def junit_xml(knowledge: Knowledge, proofs: Proofs, language: Language) -> str:
    """Return the proofs as JUnit XML: one test case for each promise; one that was not decided is an error."""
    teller = ProofTeller(knowledge, language)
    outcomes = Counter(proof.outcome for proof in proofs.proofs)
    seconds = sum(proof.seconds for proof in proofs.proofs)
    counts = {"tests": str(len(proofs.proofs)), "failures": str(outcomes["broken"])}
    counts |= {"errors": str(outcomes["undecided"]), "time": f"{seconds:.3f}"}
    root = Element("testsuites", counts, name="llmrules prove")
    suite = SubElement(root, "testsuite", counts, name="promises")
    for proof in proofs.proofs:
        case = SubElement(suite, "testcase", classname="promises", name=proof.promise.id, time=f"{proof.seconds:.3f}")
        if proof.outcome in {"broken", "undecided"}:
            kind = "failure" if proof.outcome == "broken" else "error"
            told = SubElement(case, kind, message=printable(teller.said(proof)), type=f"promise-{proof.outcome}")
            if proof.witness is not None:
                breached = (teller.breached(proof, one) for one in proof.breaches)
                told.text = "\n".join([profile_text(proof.witness.decision.profile), *breached])
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"
