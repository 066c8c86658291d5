"""A decision as one self-contained HTML page: the answer, the points, the derivation, every reason and every source.

The only module that knows jinja2. Nothing on the page comes from elsewhere, and no text of a trace can become markup,
script, style or address: the template escapes all, and a strict Content-Security-Policy names the one style and the
one script by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import urlsplit

from attrs import evolve, frozen
from jinja2 import Environment, StrictUndefined, select_autoescape
from markupsafe import Markup

from llmrules.render.graph import Box, Size, derivation_graph, join_conclusions, lay_out
from llmrules.render.report import HEADINGS, build_report
from llmrules.render.steps import KINDS, Steps
from llmrules.texts import Language, Text
from llmrules.why import LEVELS, VERDICTS
from llmrules.words import points_words, printable_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jinja2 import Template

    from llmrules.render.graph import Vertex
    from llmrules.render.report import Entry, Report
    from llmrules.trace.record import Applied, CandidateRecord, PlaceRecord, Trace
    from llmrules.why import Node

Tone: TypeAlias = Literal["good", "bad", "open", "calm"]

WORDS: dict[str, Text] = {
    "contents": Text("On this page", "이 페이지의 내용"),
    "attention": Text("Before you rely on it", "채택하기 전에"),
    "ranking_lead": Text("Points by rule, each rule with its letter. Hatched is what counts against.",
                         "규칙별 점수이며, 글자는 규칙을 가리킵니다. 빗금은 감점입니다."),
    "legend": Text("What earned and cost points", "점수를 더하거나 뺀 규칙"),
    "no_points": Text("gave no model points", "점수를 얻은 모델 없음"),
    "more": Text("The others", "나머지"),
    "derivation": Text("How it follows", "도출 과정"),
    "derivation_lead": Text(
        "From what was said, on the left, to the verdicts. Choose a step to see what it rests on and what it leads to; "
        "with the keyboard: arrows to move, Enter to follow, Escape to let go.",
        "왼쪽의 입력에서 오른쪽의 판정까지 이어집니다. 항목을 고르면 그 근거와 결과가 표시됩니다. "
        "키보드: 화살표로 이동, Enter로 따라가기, Esc로 해제."),
    "path_above": Text("{name}: rests on {above} of these steps", "{name}: 근거가 되는 항목 {above}개"),
    "path_below": Text("{name}: leads to {below} of these steps", "{name}: 이어지는 항목 {below}개"),
    "path_both": Text("{name}: rests on {above} of these steps and leads to {below}",
                      "{name}: 근거가 되는 항목 {above}개, 이어지는 항목 {below}개"),
    "path_hint": Text("Nothing is chosen.", "선택한 항목이 없습니다."),
    "path_all": Text("Show everything", "전체 보기"),
    "said": Text("You said", "입력"),
    "follows": Text("It follows", "도출"),
    "rules": Text("Rules over models", "모델에 적용한 규칙"),
    "verdicts": Text("Verdicts", "판정"),
    "edge_gains": Text("earns points", "가점"),
    "edge_loses": Text("costs points", "감점"),
    "edge_fails": Text("excludes", "제외"),
    "edge_unknown": Text("cannot be decided", "판단 불가"),
    "edge_exempts": Text("exempts", "면제"),
    "models": Text("Models", "모델"),
    "filter": Text("Filter by name, verdict or rule", "이름, 판정, 규칙으로 거르기"),
    "filter_count": Text("{shown} of {all} models", "모델 {all}개 중 {shown}개"),
    "place": Text("Place", "순위"),
    "model": Text("Model", "모델"),
    "verdict": Text("Verdict", "판정"),
    "points": Text("Points", "점수"),
    "find_out": Text("find out:", "확인할 항목:"),
    "case": Text("The case", "사례"),
    "exemptions": Text("Exemptions", "면제"),
    "made": Text("Made with", "작성"),
    "checked": Text("fired by {engine} and certified by a second evaluator",
                    "{engine} 엔진으로 실행, 두 번째 평가기로 확인"),
    "unchecked": Text("fired by {engine}", "{engine} 엔진으로 실행"),
    "given": Text("Digest of what was given", "입력의 다이제스트"),
    "found": Text("Digest of what was found", "결과의 다이제스트"),
}  # fmt: skip
"""What only the page says; everything else is said by the report, the rules and the vocabulary."""

MARKS: dict[Literal["eligible", "unverified", "excluded"], str] = {"eligible": "✓", "unverified": "?", "excluded": "✗"}
TONES: dict[str, Tone] = {
    "passed": "calm", "failed": "bad", "unknown": "open", "accepted": "open", "exempted": "open",
    "none": "calm", "attached": "open",
}  # fmt: skip
NONE = "\N{EN DASH}"
FIRST_BARS = 24
"""More bars stand behind a disclosure."""
COLOURS = 8
SEGMENT_FOR_LETTER = Fraction(3, 100)
"""A segment that is narrower has no room for its letter; the legend and the reasons still say it."""


@frozen
class Anchor:
    """A name that leads to its text on this page, where there is one."""

    text: str
    href: str = ""


@frozen
class Item:
    """One line with its origin and the lines beneath it; ``anchor`` is what links lead to."""

    text: str
    mark: str = ""
    rule: Anchor | None = None
    sources: tuple[Anchor, ...] = ()
    children: tuple[Item, ...] = ()
    anchor: str = ""


@frozen
class Segment:
    """One rule's share of a bar, in percent of its width."""

    x: str
    width: str
    middle: str
    letter: str
    colour: int
    negative: bool
    title: str


@frozen
class Bar:
    """One model of the ranking."""

    place: str
    name: Anchor
    points: str
    label: str
    zero: str
    segments: tuple[Segment, ...]


@frozen
class Reason:
    """One rule as it was applied to one model."""

    outcome: str
    tone: Tone
    sentence: str
    rule: Anchor
    sources: tuple[Anchor, ...]
    leaves: tuple[Item, ...]


@frozen
class Row:
    """One model of the table."""

    anchor: str
    name: str
    id: str
    verdict: str
    said: str
    mark: str
    place: str
    points: str
    missing: str
    summary: str
    reasons: tuple[Reason, ...]
    disputes: tuple[Item, ...]


@frozen
class Scoring:
    """One rule of the legend: its letter, or none where it gave no points."""

    letter: str
    colour: int
    item: Item


@frozen
class Line:
    """One line of text in a vertex."""

    text: str
    style: str
    y: int


@frozen
class Shape:
    """A vertex as it is drawn."""

    id: str
    box: Box
    style: str
    kind: str
    words: str
    href: str
    first: bool
    lines: tuple[Line, ...]


@frozen
class Curve:
    """An edge as it is drawn."""

    source: str
    target: str
    link: str
    path: str
    title: str


@frozen
class Picture:
    """The derivation as it is drawn."""

    shapes: tuple[Shape, ...]
    curves: tuple[Curve, ...]
    headings: tuple[tuple[int, str], ...]
    links: tuple[tuple[str, str], ...]
    width: int
    height: int
    columns: int
    omitted: str


@frozen
class Cited:
    """A claim or a document with its own address on this page, and one elsewhere if it is a web address."""

    anchor: str
    id: str
    says: str
    document: str
    url: str


def render_page(trace: Trace, language: Language = "en", *, title: str = "") -> str:
    """Return a decision as one HTML page, from its trace alone."""
    page = _Page(trace, language, build_report(trace, language, title=title))
    style, script = _asset("page.css"), _asset("page.js")
    return _template().render(
        page.content(),
        language=language,
        say={key: text.read(language) for key, text in WORDS.items()},
        style=Markup(style),  # noqa: S704 - a file of this package
        script=Markup(script),  # noqa: S704 - a file of this package
        policy="; ".join(
            (
                "default-src 'none'",
                f"style-src '{_hash(style)}'",
                f"script-src '{_hash(script)}'",
                "img-src data:",  # the empty icon, so that no browser asks for one
                "base-uri 'none'",
                "form-action 'none'",
                "require-trusted-types-for 'script'",
            )
        ),
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        autoescape=select_autoescape(default=True, default_for_string=True),
        finalize=_plain,
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    return environment.from_string(_asset("page.html.jinja"))


def _plain(value: object) -> object:
    """Take out of every text what a browser may obey without markup: control and bidirectional characters."""
    return printable_lines(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@lru_cache(maxsize=4)
def _asset(name: str) -> str:
    return files("llmrules.render").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


class _Page(Steps):
    """Everything that the template shows, in its order; it remembers what was cited."""

    def __init__(self, trace: Trace, language: Language, report: Report) -> None:
        super().__init__(trace, language)
        self.written = report
        self.sections = {section.key: section for section in report.sections}
        self.headings = {key: text.read(language) for key, text in HEADINGS.items()}
        self.headings.update({section.key: section.heading for section in report.sections})
        self.citable = {claim.id for claim in trace.given.claims}
        self.citable.update(document.id for document in trace.given.documents)
        self.cited: set[str] = set()
        effects = {firing.rule: self.rules[firing.rule].effect for firing in trace.found.firings}
        self.scoring = [rule for rule, effect in effects.items() if effect in {"prefer", "avoid"}]
        self.scoring.sort(key=lambda rule: (not self.points_of(rule), rule))
        self.letters = {rule: _letter(place) for place, rule in enumerate(self.scoring) if self.points_of(rule)}
        self.exempting = sorted(rule for rule, effect in effects.items() if effect == "exempt")
        cautions = {entry.rule for entry in self.sections["cautions"].entries} if "cautions" in self.sections else set()
        self.told = {rule for rule, effect in effects.items() if effect != "caution"} | cautions - {""}
        self.told.update(rule.id for rule in trace.found.rules if rule.status == "defeated")
        """The rules whose reason stands on this page; a caution that attaches to no model is not among them."""
        self.anchored_rules: set[str] = set()

    def content(self) -> dict[str, object]:
        """Return what the template shows; the sources last, when all that is cited is known."""
        result = self.trace.found.result
        content: dict[str, object] = {
            "title": self.written.title,
            "answer": self.written.answer,
            "counts": self.counts(),
            "refused": self.anchored("refused"),
            "conflicts": self.items("conflicts"),
            "attention": tuple(self.attention()),
            "bars": self.bars(result.ranking),
            "first_bars": FIRST_BARS,
            "unverified": self.bars(result.unverified),
            "legend": tuple(self.legend()),
            "picture": self.picture(),
            "rows": tuple(self.rows()),
            "requirements": self.items("requirements"),
            "conclusions": self.anchored("conclusions"),
            "demands": self.anchored("demands"),
            "exemptions": tuple(self.rule_item(rule) for rule in self.exempting),
            "others": tuple(
                (key, self.headings[key], self.anchored(key) if key != "open" else self.items(key))
                for key in ("cautions", "advice", "open", "notes")
                if key in self.sections
            ),
            "headings": self.headings,
            "made": self.trace.made_by,
            "digests": self.trace.digests,
        }
        return {**content, "sources": tuple(self.sources())}

    # Links

    def cite(self, sources: Iterable[str]) -> tuple[Anchor, ...]:
        """Return links to the texts of claims and documents, which are then listed among the sources."""
        found = tuple(sources)
        self.cited.update(self.citable.intersection(found))
        return tuple(Anchor(one, f"#{_slug('source', one)}" if one in self.citable else "") for one in found)

    def rule_anchor(self, rule: str) -> Anchor:
        """Return a link to the place of the page that says a rule's reason."""
        return Anchor(rule, f"#{_slug('rule', rule)}" if rule in self.told else "")

    def model_anchor(self, model: str) -> Anchor:
        """Return a link to a model's row of the table."""
        return Anchor(self.name(model), f"#{_slug('model', model)}")

    # Parts of the report

    def items(self, key: str) -> tuple[Item, ...]:
        """Return a section of the report."""
        return tuple(map(self.item, self.sections[key].entries)) if key in self.sections else ()

    def item(self, entry: Entry) -> Item:
        """Return one entry of the report, with links."""
        rule = self.rule_anchor(entry.rule) if entry.rule else None
        return Item(entry.text, entry.mark, rule, self.cite(entry.sources), tuple(map(self.item, entry.children)))

    def anchored(self, key: str) -> tuple[Item, ...]:
        """Return a section of the report in which each rule says its reason: links to the rule lead there."""
        return tuple(map(self.anchor, self.items(key)))

    def anchor(self, item: Item) -> Item:
        """Make an item the one that links to its rule lead to."""
        rule = item.rule or next((child.rule for child in item.children if child.rule is not None), None)
        if rule is None or not rule.href or rule.text in self.anchored_rules:
            return item
        return evolve(item, anchor=self.address(rule.text))

    def rule_item(self, rule: str) -> Item:
        """Return a rule with its reason, as the place that links to it lead to."""
        sources = self.cite(self.rules[rule].sources)
        return Item(self.because(rule), rule=Anchor(rule), sources=sources, anchor=self.address(rule))

    def address(self, rule: str) -> str:
        """Return the address of a rule's reason, and remember that it is taken."""
        self.anchored_rules.add(rule)
        return _slug("rule", rule)

    # The answer

    def counts(self) -> tuple[tuple[int, str], ...]:
        """Return how many models each verdict has."""
        verdicts = [candidate.verdict for candidate in self.trace.found.candidates]
        return tuple((verdicts.count(verdict), VERDICTS[verdict].read(self.language)) for verdict in MARKS)

    def attention(self) -> Iterator[Item]:
        """Yield what must be known of the best models before anyone relies on them."""
        for model in self.trace.found.result.best:
            candidate = self.candidates[model]
            for note in candidate.notes:
                level = self.rules[note.rule].level or "note"
                if level != "note":
                    yield self.note(LEVELS[level].read(self.language), note.rule, candidate, note)
            for check in candidate.checks:
                if check.outcome == "accepted":
                    yield self.note(LEVELS["accepted"].read(self.language), check.rule, candidate, check)
            yield from (self.dispute(node, f"{self.name(model)}: ") for node in self.disputes(candidate))

    def note(self, level: str, rule: str, candidate: CandidateRecord, applied: Applied) -> Item:
        """Return a caution on one model."""
        text = f"{self.name(candidate.model)}: {self.sentence(self.rules[rule], applied, candidate)}"
        return Item(text, level, self.rule_anchor(rule), self.cite(self.rules[rule].sources))

    def dispute(self, node: Node, before: str = "") -> Item:
        """Return a disputed value of one model."""
        return Item(f"{before}{node.text}", "!", None, self.cite(node.sources))

    # The ranking

    def points_of(self, rule: str) -> tuple[Fraction, ...]:
        """Return the points, other than none, that a rule gave to models."""
        return tuple(
            Fraction(score.points)
            for candidate in self.trace.found.candidates
            for score in candidate.scores
            if score.rule == rule and score.points is not None and Fraction(score.points)
        )

    def bars(self, places: tuple[PlaceRecord, ...]) -> tuple[Bar, ...]:
        """Return the bars of a ranking; all of a page have one scale."""
        sums = [self.signed(candidate) for candidate in self.trace.found.candidates]
        low, high = (
            min((low for low, _ in sums), default=Fraction(0)),
            max((high for _, high in sums), default=Fraction(0)),
        )
        scale = Fraction(100) / ((high - low) or 1)
        return tuple(self.bar(place, model, -low * scale, scale) for place in places for model in place.models)

    def signed(self, candidate: CandidateRecord) -> tuple[Fraction, Fraction]:
        """Return the sums of what counts against a model and of what counts for it."""
        points = [Fraction(score.points) for score in candidate.scores if score.points is not None]
        return sum((one for one in points if one < 0), Fraction(0)), sum(
            (one for one in points if one > 0), Fraction(0)
        )

    def bar(self, place: PlaceRecord, model: str, zero: Fraction, scale: Fraction) -> Bar:
        """Return one bar: what counts for the model to the right of zero, what counts against it to the left."""
        ends = {False: zero, True: zero}
        segments = []
        said = []
        for score in sorted(self.candidates[model].scores, key=lambda one: self.scoring.index(one.rule)):
            if score.points is None or not Fraction(score.points):
                continue
            width = abs(Fraction(score.points)) * scale
            negative = score.points.startswith("-")
            start = ends[negative] - width if negative else ends[negative]
            ends[negative] = start if negative else start + width
            title = f"{self.outcome(score)}: {score.rule}"
            said.append(title)
            letter = self.letters[score.rule]
            segments.append(
                Segment(
                    *(_percent(start), _percent(width), _percent(start + width / 2)),
                    letter=letter if width >= SEGMENT_FOR_LETTER * 100 else "",
                    colour=self.colour(score.rule),
                    negative=negative,
                    title=f"{letter}: {title}",
                )
            )
        points = points_words(place.points)
        label = f"{self.name(model)}: {points}" + (f" ({', '.join(said)})" if said else "")
        return Bar(f"{place.place}.", self.model_anchor(model), points, label, _percent(zero), tuple(segments))

    def colour(self, rule: str) -> int:
        """Return which of the colours a rule has; letters tell apart those that share one."""
        return self.scoring.index(rule) % COLOURS + 1

    def legend(self) -> Iterator[Scoring]:
        """Yield the rules that may give points, those that gave some first."""
        for rule in self.scoring:
            yield Scoring(self.letters.get(rule, ""), self.colour(rule), self.rule_item(rule))

    # The models

    def rows(self) -> Iterator[Row]:
        """Yield every model: by place, then those unverified, then those excluded."""
        result = self.trace.found.result
        places = (*result.ranking, *result.unverified)
        for model in (*(model for place in places for model in place.models), *result.excluded):
            yield self.row(self.candidates[model])

    def row(self, candidate: CandidateRecord) -> Row:
        """Return one model with all its reasons, those that decided first."""
        applied = (*candidate.checks, *candidate.exemptions, *candidate.scores, *candidate.notes)
        ordered = sorted(applied, key=lambda one: _weight(one, soft=one.rule in self.scoring))
        reasons = tuple(self.reason(one, candidate) for one in ordered)
        disputes = tuple(map(self.dispute, self.disputes(candidate)))
        count = len(reasons) + len(disputes)
        return Row(
            anchor=_slug("model", candidate.model),
            name=self.name(candidate.model),
            id=candidate.model,
            verdict=candidate.verdict,
            said=VERDICTS[candidate.verdict].read(self.language),
            mark=MARKS[candidate.verdict],
            place=str(candidate.place) if candidate.place is not None and candidate.verdict == "eligible" else NONE,
            points=points_words(candidate.points) if candidate.points is not None else NONE,
            missing=", ".join(self.attributes[one].label.read(self.language) for one in candidate.missing),
            summary=self.say(f"{count} reason{'' if count == 1 else 's'}", f"근거 {count}개"),
            reasons=reasons,
            disputes=disputes,
        )

    def reason(self, applied: Applied, candidate: CandidateRecord) -> Reason:
        """Return one rule as it was applied to a model, with each test of the model."""
        rule = self.rules[applied.rule]
        tone: Tone = TONES.get(applied.outcome, "calm")
        if applied.points is not None:
            tone = "bad" if applied.points.startswith("-") else "good"
        leaves = (node for node in self.applied(applied, candidate).children if node.kind != "firing")
        return Reason(
            outcome=self.outcome(applied),
            tone=tone,
            sentence=self.sentence(rule, applied, candidate),
            rule=self.rule_anchor(rule.id),
            sources=self.cite(rule.sources),
            leaves=tuple(map(self.step, leaves)),
        )

    def step(self, node: Node) -> Item:
        """Return a step of an explanation, with links."""
        return Item(node.text, sources=self.cite(node.sources), children=tuple(map(self.step, node.children)))

    # The derivation

    def picture(self) -> Picture:
        """Return the derivation as it is drawn."""
        graph = join_conclusions(derivation_graph(self.trace))
        layout = lay_out(graph, self.size)
        names = {box.vertex.id: f"v{number}" for number, box in enumerate(layout.boxes, 1)}
        best = next((box for box in layout.boxes if box.vertex.kind in {"model", "refusal"}), None)
        links = {edge.link for edge in graph.edges}
        shown = (("gains",), ("loses",), ("fails", "refuses"), ("unknown", "accepted"), ("exempted", "exempts"))
        words = ("edge_gains", "edge_loses", "edge_fails", "edge_unknown", "edge_exempts")
        return Picture(
            shapes=tuple(self.shape(box, names[box.vertex.id], first=box is best) for box in layout.boxes),
            curves=tuple(
                Curve(names[edge.source], names[edge.target], edge.link, _curve(points), self.link(edge))
                for edge, points in layout.paths
            ),
            headings=tuple(self.columns(layout.boxes)),
            links=tuple(
                (group[0], WORDS[key].read(self.language))
                for group, key in zip(shown, words, strict=True)
                if links.intersection(group)
            ),
            width=layout.width,
            height=layout.height + HEADING,
            columns=max((box.column for box in layout.boxes), default=0),
            omitted=self.omitted(graph.omitted) if graph.omitted else "",
        )

    def columns(self, boxes: tuple[Box, ...]) -> Iterator[tuple[int, str]]:
        """Yield where the columns of a kind begin, and what they are called."""
        kinds = {"requirement": "said", "conclusion": "follows", "rule": "rules", "model": "verdicts"}
        for kind, key in kinds.items():
            lefts = [box.x for box in boxes if box.vertex.kind == kind]
            if lefts:
                yield min(lefts), WORDS[key].read(self.language)

    def size(self, vertex: Vertex) -> Size:
        """Return how much room a vertex needs."""
        lines = self.drawn(vertex)
        return Size(WIDTHS[vertex.kind], lines[-1].y + 9 if lines else 24)

    def drawn(self, vertex: Vertex) -> tuple[Line, ...]:
        """Return the lines of a vertex, broken to its width."""
        room = WIDTHS[vertex.kind] - 2 * PADDING
        name, value = self.lines(vertex)
        style = {"rule": "id", "model": "value"}.get(vertex.kind, "small")
        parts = [(name, style if value or vertex.kind == "rule" else "plain")]
        parts.append((value, "value" if style == "small" else "small"))
        parts += [(rule, "id") for rule in vertex.rules]
        found = []
        y = 4
        for text, kind in parts:
            for line in _wrapped(text, room, FONTS[kind], mono=kind == "id"):
                y += LINES[kind]
                found.append(Line(line, kind, y))
        return tuple(found)

    def shape(self, box: Box, name: str, *, first: bool) -> Shape:
        """Return a vertex as it is drawn."""
        vertex = box.vertex
        href = ""
        if vertex.kind == "model":
            href = self.model_anchor(vertex.key).href
        elif vertex.kind == "rule":
            href = self.rule_anchor(vertex.key).href
        elif vertex.rules:
            href = self.rule_anchor(vertex.rules[0]).href
        words = ": ".join(part for part in self.lines(vertex) if part)
        if vertex.kind == "rule":
            words = f"{self.because(vertex.key)} [{vertex.key}]"
        elif vertex.rules:
            words += f" [{', '.join(vertex.rules)}]"
        kind = KINDS[vertex.kind].read(self.language)
        return Shape(name, box, self.style(vertex), kind, words, href, first, self.drawn(vertex))

    # The sources

    def sources(self) -> Iterator[Cited]:
        """Yield what was cited anywhere on the page."""
        documents = {document.id: document for document in self.trace.given.documents}
        claims = {claim.id: claim for claim in self.trace.given.claims}
        for one in sorted(self.cited):
            claim = claims.get(one)
            document = documents.get((claim.document or "") if claim is not None else one)
            title = f"{document.title} ({document.date})" if document is not None else ""
            url = _web_address(document.url) if document is not None and document.url is not None else ""
            says = claim.says.read(self.language) if claim is not None else title
            yield Cited(_slug("source", one), one, says, title if claim is not None else "", url)


_DECISIVE = ("failed", "unknown", "accepted", "exempted", "points", "attached", "passed", "none")


def _weight(applied: Applied, *, soft: bool) -> tuple[int, Fraction, str]:
    """Order the rules on a model: what decided the verdict, then points, the most first, then what came to nothing."""
    points = -abs(Fraction(applied.points)) if applied.points is not None else Fraction(0)
    last = soft and applied.outcome == "unknown"
    return len(_DECISIVE) if last else _DECISIVE.index(applied.outcome), points, applied.rule


def _letter(place: int) -> str:
    """Return the letters of a place: A to Z, then AA and so on."""
    letters = ""
    place += 1
    while place:
        place, digit = divmod(place - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def _slug(kind: str, name: str) -> str:
    """Return an address on this page: two names never have one address, and none holds more than letters and signs."""
    return f"{kind}-" + re.sub(r"[^A-Za-z0-9.-]", lambda match: f"_{ord(match[0]):x}_", name)


def _web_address(url: str) -> str:
    """Return an address that a browser opens as a page, and nothing for any other."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.netloc and url.isprintable() else ""


def _percent(value: Fraction) -> str:
    return f"{float(value):.3f}".rstrip("0").rstrip(".") + "%"


# The picture

WIDTHS = {"requirement": 148, "conclusion": 160, "rule": 168, "gate": 104, "refusal": 140, "model": 132}
PADDING = 10
HEADING = 26
FONTS = {"small": 11.0, "plain": 12.5, "value": 13.75, "id": 10.0}
"""Pixels of an em; a bold one counts for more."""
LINES = {"small": 15, "plain": 16, "value": 17, "id": 14}
MOST_LINES = 3


def _wrapped(text: str, room: float, font: float, *, mono: bool) -> list[str]:
    """Break a text at spaces and hyphens into lines that fit; what is beyond the last line is left out, with a sign."""
    lines = [""] if text else []
    for part in re.findall(r"[^\s-]+-*\s*|\S+\s*", text):
        for piece in _pieces(part, room, font, mono=mono):
            if _width((lines[-1] + piece).rstrip(), font, mono=mono) > room and lines[-1]:
                lines.append("")
            lines[-1] += piece
    if len(lines) > MOST_LINES:
        last = lines[MOST_LINES - 1].rstrip()
        lines = [*lines[: MOST_LINES - 1], f"{last[:-1] if _width(last + '…', font, mono=mono) > room else last}…"]
    return [line.rstrip() for line in lines]


def _pieces(part: str, room: float, font: float, *, mono: bool) -> list[str]:
    """Cut a word that is wider than a line."""
    pieces = [""]
    for mark in part:
        if _width((pieces[-1] + mark).rstrip(), font, mono=mono) > room:
            pieces.append("")
        pieces[-1] += mark
    return pieces


def _width(text: str, font: float, *, mono: bool) -> float:
    """Return about how wide a text is, without knowing the reader's fonts: rather too much than too little."""
    return font * sum(_em(mark, mono=mono) for mark in text)


@lru_cache(maxsize=4096)
def _em(mark: str, *, mono: bool) -> float:
    """Return about how wide a character is, in widths of an M."""
    if unicodedata.east_asian_width(mark) in "WF" or (not mono and mark in "MW%@mw…"):
        return 1.0
    if mono:
        return 0.61
    if mark in "iIjlft.,:;'|!()[] ":
        return 0.41
    return 0.76 if mark.isupper() else 0.63


def _curve(points: tuple[tuple[int, int], ...]) -> str:
    """Return a smooth path through points, level where it passes through a column."""
    path = f"M{points[0][0]} {points[0][1]}"
    for index, ((x, y), (to_x, to_y)) in enumerate(pairwise(points)):
        if index % 2:
            path += f"H{to_x}"
        else:
            bend = (to_x - x) // 2
            path += f"C{x + bend} {y} {to_x - bend} {to_y} {to_x} {to_y}"
    return path
