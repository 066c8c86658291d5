"""``llmrules decide``: the main job."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import click

from llmrules.advisor.many import Brief
from llmrules.catalog.restriction import read_register
from llmrules.cli import completion, options
from llmrules.cli.ask import interviewed
from llmrules.cli.case import case_of, stating
from llmrules.cli.formats import FORMATS, Shown, format_of, print_decision
from llmrules.cli.outputs import refuse_overwriting
from llmrules.cli.terminal import Status, for_a_person, print_json, print_lines, print_note, print_plain
from llmrules.errors import SHOWN, FileError, Place, PromiseError, RestrictionError, nearest
from llmrules.language.sources import STALE_AFTER
from llmrules.language.values import LARGEST_INTEGER
from llmrules.language.vocabulary import AS_OF
from llmrules.reading.files import STANDARD_INPUT, parse_json
from llmrules.say.advice import Adviser
from llmrules.say.messages import Messages
from llmrules.say.teller import Sentences
from llmrules.trace.codec import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from llmrules.advisor import Advisor, Decision
    from llmrules.language.texts import Language

FAILING: dict[str, Callable[[Decision], bool]] = {
    "conflict": lambda found: bool(found.conflicts),
    "caution": lambda found: any(
        one.model in found.best and one.level not in {"note", "approved"} for one in found.cautions
    ),
    "pending": lambda found: not {*found.best}.isdisjoint(found.pending),
    "tie": lambda found: len(found.best) > 1,
    "unverified": lambda found: bool(found.unverified),
}
"""What a pipeline may want to be told of: two values for one requirement, a caution about the first place (not a mere
note), one on it that nobody has approved yet, a first place that is shared, and a model of which a check is unknown."""

ALONE = ("settings", "model", "as_of", "target", "opened", "quiet", "full", "fail_on", "trace_file", "output")
"""The options that are of one case."""


def _failing(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, ...]:
    """Read what is to be failed on, with commas between."""
    given = [one.strip() for one in value.split(",")] if value else []
    for one in given:
        if one not in FAILING:
            raise click.BadParameter(f"{one!r} is not one of {', '.join(FAILING)}", ctx, param)
    return tuple(name for name in FAILING if name in given)


@click.command(short_help="Decide a case: which model, and why.")
@click.argument("profile", required=False, type=options.ProfilePath())
@stating()
@options.knowledge
@click.option("--model", shell_complete=completion.complete_models, help="Judge this one model, with the whole chain.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Decide as of this date: rules in force then count.")
@options.policy
@options.restricting
@click.option("--among", type=options.PATH, metavar="FILE",
              help="Judge only the models that this list names: a CSV or TOML file of ids.")  # fmt: skip
@click.option("--stale-after", type=click.IntRange(1, LARGEST_INTEGER), default=STALE_AFTER, show_default=True,
              metavar="DAYS", help="Caution about values whose newest source is older.")  # fmt: skip
@click.option("--engine", type=click.Choice(["auto", "durable", "plain"]), default="auto", show_default=True,
              help="What fires the rules.")  # fmt: skip
@options.language
@click.option("--full", is_flag=True, help="Print the whole report, not one screen.")
@click.option("--firmness", is_flag=True,
              help="Say beneath how firm the first place is, until when it stays, and what unknown value could change "
              "it.")  # fmt: skip
@click.option("--quiet", is_flag=True, help="Print nothing but the ids that have the first place.")
@click.option("--format", "output", type=click.Choice(FORMATS),
              help="What to print: text, a page, or the trace as JSON.  [default: by the suffix of -o, else "
              "text]")  # fmt: skip
@click.option("-o", "--output", "target", type=options.PATH, metavar="FILE", help="Write it to this file.")
@click.option("--open", "opened", is_flag=True, help="Open the page in the browser: the file of -o, or a new one.")
@click.option("--fail-on", callback=_failing, metavar=f"[{'|'.join(FAILING)}],...",
              help="End with 1 where there is such a thing.")  # fmt: skip
@click.option("--trace", "trace_file", type=options.PATH, help="Write the whole trace to this file.")
@click.option("--many", type=options.PATH, metavar="FILE", help="Decide each line of a file: a case as JSON; - is "
              "standard input.")  # fmt: skip
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True,
              help="Of --many: the processes that decide.")  # fmt: skip
@click.pass_context
def decide(ctx: click.Context, /, profile: str | None, **given: Any) -> None:  # noqa: ANN401 - click passes them
    """Decide a case: which model, and why.

    PROFILE is a TOML file with [requirements], a .json file of the same shape, - for JSON on standard input, or one
    of our examples (llmrules examples). It may be left out where --set says everything, and on a terminal where you
    want to be asked; the value of --set is TOML, or what is only typed: 200k, yes, text,image:

    \b
      llmrules decide example:video-archive
      llmrules decide example:video-archive --set budget=tight
      llmrules decide --set data_sovereignty=true --set 'tasks=["coding"]'
      llmrules decide example:video-archive -o decision.html --open
      echo '{"fine_tuning": true}' | llmrules decide -

    The FILE of --among is a CSV file of ids, one a line or in the column headed model or id; columns are parted by
    , or ; or tabs, and # begins a remark. Or it is a TOML file with models = ["gpt-6-luna", ...]. An id that no
    model has is named on standard error. A CONDITION of --only is as in `llmrules models --help`; whoever does not
    satisfy it, or may not because a value is unknown, is left out:

    \b
      llmrules decide profile.toml --among allowed.csv --only region=eu

    With --many, each line of FILE is a case: its requirements as a JSON object, or a profile. For each, one line of
    JSON says who is first, why nobody may be, what is in conflict and how many have which verdict, or what is wrong
    with it, which stops no other:

    \b
      llmrules decide --many cases.jsonl --workers 4 > decisions.jsonl

    Exit status: 0 there is a choice, 3 nothing is eligible or the case is refused, 2 the input is wrong, 1 there is
    what --fail-on names, or a promise of the rules is not kept. With --model: 0 it is eligible, 3 excluded (or the case
    refused), 4 unverified.
    """  # noqa: D301 - click leaves a paragraph as it is that begins with a backspace
    if given["many"] is not None:
        if profile is not None:
            raise click.UsageError("name a profile, or the file of --many, not both", ctx)
        advisor = options.load(given, engine=given["engine"])
        ctx.exit(_decide_lines(ctx, advisor, given, _choices(given, advisor)))
    asked = profile is None and not given["settings"]
    if asked and not _interview_wanted(given["lang"]):
        message = "name a profile, state requirements with --set, or be asked by llmrules ask"
        raise click.UsageError(message, ctx)
    case_file = None if profile in (None, "-") else Path(profile)
    refuse_overwriting([case_file, given["among"], *options.files_read(given)], [given["trace_file"], given["target"]])
    advisor = options.load(given, engine=given["engine"])
    case = case_of(advisor, profile, [*given["settings"], *_dated(ctx, given)])
    model = given["model"]
    if model is not None:
        model = options.judged_model(model, advisor.knowledge, case.as_of.first, "--model")
    choices = _choices(given, advisor)
    if asked:
        case = interviewed(advisor.decide(case, **choices, keep_promises=False), given["lang"]).profile
    decision = advisor.decide(case, **choices, keep_promises=False)
    if model is not None and not decision.judged(model):
        raise RestrictionError(
            "is left out by --among or --only, so it was not judged",
            code="not-judged", place=Place("--model"), found=model,
        )  # fmt: skip
    if given["among"] is not None:
        _say_unmatched(decision, given["among"], Messages(given["lang"]))
    if given["trace_file"] is not None:
        decision.trace.save(given["trace_file"])
    _tell(decision, model, given)
    decision.check_promises()
    failing = [name for name in given["fail_on"] if FAILING[name](decision)]
    if failing:
        print_note(f"--fail-on: {', '.join(failing)}")
    ctx.exit(_status(decision, model) or (Status.FAILED if failing else Status.FINE))


def _decide_lines(ctx: click.Context, advisor: Advisor, given: Mapping[str, Any], choices: Mapping[str, Any]) -> int:
    """Decide each line of a file, print its decision as JSON, and return the exit status: whether all went well."""
    named = [one.opts[0] for one in ctx.command.params if one.name in ALONE and given[one.name]]
    if named:
        raise click.UsageError(
            f"--many decides many cases; what is said of one has no place beside it: {', '.join(named)}", ctx
        )
    status, name = Status.FINE, str(given["many"])
    try:
        stream = click.open_file(name, "rb")
    except OSError as error:
        raise FileError(f"cannot be read: {error.strerror}", code="unreadable", place=Place(name)) from None
    with stream as lines:
        cases = _cases(lines, STANDARD_INPUT if name == "-" else name)
        decided = advisor.decide_many(cases, workers=given["workers"], **choices)
        for number, found in enumerate(decided, start=1):
            brief: dict[str, Any] = found.plain() if isinstance(found, Brief) else {"error": str(found)}
            if isinstance(found, PromiseError):
                brief["broken"], status = [*found.promises], max(status, Status.FAILED)
            elif "error" in brief:
                status = Status.WRONG_INPUT
            print_json(canonical({"line": number, **brief}))
    return status


def _cases(lines: Iterable[bytes], name: str) -> Iterator[object]:
    """Yield the requirements of each line, as they are or as a profile has them; or the error that it is."""
    for number, line in enumerate(lines, start=1):
        place = f"{name}:{number}"
        try:
            data = parse_json(line.decode("utf-8-sig"), place).data
        except UnicodeDecodeError:
            yield FileError("is not UTF-8", code="encoding", place=Place(place))
            continue
        except FileError as error:
            yield error
            continue
        yield data["requirements"] if isinstance(data.get("requirements"), dict) else data


def _dated(ctx: click.Context, given: Mapping[str, Any]) -> list[str]:
    """Return what --as-of sets."""
    if given["as_of"] is None:
        return []
    if any(one.partition("=")[0].strip() == AS_OF.name for one in given["settings"]):
        raise click.UsageError("--as-of and --set as_of=… both state the date: leave one of them out", ctx)
    return [f"{AS_OF.name}={given['as_of'].date().isoformat()}"]


def _interview_wanted(language: Language) -> bool:
    """Whether somebody who states nothing sits at a terminal, and wants to be asked."""
    if not for_a_person(sys.stdin) or not for_a_person(sys.stdout):
        return False
    return click.confirm(Sentences(language)("ask-offer"), default=True)


def _choices(given: dict[str, Any], advisor: Advisor) -> dict[str, Any]:
    """Return what is chosen beside the requirements."""
    return {
        "unknown": given["unknown"],
        "over": given["over"],
        "only": options.condition(given["only"], advisor),
        "among": None if given["among"] is None else read_register(given["among"]),
        "stale_after": given["stale_after"],
    }


def _tell(decision: Decision, model: str | None, given: dict[str, Any]) -> None:
    """Print the decision, or write it to a file, or open its page."""
    target, output = given["target"], format_of(given["output"], given["target"])
    if given["opened"]:
        output = "html"
        if target is None:
            target = Path(mkdtemp(prefix="llmrules-")) / "decision.html"
    shown = Shown(decision.trace, given["lang"], model, given["full"], decision.counsel)
    if given["quiet"]:
        print_plain("\n".join(decision.best))
    else:
        print_decision(shown, output, target)
        if given["firmness"] and output == "text" and target is None:
            adviser = Adviser(decision, given["lang"])
            print_lines([*adviser.firmness(decision.firmness), *adviser.worth(decision.worth_finding_out)])
    if given["opened"] and target is not None:
        click.launch(target.resolve().as_uri())


def _say_unmatched(decision: Decision, path: Path, tell: Messages) -> None:
    """Name on standard error those of a list that no model has, each with the name that may be meant."""
    unmatched, models = decision.left_out.unmatched, decision.knowledge.models
    for name in unmatched[:SHOWN]:
        close = nearest(name, models)
        print_note(f"{path}: {tell(f'no model {name}' + (f'; did you mean {close}?' if close is not None else ''))}")
    if len(unmatched) > SHOWN:
        print_note(f"{path}: {tell(f'and {len(unmatched) - SHOWN} more, which the trace names')}")


def _status(decision: Decision, model: str | None) -> int:
    if decision.refused:
        return Status.NOTHING_ELIGIBLE
    if model is None:
        return Status.FINE if decision.best else Status.NOTHING_ELIGIBLE
    verdicts = {"eligible": Status.FINE, "excluded": Status.NOTHING_ELIGIBLE, "unverified": Status.UNVERIFIED}
    return verdicts[decision.verdict(model)]
