// The ledger by any dimensions, as of a day and as known then. Every figure opens into what it is made of.

import { get, query as asQuery, send } from "../api.js";
import { divisionSelect, fundSelect } from "../base.js";
import { el, show } from "../dom.js";
import { moment } from "../moments.js";
import { amount, choices, field, filters, heading, pager, panel, select, table } from "../parts.js";
import { t, word } from "../words.js";
import { columnsOf, deeper, DIMENSIONS, FILTERS, meaningsDialog, measuresOf, TABS, withMeanings } from "../views.js";
import { mayEnter } from "./documents.js";

const CATEGORIES = ["poverty", "project", "benefit", "operations", "general", "unassigned"];
const LEVELS = ["province", "prefecture", "county", "township"];
const YEARS_BACK = 8;
const ROWS = 1000;

export async function ledger({ me, query }) {
  const unit = query.get("unit") === "yuan" ? "yuan" : "tenThousands";
  const tab = TABS[query.get("tab")] ? query.get("tab") : "total";
  const dimensions = [query.get("by") || "division", query.get("by2")].filter((name, place, all) => name && all.indexOf(name) === place);
  const asked = { by: dimensions.join(","), as_of: query.get("as_of"), known_at: query.get("known_at"), ...Object.fromEntries(FILTERS.map((name) => [name, query.get(name)])) };
  const view = await get("/views", { ...asked, limit: ROWS, page_token: query.get("page_token") });
  const measures = measuresOf(tab, dimensions, view.rows, view.total);
  const columns = columnsOf(dimensions, measures, unit, (row, measure) => deeper(query, dimensions, row, measure));
  const meanings = meaningsDialog(measures);
  const freeze = mayEnter(me) && view.as_of && !asked.known_at ? freezing(asked, dimensions) : null;
  return el(
    "div",
    { class: "page" },
    heading(
      t("ledger"),
      look(view),
      el("a", { class: "quiet", href: `/api/v1/views.csv${asQuery(asked)}`, download: "" }, t("asSheet")),
      freeze ? el("button", { type: "button", class: "plain", on: { click: () => freeze.showModal() } }, t("freezeReport")) : null,
      mayEnter(me) && !freeze ? el("button", { type: "button", class: "plain", disabled: true, title: t("freezeNeedsDay") }, t("freezeReport")) : null,
    ),
    form(query, dimensions, unit, tab),
    tabs(query, tab),
    panel(
      null,
      el(
        "p",
        { class: "note unit" },
        `${t("unit")}：${unit === "yuan" ? t("yuan") : t("tenThousandYuan")}`,
        "　",
        el("button", { type: "button", class: "link meaning-link", on: { click: () => meanings.showModal() } }, t("meanings")),
        BigInt(view.total.suspense_fen) === 0n ? null : ["　", `${t("suspense")} `, amount(view.total.suspense_fen, unit)],
      ),
      withMeanings(table(t("ledger"), columns, view.rows, { ...view.total, isTotal: true }, "views"), dimensions.length, measures),
      pager("#/ledger", query, view.next_page_token),
    ),
    meanings,
    freeze,
  );
}

// In words: which entries count.
function look(view) {
  const day = view.as_of ? t("lookAsOf", { day: view.as_of }) : t("lookNow");
  const known = t("lookKnown", { height: view.height, moment: moment(view.recorded_at_us) });
  return [day, known, view.closed_to ? t("closedTo", { day: view.closed_to }) : t("neverClosed")].join(" · ");
}

function tabs(query, chosen) {
  const link = (tab) => {
    const next = new URLSearchParams(query);
    next.set("tab", tab);
    next.delete("page_token");
    return el("a", { class: "tab", href: `#/ledger?${next}`, "aria-current": tab === chosen ? "page" : null }, word("ledgerTab", tab));
  };
  return el("nav", { class: "tabs view-tabs" }, Object.keys(TABS).map(link));
}

function form(query, dimensions, unit, tab) {
  const newest = new Date().getFullYear();
  const years = Array.from({ length: newest - 2018 + YEARS_BACK }, (_, back) => String(newest - back)).map((year) => [year, year]);
  const by = DIMENSIONS.map((name) => [name, word("dimension", name)]);
  const known = query.get("known_at") || "";
  return filters(
    "#/ledger",
    el("input", { type: "hidden", name: "tab", value: tab === "total" ? "" : tab }),
    field(t("rowsBy"), select("by", by, dimensions[0])),
    field(t("thenBy"), select("by2", [["", t("nothingMore")], ...by], dimensions[1] || "")),
    field(t("asOfDay"), el("input", { type: "date", name: "as_of", value: query.get("as_of") || "" })),
    field(t("knownOn"), el("input", { type: /^(\d{4}-\d\d-\d\d)?$/.test(known) ? "date" : "text", name: "known_at", maxlength: 40, value: known })),
    field(t("division"), divisionSelect("division_code", query.get("division_code"))),
    field(t("year"), select("fiscal_year", [["", t("all")], ...years], query.get("fiscal_year"))),
    field(t("category"), select("category", choices("category", CATEGORIES), query.get("category"))),
    field(t("fund"), fundSelect("fund_code", query.get("fund_code"))),
    field(word("dimension", "level"), select("level", choices("level", LEVELS), query.get("level"))),
    field(t("documentNumber"), el("input", { name: "document_number", maxlength: 200, value: query.get("document_number") || "" })),
    field(t("unit"), select("unit", [["", t("tenThousandYuan")], ["yuan", t("yuan")]], unit === "yuan" ? "yuan" : "")),
    el("label", { class: "check" }, el("input", { type: "checkbox", name: "only_here", value: "true", checked: query.get("only_here") === "true" }), t("onlyHere")),
  );
}

function freezing(asked, dimensions) {
  const key = crypto.randomUUID();
  const title = el("input", { required: true, maxlength: 100, value: `${word("dimension", dimensions[0])} · ${asked.as_of}` });
  const month = el("input", { type: "month", required: true, value: asked.as_of.slice(0, 7) });
  const said = el("p", { class: "problem", role: "alert" });
  const confirm = el("button", { type: "submit" }, t("freezeNow"));
  const close = el("button", { type: "button", class: "quiet", on: { click: () => dialog.close() } }, t("close"));
  const form = el(
    "form",
    {},
    el("h2", {}, t("freezeReport")),
    el("p", { class: "note" }, t("freezeNote")),
    field(t("reportTitle"), title),
    field(t("reportMonth"), month),
    said,
    el("div", { class: "buttons" }, confirm, close),
  );
  const dialog = el("dialog", { "aria-label": t("freezeReport") }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    confirm.disabled = true;
    const given = Object.fromEntries(FILTERS.filter((name) => asked[name]).map((name) => [name, asked[name]]));
    if (given.fiscal_year) given.fiscal_year = Number(given.fiscal_year);
    if (given.only_here) given.only_here = true;
    try {
      await send("POST", "/reports", { key, title: title.value, month: month.value, dimensions, filter: given, as_of: asked.as_of });
      dialog.close();
      location.hash = `#/reports/${key}:1`;
    } catch (error) {
      confirm.disabled = false;
      show(said, error.message);
    }
  });
  return dialog;
}
