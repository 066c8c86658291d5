"""What a seller's id of a model says: the id under which rows of all sellers and files meet, and what was taken off it.

Two ids meet if they are equal after these steps, and never because they are alike. A step undoes one known habit of
spelling; what no step knows stays in the id, and then it meets nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.importers.developers import Developer, by_prefix, named_like
from llmrules.importers.written import is_dated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from llmrules.importers.sellers import Seller

LONGEST_ID = 200
"""Characters. What is longer is no id."""

_ID = re.compile(r"[a-z0-9][a-z0-9._:@+-]*(?:/[a-z0-9][a-z0-9._:@+-]*)*")
_NO_MODEL = (
    (re.compile(r"sample_spec|fallback_generalizations"), "describes the file, no model"),
    (re.compile(r"(?:^|/)ft:"), "is the price of models that customers tuned, no model"),
    (re.compile(r"-commitment/"), "is the price of reserved capacity"),
    (re.compile(r"^(?:fireworks-ai|together-ai)-|-up-to-|-above-\d"), "is the price of a class of models"),
    (re.compile(r"(?:^|/)(?:container|search_api|guardrails)$|^scaledown/"), "is a tool, no model"),
    (
        re.compile(r"(?:^|[/-])router$|model[-_]router|route-llm|firerouter|/pareto-code$|^custom$"),
        "is a router, no model",
    ),
    (re.compile(r"(?:^|/)(?:auto|free|bodybuilder|default)(?:-[a-z]+)?$|auto-model|-auto/"), "is a router, no model"),
)
_NO_TEXT = re.compile(
    r"(?:^|[/._:-])(?:"
    r"embed[a-z]*|voyage|bge|e5|gte|mini-?lm|mpnet|(?:sig)?clip|rerank|reranker"
    r"|(?:col|distil|modern)?bert|(?:de|ro|xlm-ro)berta|gliner|smart-turn|esm2|esmfold"
    r"|(?:llama|qwen\d|safe)?guard|guardian|shieldgemma|content-safety|moderation"
    r"|tts|melotts|transcribe|whisper|asr|deepgram|studiovoice|realtime|live|sonic|lyria"
    r"|(?:olm|paddle)?ocr|sam-\d|usdvalidate"
    r"|imagen|dall-e|flux|schnell|controlnet|sdxl|stable-diffusion|veo|sora"
    r")(?=[-/._:\d]|$)"
)
"""Words of an id that name something else than a model that answers what it is asked in text.

By line: embeddings and rankings, classifiers and proteins, guards that judge what others write, speech and music, what
reads or cuts out parts of pictures, pictures and films. A model that makes pictures and text is none of them.
"""
NOT_TEXT = "is named as an embedding, image, speech, guard or similar model"
"""Why a row is skipped whose id has such a word."""

_GEOGRAPHY = re.compile(r"us|eu|apac|global|us-gov|au|jp|in|ca|sa")
_PLACE = re.compile(rf"(?:{_GEOGRAPHY.pattern}|global-standard|[a-z]{{2}}(?:-gov)?-[a-z]+-\d)$")
_ZONES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("global", "apac", "sa"), ()),
    **{zone: (zone,) for zone in ("us", "eu", "au", "jp", "in", "ca")},
    "us-gov": ("us",),
    "eu-central-1": ("eu", "de"), "eu-central-2": (), "eu-north-1": ("eu", "se"), "eu-south-1": ("eu", "it"),
    "eu-south-2": ("eu",), "eu-west-1": ("eu", "ie"), "eu-west-2": ("uk",), "eu-west-3": ("eu", "fr"),
    "ap-northeast-1": ("jp",), "ap-northeast-2": ("kr",), "ap-northeast-3": ("jp",), "ap-south-1": ("in",),
    "ap-south-2": ("in",), "ap-southeast-2": ("au",), "ap-southeast-4": ("au",), "sa-east-1": (),
}  # fmt: skip
"""The zones that a region lies in, as Amazon, Azure and Vertex name regions: ``eu-west-2`` is London, ``eu-central-2``
Zurich. A region of the United States or of Canada with a number is known by its first letters."""

_VARIANT_SEGMENTS = {"tee": "tee", "pro": "pro", "claude_platform": "claude-platform", "bedrock_mantle": "mantle"}
_VARIANTS = "free|beta|extended|nitro|floor|online|web|exacto|optimized|thinking|batch|flex|priority"
_VARIANT = re.compile(rf"(?::({_VARIANTS})|-(free|batch|flex|priority|spot))$")
_SIZE = re.compile(r":(?=\d+(?:\.\d+)?[bt](?:-|$))")

_BARE = re.compile(
    r"(?:llama-[\d.]+|gemma-[\d.]+|qwen2(?:\.5)?(?:-coder|-math|-vl)?)-[\d.]+b|mistral-7b|mixtral-8x\d+b|codellama-\d+b"
    r"|qwen3-(?:30|80|235|480)b"
)
"""Names that end where some models have ``-instruct`` or a date and others have not."""
_FLOATING = re.compile(
    r"deepseek-chat|deepseek-reasoner|codestral|devstral(?:-small|-medium)?|mistral-(?:large|medium|small|tiny)"
    r"|pixtral-large|magistral-(?:small|medium)|ministral-\d+b|qwen-(?:max|plus|turbo|flash|long|vl-max|vl-plus|coder)"
)
"""Names without a version: each seller means by them what it served at some time."""
_MOVING = ("deepseek-chat", "deepseek-reasoner")
_MISNAMED = (("amazon-bedrock", "nemotron-nano-12b-v2"),)
"""What a seller calls by the name of another model: at Bedrock that one is Nemotron Nano 12B v2 VL."""


@frozen
class Name:
    """An id, taken apart.

    ``developer`` is known only from a stated prefix or because the seller is the developer (``first_party``);
    ``moving`` is true for an alias that moves on to newer releases, false for an id with a date, else None.
    """

    id: str
    region: str | None = None
    variant: str | None = None
    developer: Developer | None = None
    first_party: bool = False
    moving: bool | None = None


def zones_of(region: str) -> tuple[str, ...] | None:
    """Return every zone of the vocabulary that a region lies in; None where the region is not known."""
    country = region.partition("-")[0]
    return _ZONES.get(region, (country,) if country in {"us", "ca"} else None)


def no_model(written: str) -> str | None:
    """Return why an id names no model at all, or None."""
    text = written.lower()
    return next((reason for pattern, reason in _NO_MODEL if pattern.search(text)), None)


def no_text(written: str) -> bool:
    """Whether an id says that the model does something else than answer in text."""
    return _NO_TEXT.search(written.lower()) is not None


def is_id(text: str) -> bool:
    """Whether a catalogue can hold this as an id."""
    return len(text) <= LONGEST_ID and _ID.fullmatch(text) is not None


def take_apart(written: str, seller: Seller) -> Name | None:
    """Return what an id says, or None if it cannot be an id of a catalogue."""
    text = re.sub(r"\s+", "-", written.strip().lower())
    alias = text.startswith("~")
    segments, region, variants = _path(text.removeprefix("~").removeprefix("hf:").split("/"), seller)
    name, stated = segments[-1], segments[0] if len(segments) > 1 else None
    if len(segments) > 2 and segments[-2] != "models":  # noqa: PLR2004 - developer/…/models/name is one way to write it
        return _whole("/".join(segments), region, variants)
    name, stated, place = _dotted(name, stated, seller)
    if place == "regional":
        variants.append(place)
    elif place is not None:
        region = place
    name = _plain(name, seller, variants)
    name, stated = _joined(name, stated)
    like = named_like(name)
    if like is not None:
        name = _spelling(name, like)
    developer = by_prefix().get(stated) if stated is not None else _own(like, seller)
    owner = _owner(name, like, stated, developer, seller)
    found = name if owner is None else f"{owner}/{name}"
    if not is_id(found):
        return None
    if like is not None and like is not developer:
        developer = None  # a prefix in front of somebody else's name tells who packed it, not who developed it
    first = developer is not None and developer.id in seller.developers
    moving = True if alias else _moving(name, seller)
    return Name(found, region, "-".join(variants) or None, developer, first, moving)


def _whole(path: str, region: str | None, variants: list[str]) -> Name | None:
    """Return the name of a path that no step knows: it stays whole."""
    return Name(path, region, "-".join(variants) or None) if is_id(path) else None


def _path(segments: list[str], seller: Seller) -> tuple[list[str], str | None, list[str]]:
    """Take off the segments that name the seller, a place or a variant; the last segment always stays."""
    region, variants = None, []
    lead = (seller.id, *seller.called)
    developer = seller.mixed and segments[0] in by_prefix()  # with a name alone behind it, it is the developer
    if segments[0] in lead and segments[0] not in _VARIANT_SEGMENTS and len(segments) > (2 if developer else 1):
        segments = segments[1:]
    while len(segments) > 1:
        if segments[0] in seller.prefixes:
            pass
        elif segments[0] in _VARIANT_SEGMENTS:
            variants.append(_VARIANT_SEGMENTS[segments[0]])
        elif seller.mixed and _PLACE.fullmatch(segments[0]):
            region = segments[0].removesuffix("-standard")
        else:
            break
        segments = segments[1:]
    return segments, region, variants


def _dotted(name: str, stated: str | None, seller: Seller) -> tuple[str, str | None, str | None]:
    """Take off what some sellers put before a name with a dot: a place, then the developer."""
    place = None
    if seller.id == "amazon-bedrock" and (match := re.match(rf"({_GEOGRAPHY.pattern}|regional)\.", name)):
        place, name = match[1], name[match.end() :]
    if seller.id in ("amazon-bedrock", "oci") and (match := re.match(r"([a-z][a-z0-9]*)\.(?=[a-z])", name)):
        stated, name = match[1], name[match.end() :]
    if seller.id == "databricks":
        name = name.removeprefix("system.ai.").removeprefix("databricks-")
    return name, stated, place


def _plain(name: str, seller: Seller, variants: list[str]) -> str:
    """Take off variants and the versions that a seller gives its deployments; write sizes and dates with dashes."""
    while match := _VARIANT.search(name):
        variants.insert(0, match[1] or match[2])
        name = name[: match.start()]
    name = _SIZE.sub("-", name)
    if seller.id == "ollama" and name.endswith("-cloud"):
        variants.append("cloud")
        name = name.removesuffix("-cloud")
    if seller.id == "google-vertex":
        name = name.removesuffix("-maas").removesuffix("@default")
    if seller.id in ("fireworks", "firepass"):
        name = re.sub(r"(?<=\d)p(?=\d)", ".", name)
    if seller.id == "amazon-bedrock":
        name = _deployment(name)
    return re.sub(r"(?<=.)@(?=\d|latest)", "-", name)


def _deployment(name: str) -> str:
    """Take off the version of a deployment at Bedrock, but not a version of the model that looks like one.

    ``mistral-7b-instruct-v0:2`` is release 0.2 and ``claude-v2:1`` release 2.1; after a date, or as ``-v1``, it is no
    part of the name, unless nothing else in the name is a version.
    """
    if match := re.search(r"-v0:(\d+)$", name):
        return f"{name[: match.start()]}-v0.{match[1]}"
    if match := re.search(r"-\d{8}-v\d+:\d+$", name):
        return re.sub(r"-v\d+:\d+$", "", name)
    short = re.sub(r"(?:-v1(?::\d+)?|-1:0)$", "", name)
    if short != name and (re.search(r"\d", short) or short.startswith(("nova", "titan"))):
        return short
    return re.sub(r"(?<=[a-z\d]):0$", "", name)


def _joined(name: str, stated: str | None) -> tuple[str, str | None]:
    """Take off a developer that stands before the name with a dash: ``meta-llama-3.1-8b``, ``openai--gpt-5``."""
    for prefix, developer in by_prefix().items():
        for sign in ("--", "-"):
            rest = name.removeprefix(prefix + sign)
            known = by_prefix().get(stated) if stated is not None else developer
            if rest != name and known is developer and named_like(rest) is developer:
                return rest, stated or prefix
    return name, stated


def _spelling(name: str, like: Developer) -> str:
    """Write the version as the developer's names are written here: 4-5 for Claude, 4.5 for everyone else."""
    if like.id == "anthropic":
        name = re.sub(r"(?<=\d)\.(?=\d)", "-", name)
        return re.sub(r"^claude-(opus|sonnet|haiku)(?=\d)", r"claude-\1-", name)
    name = re.sub(r"(?<![\d.])(\d)[-_](\d)(?=[-_:]|$)", r"\1.\2", name)
    if name.startswith("llama"):
        name = re.sub(r"^llama-?v?(?=\d)", "llama-", name)
    if like.id == "google":
        name = re.sub(r"^gemma(?=\d)", "gemma-", name)
    elif like.id == "xai":
        name = re.sub(r"^grok-(\d)-(\d\d)(?=-|$)", r"grok-\1.\2", name)
    elif like.id == "qwen":
        name = re.sub(r"^qwen-(?=\d)", "qwen", name)
    elif like.id == "amazon":
        name = name.removesuffix("-v1")
    return name


def _owner(
    name: str, like: Developer | None, stated: str | None, developer: Developer | None, seller: Seller
) -> str | None:
    """Return what must stay before a name in its id, or None if the name alone says which model it is.

    It is alone if it begins like the names of its stated developer, or like anybody's if none is stated. Even then it
    may mean several models: sellers shorten ``llama-3.1-8b-instruct`` to ``llama-3.1-8b``, which is also the name of
    the model before it was tuned, and a name without a version is not the same everywhere.
    """
    own = developer is not None and developer.id in seller.developers
    if (_FLOATING.fullmatch(name) and not own) or (seller.id, name) in _MISNAMED:
        return seller.id
    if stated is not None:
        owner = stated if developer is None else developer.id
        return owner if developer is None or developer is not like else None
    if like is None:
        return seller.id if developer is None else developer.id
    return seller.id if developer is None and _BARE.fullmatch(name) else None


def _own(like: Developer | None, seller: Seller) -> Developer | None:
    """Return the developer of a model without a stated one: the seller, if the name does not speak against it."""
    if like is not None:
        return like if like.id in seller.developers else None
    return by_prefix()[seller.developers[0]] if seller.developers and not seller.mixed else None


def _moving(name: str, seller: Seller) -> bool | None:
    if name.endswith("-latest") or (seller.id == "deepseek" and name in _MOVING):
        return True
    return False if is_dated(name) else None
