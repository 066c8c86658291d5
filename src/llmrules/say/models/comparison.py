"""Several models side by side: in which attributes they differ, in which they agree, and which nobody knows of any."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from llmrules.language.conditions import MODEL_SIDE
from llmrules.language.values import Value, as_text
from llmrules.language.vocabulary import Attribute
from llmrules.say.columns import WIDTH, wrapped
from llmrules.say.models.sheet import classified
from llmrules.say.teller import Line, Teller
from llmrules.trace.codec import json_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from llmrules.decision.knowledge import Knowledge
    from llmrules.language.texts import Language

Outcome: TypeAlias = Literal["differs", "equal", "unknown"]

MOST_VALUES = 3
"""How many values of the offers of one model are written out before it says how many more there are."""

LABEL_WIDTH = 34


@frozen
class Cell:
    """The values that the offers of a model have of one attribute, each once, and how many offers state none."""

    values: tuple[Value, ...]
    unknown: int
    rows: int

    @property
    def same(self) -> tuple[frozenset[str], bool]:
        """What makes two cells equal: the same values, and whether something is unknown."""
        return frozenset(map(as_text, self.values)), self.unknown > 0


@frozen
class Compared:
    """One attribute with a cell for each model."""

    attribute: Attribute
    cells: tuple[Cell, ...]

    @property
    def outcome(self) -> Outcome:
        """Whether the models differ in it, are equal, or nothing is known of any. What is unknown of one differs."""
        if not any(cell.values for cell in self.cells):
            return "unknown"
        return "equal" if len({cell.same for cell in self.cells}) == 1 else "differs"


@frozen
class Comparison:
    """Models by id, in the order asked for, and every attribute of models and offers."""

    as_of: date
    models: tuple[str, ...]
    attributes: tuple[Compared, ...]

    def having(self, outcome: Outcome) -> tuple[Compared, ...]:
        """Return the attributes with an outcome."""
        return tuple(one for one in self.attributes if one.outcome == outcome)

    def to_json(self) -> str:
        """Return it as JSON; the cells of an attribute stand in the order of the models."""
        document = {
            "as_of": self.as_of.isoformat(),
            "models": list(self.models),
            "attributes": {
                one.attribute.name: {
                    "outcome": one.outcome,
                    "values": [[json_value(one.attribute, value) for value in cell.values] for cell in one.cells],
                    "unknown": [cell.unknown for cell in one.cells],
                }
                for one in self.attributes
            },
        }
        return json.dumps(document, ensure_ascii=False, indent=2)

    def lines(self, language: Language, *, everything: bool = False, width: int = WIDTH) -> Iterator[Line]:
        """Yield a line for each attribute that differs, or for all, then how many are equal or unknown."""
        shown = self.attributes if everything else self.having("differs")
        teller = Teller(language)
        rows = [["", *self.models]]
        rows += [[teller.declared(one.attribute), *(_words(one.attribute, its, teller) for its in one.cells)]
                 for one in shown]  # fmt: skip
        for number, text in enumerate(wrapped(rows, LABEL_WIDTH, width)):
            yield Line("line" if number else "heading", text)
        yield Line("blank")
        counts = {outcome: len(self.having(outcome)) for outcome in ("differs", "equal", "unknown")}
        hint = "" if everything else teller.say("hint-all")
        yield Line("answer", teller.say("compared", **counts) + hint)


def compare(knowledge: Knowledge, names: Sequence[str], as_of: date) -> Comparison:
    """Compare models of the catalogue, listed or not, in every attribute that models and offers have."""
    state = classified(knowledge, tuple(names), as_of)
    vocabulary = knowledge.ruleset.vocabulary
    attributes = [vocabulary[name] for scope in MODEL_SIDE for name in vocabulary.stated(scope)]
    rows = [[index for index, row in enumerate(state.rows) if row.model.id == name] for name in names]

    def cell(attribute: Attribute, places: Sequence[int]) -> Cell:
        values = [state.columns[attribute.name][place] for place in places]
        known = dict.fromkeys(value for value in values if value is not None)
        return Cell(tuple(known), values.count(None), len(values))

    compared = (Compared(attribute, tuple(cell(attribute, places) for places in rows)) for attribute in attributes)
    return Comparison(as_of, tuple(names), tuple(compared))


def _words(attribute: Attribute, cell: Cell, teller: Teller) -> str:
    if not cell.values:
        return teller.value(attribute, None)
    if attribute.type == "number" and len(cell.values) > 1:
        ordered = sorted(cell.values)
        said = "-".join(teller.value(attribute, value, unit=False) for value in (ordered[0], ordered[-1]))
    else:
        said = "; ".join(teller.value(attribute, value, unit=False) for value in cell.values[:MOST_VALUES])
        more = len(cell.values) - MOST_VALUES
        said += f" {teller.say('more-values', more=more)}" if more > 0 else ""
    return f"{said} ({teller.say('some-unknown', unknown=cell.unknown, rows=cell.rows)})" if cell.unknown else said
