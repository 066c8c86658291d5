"""A first decision: say what you need, read what is best, and ask why a model is not."""

from llmrules import Advisor

advisor = Advisor.load()
decision = advisor.decide(
    {
        "as_of": "2026-03-01",
        "tasks": ["coding", "code-analysis"],
        "modalities": ["text"],
        "fine_tuning": True,
        "data_sovereignty": True,
        "hardware_parameters": 120,
        "budget": "tight",
    }
)

print("Best:", ", ".join(decision.best))
for placed in decision.ranking:
    print(f"  {placed.place}. {placed.model}, {float(placed.points):.2f} points")

print("Excluded:")
for excluded in decision.excluded:
    print(f"  {excluded.model} by {', '.join(excluded.by)}")

print("Cautions:")
for caution in decision.cautions:
    print(f"  {caution.level} on {caution.model}, see {caution.rule}")

print(decision.why(decision.excluded[0].model))
