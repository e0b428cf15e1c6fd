// The form of a local change: one task at a time, with the fields that it needs. The ledger says whether it may be done.

import { get, send } from "../api.js";
import { load } from "../base.js";
import { chinaDay, documentKey } from "../drafts.js";
import { el, show } from "../dom.js";
import { field, select } from "../parts.js";
import { t, word } from "../words.js";

const CATEGORIES = ["poverty", "project", "benefit", "operations", "general"];
const FIRST_DAY = ["valid_from", "baseFirstDay"];
const REASON = ["note", "baseReason"];

// What each task sends, and the fields that it asks for: [name in the item, word of its label].
const TASKS = {
  baseAddFund: { action: "add", fixed: { kind: "fund" }, asks: [["code", "baseFundCode"], ["name", "baseName"], ["level", "baseListLevel"], ["category", "category"], ["scope_note", "baseScope"], FIRST_DAY, REASON] },
  baseRenameFund: { action: "rename", fixed: { kind: "fund" }, asks: [["fund", "fund"], ["name", "baseNewName"], FIRST_DAY, REASON] },
  baseEndFund: { action: "end", fixed: { kind: "fund" }, asks: [["fund", "fund"], ["valid_to", "baseLastDay"], REASON] },
  baseAddZone: { action: "add", fixed: { kind: "division", level: "county", form: "development_zone" }, asks: [["code", "baseCode"], ["name", "baseName"], ["parent", "baseParent"], ["finance_code", "baseFinance"], FIRST_DAY, REASON] },
  baseAddTownship: { action: "add", fixed: { kind: "division", level: "township" }, asks: [["code", "baseCode"], ["name", "baseName"], ["parent", "baseParent"], FIRST_DAY, REASON] },
  baseRenameDivision: { action: "rename", fixed: { kind: "division" }, asks: [["division", "division"], ["name", "baseNewName"], FIRST_DAY, REASON] },
  baseEndDivision: { action: "end", fixed: { kind: "division" }, asks: [["division", "division"], ["valid_to", "baseLastDay"], ["succeeded_by", "baseSuccessor"], REASON] },
  baseAddDay: { action: "add", fixed: { kind: "calendar" }, asks: [["code", "baseTheDay"], ["name", "baseOccasion"], ["working", "state"]] },
};
const OPTIONAL = ["scope_note", "note", "succeeded_by", "finance_code"];

export function mayChange(me) {
  const whole = !me.division_code || me.division_code.endsWith("0000");
  return whole && me.roles.includes("administrator") && !(me.fund_codes || []).length;
}

// A signed template from above: the text of the file goes as it is, because what is signed is the text.
export function templateForm(reload) {
  const said = el("p", { role: "status", class: "note wide" });
  const file = el("input", { type: "file", name: "file", required: true, accept: ".json,application/json" });
  const node = el("form", { class: "base-change" }, field(t("baseFile"), file), el("button", { type: "submit" }, t("baseApplyDo")), said);
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await send("POST", "/base-data/templates", { template: await file.files[0].text() });
      const aside = answer.set_aside.length ? t("baseSetAside", { n: answer.set_aside.length }) : "";
      tell(said, `${t(answer.known ? "baseKnown" : "baseApplied", { n: answer.template.version })}${aside}`);
      setTimeout(reload, 2500);
    } catch (error) {
      tell(said, error.message, true);
    }
  });
  return node;
}

function tell(place, sentence, wrong = false) {
  place.classList.toggle("base-wrong", wrong);
  show(place, sentence);
}

export async function changeForm(me, day, reload) {
  const { items } = await get("/base-data/items", { day });
  const said = el("p", { role: "status", class: "note wide" });
  const task = select("task", Object.keys(TASKS).map((name) => [name, t(name)]), "baseAddFund");
  const fields = el("div", { class: "grid base-fields" });
  const draft = { key: documentKey() };
  const redraw = () => show(fields, TASKS[task.value].asks.map(([name, label]) => field(t(label), input(name, task.value, items))));
  task.addEventListener("change", () => {
    redraw();
    show(said);
  });
  redraw();
  const node = el("form", { class: "base-change" }, field(t("baseTask"), task), fields, el("button", { type: "submit" }, t("baseDo")), said);
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { action } = TASKS[task.value];
    const item = itemOf(node, task.value);
    try {
      // The key stays the same until it is done: pressing twice is doing it once.
      await send("POST", "/base-data/changes", { key: draft.key, action, item });
      draft.key = documentKey();
      tell(said, action === "end" ? t("baseDoneEnd", { day: item.valid_to }) : t("baseDone", { day: item.valid_from || item.code }));
      await load(me);
      setTimeout(reload, 2500);
    } catch (error) {
      if (error.status && error.status < 500) draft.key = documentKey();
      tell(said, error.message, true);
    }
  });
  return node;
}

function itemOf(node, task) {
  const given = Object.fromEntries(new FormData(node));
  const { task: _, fund, division, parent, working, ...rest } = given;
  const item = { ...TASKS[task].fixed, ...rest };
  if (fund || division) item.code = fund || division;
  if (parent) item.parent_code = parent;
  if (working !== undefined) item.working = working === "1";
  return item;
}

function input(name, task, items) {
  const required = !OPTIONAL.includes(name);
  if (["valid_from", "valid_to"].includes(name) || (name === "code" && task === "baseAddDay")) {
    return el("input", { type: "date", name, required, value: name === "code" ? "" : chinaDay(new Date()), min: "2000-01-01", max: "2100-12-31" });
  }
  if (name === "level") return select(name, ["county", "prefecture", "provincial"].map((one) => [one, word("fundLevel", one)]), "county");
  if (name === "category") return select(name, CATEGORIES.map((one) => [one, word("category", one)]), "poverty");
  if (name === "working") return select(name, [["0", t("baseFree")], ["1", t("baseWorked")]], "0");
  if (name === "fund") return select(name, options(items, (one) => one.kind === "fund" && !one.locked), "");
  if (name === "division") return select(name, options(items, (one) => one.kind === "division" && !one.locked && one.level !== "province"), "");
  if (name === "parent") {
    const levels = task === "baseAddZone" ? ["province", "prefecture"] : ["county"];
    return select(name, options(items, (one) => one.kind === "division" && levels.includes(one.level)), "");
  }
  const pattern = { code: task === "baseAddFund" ? "[A-Z][A-Z0-9]{1,11}" : task === "baseAddTownship" ? "[0-9]{9}" : "[0-9]{6}|[0-9]{9}", finance_code: "[0-9]{9}", succeeded_by: "[0-9]{6}|[0-9]{9}" }[name];
  return el("input", { name, required, pattern, maxlength: ["note", "scope_note"].includes(name) ? 500 : 200, autocomplete: "off" });
}

function options(items, passes) {
  return items.filter(passes).map((one) => [one.code, `${one.code} ${one.name}`]);
}
