"""All attributes by name: what everything else looks up. It reads no file and decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

from llmrules.language.vocabulary.attribute import Attribute, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator


@frozen
class Vocabulary:
    """All attributes by name, in the order of their names.

    ``broken`` are names that files declare wrongly: that is noted, so that using them is no second mistake.
    """

    attributes: Mapping[str, Attribute]
    broken: frozenset[str] = frozenset()
    _names: dict[tuple[Scope, ...], tuple[str, ...]] = field(factory=dict, init=False, eq=False, repr=False)
    """The names of each group of scopes that was asked for: every rule asks again."""

    def __getitem__(self, name: str) -> Attribute:
        """Return the attribute with a name."""
        return self.attributes[name]

    def __contains__(self, name: object) -> bool:
        """Whether an attribute has the name."""
        return name in self.attributes

    def __iter__(self) -> Iterator[Attribute]:
        """Yield every attribute in the order of names."""
        return iter(self.attributes.values())

    def names(self, *scopes: Scope) -> tuple[str, ...]:
        """Return the names of the attributes of some scopes, sorted."""
        if scopes not in self._names:
            found = (name for name, attribute in self.attributes.items() if attribute.scope in scopes)
            self._names[scopes] = tuple(found)
        return self._names[scopes]
