"""Say where the rules and the catalogue that come with the package are.

It only finds them; it never reads them.
"""

from pathlib import Path


def rules_folder() -> Path:
    """Find the folder of the shipped rule files."""
    return _data() / "rules"


VOCABULARY_FILES = ("vocabulary.toml", "sources.toml")
"""The rule files that hold no rules: attributes, claims and documents."""


def rule_files(*, with_rules: bool = True) -> list[Path]:
    """Find the shipped rule files in the order of their names; without rules, those of the vocabulary alone."""
    files = sorted(rules_folder().glob("*.toml"))
    return [path for path in files if with_rules or path.name in VOCABULARY_FILES]


def catalog_file() -> Path:
    """Find the shipped catalogue."""
    return _data() / "catalog.toml"


def _data() -> Path:
    package = Path(__file__).resolve().parent
    # An installed package brings a copy; an editable one is used where it stands, src/llmrules in the checkout.
    places = (package / "data", package.parent.parent)
    for place in places:
        if (place / "rules").is_dir() and (place / "catalog.toml").is_file():
            return place
    looked = " nor in ".join(map(str, places))
    message = f"Install llmrules again: its rules/ and catalog.toml are not in {looked}."
    raise FileNotFoundError(message)
