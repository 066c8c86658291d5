"""The HTML page in a real browser: it opens clean, works by mouse and keyboard, and nothing in a trace can move it.

Needs Chromium: ``tests/install_tools.sh``.
"""

from __future__ import annotations

import re
import shutil
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.golden_world import TITLE, decide_again, golden_trace, titled

from llmrules import Advisor
from llmrules.language.texts import Text
from llmrules.say.page import render_page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from playwright.sync_api import Dialog

    from llmrules.language.texts import Language
    from llmrules.trace.record import Trace

    Scheme = Literal["light", "dark"]

ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
PHONE, DESK = 360, 1280


class Opened:
    """A window for pages of decisions, with everything that they said to the console and asked of the network."""

    def __init__(self, browser: Browser) -> None:
        self.page = self._window(browser, script=True)
        self.without_script = self._window(browser, script=False)
        self.folder: Path | None = None
        self.said: list[str] = []
        self.asked: list[str] = []

    def _window(self, browser: Browser, *, script: bool) -> Page:
        page = browser.new_context(java_script_enabled=script).new_page()
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("dialog", self._refuse)
        page.on("request", lambda request: self.asked.append(request.url))
        return page

    def _refuse(self, dialog: Dialog) -> None:
        self.said.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def begin(self, folder: Path) -> None:
        """Forget what was said and asked; pages will stand in this folder."""
        self.folder = folder
        self.said.clear()
        self.asked.clear()

    @property
    def file(self) -> Path:
        """Where the page stands."""
        assert self.folder is not None
        return self.folder / "decision.html"

    def open(
        self,
        trace: Trace,
        language: Language = "en",
        *,
        width: int = DESK,
        scheme: Scheme = "light",
        script: bool = True,
    ) -> Page:
        """Open the page of a trace."""
        self.file.write_text(render_page(trace, language), encoding="utf-8")
        page = self.page if script else self.without_script
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(media="screen", color_scheme=scheme)
        page.goto("about:blank")  # an address with another fragment alone would not be opened anew
        page.goto(self.file.as_uri())
        return page


@pytest.fixture(scope="module")
def window() -> Iterator[Opened]:
    """One browser for all tests."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium is not None, "no Chromium; tests/install_tools.sh installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield Opened(browser)
        browser.close()


@pytest.fixture
def opened(window: Opened, tmp_path: Path) -> Iterator[Opened]:
    """Open pages; when the test is over, no page has said anything, nor asked for anything but itself."""
    window.begin(tmp_path)
    yield window
    assert window.said == []
    assert {url for url in window.asked if not url.startswith("data:")} == {window.file.as_uri()}


@pytest.fixture(scope="module")
def trace() -> Trace:
    """The golden decision."""
    return golden_trace()


@pytest.fixture(scope="module")
def shipped() -> Trace:
    """A decision over the shipped catalogue, with a longer derivation."""
    return Advisor.load(catalog=["article"], engine="plain").decide("examples/insurer-on-own-servers.toml").trace


@pytest.fixture(scope="module")
def november() -> Trace:
    """A decision among the 69 models of November 2026."""
    return Advisor.load(engine="plain", catalog=["2026-11"]).decide("examples/hospital-records.toml").trace


@pytest.fixture(scope="module")
def costly() -> Trace:
    """One with fifty eligible models, each with its offers and costs, and some that wait for an approval."""
    return Advisor.load(engine="plain", catalog=["2026-11"]).decide("examples/month-on-a-budget.toml").trace


AXE = Path(__file__).parent / "data" / "axe-core" / "axe.min.js"
"""axe-core 4.14.1 as npm has it (MPL-2.0); its licence stands beside it."""

BROKEN = """() => {
  const broken = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement.closest("script, style, svg, .visually-hidden")) continue;
    for (const match of node.data.matchAll(/[\\w.]*\\w(?:-[\\w.]*\\w)+/g)) {
      const range = document.createRange();
      range.setStart(node, match.index);
      range.setEnd(node, match.index + match[0].length);
      const lines = new Set([...range.getClientRects()].map((one) => Math.round(one.top)));
      let block = node.parentElement;
      while (getComputedStyle(block).display.startsWith("inline")) block = block.parentElement;
      const wide = [...range.getClientRects()].reduce((sum, one) => sum + one.width, 0);
      if (lines.size > 1 && wide < block.clientWidth * 0.9) broken.push(match[0]);
    }
  }
  return broken;
}"""


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [("en", "light", PHONE), ("en", "dark", DESK), ("ko", "light", DESK), ("ko", "dark", PHONE)],
)
def test_it_opens(opened: Opened, trace: Trace, language: Language, scheme: Scheme, width: int) -> None:
    """In both languages, schemes and on a phone: the answer on top, nothing on the console, no sideways scrolling."""
    page = opened.open(trace, language, width=width, scheme=scheme)
    assert page.locator("html").get_attribute("lang") == language
    expect(page.get_by_role("heading", level=1)).to_contain_text("Aspen")
    assert page.title().startswith(TITLE.read(language))
    assert page.evaluate("document.documentElement.scrollWidth") == width
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (ground == "rgb(20, 23, 26)") == (scheme == "dark")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(opened: Opened, trace: Trace, scheme: Scheme) -> None:
    """Every text has at least the contrast of 4.5 to 1 that WCAG asks, in both schemes."""
    page = opened.open(trace, scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate(CONTRASTS) == []


CONTRASTS = """() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const shape = one.matches(".bars g") ? getComputedStyle(one.querySelector("rect")).fill : null;
      const colour = parts(shape ?? getComputedStyle(one).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const element = text.parentElement;
    if (!text.data.trim() || element.closest("script, style, title, .visually-hidden, [hidden]")) continue;
    const style = getComputedStyle(element);
    const [a, b] = [parts(element.closest("svg") ? style.fill : style.color), behind(element)].map(light);
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) found.push(`${text.data.trim()}: ${contrast.toFixed(2)}`);
  }
  return found;
}"""


def test_the_page_fits_its_window(opened: Opened, shipped: Trace, november: Trace) -> None:
    """Nothing is wider than a desk or a phone, with the models of November too."""
    for trace, widths in ((shipped, (PHONE, DESK)), (november, (PHONE, 768, 1900))):
        for width in widths:
            page = opened.open(trace, "ko", width=width)
            assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_first_screen_has_the_answer_and_what_stands_behind_it(
    opened: Opened, november: Trace, language: Language
) -> None:
    """The story, the day, the catalogue, the answer, what earned it, who is next and who is out, before any table."""
    page = opened.open(november, language)
    for part in (".case", ".story", "h1", ".asked", ".glance"):
        box = page.locator(part).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 900
    expect(page.locator(".asked")).to_contain_text("2026-11")
    assert page.locator(".glance dt").count() >= 3


def test_nothing_fits_names_what_stands_in_the_way(opened: Opened) -> None:
    """Where no model fits, the first screen says which demand rules out whom."""
    page = opened.open(
        Advisor.load(catalog=["article"], engine="plain").decide("examples/beyond-every-window.toml").trace
    )
    expect(page.locator(".glance")).to_contain_text("40,000,000 tokens")


def test_a_failing_sentence_stands_under_its_badge(opened: Opened, trace: Trace) -> None:
    """Why a model is out is read without opening anything."""
    page = opened.open(trace)
    out = page.locator("tbody:has(.verdict.excluded)")
    assert out.count() > 0
    for number in range(out.count()):
        expect(out.nth(number).locator(".failing li").first).to_be_visible()


def test_no_word_breaks_at_its_hyphen(opened: Opened, november: Trace) -> None:
    """On a phone a name such as GPT-5 stays on one line; only what is wider than a line breaks."""
    page = opened.open(november, width=PHONE)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate(BROKEN) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_finding_of_axe(opened: Opened, trace: Trace, november: Trace, scheme: Scheme) -> None:
    """The rules of axe-core find nothing serious, folded and unfolded, in both schemes."""
    for shown in (trace, november):
        page = opened.open(shown, scheme=scheme)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        for opening in ("false", "true"):
            page.evaluate(f"document.querySelectorAll('details').forEach((one) => {{ one.open = {opening}; }})")
            found = page.evaluate("axe.run({ resultTypes: ['violations'] }).then((one) => one.violations)")
            serious = [
                (one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in {"serious", "critical"}
            ]
            assert serious == []


def test_the_first_thing_that_a_key_reaches_skips_the_head(opened: Opened, trace: Trace) -> None:
    """Tab and Enter lead to the ranking."""
    page = opened.open(trace)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_every_claim_link_leads_to_its_text(opened: Opened, trace: Trace) -> None:
    """Each link to a source leads to an element that names it and says its sentence, and that is marked."""
    page = opened.open(trace)
    says = {claim.id: claim.says.en for claim in trace.given.claims}
    says |= {document.id: document.title for document in trace.given.documents}
    links = page.locator("a.source").evaluate_all("(all) => all.map((a) => [a.textContent, a.getAttribute('href')])")
    assert len(links) > 50
    for name, href in set(map(tuple, links)):
        target = page.locator(f"css=[id='{href[1:]}']")
        expect(target).to_have_count(1)
        expect(target.locator("code")).to_have_text(name)
        expect(target).to_contain_text(str(says[name]))
    link = page.locator("#case a.source").first
    link.click()
    target = page.locator("li:target")
    expect(target).to_contain_text(str(says[str(link.text_content())]))
    expect(target).to_be_in_viewport()
    assert target.evaluate("(one) => getComputedStyle(one).backgroundColor") == "rgb(255, 243, 201)"


def test_every_link_leads_somewhere(opened: Opened, trace: Trace, shipped: Trace) -> None:
    """No link on the page is dead, no two elements have one address, and every rule that did something has its own."""
    for one in (trace, shipped, decide_again(unsupervised=True).trace):
        page = opened.open(one)
        hrefs = page.locator("a[href^='#']").evaluate_all("(all) => all.map((a) => a.getAttribute('href').slice(1))")
        ids = page.locator("[id]").evaluate_all("(all) => all.map((element) => element.id)")
        assert set(hrefs) <= set(ids)
        assert len(ids) == len(set(ids))
        effects = {rule.id: rule.effect for rule in one.given.rules}
        said = {firing.rule for firing in one.found.firings if effects[firing.rule].name != "caution"}
        said |= {note.rule for candidate in one.found.candidates for note in one.notes(candidate)}
        assert {f"rule-{rule}" for rule in said} <= set(ids)


def test_the_filter_filters(opened: Opened, trace: Trace) -> None:
    """Words in the box keep the models whose name, offers, verdict or rules have them all, and a region says how many.

    A verdict means that on the model: Aspen is eligible, though one of its offers is excluded. What only a sentence or
    a source names is no match: the price list stands behind every price.
    """
    page = opened.open(trace)
    box = page.get_by_role("searchbox", name="Filter by name, offer, verdict or rule")
    said = page.get_by_role("status").filter(has_text="models")
    names = page.locator("#table tbody:visible th")
    expect(said).to_have_text("8 of 8 models")
    box.fill("Date")
    expect(names).to_have_text([re.compile("Date Palm")])
    expect(said).to_have_text("1 of 8 models")
    box.fill("EXCLUDED")
    expect(names).to_have_text([re.compile("Date Palm"), re.compile("Ginkgo")])
    box.fill("eligible needs approval")
    expect(names).to_have_text([re.compile("Fir")])
    box.fill("pilot-may-try")
    expect(names).to_contain_text(["Elm"])
    box.fill("lumen")
    expect(names).to_have_text([re.compile("Aspen"), re.compile("Date Palm")])
    box.fill("price-list")
    expect(names).to_have_count(0)
    box.fill("no such thing")
    expect(names).to_have_count(0)
    expect(said).to_have_text("0 of 8 models")
    box.press("Escape")
    expect(names).to_have_count(8)


def test_reasons_open_by_keyboard(opened: Opened, trace: Trace) -> None:
    """From the filter box the tab key leads to the first disclosure, which Enter opens and closes."""
    page = opened.open(trace)
    reason = page.locator("#model-aspen .reasons > li").first
    expect(reason).to_be_hidden()
    page.get_by_role("searchbox").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").endswith("reasons: Aspen")
    page.keyboard.press("Enter")
    expect(reason).to_be_visible()
    expect(reason).to_contain_text("+4 points")
    page.keyboard.press("Enter")
    expect(reason).to_be_hidden()


def test_a_link_to_a_model_shows_it(opened: Opened, trace: Trace) -> None:
    """A bar leads to the model's row with its reasons open, even while the filter hides it."""
    page = opened.open(trace)
    page.get_by_role("searchbox").fill("aspen")
    page.locator(".bars a", has_text="Birch").click()
    expect(page.locator("#model-birch .reasons")).to_be_visible()
    expect(page.locator("#model-birch")).to_be_in_viewport()


def test_bars_say_what_they_show(opened: Opened, trace: Trace) -> None:
    """Every bar has its points by rule in words, the legend has each rule's letter, and parts add up to the whole."""
    page = opened.open(trace)
    bar = page.locator(".bars > li", has_text="Hazel")
    expect(bar.get_by_role("img")).to_have_accessible_name(
        "Hazel: -1 (+2 points: a-vendor-is-paid-by-the-token, -3 points: care-avoids-light-filtering)"
    )
    expect(bar.locator(".letter")).to_have_text(["A", "B"])
    expect(page.locator(".legend .key")).to_have_text(["A", "B", "C", "D"])
    boxes = bar.locator(".segment").evaluate_all(
        "(all) => all.map((one) => one.getBBox()).map(({ x, width }) => ({ x, width }))"
    )
    zero = bar.locator(".zero").evaluate("(one) => one.getBBox().x")
    gain, loss = boxes
    assert gain["x"] == pytest.approx(zero, abs=0.5)
    assert loss["x"] + loss["width"] == pytest.approx(zero, abs=0.5)
    assert gain["width"] / loss["width"] == pytest.approx(2 / 3, abs=0.01)


def test_a_screen_reader_finds_its_way(opened: Opened, trace: Trace) -> None:
    """The page has its landmarks, one first heading, headings without a gap, and a table with headers of both kinds."""
    page = opened.open(trace)
    for landmark in ("banner", "navigation", "main", "contentinfo", "search"):
        expect(page.get_by_role(landmark)).to_have_count(1)
    levels = page.locator("h1, h2, h3").evaluate_all("(all) => all.map((one) => Number(one.tagName[1]))")
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    table = page.get_by_role("table", name="Models")
    expect(table.get_by_role("columnheader")).to_have_text(["Place", "Model", "Verdict", "Points"])
    expect(table.get_by_role("rowheader")).to_have_count(8)
    expect(page.get_by_role("navigation").get_by_role("link")).to_have_count(14)


def test_without_scripts_everything_is_there(opened: Opened, trace: Trace) -> None:
    """Where scripts are off, the reasons still open, and what would do nothing is not shown."""
    page = opened.open(trace, script=False)
    expect(page.get_by_role("searchbox")).to_be_hidden()
    page.locator("#model-aspen summary").click()
    expect(page.locator("#model-aspen .reasons")).to_be_visible()


def test_a_pending_approval_fits_a_phone(opened: Opened, costly: Trace) -> None:
    """The verdict with its reservation is broken rather than the page made wider."""
    page = opened.open(costly, width=PHONE)
    expect(page.get_by_text("eligible, approval pending").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE


@pytest.mark.parametrize("language", ["en", "ko"])
def test_it_prints_on_two_to_four_sheets(
    opened: Opened, trace: Trace, shipped: Trace, costly: Trace, language: Language
) -> None:
    """On paper details are folded; who is out and why, the case, the cautions and the digests are there."""
    for shown in (trace, costly) if language == "en" else (trace, shipped):
        page = opened.open(shown, language)
        page.emulate_media(media="print")
        sheets = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))
        assert 2 <= sheets <= 4
        for gone in ("nav", ".filter", ".reasons", ".sources"):
            expect(page.locator(gone).first).to_be_hidden()
        for kept in ("h1", ".story", "#case", "#cautions", "#table", "footer dl"):
            if page.locator(kept).count():
                expect(page.locator(kept)).to_be_visible()
        for number in range(min(page.locator(".failing").count(), 5)):
            expect(page.locator(".failing").nth(number)).to_be_visible()


HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=https://example.com/x onerror=alert(1)>",
    "\"' onmouseover=alert(1) x='",
    "</style></script></title><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "a\u202eb\u2066c\u0000d",
    "javascript:alert(1)",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_trace_does_anything(opened: Opened, trace: Trace, text: str) -> None:
    """Wherever it stands in a trace, a hostile text is shown as what it is: nothing runs, loads or leads away."""
    page = opened.open(titled(spoilt(trace, text), Text(text)))
    shown = text.replace("\u202e", "\\u202e").replace("\u2066", "\\u2066").replace("\u0000", "\\x00")
    expect(page.locator(".case")).to_have_text(shown)
    expect(page.locator(".bars .name").first).to_contain_text(shown)
    expect(page.locator("#table tbody th").first).to_contain_text(shown)
    assert page.locator("script").count() == 1
    assert page.locator("img, iframe, object, embed, [onload], [onerror], [onmouseover]").count() == 0
    hrefs = page.locator("a[href]").evaluate_all("(all) => all.map((a) => a.href)")
    assert all(href.startswith("file:") for href in hrefs)
    page.locator(".bars .name").first.click()
    expect(page.locator("#table .reasons").first).to_be_visible()


def spoilt(trace: Trace, text: str) -> Trace:
    """Return a trace in which every name, label, reason, source and address is one text."""
    given, said = trace.given, Text(text, text)
    vocabulary = tuple(
        attrs.evolve(
            attribute,
            label=said,
            unit=said if attribute.unit else None,
            choices=tuple(attrs.evolve(choice, means=said) for choice in attribute.choices),
        )
        for attribute in given.vocabulary
    )
    rules = tuple(
        attrs.evolve(
            rule, because=said, otherwise=said, approver=text, sources=tuple(f"{text} {one}" for one in rule.sources)
        )
        for rule in given.rules
    )
    spoilt_given = attrs.evolve(
        given,
        vocabulary=vocabulary,
        documents=tuple(
            attrs.evolve(one, title=text, date=attrs.evolve(one.date, text=text), url=text) for one in given.documents
        ),
        claims=tuple(attrs.evolve(one, id=f"{text} {one.id}", says=said) for one in given.claims),
        rules=rules,
        catalogue=tuple(attrs.evolve(one, name=text) for one in given.catalogue),
    )
    made_by = attrs.evolve(trace.made_by, engine=text, decided_at=text)
    return attrs.evolve(trace, given=spoilt_given, made_by=made_by)


def test_only_web_addresses_are_links(opened: Opened, trace: Trace) -> None:
    """A document's address is a link if it is a page of the web, and then tells nobody where one came from."""
    page = opened.open(trace)
    links = page.locator("#sources a[href^='https:']")
    assert links.count() > 1
    expect(links.first).to_have_attribute("href", "https://clinic.example/handbook")
    expect(links.first).to_have_attribute("rel", "noopener noreferrer")


def test_the_policy_forbids_what_the_page_does_not_need(opened: Opened, trace: Trace) -> None:
    """Even what gets onto the page by another way cannot run or load: the policy of the page forbids it."""
    page = opened.open(trace)
    policy = page.locator("meta[http-equiv='Content-Security-Policy']").get_attribute("content")
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    page.evaluate(
        """() => {
          window.broken = [];
          addEventListener("securitypolicyviolation", (event) => window.broken.push(event.effectiveDirective));
          const image = document.createElement("img");
          image.src = "https://example.com/x.png";
          document.body.append(image);
          const style = document.createElement("style");
          style.textContent = "h1 { display: none }";
          document.head.append(style);
        }"""
    )
    page.wait_for_function("window.broken.length === 2")
    assert sorted(page.evaluate("window.broken")) == ["img-src", "style-src-elem"]
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert len(opened.said) == 2  # the browser's own words on it
    opened.said.clear()
    opened.asked.remove("https://example.com/x.png")  # the browser reports it before it refuses it
