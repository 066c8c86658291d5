"""Reading a trace: the saved record of a decision says, without the rules or the catalogue, how it came about."""

from pathlib import Path
from tempfile import TemporaryDirectory

from llmrules import Advisor
from llmrules.trace.record import Trace

profile = Path(__file__).parent / "hospital-records.toml"
with TemporaryDirectory() as folder:
    saved = Path(folder) / "decision.json"
    Advisor.load().decide(profile).trace.save(saved)
    trace = Trace.load(saved)  # from here on the file is enough

made = trace.made_by
print(f"Made by llmrules {made.llmrules}, engine {made.engine}, certified: {made.certified}")
print(f"Rules {trace.digests.parts['rules'][:12]}…, catalogue {trace.digests.parts['catalogue'][:12]}…")

print("Firings, in order:")
for firing in trace.found.firings:
    if firing.concludes:
        print(f"  {', '.join(firing.uses)} → {', '.join(firing.concludes)}  [{firing.rule}]")

print("Checks of Llama 2:")
criteria = {criterion.rule: criterion for criterion in trace.found.criteria}
llama = next(candidate for candidate in trace.found.candidates if candidate.model == "llama-2")
for check in trace.checks(llama):
    print(f"  {check.rule}: {check.outcome}")
    for leaf, outcome in zip(criteria[check.rule].leaves, check.leaves, strict=True):
        tests = ", ".join(f"{test.operator} {test.thresholds[0]}" for test in leaf.tests)
        print(f"    {leaf.attribute} is {outcome.actual}, asked: {tests} → {outcome.holds}")

print("Rules waited for:", ", ".join(wait.requirement for wait in trace.found.waits[:8]), "…")
