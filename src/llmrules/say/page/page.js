// Everything is on the page without this: it only filters the table, and opens what a link leads to.
"use strict";

(() => {
  const root = document.documentElement;
  root.classList.add("js");

  // The filter

  const box = document.getElementById("filter");
  const said = document.getElementById("filter-count");
  const named = "th, .verdict, .outcome, .rule"; // not what sentences and sources name: they speak of other models too
  const rows = [...document.querySelectorAll("tbody[data-model]")].map((row) => ({
    row,
    text: [...row.querySelectorAll(named)]
      .map((one) => one.textContent)
      .concat(row.dataset.offers)
      .join(" ")
      .toLocaleLowerCase(),
    verdict: row.dataset.verdict.toLocaleLowerCase(),
  }));
  // A whole verdict means that on the model: the reasons of one may tell of an offer or a rule with another
  const verdicts = new Set(rows.map(({ verdict }) => verdict));

  function filter() {
    const words = box.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, text, verdict } of rows) {
      row.hidden = !words.every((word) => (verdicts.has(word) ? word === verdict : text.includes(word)));
      shown += row.hidden ? 0 : 1;
    }
    said.textContent = said.dataset.words.replace("{shown}", shown).replace("{all}", rows.length);
  }

  box.addEventListener("input", filter);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      box.value = "";
      filter();
    }
  });
  filter();

  // A link to a model shows the model, whatever the filter hides, with its reasons

  function reveal() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.hidden) {
      box.value = "";
      filter();
      target.scrollIntoView();
    }
    const details = target.matches("tbody") ? target.querySelector("details") : target.closest("details");
    if (details) details.open = true;
  }

  addEventListener("hashchange", reveal);
  reveal();
})();
