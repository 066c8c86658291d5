"""Your own rules on top of ours: a policy file in TOML decides together with the shipped knowledge."""

from pathlib import Path

from llmrules import Advisor

policy = Path(__file__).parent / "policy"
ours = Advisor.load()
yours = Advisor.load(rules=[policy])

shared = {"tasks": ["summarization"], "modalities": ["text"]}
print("Without the policy:", ", ".join(ours.decide({**shared, "as_of": "2026-03-01"}).best))

# The policy concludes a shipped requirement from its own, so the shipped rules fire on what it means.
for day in ("2026-03-01", "2026-07-01"):
    decision = yours.decide({**shared, "personal_data": True, "as_of": day})
    print(f"With it, on {day}: {', '.join(decision.best)}")
    print(f"  Mistral is {decision.verdict('mistral')}")
    for excluded in decision.excluded:
        print(f"  {excluded.model} is out by {', '.join(excluded.by)}")

print(yours.decide({**shared, "personal_data": True, "as_of": "2026-03-01"}).why("mistral"))
