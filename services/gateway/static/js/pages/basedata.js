// Base data as of a day: the tree of divisions, funds, classes, the calendar, and which templates and changes made them.

import { get } from "../api.js";
import { chinaDay } from "../drafts.js";
import { el, show } from "../dom.js";
import { facts, field, filters, heading, panel, table, tag } from "../parts.js";
import { t, word } from "../words.js";
import { changeForm, mayChange, templateForm } from "./basedata_change.js";

const TABS = ["divisions", "funds", "classes", "calendar", "versions"];
const FUND_LEVELS = ["central", "provincial", "prefecture", "county"];
const CLASSES = ["function_class", "government_class", "department_class"];
const BEGINNING = "2000-01-01";
const CHANGES_SHOWN = 100;

export async function basedata({ me, query, reload }) {
  const tab = TABS.includes(query.get("tab")) ? query.get("tab") : TABS[0];
  const day = query.get("day") || chinaDay(new Date());
  const content = await VIEWS[tab]({ me, day, query, reload });
  return el("div", { class: "page" }, heading(t("basedata"), t("baseNote")), tabs(tab, query.get("day")), content);
}

function tabs(current, day) {
  const link = (tab) => {
    const parameters = new URLSearchParams({ tab, ...(day ? { day } : {}) });
    return el("a", { href: `#/basedata?${parameters}`, "aria-current": tab === current ? "page" : null }, word("baseTab", tab));
  };
  return el("nav", { class: "base-tabs", "aria-label": t("basedata") }, TABS.map(link));
}

const VIEWS = { divisions, funds, classes, calendar, versions };

function dayFilter(tab, day) {
  const chosen = el("input", { type: "date", name: "day", value: day, min: BEGINNING, max: "2100-12-31" });
  return tabFilter(tab, field(t("baseDay"), chosen));
}

// The filters of a tab: clearing them stays on it.
function tabFilter(tab, ...fields) {
  const form = filters("#/basedata", el("input", { type: "hidden", name: "tab", value: tab }), ...fields);
  form.querySelector("a.quiet").setAttribute("href", `#/basedata?tab=${tab}`);
  return form;
}

async function divisions({ day }) {
  const { items } = await get("/base-data/items", { day, kind: "division" });
  const below = grouped(items, (one) => one.parent_code);
  const roots = items.filter((one) => !one.parent_code);
  return [
    dayFilter("divisions", day),
    panel(null, counted(items), roots.length ? el("ul", { class: "base-tree" }, roots.map((one) => branch(one, below))) : nothing()),
  ];
}

function grouped(items, keyOf) {
  const groups = new Map();
  for (const one of items) groups.set(keyOf(one), [...(groups.get(keyOf(one)) || []), one]);
  return groups;
}

function branch(one, below) {
  const children = below.get(one.code) || [];
  const higher = children.filter((child) => child.level !== "township");
  const townships = children.filter((child) => child.level === "township");
  const list = el("ul", {}, higher.map((child) => branch(child, below)));
  if (one.level === "province") return el("li", { class: "base-root" }, node(one), list);
  const lower = townships.length ? el("details", { class: "base-lower" }, el("summary", {}, t("baseTownships", { n: townships.length })), el("ul", {}, townships.map((child) => el("li", {}, node(child))))) : null;
  if (!higher.length) return el("li", {}, node(one), lower);
  return el("li", {}, el("details", { open: one.level === "prefecture" && higher.length < 9 }, el("summary", {}, node(one)), list, lower));
}

function node(one) {
  return el(
    "span",
    { class: "base-node", title: [one.source, one.note].filter(Boolean).join("；") },
    el("code", {}, one.code),
    el("b", {}, one.name),
    el("small", {}, word("level", one.level)),
    one.finance_code ? el("small", {}, `${t("baseFinance")} ${one.finance_code}`) : null,
    one.form ? tag(word("baseForm", one.form)) : null,
    one.valid_from !== BEGINNING || one.valid_to ? tag(period(one), "open") : null,
    one.succeeded_by ? tag(t("baseBecame", { code: one.succeeded_by })) : null,
    one.locked ? lock() : null,
  );
}

async function funds({ day }) {
  const { items } = await get("/base-data/items", { day, kind: "fund" });
  const columns = [
    { name: t("baseCode"), tight: true, lead: true, cell: (row) => [el("code", {}, row.code), row.locked ? lock() : null] },
    { name: t("baseName"), wide: true, cell: (row) => row.name },
    { name: t("category"), tight: true, cell: (row) => word("category", row.category) },
    { name: t("baseScope"), wide: true, cell: (row) => row.scope_note || "—" },
    { name: t("basePeriod"), tight: true, cell: period },
  ];
  const lists = FUND_LEVELS.map((level) => [level, items.filter((one) => one.level === level)]).filter(([, found]) => found.length);
  return [dayFilter("funds", day), ...lists.map(([level, found]) => panel(word("fundLevel", level), counted(found), table(word("fundLevel", level), columns, found, null, "stacks"))), lists.length ? null : panel(null, nothing())];
}

async function classes({ day }) {
  const { items } = await get("/base-data/items", { day });
  const columns = [
    { name: t("baseCode"), tight: true, lead: true, cell: (row) => [el("code", { class: row.parent_code ? "base-inner" : null }, row.code), row.locked ? lock() : null] },
    { name: t("baseName"), cell: (row) => row.name },
    { name: t("basePeriod"), tight: true, cell: period },
    { name: t("baseSource"), wide: true, cell: (row) => el("span", { class: "note" }, [row.source, row.note].filter(Boolean).join("；") || "—") },
  ];
  const kinds = CLASSES.map((kind) => [kind, items.filter((one) => one.kind === kind)]).filter(([, found]) => found.length);
  return [dayFilter("classes", day), ...kinds.map(([kind, found]) => panel(word("baseKind", kind), counted(found), table(word("baseKind", kind), columns, found, null, "stacks"))), kinds.length ? null : panel(null, nothing())];
}

async function calendar({ query }) {
  const shown = query.get("year") || "2018";
  const { items } = await get("/base-data/items", { kind: "calendar", year: shown });
  const columns = [
    { name: t("baseTheDay"), tight: true, lead: true, cell: (row) => row.code },
    { name: t("baseOccasion"), cell: (row) => row.name },
    { name: t("state"), tight: true, cell: (row) => (row.working ? tag(t("baseWorked"), "open") : tag(t("baseFree"), "good")) },
    { name: "", tight: true, cell: (row) => (row.locked ? lock() : null) },
  ];
  const year = el("input", { name: "year", type: "number", min: 2000, max: 2100, value: shown });
  return [
    tabFilter("calendar", field(t("baseYear"), year)),
    panel(null, counted(items), items.length ? table(word("baseTab", "calendar"), columns, items, null, "stacks") : nothing()),
  ];
}

async function versions({ me, day, reload }) {
  const [{ templates }, { changes }, { template }] = await Promise.all([
    get("/base-data/templates"),
    get("/base-data/changes", { limit: CHANGES_SHOWN }),
    get("/base-data/items", { kind: "level" }),
  ]);
  return [
    panel(t("baseVersions"), templates.length ? el("ol", { class: "timeline" }, templates.map((one, place) => version(one, templates[place + 1], template))) : el("p", { class: "empty-note" }, t("baseNoTemplate"))),
    panel(t("baseChanges"), changes.length ? table(t("baseChanges"), CHANGE_COLUMNS(), changes, null, "stacks") : el("p", { class: "empty-note" }, t("baseNoChanges"))),
    mayChange(me) ? panel(t("baseApply"), el("p", { class: "note" }, t("baseApplyNote")), templateForm(reload)) : null,
    mayChange(me) ? panel(t("baseEnter"), el("p", { class: "note" }, t("baseEnterNote")), await changeForm(me, day, reload)) : null,
  ];
}

function version(one, before, inForce) {
  const place = el("div", { class: "base-differences" });
  const compare = async () => {
    try {
      const { differences } = await get("/base-data/differences", { before_id: before.id, after_id: one.id });
      show(place, differences.length ? [el("p", { class: "note" }, t("baseDifferences", { n: differences.length })), el("ul", {}, differences.slice(0, CHANGES_SHOWN).map(difference))] : t("baseSame"));
    } catch (error) {
      show(place, error.message);
    }
  };
  return el(
    "li",
    {},
    el("time", {}, one.valid_from === BEGINNING ? "—" : one.valid_from),
    el("b", {}, `${one.issuer} ${t("baseVersion", { n: one.version })}`),
    " ",
    tag(word("baseOrigin", one.origin), "open"),
    inForce && inForce.id === one.id ? tag(t("baseInForce"), "good") : null,
    one.note ? el("p", {}, one.note) : null,
    facts([
      [t("baseItems"), String(one.items)],
      [t("baseAppliedBy"), `${one.applied_by}　${clock(one.applied_at)}`],
      [t("baseKey"), one.key_id ? el("code", {}, one.key_id) : ""],
      ["SHA-256", el("code", { title: one.sha256 }, one.sha256.slice(0, 16))],
    ]),
    before ? el("button", { type: "button", class: "plain", on: { click: compare } }, t("baseCompare")) : null,
    place,
  );
}

function difference({ before, after }) {
  const one = after || before;
  const what = !before ? t("baseAdded") : !after ? t("baseRemoved") : t("baseChanged");
  const names = before && after && before.name !== after.name ? `${before.name} → ${after.name}` : one.name;
  return el("li", {}, tag(what, before ? (after ? "" : "bad") : "good"), `${word("baseKind", one.kind)} `, el("code", {}, one.code), ` ${names}`);
}

function CHANGE_COLUMNS() {
  return [
    { name: t("baseWhat"), tight: true, lead: true, cell: (row) => [tag(word("baseAction", row.action), "open"), word("baseKind", row.item.kind), " ", el("code", {}, row.item.code)] },
    { name: t("baseName"), wide: true, cell: (row) => [row.action === "end" ? "—" : row.item.name, row.set_aside ? tag(t("baseAside"), "bad") : null] },
    { name: t("basePeriod"), tight: true, cell: (row) => period(row.item) },
    { name: t("baseReason"), wide: true, cell: (row) => row.item.note || row.item.scope_note || "—" },
    { name: t("baseBy"), tight: true, cell: (row) => [row.changed_by, el("p", { class: "note" }, clock(row.changed_at))] },
  ];
}

function clock(iso) {
  return new Date(new Date(iso).getTime() + 8 * 3_600_000).toISOString().slice(0, 16).replace("T", " ");
}

function period(one) {
  const from = one.valid_from === BEGINNING ? "" : `${t("baseFrom")} ${one.valid_from}`;
  const to = one.valid_to ? `${t("baseTo")} ${one.valid_to}` : "";
  return [from, to].filter(Boolean).join(" ") || "—";
}

function counted(items) {
  return el("p", { class: "note" }, t("baseLockedCount", { n: items.length, locked: items.filter((one) => one.locked).length }));
}

function lock() {
  return el("span", { class: "base-lock" }, t("baseLocked"));
}

function nothing() {
  return el("p", { class: "empty-note" }, t("baseNothing"));
}
