"""``llmrules watch``: which saved choices a later day changes, and which break a promise then, for a calendar."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from llmrules.check.watch import Watched
from llmrules.check.watch import watch as watched
from llmrules.cli import options
from llmrules.cli.case import deciding
from llmrules.cli.terminal import Status, print_json, print_lines
from llmrules.say.teller import Line, Sentences, first_sentence
from llmrules.say.why import Explainer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from llmrules.language.texts import Language
    from llmrules.say.report.side_by_side import Apart

FORMAT = "llmrules.watch/1"
MOST_REASONS = 4
"""Rules that are told of one choice; JSON has all."""


@click.command(short_help="Which saved choices a later day changes, and why.")
@click.argument("paths", nargs=-1, required=True, type=options.PROFILE, metavar="PATH...")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The later day.  [default: today]")
@deciding("text", "json")
@click.pass_context
def watch(ctx: click.Context, /, paths: tuple[Path, ...], **given: Any) -> None:  # noqa: ANN401 - click passes them
    """Decide saved profiles as of their own day and as of a later one, and say whose choice changes, and why.

    PATH is a profile or a folder of them (*.toml). The day of a profile is its as_of, which llmrules ask --save
    writes; without one it is today. What changes a choice is what is known of later days: a retirement or a price
    that takes force, a rule or an approval that begins or ends. A choice that breaks a promise of the rules on the
    later day is told, too.

    \b
      llmrules watch profiles
      llmrules watch profiles --as-of 2027-01-31 --format json
      0 8 * * 1  llmrules watch /srv/profiles || mail …      # in a crontab

    Exit status: 0 every choice stays and keeps what is promised, 1 one does not, 2 something is wrong with the input.
    """  # noqa: D301 - click leaves a paragraph as it is that begins with a backspace
    day = (given["as_of"] or datetime.now(UTC)).date()
    found = watched(options.load(given), paths, day, unknown=given["unknown"])
    changing, breaking = sum(one.changes for one in found), sum(bool(one.broken) for one in found)
    if given["output"] == "json":
        profiles = [one.plain() for one in found]
        counts = {"changing": changing, "breaking": breaking}
        document = {"format": FORMAT, "as_of": day.isoformat(), **counts, "profiles": profiles}
        print_json(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        lines = [
            line
            for one in sorted(found, key=lambda one: (not one.changes, not one.broken))
            for line in _lines(one, given["lang"])
        ]
        say = Sentences(given["lang"])
        count = say("watch-count", day=day.isoformat(), changing=changing, count=len(found))
        count += say("watch-breaking", breaking=breaking) if breaking else ""
        print_lines([*lines, Line("blank"), Line("answer", count)])
    ctx.exit(Status.FAILED if changing or breaking else Status.FINE)


def _lines(one: Watched, language: Language) -> Iterator[Line]:
    """Yield what becomes of a choice, and the rules that make it another one."""
    why = Explainer(one.after.trace, language)

    def names(models: Iterable[str]) -> str:
        return why.teller.names(models, MOST_REASONS) or why.say("watch-nobody")

    before, after, life = names(one.before.best), names(one.after.best), one.life
    if one.changes and life is not None:
        said = why.say("watch-changed", file=one.file, before=before, after=after, day=life.day.isoformat())
        yield Line("line", said, mark="!")
    elif life is None:
        yield Line("line", why.say("watch-stays", file=one.file, names=before))
    else:
        day = life.day.isoformat()
        yield Line("line", why.say("watch-until", file=one.file, names=before, day=day, next=names(life.first)))
    for broken in one.broken:
        said = "; ".join(why.teller.breach(broken.promise, its) for its in broken.breaches)
        yield Line("line", why.say("watch-breaks", found=said), 2, "!", f"[{broken.promise.id}]")
    yield from reason_lines(one.reasons, why)


def reason_lines(
    reasons: Sequence[tuple[str, Apart]], why: Explainer, sentence: str = "watch-reason"
) -> Iterator[Line]:
    """Yield what rules say otherwise of whoever loses or takes the first place, the first ones."""
    for model, apart in reasons[:MOST_REASONS]:
        then, now = (why.say("watch-said-nothing") if its is None else why.applications.outcome(its)
                     for its in apart.applied)  # fmt: skip
        reason = first_sentence(why.index.because(apart.rule))
        said = why.say(sentence, name=why.teller.name(model), before=then, after=now, reason=reason)
        yield Line("line", said, 2, origin=f"[{apart.rule}]")
    if len(reasons) > MOST_REASONS:
        yield Line("line", why.say("more-rules", more=len(reasons) - MOST_REASONS), 2)
