"""What two decisions were given differently: requirements, policy, rules, vocabulary, catalogue, sources.

Compared as records, key by key. Which of it can matter to an outcome is for ``worlds`` to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, get_args

from attrs import frozen

from llmrules.check.diff.record import Difference, DifferenceKind, KeyChange
from llmrules.language.vocabulary import AS_OF
from llmrules.trace.codec import plain
from llmrules.trace.given import CHOICES, Given, Spelling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from llmrules.catalog import Model, Offer
    from llmrules.language.profile import Approval
    from llmrules.language.rules.rule import Disable, Rule

    Data: TypeAlias = dict[str, Any]

_ORDER: dict[str, int] = {kind: place for place, kind in enumerate(get_args(DifferenceKind))}

WHOLE = frozenset({"rule", "promise", "attribute", "model", "offer", "document", "claim"})
"""The kinds of which nothing more is said than that they were added or removed."""

ONLY = ""
"""The key of an offer of a model that has no other on either side, whatever its id."""

NAMELESS = "unnamed"
"""The key of an offer without an id, of a model that has several on the other side."""


@frozen
class Part:
    """One part of what a decision is given: its kind, its name, and its keys as plain JSON values."""

    kind: DifferenceKind
    subject: str
    data: Data
    attribute: str | None = None


@frozen
class Shared:
    """The models of both sides, the offers of both (by model and key), and the models with several on one of them."""

    models: frozenset[str]
    offers: frozenset[tuple[str, str]]
    several: frozenset[str]

    def keyed(self, model: Model) -> Iterator[tuple[str, Offer]]:
        """Yield the offers of a model with their keys; one of which nothing at all is said is none."""
        for offer in model.offers:
            if model.id not in self.several:
                yield ONLY, offer
            elif offer.entries or offer.id is not None:
                yield offer.id or NAMELESS, offer


def differences(old: Given, new: Given) -> tuple[Difference, ...]:
    """Return everything that two decisions were given differently, in the order in which it is told."""
    sharing = shared(old, new)
    before, after = dict(_parts(old, sharing)), dict(_parts(new, sharing))
    settled = _settled_by_vocabulary(old, new)
    found = [
        _difference(name, before.get(name), after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name) and name not in settled
    ]
    return tuple(sorted(found, key=lambda one: (_ORDER[one.kind], one.id)))


def shared(old: Given, new: Given) -> Shared:
    """Return what two sides share."""
    sides = [{model.id: model for model in given.catalogue} for given in (old, new)]
    several = frozenset(model.id for side in sides for model in side.values() if len(model.offers) > 1)
    common = frozenset(sides[0].keys() & sides[1].keys())
    sharing = Shared(common, frozenset(), several)
    keys = [{(name, key) for name in common for key, _ in sharing.keyed(side[name])} for side in sides]
    return Shared(common, frozenset(keys[0] & keys[1]), several)


def _difference(name: str, before: Part | None, after: Part | None) -> Difference:
    part = after or before
    assert part is not None  # noqa: S101 - one of the two sides has it
    old, new = before.data if before else {}, after.data if after else {}
    whole = part.kind in WHOLE and not (before and after)
    return Difference(
        id=name,
        kind=part.kind,
        verb="edited" if before and after else "added" if after else "removed",
        subject=part.subject,
        attribute=part.attribute,
        keys=()
        if whole
        else tuple(
            KeyChange(key, old.get(key), new.get(key))
            for key in sorted(old.keys() | new.keys(), key=lambda key: (key != "value", key))
            if old.get(key) != new.get(key)
        ),
    )


def _settled_by_vocabulary(old: Given, new: Given) -> set[str]:
    """Return the requirements that differ only because another default is assumed: the vocabulary differs there."""
    stated = {one.attribute for given in (old, new) for one in given.requirements if one.origin == "stated"}
    assumed = {one.attribute for given in (old, new) for one in given.requirements if one.origin == "assumed"}
    return {f"requirement:{name}" for name in assumed - stated - {AS_OF.name}}


def approval_id(approval: Approval) -> str:
    """Return the id of a difference in one approval."""
    return f"approval:{approval.rule}:{approval.model}:{approval.by}:{approval.on}"


def policy_id(choice: str) -> str:
    """Return the id of a difference in what was asked beside the requirements: whom, what is ranked, how."""
    return "policy" if choice == "unknown" else f"policy:{choice}"


def offer_name(model: str, key: str | None) -> str:
    """Return what an offer is called: as the model where it is the only one, else ``model @ offer``."""
    return f"{model} @ {key}" if key else model


def value_id(model: str, offer: str | None, attribute: str) -> str:
    """Return the id of a difference in one value of a model (no offer) or of one of its offers."""
    return f"value:{offer_name(model, offer)}:{attribute}"


def disable_id(disable: Disable) -> str:
    """Return the id of a difference in what is switched off."""
    named = {"rule": disable.rule, "pack": disable.pack, "promise": disable.promise}
    return "disable:" + ":".join(next((kind, name) for kind, name in named.items() if name is not None))


def _parts(given: Given, sharing: Shared) -> Iterator[tuple[str, Part]]:
    """Yield every part with its id; the values of models and offers that both sides have are parts of their own."""
    for choice in CHOICES:
        yield policy_id(choice), Part("policy", choice, {"value": plain(getattr(given, choice))})
    write = Spelling.of(given.vocabulary).write
    for one in given.requirements:
        data = write(one)
        yield f"requirement:{data.pop('attribute')}", Part("requirement", one.attribute, data)
    for approval in given.approvals:
        yield approval_id(approval), Part("approval", approval.model, plain(approval))
    for rule in given.rules:
        yield f"rule:{rule.id}", Part("rule", rule.id, _rule(rule))
    for promise in given.promises:
        said = write(promise)
        yield f"promise:{promise.id}", Part("promise", promise.id, {**said, "source": said.pop("sources")})
    yield from _disabled(given)
    for attribute in given.vocabulary:
        yield f"attribute:{attribute.name}", Part("attribute", attribute.name, plain(attribute))
    for model in given.catalogue:
        yield from _model(model, write(model), write, sharing)
    for document in given.documents:
        yield f"document:{document.id}", Part("document", document.id, plain(document))
    for claim in given.claims:
        yield f"claim:{claim.id}", Part("claim", claim.id, plain(claim))


def _disabled(given: Given) -> Iterator[tuple[str, Part]]:
    reasons: dict[str, list[Data]] = {}
    for disable in given.disabled:
        reasons.setdefault(disable_id(disable), []).append(plain(disable.reason))
    for name, said in reasons.items():
        yield name, Part("disable", name.removeprefix("disable:"), {"reason": said})


def _model(model: Model, data: Data, write: Callable[[object], Data], sharing: Shared) -> Iterator[tuple[str, Part]]:
    if model.id not in sharing.models:
        yield f"model:{model.id}", Part("model", model.id, data)
        return
    header: Data = {key: data[key] for key in ("name", "extends", "listed") if key in data}
    yield f"model:{model.id}", Part("model", model.id, header)
    yield from _values(model.id, None, data["attributes"])
    for key, offer in sharing.keyed(model):
        if (model.id, key) in sharing.offers:
            yield from _values(model.id, key, write(offer)["attributes"])
        else:
            name = offer_name(model.id, key)
            yield f"offer:{name}", Part("offer", name, write(offer))


def _values(model: str, key: str | None, values: Mapping[str, Data]) -> Iterator[tuple[str, Part]]:
    """Yield the values that an entry itself states: what is inherited differs where it is stated."""
    for name, value in values.items():
        if "inherited_from" not in value:
            yield value_id(model, key, name), Part("value", offer_name(model, key), value, name)


def _rule(rule: Rule) -> Data:
    data = plain(rule)
    data["source"] = data.pop("sources")
    return {**data, data.pop("effect"): data.pop("body")}
