"""Which model a board means by the name of an entry: the one that is called exactly so after a stated normal form.

Small letters; dots, slashes, spaces and underscores are dashes; the developer in front, the date of the release, and
words for how weights are packed or were tuned to answer (``-instruct``, ``-it``, ``-fp8``) are taken off. Where no
model is called so, the words for an effort or mode are taken off an entry one by one. A name without a digit is that of
a family and means no release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

_SIGNS = re.compile(r"[\s._/@:]+")
_IN_FRONT = re.compile(
    r"^(?:nvidia|openai|anthropic|google|meta|mistralai|amazon|ibm|cohere|xai)-(?=[a-z]+-?\d|[a-z]+-)"
)
_PACKED = re.compile(r"-(?:instruct|it|fp8|bf16|nvfp4|\d{8}|20\d\d-\d\d-\d\d)$")
_EFFORT = re.compile(
    r"-(?:minimal|low|medium|high|xhigh|max|none|preview|search|grounding|reasoning|non-reasoning|no-thinking"
    r"|non-thinking|thinking(?:-minimal)?|(?:thinking|high)-\d+k)$"
)


@frozen
class Names:
    """The models of catalogues by the normal form of what they are called."""

    models: Mapping[str, str]

    @classmethod
    def of(cls, called: Iterable[tuple[str, Iterable[str]]]) -> Names:
        """Return the names of models, each an id with all that it is called; an id goes before all other names."""
        pairs = sorted(called)
        found = {normal(model): model for model, _ in pairs}
        for model, others in pairs:
            for name in others:
                found.setdefault(normal(name), model)
        return cls({name: model for name, model in found.items() if re.search(r"\d", name)})

    def model(self, entry: str) -> str | None:
        """Return the model that an entry of a board names, if there is one."""
        name = normal(entry)
        while name not in self.models:
            shorter = normal(_EFFORT.sub("", name))
            if shorter == name:
                return None
            name = shorter
        return self.models[name]


def normal(name: str) -> str:
    """Return the normal form of a name."""
    text = _SIGNS.sub("-", name.strip().lower().replace("(", "").replace(")", ""))
    text = _IN_FRONT.sub("", text)
    while (shorter := _PACKED.sub("", text)) != text:
        text = shorter
    return text
