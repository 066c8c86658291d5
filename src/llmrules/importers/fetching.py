"""Fetch a public list from its address, and keep it for the next time; the only module that knows urllib3.

Nothing here runs unless ``llmrules update`` does. A list that was fetched before is asked for conditionally; proxies
are those of the environment. Whatever is wrong with an answer is an error: nothing of it is used.
"""

from __future__ import annotations

import json
from contextlib import closing, suppress
from datetime import date
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from attrs import frozen

from llmrules.errors import FileError, Place
from llmrules.reading.files import LARGEST_FILE, read_text, unpacked_text, write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from urllib3 import BaseHTTPResponse

CONNECT_SECONDS, READ_SECONDS, SECONDS = 10, 30, 120
"""How long to wait for a connection, for the next bytes of an answer, and for all of it."""

RETRIES, MAX_REDIRECTS = 2, 5
"""How often to ask again where a server is overloaded or a connection is lost, and how often to follow a redirect."""

FINE, UNCHANGED = 200, 304
REDIRECTS = (301, 302, 303, 307, 308)
OVERLOADED = (429, 500, 502, 503, 504)

TYPES = frozenset({"", "text/plain", "application/json", "application/octet-stream", "application/gzip"})
"""What a list may be sent as: GitHub sends JSON as plain text. No type at all says nothing."""

FOLDER = ".llmrules-files"
"""Beside the catalogue file that is written: the lists as they were fetched last."""


class UnreachableError(FileError):
    """No server answered: there may be no network at all."""


@frozen
class Fetched:
    """A list as it was fetched: from where, its text, since which day it reads so, and what its server calls it."""

    address: str
    text: str
    day: date
    etag: str | None = None
    modified: str | None = None


def recall(folder: Path, kind: str, address: str) -> Fetched | None:
    """Return what was fetched last from an address; None where that is unknown or cannot be read."""
    with suppress(FileError, ValueError, TypeError, KeyError):
        head, _, text = read_text(folder / FOLDER / kind).partition("\n")
        told = json.loads(head)
        if told["address"] == address:
            return Fetched(address, text, date.fromisoformat(told["day"]), told["etag"], told["modified"])
    return None


def remember(folder: Path, kind: str, fetched: Fetched) -> None:
    """Keep what was fetched, for ``recall``. Raises FileError or OSError."""
    head = {"address": fetched.address, "day": fetched.day.isoformat(), "etag": fetched.etag}
    head["modified"] = fetched.modified
    (folder / FOLDER).mkdir(exist_ok=True)
    write_whole(folder / FOLDER / ".gitignore", "*\n")
    write_whole(folder / FOLDER / kind, json.dumps(head), "\n", fetched.text)


@frozen
class Fetching:
    """One list to fetch: its address, the hosts to which that may lead beside its own, and how long it may take."""

    address: str
    redirects: tuple[str, ...] = ()
    seconds: float = SECONDS

    def fetch(self, earlier: Fetched | None, today: date) -> Fetched:
        """Return the list; where it is the same as the earlier one, as of the day of that.

        Raises UnreachableError, or FileError with what is wrong with the answer.
        """
        headers = {"User-Agent": "llmrules", "Accept": "application/json, */*;q=0.5", "Accept-Encoding": "gzip"}
        if earlier is not None:
            told = {"If-None-Match": earlier.etag, "If-Modified-Since": earlier.modified}
            headers |= {name: value for name, value in told.items() if value}
        url = self.address
        for _ in range(MAX_REDIRECTS + 1):
            with closing(self._answer(url, headers)) as answer:
                if answer.status in REDIRECTS:
                    url = self.led_to(url, answer.headers.get("Location", ""))
                elif answer.status == UNCHANGED and earlier is not None:
                    return earlier
                else:
                    return self._fetched(answer, earlier, today)
        raise self.problem("redirected", f"leads on to another address more than {MAX_REDIRECTS} times")

    def problem(self, code: str, message: str, *, found: str | None = None, hint: str | None = None) -> FileError:
        """Return what is wrong with the list."""
        kind = UnreachableError if code == "unreachable" else FileError
        return kind(message, code=code, place=Place(self.address), found=found, hint=hint)

    def _answer(self, url: str, headers: dict[str, str]) -> BaseHTTPResponse:
        """Return the answer to one request, of which only the head is read."""
        try:
            import urllib3
        except ImportError:
            raise self.problem("not-installed", "cannot be fetched: pip install 'llmrules[update]'") from None
        retries = urllib3.Retry(RETRIES, connect=1, status_forcelist=OVERLOADED, backoff_factor=0.5,
                                raise_on_status=False,
                                respect_retry_after_header=False)  # which may be hours  # fmt: skip
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        parts, proxies = urlsplit(url), getproxies()
        proxy = None if proxy_bypass(parts.netloc) else proxies.get(parts.scheme) or proxies.get("all")
        try:
            pool = urllib3.PoolManager() if proxy is None else urllib3.ProxyManager(
                proxy, proxy_headers=urllib3.make_headers(proxy_basic_auth=urllib3.util.parse_url(proxy).auth)
            )  # fmt: skip
            return pool.request("GET", url, headers=headers, redirect=False, retries=retries, timeout=timeout,
                                preload_content=False)  # fmt: skip
        except urllib3.exceptions.HTTPError as error:
            reason = str(getattr(error, "reason", None) or error).rpartition(": ")[2].rstrip("\"')")
            hint = "without a network, packages bring lists: pip install -U litellm genai-prices, then again"
            raise self.problem("unreachable", f"cannot be reached: {reason}", hint=hint) from None

    def led_to(self, url: str, location: str) -> str:
        """Return where a redirect leads: within the host, or to one that is allowed, and never out of encryption."""
        target = urljoin(url, location)
        here, there = urlsplit(url), urlsplit(target)
        if there.scheme not in {"https", here.scheme}:
            raise self.problem("redirected", "leads to an address that is not encrypted", found=target)
        if there.netloc != here.netloc and there.hostname not in self.redirects:
            hint = f'if you trust it, write under [update] in the settings: redirects = ["{there.hostname}"]'
            raise self.problem("redirected", "leads to another host", found=target, hint=hint)
        return target

    def _fetched(self, answer: BaseHTTPResponse, earlier: Fetched | None, today: date) -> Fetched:
        self._check(answer)
        text = unpacked_text(self._body(answer), self.address)
        day = earlier.day if earlier is not None and earlier.text == text else today
        return Fetched(self.address, text, day, answer.headers.get("ETag"), answer.headers.get("Last-Modified"))

    def _check(self, answer: BaseHTTPResponse) -> None:
        """Refuse an answer by its head."""
        if answer.status in OVERLOADED:
            message = f"answers {answer.status}, {RETRIES + 1} times in a row"
            raise self.problem("bad-answer", message, hint="try again later")
        if answer.status != FINE:
            hint = "the list may have moved: say where it is under [update.files] in the settings"
            raise self.problem("bad-answer", f"answers {answer.status}", hint=hint)
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind not in TYPES and not kind.endswith("+json"):
            hint = "open the address in a browser: it may be a page, or ask to log in"
            raise self.problem("bad-type", "is not sent as JSON", found=kind, hint=hint)
        self._check_size(int(length) if (length := answer.headers.get("Content-Length", "")).isdecimal() else 0)

    def _check_size(self, size: int) -> None:
        if size > LARGEST_FILE:
            raise self.problem("too-large", f"is larger than {LARGEST_FILE // 2**20} MiB")

    def _body(self, answer: BaseHTTPResponse) -> bytes:
        """Return the body, of which neither size nor duration may exceed what is allowed."""
        import urllib3

        body, deadline = bytearray(), monotonic() + self.seconds
        try:
            while chunk := answer.read1(2**16):  # which waits for some bytes, not for all of them
                body += chunk
                self._check_size(len(body))
                if monotonic() > deadline:
                    message = f"takes longer than {self.seconds:g} seconds to arrive"
                    raise self.problem("too-slow", message, hint="try again later")
        except urllib3.exceptions.HTTPError:  # nothing comes any more
            raise self.problem("cut-off", f"is cut off after {len(body):,} bytes", hint="try again later") from None
        return bytes(body)
