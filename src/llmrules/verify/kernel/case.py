"""The case, derived again: strata, the least fixpoint round by round, facts, conflicts, what was waited for."""

from collections import defaultdict, deque
from collections.abc import Iterator
from itertools import groupby

from .computed import sums
from .given import TESTED, Given, compared, concluded, on_models, references, referred
from .refusal import Plain, Record, Refusal, expect, sparse
from .shape import MOST_PARTS
from .truth import ASKING, OPERATORS, Facts, leaves, negative, own, sides, thresholds
from .values import Attribute, Value, number, text


def derive_case(given: Given) -> tuple[Record, Facts]:
    """Return what is found of the case, and every fact at the end."""
    case = _Case(given)
    case.fire()
    rules = [case.rule(rule) for rule in given.rules.values()]
    waiting: defaultdict[str, list[str]] = defaultdict(list)
    for one in rules:
        for name in one.get("waits_for", ()):
            waiting[name].append(one["id"])
    found = {"facts": list(case.facts()), "rules": rules, "firings": case.firings, "conflicts": list(case.conflicts())}
    waits = [{"requirement": name, "rules": its} for name, its in sorted(waiting.items())]
    return found | {"unread": case.unread(), "waits": waits} | sparse(promises=[*case.promises()]), case.known


def strata(given: Given) -> dict[str, int]:
    """Return the stratum of every rule that fires: that of the highest attribute that it tests or refers to.

    One more for what it tests negatively or compares, and for its overriders. An attribute has that of its highest
    concluding rule.
    """
    edges: defaultdict[tuple[str, str], list[tuple[tuple[str, str], int]]] = defaultdict(list)
    for name, rule in given.firing.items():
        when = leaves(rule.get("when", {}))
        tested = [(one, int(negative(given.attributes[one], leaf) or bool(sides(leaf)))) for one, leaf in when]
        tested += [(one, 1) for one, _ in leaves(rule.get("unless", {}))] + [(one, 0) for one in references(rule)]
        tested += [(one, 1) for one in compared(rule)]
        for attribute, plus in tested:
            edges["attribute", attribute].append((("rule", name), plus))
        edges["rule", name] += [(("rule", target), 1) for target in rule.get("overrides", ())]
        if rule["effect"] == "conclude":
            edges["rule", name].append((("attribute", concluded(rule)), 0))
    most = sum(plus for targets in edges.values() for _, plus in targets)
    found: defaultdict[tuple[str, str], int] = defaultdict(int)
    queue, steps = deque(edges), 0
    while queue:
        targets = edges.get(node := queue.popleft(), ())
        expect((steps := steps + len(targets)) <= MOST_PARTS, "too-large", "/given/rules", "depend in too many steps")
        for target, plus in targets:
            if found[node] + plus > found[target]:
                found[target] = found[node] + plus
                if found[target] > most:
                    raise Refusal("circle", "/given/rules", f"have no strata: {target[1]} depends on its own absence")
                queue.append(target)
    return {name: found["rule", name] for name in given.firing}


class _Case:
    """What is known so far, and what is recorded on the way."""

    def __init__(self, given: Given) -> None:
        self.given, self.stratum = given, strata(given)
        self.known = {name: set(_values(one["value"])) for name, one in given.requirements.items()}
        self.sums = sums([one for one in given.of_case if one.name not in given.requirements], {}, self.known)
        self.known |= {name: {its["value"]} for name, its in self.sums.items()}
        self.firings: list[Record] = []
        self.seen: dict[str, Record] = {}  # the table of each rule that fired, on what was known when its round began
        self.by: defaultdict[str, list[str]] = defaultdict(list)  # the rules that conclude a fact, by its id
        self.overriders: defaultdict[str, list[str]] = defaultdict(list)
        for name in self.stratum:
            for target in given.rules[name].get("overrides", ()):
                self.overriders[target].append(name)

    def fire(self) -> None:
        """Find the least fixpoint, stratum by stratum: each round fires every rule that holds when it begins."""
        for stratum, group in groupby(sorted((its, name) for name, its in self.stratum.items()), lambda one: one[0]):
            ready, round_, caring = self.ready(names := [name for _, name in group]), 0, defaultdict(set)
            for name, key in ((one, key) for one in names for key in cares(self.given.rules[one])):
                caring[key].add(name)
            while ready:
                new = set().union(*[self.conclude(name, when, stratum, round_) for name, when in ready.items()])
                looked_at = set[str]().union(*[caring[key] for key in new]) - self.seen.keys()
                ready, round_ = self.ready(sorted(looked_at)), round_ + 1

    def ready(self, waiting: list[str]) -> dict[str, Record]:
        """Return the rules that hold on what is known, and are not defeated, with the record of ``when``."""
        tables = {name: self.when(self.given.rules[name]) for name in waiting}
        free = [name for name in waiting if tables[name]["holds"] and not self.defeated_by(name)]
        return {name: tables[name] for name in free if not self.unless(self.given.rules[name]).get("holds")}

    def conclude(self, name: str, when: Record, stratum: int, number: int) -> set[tuple[str, Plain]]:
        """Record one firing and add what it concludes; return the attribute, and each value of it."""
        rule, self.seen[name] = self.given.rules[name], when
        body = rule["body"] if rule["effect"] == "conclude" else {}
        for attribute, value in body.items():
            self.known.setdefault(attribute, set()).update(_values(value))
        facts = concludes(self.given, rule) if body else []
        for fact in facts:
            self.by[fact].append(name)
        uses = sorted({fact for _, leaf in _recorded(when, true=True) for fact in leaf.get("cites", ())})
        self.firings.append({"rule": name, "stratum": stratum, "round": number, "uses": uses, "concludes": facts})
        return {(attribute, one) for attribute, value in body.items() for one in (None, *_values(value))}

    def defeated_by(self, name: str) -> list[str]:
        """Return the rules that fired and override a rule, sorted."""
        return sorted(other for other in self.overriders[name] if other in self.seen)

    def when(self, rule: Plain) -> Record:
        """Record ``when``, with what it implies: what the rule refers to is known, and the rule is in force."""
        implied: dict[str, Plain] = {name: {"known": True} for name in references(rule)}
        bounds = (("at_least", "effective_from"), ("at_most", "effective_to"))
        in_force = {operator: rule[key] for operator, key in bounds if key in rule}
        return self.table(rule.get("when", {}), implied | ({"as_of": in_force} if in_force else {}))

    def unless(self, rule: Plain) -> Record:
        """Record ``unless``: each leaf, the whole of ``all`` and the whole of ``any`` is an exception of its own."""
        if "unless" not in rule:
            return {}
        found = self.table(rule["unless"], {})
        groups = [all(one["holds"] for one in found["all"])] if "all" in found else []
        groups += [any(one["holds"] for one in found["any"])] if "any" in found else []
        return found | {"holds": any([*groups, *(leaf["holds"] for leaf in found["leaves"].values())])}

    def table(self, table: Plain, implied: Plain) -> Record:
        """Record a table: its leaves with their truth, and the tables within it."""
        implied = {one: {"known": True} for _, leaf in own(table) for one in sides(leaf)} | implied
        found, beside = ({name: self.leaf(name, leaf) for name, leaf in own(one)} for one in (table, implied))
        groups = {name: [self.table(inner, {}) for inner in table[name]] for name in ("all", "any") if name in table}
        holds = all(one["holds"] for one in (*found.values(), *beside.values(), *groups.get("all", ())))
        holds = holds and ("any" not in groups or any(one["holds"] for one in groups["any"]))
        return {"holds": holds, "leaves": found, "implied": beside, **groups}

    def leaf(self, name: str, leaf: Plain) -> Record:
        """Record a leaf: whether one value (of a set: all its members together) passes every test."""
        attribute, values = self.given.attributes[name], self.known.get(name)
        if values is None:
            return {"holds": leaf.get("known") is False}
        if attribute.type == "set":
            holds = self.passes(attribute, leaf, attribute.listed(values))
            cites = self.members_cited(attribute, leaf, values) if holds else []
        else:
            accepted = [one for one in values if self.passes(attribute, leaf, one)]
            by_size = sorted(accepted, key=number if attribute.type == "number" else text)
            holds, cites = bool(accepted), [fact_id(name, one) for one in by_size]
        return {"holds": holds, "actual": attribute.in_order(values)} | sparse(cites=cites)

    def passes(self, attribute: Attribute, leaf: Plain, value: Plain) -> bool:
        """Return whether a value passes every test, against all that is known of what the tests refer to."""
        if not self.known.keys() >= {*sides(leaf)}:
            return False
        actual = attribute.value(value)
        tests = ((OPERATORS[one], self.against(attribute, one, leaf[one])) for one in leaf)
        return all(one.truth(attribute, actual, wanted) is True for one, its in tests for _, wanted in its)

    def against(self, attribute: Attribute, operator: str, side: Plain) -> list[tuple[Plain, Value]]:
        """Return the right sides in force."""
        return thresholds(attribute, operator, side, self.known, self.given.attributes)

    def members_cited(self, attribute: Attribute, leaf: Plain, values: set[Plain]) -> list[str]:
        """Return the facts that make a leaf on a set true: the members asked for; of a negative test, every member."""
        cited: set[Plain] = set()
        for operator, side in leaf.items():
            wanted = [one for raw, _ in self.against(attribute, operator, side) for one in _values(raw)]
            cited |= values.intersection(wanted) if operator in ASKING else values
        return [fact_id(attribute.name, one) for one in sorted(cited)] if values else [fact_id(attribute.name)]

    def rule(self, rule: Plain) -> Record:
        """Record what became of a rule."""
        name = rule["id"]
        if name in self.given.trials:
            rest = sparse(unless=self.unless(rule), defeated_by=self.defeated_by(name))
            return {"id": name, "status": "trial", "when": self.when(rule)} | rest
        if name not in self.stratum:
            return {"id": name, "status": "disabled" if name in self.given.disabled else "classifying"}
        when, unless = self.seen.get(name) or self.when(rule), self.unless(rule)
        defeated = self.defeated_by(name) if when["holds"] and not unless.get("holds") else []
        status = "fired" if name in self.seen else "defeated" if defeated else "silent"
        false = [(one, leaf) for one, leaf in _recorded(when, true=False) if not leaf["holds"] and "actual" not in leaf]
        asking = {rule["not_by"]}.difference(self.known) if status == "fired" and "not_by" in rule else set()
        waiting = sorted({one for one, _ in false} if status == "silent" else asking)
        found = {"id": name, "status": status, "stratum": self.stratum[name], "when": when}
        return found | sparse(unless=unless, waits_for=waiting, defeated_by=defeated)

    def facts(self) -> Iterator[Record]:
        """Record every fact: by attribute, values in their order, last the fact that a set was stated empty."""
        for name, values in sorted(self.known.items()):
            requirement = self.given.requirements.get(name, {"value": None, "origin": None})
            for one in self.given.attributes[name].in_order(values):
                by = sorted(self.by[fact_id(name, one)])
                origin = [requirement["origin"]] if one in _values(requirement["value"]) else []
                origin += ["computed"] if name in self.sums else []
                origin += ["concluded"] if by else []
                yield {"id": fact_id(name, one), "attribute": name, "value": one, "origin": origin} | sparse(by=by)
            if requirement["value"] == []:
                yield {"id": fact_id(name), "attribute": name, "value": [], "origin": [requirement["origin"]]}

    def conflicts(self) -> Iterator[Record]:
        """Record values that cannot both be meant, and members that rules added to a stated set."""
        for name, values in sorted(self.known.items()):
            attribute, requirement = self.given.attributes[name], self.given.requirements.get(name)
            widened = attribute.type == "set"
            added = values.difference(requirement["value"]) if widened and requirement else set()
            if clash := added if widened else values if len(values) > 1 else set():
                facts = [fact_id(name, one) for one in attribute.in_order(clash)]
                yield {"attribute": name, "kind": "widened" if widened else "conflict", "facts": facts}

    def promises(self) -> Iterator[Record]:
        """Record the promises that the case falls under, which knows what they refer to, and what it breaks itself."""
        for name, one in self.given.promises.items():
            implied = {its: {"known": True} for its in referred(*(one.get(kind, {}) for kind in TESTED))}
            if self.table(one.get("when", {}), implied)["holds"]:
                always = one.get("always", {})
                names = [] if self.table(always, {})["holds"] else sorted({its for its, _ in leaves(always)})
                yield {"promise": name} | sparse(breaches=[{"kind": "always", "names": names}] if names else [])

    def unread(self) -> list[str]:
        """Return the stated requirements that no rule in force reads, nor a number that one reads; not the date."""
        rules = [self.given.rules[name] for name in self.stratum]
        read = {"as_of"}.union(*map(reads, rules), *map(on_models, rules))
        read = read.union(*(its for name, its in self.given.resting.items() if name in read))
        return [name for name, one in self.given.requirements.items() if one["origin"] == "stated" and name not in read]


def reads(rule: Plain) -> set[str]:
    """Return the requirements that a rule tests or refers to."""
    tables, asking = (rule.get("when", {}), rule.get("unless", {})), {rule["not_by"]} if "not_by" in rule else ()
    return {name for table in tables for name, _ in leaves(table)}.union(references(rule), compared(rule), asking)


def cares(rule: Plain) -> Iterator[tuple[str, Plain]]:
    """Yield what can make ``when`` true: attributes, with a member where those of a set are asked for, else None."""
    yield from ((name, None) for name in references(rule))
    for name, leaf in leaves(rule.get("when", {})):
        by_member = leaf.keys() <= ASKING and not sides(leaf)
        members = [one for side in leaf.values() for one in _values(side)] if by_member else []
        yield from ((name, one) for one in members or [None])


def concludes(given: Given, rule: Plain) -> list[str]:
    """Return the facts that a rule concludes, by id."""
    ((name, value),) = rule["body"].items()
    return [fact_id(name, one) for one in given.attributes[name].in_order(_values(value))]


def fact_id(name: str, value: Plain = None) -> str:
    """Return the id of a fact: the attribute and its value, of a set a member; nothing after ``=``: it is empty."""
    return f"{name}={'' if value is None else text(value)}"


def _values(value: Plain) -> list[Plain]:
    return value if isinstance(value, list) else [value]


def _recorded(table: Record, *, true: bool) -> Iterator[tuple[str, Record]]:
    """Yield the leaves of a table as recorded, and of the tables in it: of a true table, of those that are true."""
    yield from (*table["leaves"].items(), *table["implied"].items())
    for inner in (*table.get("all", ()), *table.get("any", ())):
        if inner["holds"] or not true:
            yield from _recorded(inner, true=true)
