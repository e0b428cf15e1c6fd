// The parts that pages are made of: tables, filters, chips, amounts, notes.

import { el } from "./dom.js";
import { count, percent, tenThousands, yuan } from "./money.js";
import { language, t, word } from "./words.js";

const ROWS_SHOWN = 200;

// columns: [{name, cell(row), number?, wide?, tight?, lead?, least?}]. The rows of a long table come in portions. A table of the kind "stacks"
// becomes a card for each row where the screen is narrow: the lead is its title, the least is left out.
export function table(caption, columns, rows, foot, kind = "") {
  const body = el("tbody");
  const more = el("button", { type: "button", class: "quiet", on: { click: () => showRows() } });
  let shown = 0;
  const stacks = kind.startsWith("stacks");
  const showRows = () => {
    for (const row of rows.slice(shown, shown + ROWS_SHOWN)) body.append(tableRow(columns, row, stacks));
    shown = Math.min(shown + ROWS_SHOWN, rows.length);
    more.hidden = shown >= rows.length;
    more.textContent = t("showMore", { n: Math.min(ROWS_SHOWN, rows.length - shown) });
  };
  showRows();
  if (rows.length === 0) {
    body.append(el("tr", {}, el("td", { class: "empty", colspan: columns.length }, t("none"))));
  }
  const head = columns.map((column) => el("th", { scope: "col", class: cellClass(column) }, column.name));
  return el(
    "div",
    { class: `table-frame ${kind}`.trim(), tabindex: 0, role: "region", "aria-label": caption },
    el(
      "table",
      {},
      el("caption", { class: "unseen" }, caption),
      el("thead", {}, el("tr", {}, head)),
      body,
      foot ? el("tfoot", {}, tableRow(columns, foot)) : null,
    ),
    more,
  );
}

function tableRow(columns, row, stacks = false) {
  const cell = (column) => (stacks ? el("div", {}, column.cell(row)) : column.cell(row));
  return el("tr", {}, columns.map((column) => el("td", { class: cellClass(column), "data-name": column.name }, cell(column))));
}

function cellClass(column) {
  return ["number", "wide", "tight", "lead", "least"].filter((kind) => column[kind]).join(" ") || null;
}

export function panel(title, ...children) {
  return el("section", { class: "panel" }, title ? el("h2", {}, title) : null, ...children);
}

export function heading(title, note, ...tools) {
  return el(
    "header",
    { class: "heading" },
    el("div", {}, el("h1", { tabindex: -1 }, title), note ? el("p", { class: "note" }, note) : null),
    tools.length ? el("div", { class: "tools" }, ...tools) : null,
  );
}

export function chip(severity) {
  const known = ["red", "orange", "yellow", "blue"].includes(severity) ? severity : "other";
  return el("span", { class: `chip ${known}` }, word("severity", severity));
}

export function tag(text, kind = "") {
  return el("span", { class: `tag ${kind}` }, text);
}

export function amount(fen, unit = "yuan") {
  const shown = unit === "yuan" ? yuan(fen) : tenThousands(fen);
  const size = BigInt(fen);
  return el("span", { class: `amount${size < 0n ? " negative" : ""}${size === 0n ? " zero" : ""}`, title: `${yuan(fen)} ${t("yuan")}` }, shown);
}

export function bar(basisPoints) {
  const label = percent(basisPoints);
  const value = Math.min(Math.max(basisPoints, 0), 10_000);
  return el("span", { class: "bar" }, el("progress", { max: 10_000, value, "aria-label": label }), el("span", {}, label));
}

export function bytes(size) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let number = Number(size);
  let place = 0;
  while (number >= 1024 && place < units.length - 1) {
    number /= 1024;
    place += 1;
  }
  return `${place ? number.toFixed(1) : count(size)} ${units[place]}`;
}

// pairs: [[name, value], …]; empty values are left out.
export function facts(pairs) {
  const known = pairs.filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return el("dl", { class: "facts" }, known.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

export function failure(error, retry) {
  return el(
    "div",
    { class: "failure", role: "alert" },
    el("p", {}, error.message),
    error.requestId ? el("p", { class: "note" }, t("requestId", { id: error.requestId })) : null,
    retry ? el("button", { type: "button", on: { click: retry } }, t("retry")) : null,
  );
}

export function field(label, input, hint) {
  return el("label", { class: "field" }, el("span", {}, label), input, hint ? el("small", {}, hint) : null);
}

// options: [[value, text], …]
export function select(name, options, chosen, attributes = {}) {
  const items = options.map(([value, text]) => el("option", { value, selected: value === chosen }, text));
  return el("select", { name, ...attributes }, items);
}

export function choices(group, names) {
  return [["", t("all")], ...names.map((name) => [name, word(group, name)])];
}

// A form whose fields become the query of the page's address.
export function filters(path, ...fields) {
  const form = el(
    "form",
    { class: "filters" },
    ...fields,
    el("div", { class: "buttons" }, el("button", { type: "submit" }, t("filter")), el("a", { class: "quiet", href: path }, t("clear"))),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = [...new FormData(form)].filter(([, value]) => value !== "");
    location.hash = `${path}${given.length ? `?${new URLSearchParams(given)}` : ""}`;
  });
  return form;
}

// Links to the next page of a list and back to the first, keeping the filters.
export function pager(path, query, nextToken) {
  const to = (token) => {
    const next = new URLSearchParams(query);
    if (token) next.set("page_token", token);
    else next.delete("page_token");
    return next.size ? `${path}?${next}` : path;
  };
  if (!nextToken && !query.get("page_token")) return null;
  return el(
    "nav",
    { class: "pager" },
    query.get("page_token") ? el("a", { href: to("") }, t("first")) : null,
    nextToken ? el("a", { href: to(nextToken) }, t("more")) : null,
  );
}

export function byLanguage(zh, en) {
  return language() === "en" ? en : zh;
}
