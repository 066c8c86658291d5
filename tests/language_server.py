"""The smallest client of a language server, which asks what may be typed at the end of a text."""

from __future__ import annotations

import json
import subprocess
from time import sleep
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pathlib import Path

MOST_ASKED = 100


class LanguageServer:
    """A language server on standard input and output."""

    def __init__(self, command: list[str], folder: Path) -> None:
        """Start it in a folder."""
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=folder, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        self._number = 0
        markdown = {"textDocument": {"completion": {"completionItem": {"documentationFormat": ["markdown"]}}}}
        self._ask("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": markdown})
        self._send({"method": "initialized", "params": {}})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def complete(self, path: Path, text: str) -> dict[str, str]:
        """Return what may be typed at the end of a text, each with its explanation."""
        document = {"uri": path.as_uri(), "languageId": "toml", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        *before, last = text.split("\n")
        position = {"line": len(before), "character": len(last)}
        where = {"textDocument": {"uri": path.as_uri()}, "position": position}
        for _ in range(MOST_ASKED):  # it works on several messages at once, and may not have read the text yet
            found = self._ask("textDocument/completion", where)
            items = found["items"] if isinstance(found, dict) else found or []
            if items:
                break
            sleep(0.05)
        return {item["label"]: (item.get("documentation") or {}).get("value", "") for item in items}

    def _ask(self, method: str, params: dict[str, Any]) -> Any:  # noqa: ANN401 - plain JSON
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            message = self._receive()
            if "method" not in message and message.get("id") == self._number:
                return message["result"]
            if "method" in message and "id" in message:  # it asks us
                self._send({"id": message["id"], "result": None})

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        length = 0
        while header := self._process.stdout.readline().strip():
            name, _, value = header.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))
        return message
