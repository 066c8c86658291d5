// Everything is on the page without this: it only filters the table, and follows a path through the graph.
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

  // The graph

  const graph = document.getElementById("graph");
  if (!graph) return;
  const nodes = [...graph.querySelectorAll(".node")];
  const edges = [...graph.querySelectorAll(".edge")];
  const pathSaid = document.getElementById("path-said");
  const list = document.getElementById("path-steps");
  const all = document.getElementById("path-all");

  function whole(element, text) {
    for (const part of text.split(/([\w.]*\w(?:-[\w.]*\w)+)/)) {
      const span = document.createElement("span");
      span.textContent = part;
      if (part.includes("-")) span.className = "whole";
      element.append(span);
    }
  }

  function reach(start, here, there) {
    const seen = new Set([start]);
    const waiting = [start];
    while (waiting.length) {
      const from = waiting.pop();
      for (const edge of edges) {
        if (edge.dataset[here] === from && !seen.has(edge.dataset[there])) {
          seen.add(edge.dataset[there]);
          waiting.push(edge.dataset[there]);
        }
      }
    }
    return seen;
  }

  function step(node, index, path) {
    const item = document.createElement("li");
    const kind = document.createElement("span");
    kind.textContent = node.dataset.kind;
    kind.classList.toggle("again", index > 0 && path[index - 1].dataset.kind === node.dataset.kind);
    const words = document.createElement(node.dataset.href ? "a" : "b");
    if (node.dataset.href) words.setAttribute("href", node.dataset.href);
    whole(words, node.dataset.words);
    item.append(kind, words);
    return item;
  }

  function follow(chosen) {
    const above = reach(chosen.id, "to", "from");
    const below = reach(chosen.id, "from", "to");
    graph.classList.add("followed");
    for (const node of nodes) {
      node.classList.toggle("on", above.has(node.id) || below.has(node.id));
      node.setAttribute("aria-pressed", String(node === chosen));
    }
    for (const edge of edges) {
      const { from, to } = edge.dataset;
      const on = (above.has(from) && above.has(to)) || (below.has(from) && below.has(to));
      edge.classList.toggle("on", on);
      if (on) edge.parentNode.append(edge); // on top of those that are dimmed
    }
    const path = nodes.filter((node) => node.classList.contains("on"));
    list.replaceChildren(...path.map(step));
    const words = below.size === 1 ? "above" : above.size === 1 ? "below" : "both";
    pathSaid.textContent = pathSaid.dataset[words]
      .replace("{above}", above.size - 1)
      .replace("{below}", below.size - 1)
      .replace("{name}", () => chosen.dataset.words);
    all.hidden = false;
  }

  function release() {
    graph.classList.remove("followed");
    for (const one of [...nodes, ...edges]) one.classList.remove("on");
    for (const node of nodes) node.setAttribute("aria-pressed", "false");
    list.replaceChildren();
    pathSaid.textContent = pathSaid.dataset.hint;
    all.hidden = true;
  }

  // One stop for the tab key; from there the arrows lead on

  function move(node) {
    for (const one of nodes) one.setAttribute("tabindex", one === node ? "0" : "-1");
    node.focus();
    node.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function beside(node, by) {
    const column = Number(node.dataset.column);
    const y = Number(node.dataset.y);
    for (let at = column + by; at >= 0 && at <= Number(graph.dataset.columns); at += by) {
      const there = nodes.filter((one) => Number(one.dataset.column) === at);
      if (there.length) {
        return there.reduce((a, b) => (Math.abs(b.dataset.y - y) < Math.abs(a.dataset.y - y) ? b : a));
      }
    }
    return node;
  }

  function within(node, by) {
    const column = nodes.filter((one) => one.dataset.column === node.dataset.column);
    return column[Math.min(column.length - 1, Math.max(0, column.indexOf(node) + by))];
  }

  const moves = {
    ArrowLeft: (node) => beside(node, -1),
    ArrowRight: (node) => beside(node, 1),
    ArrowUp: (node) => within(node, -1),
    ArrowDown: (node) => within(node, 1),
    Home: () => nodes[0],
    End: () => nodes[nodes.length - 1],
  };

  for (const node of nodes) {
    node.addEventListener("click", () => {
      follow(node);
      move(node);
    });
    node.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        follow(node);
      } else if (event.key === "Escape") {
        release();
      } else if (Object.hasOwn(moves, event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        move(moves[event.key](node));
      }
    });
  }
  all.addEventListener("click", () => {
    release();
    nodes.find((node) => node.getAttribute("tabindex") === "0").focus();
  });
  const first = nodes.find((node) => node.getAttribute("tabindex") === "0");
  if (first) follow(first);
})();
