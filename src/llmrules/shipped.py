"""Say where the rules and the catalogue that come with the package are.

It only finds them; it never reads them.
"""

from pathlib import Path


def rules_folder() -> Path:
    """Find the folder of the shipped rule files."""
    return _data() / "rules"


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
