"""The case, derived again: strata, the least fixpoint round by round, facts, conflicts, what was waited for."""

from collections import defaultdict, deque
from collections.abc import Iterator
from itertools import count, groupby

from .given import TESTED, Given, Rule, names_in, referred, sums
from .refusal import Plain, Record, expect, sparse
from .shape import MOST_PARTS
from .truth import ASKING, Facts, leaves, negative, own, sides, tests
from .values import number, text


def derive_case(given: Given) -> tuple[Record, Facts]:
    """Return what is found of the case, and every fact at the end."""
    case = _Case(given)
    case.fire()
    rules = [case.rule(rule) for rule in given.rules.values()]
    waiting = [(name, one["id"]) for one in rules for name in one.get("waits_for", ())]
    found = {"facts": list(case.facts()), "rules": rules, "firings": case.firings, "conflicts": list(case.conflicts())}
    grouped = groupby(sorted(waiting), key=lambda one: one[0])
    waits = [{"requirement": name, "rules": [rule for _, rule in its]} for name, its in grouped]
    return found | {"unread": case.unread(), "waits": waits} | sparse(promises=[*case.promises()]), case.known


def strata(given: Given) -> dict[str, int]:
    """Return the stratum of every rule that fires: that of the highest attribute that it tests or refers to.

    One more for what it tests negatively or compares, and for its overriders. An attribute has that of its highest
    concluding rule.
    """
    edges: defaultdict[tuple[str, str], list[tuple[tuple[str, str], int]]] = defaultdict(list)
    for name, rule in given.firing.items():
        when = leaves(rule.when)
        tested = [(one, int(negative(given.attributes[one], leaf) or bool(sides(leaf)))) for one, leaf in when]
        tested += [(one, 1) for one in (*names_in(rule.unless), *rule.compared)] + [(one, 0) for one in rule.references]
        for attribute, plus in tested:
            edges["attribute", attribute].append((("rule", name), plus))
        edges["rule", name] += [(("rule", target), 1) for target in rule.overrides]
        edges["rule", name] += [(("attribute", rule.concludes), 0)] if rule.concludes else []
    most = sum(plus for targets in edges.values() for _, plus in targets)
    found, queue, steps = defaultdict[tuple[str, str], int](int), deque(edges), count(1)
    while queue:
        node = queue.popleft()
        for target, plus in edges.get(node, ()):
            expect(next(steps) <= MOST_PARTS, "too-large", "/given/rules", "depend in too many steps")
            if (height := found[node] + plus) > found[target]:
                sentence = f"have no strata: {target[1]} depends on its own absence"
                expect(height <= most, "circle", "/given/rules", sentence)
                found[target] = height
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
            for target in given.rules[name].overrides:
                self.overriders[target].append(name)

    def fire(self) -> None:
        """Find the least fixpoint, stratum by stratum: each round fires every rule that holds when it begins."""
        for stratum, group in groupby(sorted((its, name) for name, its in self.stratum.items()), lambda one: one[0]):
            waiting, round_, caring = [name for _, name in group], 0, defaultdict(set)
            for name in waiting:
                for key in cares(self.given.rules[name]):
                    caring[key].add(name)
            while waiting:
                tables = {name: self.when(self.given.rules[name]) for name in waiting}
                free = [name for name in waiting if tables[name]["holds"] and not self.defeated_by(name)]
                ready = [name for name in free if not self.unless(self.given.rules[name]).get("holds")]
                new = set().union(*[self.conclude(name, tables[name], stratum, round_) for name in ready])
                waiting = sorted(set[str]().union(*[caring[key] for key in new]) - self.seen.keys())
                round_ += 1

    def conclude(self, name: str, when: Record, stratum: int, number: int) -> set[tuple[str, Plain]]:
        """Record one firing and add what it concludes; return the attribute, and each value of it."""
        rule, self.seen[name], new = self.given.rules[name], when, []
        if attribute := rule.concludes:
            new = _values(rule.body[attribute])
            self.known.setdefault(attribute, set()).update(new)
        facts = concludes(self.given, rule)
        for fact in facts:
            self.by[fact].append(name)
        uses = sorted({fact for _, leaf in _recorded(when, true=True) for fact in leaf.get("cites", ())})
        self.firings.append({"rule": name, "stratum": stratum, "round": number, "uses": uses, "concludes": facts})
        return {(attribute, one) for one in (None, *new)}

    def defeated_by(self, name: str) -> list[str]:
        """Return the rules that fired and override a rule, sorted."""
        return sorted(other for other in self.overriders[name] if other in self.seen)

    def when(self, rule: Rule) -> Record:
        """Record ``when``, with what it implies: what the rule refers to is known, and the rule is in force."""
        bounds = (("at_least", "effective_from"), ("at_most", "effective_to"))
        in_force = {operator: rule.record[key] for operator, key in bounds if key in rule.record}
        implied: dict[str, Plain] = {name: {"known": True} for name in rule.references}
        return self.table(rule.when, implied | sparse(as_of=in_force))

    def unless(self, rule: Rule) -> Record:
        """Record ``unless``: each leaf, the whole of ``all`` and the whole of ``any`` is an exception of its own."""
        if not rule.unless:
            return {}
        found = self.table(rule.unless, {})
        alone = (*found["leaves"].values(), *found.get("any", ()))
        together = [all(one["holds"] for one in found["all"])] if "all" in found else []
        return found | {"holds": any([*together, *(one["holds"] for one in alone)])}

    def table(self, table: Plain, implied: Plain) -> Record:
        """Record a table: its leaves with their truth, and the tables within it."""
        implied = {one: {"known": True} for _, leaf in own(table) for one in sides(leaf)} | implied
        found, beside = ({name: self.leaf(name, leaf) for name, leaf in own(one)} for one in (table, implied))
        groups = {name: [self.table(inner, {}) for inner in table[name]] for name in ("all", "any") if name in table}
        holds = all(one["holds"] for one in (*found.values(), *beside.values(), *groups.get("all", ())))
        holds = holds and ("any" not in groups or any(one["holds"] for one in groups["any"]))
        return {"holds": holds, "leaves": found, "implied": beside, **groups}

    def leaf(self, name: str, leaf: Plain) -> Record:
        """Record a leaf: whether one value (of a set: all its members together) passes every test, by which facts."""
        attribute, values = self.given.attributes[name], self.known.get(name)
        if values is None:
            return {"holds": leaf.get("known") is False}
        ready = self.known.keys() >= {*sides(leaf)}
        its = tests(attribute, leaf, self.known, self.given.attributes) if ready else []
        whole = [] if not ready else [attribute.listed(values)] if attribute.type == "set" else values
        accepted = [one for one in whole if all(test.truth(attribute, attribute.value(one)) is True for test in its)]
        cited = sorted(accepted, key=number if attribute.type == "number" else text)
        if attribute.type == "set" and accepted:  # by the members asked for; by a negative test, all
            asked = [values.intersection(_values(one.raw)) if one.operator in ASKING else values for one in its]
            cited = sorted(set().union(*asked)) if values else [None]
        cites = [fact_id(name, one) for one in cited]
        return {"holds": bool(accepted), "actual": attribute.in_order(values)} | sparse(cites=cites)

    def rule(self, rule: Rule) -> Record:
        """Record what became of a rule."""
        name, defeated = rule.id, self.defeated_by(rule.id)
        if name not in {*self.stratum, *self.given.trials}:
            return {"id": name, "status": "disabled" if name in self.given.disabled else "classifying"}
        when, unless = self.seen.get(name) or self.when(rule), self.unless(rule)
        if name in self.given.trials:
            return {"id": name, "status": "trial", "when": when} | sparse(unless=unless, defeated_by=defeated)
        defeated = defeated if when["holds"] and not unless.get("holds") else []
        status = "fired" if name in self.seen else "defeated" if defeated else "silent"
        false = {one for one, its in _recorded(when, true=False) if not its["holds"] and "actual" not in its}
        asking = {rule.record["not_by"]}.difference(self.known) if "not_by" in rule.record else set()
        waiting = {"silent": false, "fired": asking}.get(status, ())
        found = {"id": name, "status": status, "stratum": self.stratum[name], "when": when}
        return found | sparse(unless=unless, waits_for=sorted(waiting), defeated_by=defeated)

    def facts(self) -> Iterator[Record]:
        """Record every fact: by attribute, values in their order, last the fact that a set was stated empty."""
        for name, values in sorted(self.known.items()):
            requirement = self.given.requirements.get(name, {"value": None, "origin": None})
            for one in self.given.attributes[name].in_order(values):
                by = sorted(self.by[fact_id(name, one)])
                stated = one in _values(requirement["value"])
                origins = {requirement["origin"]: stated, "computed": name in self.sums, "concluded": bool(by)}
                origin = [its for its, is_so in origins.items() if is_so]
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
        read = names_in(*(table for one in rules for table in (one.when, one.unless))).union({"as_of"})
        read |= {one.record["not_by"] for one in rules if "not_by" in one.record}
        read = read.union(*((*one.tests, *one.references, *one.compared) for one in rules))
        read = read.union(*(its for name, its in self.given.resting.items() if name in read))
        return [name for name, one in self.given.requirements.items() if one["origin"] == "stated" and name not in read]


def cares(rule: Rule) -> Iterator[tuple[str, Plain]]:
    """Yield what can make ``when`` true: attributes, with a member where those of a set are asked for, else None."""
    yield from ((name, None) for name in rule.references)
    for name, leaf in leaves(rule.when):
        by_member = leaf.keys() <= ASKING and not sides(leaf)
        members = [one for side in leaf.values() for one in _values(side)] if by_member else []
        yield from ((name, one) for one in members or [None])


def concludes(given: Given, rule: Rule) -> list[str]:
    """Return the facts that a rule concludes, by id."""
    its = [(name, rule.body[name]) for name in [rule.concludes] if name]
    return [fact_id(name, one) for name, value in its for one in given.attributes[name].in_order(_values(value))]


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
