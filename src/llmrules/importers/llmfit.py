"""Read llmfit's records of open weights: what of a developer's own repository says how much memory a model takes.

What a token of context takes is known only where every layer keeps keys and values of the whole of it: two numbers of
two bytes for each layer, head and place in a head. Of windows that slide, of compressed or linear attention, layers and
heads say too much, and nothing is reckoned. Copies of others and packed ones are left out, and so are active
parameters, in which the file errs.
"""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from llmrules.errors import FileError, Place, printable
from llmrules.importers.developers import by_prefix
from llmrules.importers.reading import Reading, Remark, Row
from llmrules.importers.written import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.importers.boards import Measuring
    from llmrules.importers.reading import Origin, Plain

WHOLE_ATTENTION = frozenset(("exaone", "falcon_h1", "granite", "llama", "olmo2", "phi3", "qwen2", "qwen3", "smollm3"))
"""Architectures of which every layer keeps keys and values of the whole context."""

PACKED = re.compile(r"(?i)[-_.](?:gguf|awq|gptq|fp8|nvfp4|bf16|mxfp4|(?:int|w)?[48]-?bit|int[48]|mlx|onnx)(?=[-_.]|$)")
GATED_CONTEXT = 4096

NO_RECORD = "is no record with a name and a number of parameters"
COPY = "is of no known developer: a copy, or somebody else's tuning"
PACKED_COPY = "is a packed copy of weights that stand elsewhere"
UNMATCHED = "is the name of no model of the catalogues"
OTHER = "is another repository of a model whose own one counts"
"""Why a record is skipped."""


def read(records: list[Any], origin: Origin, measuring: Measuring) -> Reading:
    """Return the developer's own record of each model that is known as a row, and every other one as skipped."""
    skipped: list[Remark] = []
    unknown: list[Remark] = []
    found: defaultdict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for number, record in enumerate(records):
        name = record.get("name") if isinstance(record, dict) else None
        if not isinstance(name, str) or "/" not in name or not count(record.get("parameters_raw")):
            skipped.append(Remark(printable(name) if isinstance(name, str) else f"[{number}]", NO_RECORD))
            continue
        name = printable(name)
        owner, _, short = name.rpartition("/")
        model = measuring.names.model(short)
        if owner.lower() not in by_prefix():
            skipped.append(Remark(name, COPY))
        elif PACKED.search(short):
            skipped.append(Remark(name, PACKED_COPY))
        elif model is None:
            skipped.append(Remark(name, UNMATCHED))
        else:
            found[model].append((name, record))
    rows = []
    for model, its in sorted(found.items()):
        own, *others = sorted(its, key=lambda one: (_short(one[0]) != model, -len(one[0]), one[0]))
        rows.append(_row(model, *own, unknown))
        skipped += [Remark(name, OTHER) for name, _ in others]
    return Reading(origin, len(records), tuple(rows), tuple(skipped), tuple(unknown))


def check(data: object, name: str) -> list[Any]:
    """Return the records if they have the shape of the file. Raises FileError."""
    if isinstance(data, list) and any(isinstance(one, dict) and "parameters_raw" in one for one in data):
        return data
    message = "is no file of llmfit: it must be a list of records, each with `parameters_raw`"
    raise FileError(message, code="wrong-shape", place=Place(name), found=data)


def days(records: list[Any]) -> Iterator[object]:
    """Yield the days on which repositories came out."""
    for record in records:
        if isinstance(record, dict):
            yield record.get("release_date")


def context_bytes(record: dict[str, Any]) -> int | None:
    """Return how many bytes a token of context takes at sixteen bits, where layers and heads say so."""
    shape = [count(record.get(key)) for key in ("num_hidden_layers", "num_key_value_heads", "head_dim")]
    if record.get("architecture") not in WHOLE_ATTENTION or not all(shape):
        return None
    layers, heads, size = (one or 0 for one in shape)
    return layers * heads * size * 4


def _short(name: str) -> str:
    return name.rpartition("/")[2].lower()


def _row(model: str, name: str, record: dict[str, Any], unknown: list[Remark]) -> Row:
    parameters = (Decimal(count(record["parameters_raw"]) or 0) / 10**9).quantize(Decimal("0.01"))
    values: dict[str, Plain] = {"parameters": parameters}
    context = count(record.get("context_length"))
    if context == GATED_CONTEXT and record.get("num_hidden_layers") is None:
        unknown.append(Remark(name, "is what a gated repository shows", "weights_context", str(context)))
    elif context:
        values["weights_context"] = context
    kept = context_bytes(record)
    if kept is not None:
        values["context_bytes"] = kept
    else:
        unknown.append(
            Remark(name, "does not follow from layers and heads", "context_bytes", str(record.get("architecture")))
        )
    return Row(name, name, model, model, seller="", provider="", model=values)
