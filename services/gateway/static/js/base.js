// Divisions and funds: asked for once, then names for the codes of every page.

import { get } from "./api.js";
import { el } from "./dom.js";
import { select } from "./parts.js";
import { t } from "./words.js";

const state = { divisions: new Map(), funds: new Map(), own: "" };

export async function load(me) {
  state.own = prefix(me.division_code);
  try {
    const base = await get("/base-data");
    state.divisions = new Map(base.divisions.map((division) => [division.code, division]));
    state.funds = new Map(base.funds.map((fund) => [fund.code, fund]));
  } catch {
    state.divisions = new Map(); // Codes alone are still readable.
  }
}

export function divisionName(code) {
  return state.divisions.get(code)?.name || code || "—";
}

export function levelOf(code) {
  return state.divisions.get(code)?.level || "";
}

export function isBelow(code, root) {
  return code.startsWith(prefix(root));
}

// Divisions to which one can issue: the next level, and counties from the province too.
export function divisionsBelow(code) {
  const levels = { province: ["prefecture", "county"], prefecture: ["county"], county: ["township"] }[levelOf(code)] || [];
  const inside = prefix(code);
  return [...state.divisions.values()]
    .filter((one) => one.code !== code && one.code.startsWith(inside) && levels.includes(one.level))
    .sort((a, b) => (a.code < b.code ? -1 : 1));
}

// Divisions that pass a test, in order of the tree.
export function divisionsWhere(passes) {
  return [...state.divisions.values()]
    .filter((one) => passes(one.code))
    .sort((a, b) => (a.code < b.code ? -1 : 1));
}

export function fundName(code) {
  const fund = state.funds.get(code);
  return fund ? `${code} ${fund.name}` : code || "—";
}

export function fund(code) {
  const name = state.funds.get(code)?.name;
  if (!name) return code || "—";
  return el("span", { class: "fund", title: fundName(code) }, el("code", {}, code), name);
}

export function divisionSelect(name, chosen, first = t("all")) {
  const indents = { prefecture: "\u3000", county: "\u3000\u3000" };
  const options = [...state.divisions.values()]
    .filter((division) => division.code.startsWith(state.own) && division.level !== "township")
    .sort((a, b) => (a.code < b.code ? -1 : 1))
    .map((division) => [division.code, `${indents[division.level] || ""}${division.name}`]);
  return select(name, [["", first], ...options], chosen);
}

export function fundOptions() {
  return [...state.funds.keys()].sort().map((code) => [code, fundName(code)]);
}

export function fundSelect(name, chosen) {
  return select(name, [["", t("all")], ...fundOptions()], chosen);
}

function prefix(code) {
  if (!code || code === "000000") return "";
  if (code.endsWith("0000")) return code.slice(0, 2);
  return code.endsWith("00") ? code.slice(0, 4) : code;
}
