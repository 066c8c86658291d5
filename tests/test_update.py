"""``llmrules update`` against a real HTTP server: what is new is written and told, and what fails changes nothing."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define
from tests.commands import run
from tests.import_files import FOLDER

from llmrules import Advisor
from llmrules.errors import FileError, LoadError
from llmrules.importers.fetching import FOLDER as KEPT
from llmrules.importers.fetching import RETRIES, Fetching
from llmrules.importers.packaged import packaged
from llmrules.language.settings import PUBLISHED, for_folder
from llmrules.reading.files import LARGEST_FILE, read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from click.testing import Result
    from time_machine import TimeMachineFixture

    Answer = Callable[["Handler"], None]

OLD, NEW = ((FOLDER / f"litellm-{one}-model_prices.json").read_bytes() for one in ("1.109.1", "1.110.2"))
TODAY = date(2026, 12, 7)
JSON = "application/json"


class Handler(BaseHTTPRequestHandler):
    """Answers as the test says, and keeps what it was asked."""

    server: Server

    def do_GET(self) -> None:
        """Answer one request."""
        self.server.asked.append((self.path, dict(self.headers.items())))
        self.server.answers[self.path](self)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def send(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Send a whole answer; a header's name is written with _ for -."""
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """A server on the loopback, with the answer for each path."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def url(self, path: str = "/litellm.json", host: str = "127.0.0.1") -> str:
        """Return the address of a path."""
        return f"http://{host}:{self.server_port}{path}"


def sent(body: bytes, status: int = 200, **headers: str) -> Answer:
    """Return what answers with a body, JSON unless a header says otherwise."""
    return lambda handler: handler.send(status, body, **{"Content_Type": JSON, **headers})


def tagged(body: bytes) -> Answer:
    """Return what answers with a body and its ETag, or that it is unchanged."""
    tag = f'"{len(body)}"'

    def answer(handler: Handler) -> None:
        same = handler.headers.get("If-None-Match") == tag
        handler.send(304 if same else 200, b"" if same else body, Content_Type=JSON, ETag=tag)

    return answer


@contextmanager
def serving() -> Iterator[Server]:
    """Run a server for a while."""
    with Server() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    """A server whose list of LiteLLM is the old one, with an ETag."""
    with serving() as found:
        found.answers["/litellm.json"] = tagged(OLD)
        yield found


@define
class Project:
    """A project that takes one list, from the server."""

    folder: Path

    def write(self, update: str = "", **files: object) -> None:
        """Write the settings: what stands under [update], and the address of each list (_ for -)."""
        lists = "".join(f'{kind.replace("_", "-")}.address = "{address}"\n' for kind, address in files.items())
        text = f'catalog = "models.json"\n[update]\n{update}\n[update.files]\n{lists}'
        (self.folder / "llmrules.toml").write_text(text, encoding="utf-8")

    def state(self) -> dict[str, tuple[bytes, int]]:
        """Return each file below the folder with its time: what changed nothing leaves them alone."""
        files = (path for path in sorted(self.folder.rglob("*")) if path.is_file())
        return {path.as_posix(): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server, time_machine: TimeMachineFixture
) -> Project:
    """A project on a stated day, in an environment without proxies and without packages that ship lists."""
    time_machine.move_to(TODAY)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    found = Project(tmp_path)
    found.write(litellm=server.url())
    return found


def update(*arguments: object) -> Result:
    """Run the command."""
    return run("update", *arguments)


# What is new


def test_the_first_update_writes_the_catalogue(project: Project, server: Server) -> None:
    """The list is fetched, cited as of the day on which it was, with its licence and page, and read by all commands."""
    result = update()
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("models.json is written: 40 models with 41 offers, from litellm-2026-12-07.")
    (document,) = read_json(project.folder / "models.json").data["document"]
    assert (document["id"], document["licence"]) == ("litellm-2026-12-07", "MIT")
    assert document["url"] == PUBLISHED["litellm"].source
    assert "gpt-5" in Advisor.project(engine="plain").knowledge.catalog.models
    assert len(server.asked) == 1


def test_what_is_unchanged_is_not_fetched_again(
    project: Project, server: Server, time_machine: TimeMachineFixture
) -> None:
    """A server that answers 304 a day later sends nothing, and not a byte of the catalogue changes."""
    update()
    before = project.state()[(project.folder / "models.json").as_posix()]
    time_machine.move_to(date(2026, 12, 8))
    result = update()
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("models.json is up to date: 40 models")
    assert project.state()[(project.folder / "models.json").as_posix()] == before
    assert server.asked[1][1]["If-None-Match"] == f'"{len(OLD)}"'


@pytest.mark.usefixtures("project")
def test_what_changed_is_told_in_groups(server: Server) -> None:
    """Models that come and go, prices and retirement dates stand in groups of their own, in both languages."""
    update()
    server.answers["/litellm.json"] = tagged(NEW)
    told = update("--dry-run").stdout
    korean = update("--dry-run", "--lang", "ko").stdout
    for heading in ("New models: 2\n", "Models that no list has any more: 1\n", "Retirement dates: 1\n", "Prices: "):
        assert heading in told
    assert "claude-mythos-5-1" in told
    assert "  gpt-4-0613\n" in told
    assert "  GPT-5.1 @ azure/eu: retirement 2027-05-15 → 2027-07-13\n" in told
    price = "price of input $3,200.00 per million tokens → $3.20 per million tokens"
    assert f"  azure/jais-30b-chat @ azure: {price}\n" in told
    for heading in ("새 모델 2개", "제공 종료일 변경 1건", "가격 변경 "):
        assert heading in korean


def test_a_dry_run_writes_nothing(project: Project, server: Server) -> None:
    """It says what would be written, and leaves every file as it is."""
    update()
    server.answers["/litellm.json"] = tagged(NEW)
    before = project.state()
    assert update("--dry-run").stdout.startswith("models.json would be written: 41 models")
    assert project.state() == before


@pytest.mark.usefixtures("project")
def test_everything_is_there_as_json(server: Server) -> None:
    """All changes are there, with the values of both sides."""
    update()
    server.answers["/litellm.json"] = tagged(NEW)
    document = json.loads(update("--format", "json").stdout)
    assert (document["format"], document["file"], document["written"]) == ("llmrules.update/1", "models.json", True)
    assert document["sources"] == ["litellm-2026-12-07"]
    (retirement,) = document["changes"]["retirements"]
    assert [retirement[key] for key in ("model", "offer", "before", "after")] == [
        *("gpt-5.1", "azure/eu"),
        *("2027-05-15", "2027-07-13"),
    ]


def test_a_file_that_no_command_reads_is_said_to_be_one(project: Project, server: Server) -> None:
    """Without settings that name it, the answer says how the file is used."""
    (project.folder / "llmrules.toml").unlink()
    (project.folder / "prices.json").write_bytes(OLD)
    settings = f'[update.files]\nlitellm.address = "{server.url()}"\n'
    (project.folder / "llmrules.toml").write_text(settings)
    assert "No command reads the file yet" in update("-o", "other.json").stdout


def test_a_local_file_is_taken_as_it_is(project: Project, server: Server) -> None:
    """The path of a file may stand for an address; its version is in its name, and nothing is fetched."""
    shutil.copy(FOLDER / "litellm-1.110.2-model_prices.json", project.folder)
    project.write(litellm="litellm-1.110.2-model_prices.json")
    assert "from litellm-1.110.2." in update().stdout
    assert server.asked == []


def test_what_was_measured_joins_the_models_of_the_lists(project: Project, server: Server) -> None:
    """A board that the settings name adds its ranks to the models that the other lists sell."""
    shutil.copy(FOLDER / "arena-2026-10-05.json", project.folder)
    project.write(litellm=server.url(), arena="arena-2026-10-05.json")
    assert update().exit_code == 0
    data = read_json(project.folder / "models.json").data
    assert {one["licence"] for one in data["document"]} == {"MIT", "CC-BY-4.0"}
    assert any(key.startswith("rank_") for model in data["model"] for key in model)


def test_an_own_licence_and_source_are_cited(project: Project, server: Server) -> None:
    """A mirror is cited as the settings say."""
    text = f'[update.files.litellm]\naddress = "{server.url()}"\nlicence = "ours"\nsource = "https://mirror.example"\n'
    (project.folder / "llmrules.toml").write_text(text)
    update()
    (document,) = read_json(project.folder / "models.json").data["document"]
    assert (document["licence"], document["url"]) == ("ours", "https://mirror.example")


# How it is fetched


@pytest.mark.usefixtures("project")
def test_a_server_that_is_overloaded_is_asked_again(server: Server) -> None:
    """After a 503 the second answer counts."""
    answers = [sent(OLD), sent(b"", 503)]

    def answer(handler: Handler) -> None:
        answers.pop()(handler)

    server.answers["/litellm.json"] = answer
    assert update().exit_code == 0
    assert len(server.asked) == 2


@pytest.mark.usefixtures("project")
def test_packed_bodies_and_plain_text_are_read(server: Server) -> None:
    """GitHub sends JSON as plain text, and servers pack what they send."""
    server.answers["/litellm.json"] = sent(gzip.compress(OLD), Content_Type="text/plain", Content_Encoding="gzip")
    assert update().exit_code == 0


@pytest.mark.parametrize("target", ["/moved.json", "http://localhost:{port}/moved.json"])
def test_a_redirect_is_followed_where_it_may_lead(project: Project, server: Server, target: str) -> None:
    """Within its host, and to a host that the settings name."""
    project.write('redirects = ["localhost"]', litellm=server.url())
    location = target.format(port=server.server_port)
    server.answers |= {"/litellm.json": sent(b"", 302, Location=location), "/moved.json": sent(OLD)}
    assert update().exit_code == 0


def test_the_proxy_of_the_environment_is_asked(
    project: Project, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With http_proxy the address goes to the proxy whole, with its password; no_proxy goes around it."""
    address = "http://lists.example/prices.json"
    project.write(litellm=address)
    server.answers[address] = sent(OLD)
    monkeypatch.setenv("http_proxy", f"http://user:secret@127.0.0.1:{server.server_port}")
    assert update().exit_code == 0
    assert server.asked[0][1]["proxy-authorization"].startswith("Basic ")
    project.write(litellm=server.url())
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert update().exit_code == 0
    assert server.asked[1][0] == "/litellm.json"


# What fails changes nothing


def cut_off(handler: Handler) -> None:
    """Send half of what was announced."""
    handler.send(200, OLD[: len(OLD) // 2], Content_Type=JSON, Content_Length=str(len(OLD)))


def redirected(handler: Handler) -> None:
    """Lead to the same server by another name."""
    handler.send(302, Location=f"http://localhost:{handler.server.server_port}/litellm.json")


HTML = b"<!DOCTYPE html><title>Sign in</title>"
FAILURES: dict[str, tuple[Answer, str, str, str]] = {
    "cut off": (cut_off, "cut-off", f"is cut off after {len(OLD) // 2:,} bytes", "받은 뒤 끊겼습니다"),
    "gone": (sent(b"", 404), "bad-answer", "answers 404", "응답 코드가 404입니다"),
    "broken": (sent(b"", 503), "bad-answer", "answers 503, 3 times in a row", "연속 3번 응답 코드가 503입니다"),
    "another host": (redirected, "redirected", "leads to another host", "다른 호스트로 리디렉션합니다"),
    "in circles": (sent(b"", 302, Location="/litellm.json"), "redirected", "more than 5 times", "5번을 넘습니다"),
    "2 GB": (sent(b"", Content_Length=str(2**31)), "too-large", "is larger than 64 MiB", "64 MiB보다 큽니다"),
    "unpacks to too much": (
        sent(gzip.compress(b" " * (LARGEST_FILE + 1)), Content_Encoding="gzip"),
        *("too-large", "is larger than 64 MiB", "64 MiB보다 큽니다"),
    ),
    "a page": (sent(HTML, Content_Type="text/html"), "bad-type", "is not sent as JSON", "JSON으로 전송되지 않았습니다"),
    "a page as text": (sent(HTML, Content_Type="text/plain"), "syntax", "is not JSON", "JSON이 아닙니다"),
    "another shape": (sent(b'{"a": 1}'), "wrong-shape", "is no price file of LiteLLM", "LiteLLM의 가격 파일이"),
    "no text": (sent(b"\xff\xfe"), "not-utf-8", "is not UTF-8", "UTF-8"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_what_fails_is_worded_and_changes_nothing(project: Project, server: Server, failure: str) -> None:
    """The error names the address and the reason in both languages; every file stays as it was, byte for byte."""
    update()
    answer, code, english, korean = FAILURES[failure]
    server.answers["/litellm.json"] = answer
    before = project.state()
    for language, said in (("en", english), ("ko", korean)):
        result = update("--lang", language)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(f"{server.url()}: " if code not in {"syntax", "not-utf-8"} else server.url())
        assert f"[{code}]" in result.stderr
        assert said in result.stderr
    assert project.state() == before


@pytest.mark.usefixtures("project")
def test_a_broken_server_is_asked_three_times(server: Server) -> None:
    """No more often than that."""
    server.answers["/litellm.json"] = sent(b"", 500)
    update()
    assert len(server.asked) == RETRIES + 1


def test_without_a_network_nothing_changes(project: Project, server: Server) -> None:
    """Where nobody answers, the error says so and what helps, in both languages; the old file stays."""
    update()
    with serving() as gone:
        address = gone.url("/api.json")
    project.write(litellm=server.url(), models_dev=address)
    project.folder.joinpath("models.json").write_bytes(
        project.folder.joinpath("models.json").read_bytes().replace(b"litellm-2026-12-07", b"models-dev-2026-12-07")
    )
    before = project.state()
    for language, said in (("en", "cannot be reached: [Errno 111]"), ("ko", "연결할 수 없습니다: [Errno 111]")):
        result = update("--lang", language)
        assert (result.exit_code, result.stdout) == (2, "")
        assert said in result.stderr
        assert "pip install -U litellm genai-prices" in result.stderr
    assert project.state() == before


def test_all_that_is_wrong_is_said_at_once(project: Project, server: Server) -> None:
    """Each list that cannot be had is named."""
    server.answers |= {"/a": sent(b"", 404), "/b": sent(b"", 404)}
    project.write(litellm=server.url("/a"), genai_prices=server.url("/b"))
    result = update()
    assert server.url("/a") in result.stderr
    assert server.url("/b") in result.stderr
    assert result.stderr.rstrip().endswith("2 errors")


def test_an_answer_may_not_take_for_ever(server: Server) -> None:
    """What drips in is given up after the time that it may take."""

    def dripping(handler: Handler) -> None:
        handler.send(200, OLD[:1], Content_Type=JSON, Content_Length=str(len(OLD)))
        handler.wfile.write(OLD[1:])

    server.answers["/litellm.json"] = dripping
    with pytest.raises(FileError) as caught:
        Fetching(server.url(), seconds=0).fetch(None, TODAY)
    assert (caught.value.code, caught.value.message) == ("too-slow", "takes longer than 0 seconds to arrive")


def test_a_redirect_never_leaves_encryption() -> None:
    """An address with https is not led to one without."""
    fetching = Fetching("https://lists.example/api.json", ("mirror.example",))
    with pytest.raises(FileError) as caught:
        fetching.led_to("https://lists.example/api.json", "http://mirror.example/api.json")
    assert caught.value.message == "leads to an address that is not encrypted"


def test_a_file_that_people_wrote_is_not_replaced(project: Project, server: Server) -> None:
    """Only what importing wrote is written anew, and nothing is fetched before that is known."""
    (project.folder / "models.json").write_text('{"language": 1, "model": [{"id": "own"}]}')
    before = project.state()
    assert "[overwrites]" in update().stderr
    assert project.state() == before
    assert server.asked == []


def test_what_was_kept_may_be_broken(project: Project, server: Server) -> None:
    """What was fetched last and cannot be read any more is fetched whole."""
    update()
    (project.folder / KEPT / "litellm").write_text("{")
    assert update().exit_code == 0
    assert "If-None-Match" not in server.asked[1][1]


@pytest.mark.usefixtures("project")
def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line names the command."""
    monkeypatch.setitem(sys.modules, "urllib3", None)
    result = update()
    assert result.exit_code == 2
    assert "cannot be fetched: pip install 'llmrules[update]' [not-installed]" in result.stderr
    korean = update("--lang", "ko").stderr
    assert "내려받을 수 없습니다: pip install 'llmrules[update]'" in korean


def test_nothing_else_knows_the_network() -> None:
    """A decision loads neither the library that fetches nor the command that uses it."""
    code = (
        "import sys; from llmrules.cli import main;"
        "main(['decide', 'example:hospital-records'], standalone_mode=False);"
        "sys.exit(sorted({'urllib3', 'llmrules.importers.fetching'} & {*sys.modules}) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# Packages


@pytest.fixture
def packages(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Installed packages that ship two of the lists, and that cannot be imported."""
    folder = tmp_path_factory.mktemp("site")
    files = {
        ("litellm", "1.110.2"): ("model_prices_and_context_window_backup.json", "litellm-1.110.2-model_prices.json"),
        ("genai_prices", "0.2.5"): ("data.py", "genai-prices-0.2.5-data.py.txt"),
    }
    for (name, version), (target, extract) in files.items():
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("raise SystemExit('is imported')")
        shutil.copy(FOLDER / extract, folder / name / target)
        info = folder / f"{name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    monkeypatch.syspath_prepend(folder)
    return folder


def test_packages_give_the_lists_where_there_is_no_network(project: Project, packages: Path) -> None:
    """What cannot be reached comes from installed packages, under their versions; the rest is said to be left out."""
    with serving() as gone:
        address = gone.url()
    project.write(litellm=address, genai_prices=address, models_dev=address)
    result = update()
    assert result.exit_code == 0
    assert "from litellm-1.110.2, genai-prices-0.2.5." in result.stdout
    notes = result.stderr.splitlines()
    assert [note.partition(":")[0] for note in notes] == [
        "litellm cannot be reached",
        "genai-prices cannot be reached",
        "models-dev is left out",
    ]
    assert packages.is_dir()


@pytest.mark.parametrize("asked", ["option", "settings"])
@pytest.mark.usefixtures("packages")
def test_packages_are_taken_where_they_are_asked_for(project: Project, server: Server, asked: str) -> None:
    """With --packages, and where the settings say so, nothing is fetched."""
    if asked == "settings":
        project.write(litellm="package", genai_prices="package")
    result = update(*(["--packages"] if asked == "option" else []))
    assert (result.exit_code, result.stderr) == (0, "")
    assert "litellm-1.110.2" in result.stdout
    assert server.asked == []


@pytest.mark.usefixtures("packages")
def test_no_package_replaces_what_was_fetched(project: Project) -> None:
    """A package may be older than a list that was fetched before, so without a network that one stays."""
    update()
    with serving() as gone:
        project.write(litellm=gone.url())
        gone.answers["/litellm.json"] = tagged(OLD)
        update()
    before = project.state()
    assert "[unreachable]" in update().stderr
    assert project.state() == before


def test_what_a_package_ships_is_read_as_its_file(packages: Path) -> None:
    """The constructors of genai-prices' module become what its data.json has, and none of them is called."""
    providers: Any = packaged("genai-prices").read()
    assert [one["id"] for one in providers] == ["anthropic", "deepseek", "openai"]
    haiku = providers[0]["models"][1]
    assert str(haiku["prices"]["input_mtok"]["base"]) == "0.1"
    assert [(one["start"], str(one["price"])) for one in haiku["prices"]["input_mtok"]["tiers"]] == [(100_000, "0.5")]
    dated = providers[0]["models"][2]["prices"]
    assert dated[1]["constraint"] == {"start_date": "2026-03-13"}
    (packages / "genai_prices" / "data.py").write_text("providers = load()")
    with pytest.raises(FileError, match="is no data of genai-prices"):
        packaged("genai-prices").read()


def test_a_package_that_is_not_there_is_named() -> None:
    """The error says what to install; of a list that no package ships, which ones are."""
    with pytest.raises(FileError, match="is in no installed package: pip install -U litellm"):
        packaged("litellm")
    with pytest.raises(FileError, match="is shipped by no package"):
        packaged("models-dev")


# Decisions

RULES = """\
language = 1
pack = "ours"

[[document]]
id = "plan"
title = "Our plan"
date = 2026-01-01

[[rule]]
id = "ours/cheap"
when.budget = "tight"
prefer.output_price.toward = "lowest"
weight = 1
because.en = "We pay by the token."
because.ko = "토큰 단위로 지불합니다."
source = "plan"
"""


def record(price: float) -> dict[str, Any]:
    """A record of LiteLLM."""
    return {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-6, "output_cost_per_token": price}


def test_decisions_that_come_out_differently_are_told(project: Project, server: Server) -> None:
    """A price rise and a model that is gone take the first place away: each is named, with the rule that counts."""
    (project.folder / "ours.toml").write_text(RULES)
    (project.folder / "decisions").mkdir()
    case = 'title = "Cheap"\n[requirements]\nas_of = 2026-12-07\nbudget = "tight"\n'
    (project.folder / "decisions" / "cheap.toml").write_text(case)
    project.write(litellm=server.url())
    settings = (project.folder / "llmrules.toml").read_text()
    own = 'rules = "ours.toml"\nshipped_rules = false\nshipped_catalog = false\n'
    (project.folder / "llmrules.toml").write_text(own + settings)
    lists = {"gpt-9": record(2e-6), "gpt-9-mini": record(1e-6)}
    server.answers["/litellm.json"] = sent(json.dumps(lists).encode())
    update()
    decided = run("decide", "decisions/cheap.toml", "--trace", "decisions/cheap.json")
    assert (decided.exit_code, decided.stderr) == (0, "")
    assert update("--decisions", "decisions").exit_code == 0
    server.answers["/litellm.json"] = sent(json.dumps({**lists, "gpt-9-mini": record(4e-6)}).encode())
    result = update("--decisions", "decisions", "--dry-run")
    assert result.exit_code == 1
    assert "! decisions/cheap.toml: gpt-9 instead of gpt-9-mini\n" in result.stdout
    assert "! decisions/cheap.json: gpt-9 instead of gpt-9-mini\n" in result.stdout
    assert "gpt-9-mini @ openai: price of output $1.00 per million tokens → $4.00 per million tokens" in result.stdout
    assert "We pay by the token  [ours/cheap]" in result.stdout
    assert "2 of 2 decisions come out differently." in result.stdout
    korean = update("--decisions", "decisions", "--dry-run", "--lang", "ko").stdout
    assert "! decisions/cheap.toml: gpt-9-mini 대신 gpt-9" in korean
    assert "결정 2개 중 2개의 결과가 달라집니다." in korean
    server.answers["/litellm.json"] = sent(json.dumps({"gpt-9": record(2e-6)}).encode())
    result = update("--decisions", "decisions/cheap.toml", "--format", "json")
    (told,) = json.loads(result.stdout)["decisions"]
    assert (result.exit_code, told["before"], told["after"]) == (1, ["gpt-9-mini"], ["gpt-9"])
    assert [one["group"] for one in told["changes"]] == ["gone_models"]


# Settings


def test_without_settings_the_three_lists_have_their_addresses(tmp_path: Path) -> None:
    """What is taken by default is public, with a licence and a page, over https."""
    lists = for_folder(tmp_path).update.files
    assert set(lists) == {"models-dev", "litellm", "genai-prices"}
    assert all(str(one.address).startswith("https://") and one.licence and one.source for one in lists.values())


def test_settings_are_read_strictly(tmp_path: Path) -> None:
    """A kind that is none, an address that is none and a list without one are all reported."""
    text = '[update]\noutput = "a.json"\n[update.files]\nlitelm = {}\narena = {}\nlitellm.address = "ftp://a.example"\n'
    (tmp_path / "llmrules.toml").write_text(text)
    with pytest.raises(LoadError) as caught:
        for_folder(tmp_path)
    assert [(one.code, one.nearest) for one in caught.value.errors] == [
        ("unknown-key", "litellm"),
        ("missing-key", None),
        ("bad-address", None),
    ]
