// The form of a set of targets: its head and its indicators, a draft that may still have gaps.

import { get, send } from "../api.js";
import { documentKey } from "../drafts.js";
import { el } from "../dom.js";
import { fenOf, yuan } from "../money.js";
import { field, heading, panel } from "../parts.js";
import { t } from "../words.js";
import { kindSelect, sendingForm } from "./steps.js";

export const GROUP_OF = {
  quantity: "output", quality: "output", timeliness: "output", cost: "output",
  economic: "benefit", social: "benefit", ecological: "benefit", sustained: "benefit", satisfaction: "satisfaction",
};
const OPERATORS = [">=", "<=", "=", "text"];
const FIRST = ["quantity", "economic", "satisfaction"];

export async function targetForm({ query }) {
  const projectKey = query.get("project") || "";
  const year = Number(query.get("year"));
  const found = await get(`/performance/${year}/${encodeURIComponent(projectKey)}`).catch(() => null);
  const before = found?.versions[0].targets || null;
  const key = documentKey();
  const approved = found?.set.state === "approved";
  const text = (value, more = {}) => el("input", { required: true, maxlength: 200, value: value || "", ...more });
  const money = (fen) => el("input", { class: "money", required: true, inputmode: "decimal", value: yuan(fen || 0) });
  const input = { department: text(before?.department), unit: text(before?.unit), fiscal: money(before?.fiscal_fen), other: money(before?.other_fen) };
  const overall = el("textarea", { required: true, maxlength: 2000, value: before?.overall || "" });
  const reason = text("", { required: approved });
  const rows = indicatorRows(before?.indicators || FIRST.map((kind) => ({ kind, operator: ">=", name: "", value: "", unit: "", words: "", core: false })));
  const parts = [
    panel(null, el("div", { class: "grid" }, field(t("departmentOf"), input.department), field(t("implementer"), input.unit), field(`${t("fiscalMoney")} · ${t("amountYuan")}`, input.fiscal), field(`${t("otherMoney")} · ${t("amountYuan")}`, input.other)),
      el("div", { class: "lib-form" }, field(t("overallGoal"), overall), approved ? field(t("stepReason"), reason, t("stepReasonHint")) : null)),
    panel(t("indicatorsOf"), rows.node),
  ];
  const form = sendingForm(parts, t("sendProposal"), async () => {
    const targets = {
      overall: overall.value.trim(), department: input.department.value.trim(), unit: input.unit.value.trim(),
      fiscal_fen: String(fenOf(input.fiscal.value)), other_fen: String(fenOf(input.other.value)), indicators: rows.value(),
    };
    await send("POST", "/performance/steps", { key, project_key: projectKey, fiscal_year: year, action: "fill", reason: reason.value.trim(), targets });
    location.hash = `#/performance/${year}/${encodeURIComponent(projectKey)}`;
  });
  return el("div", { class: "page" }, heading(`${t("fillTargets")} · ${projectKey}`, t("setOf", { year }), el("a", { class: "quiet", href: "#/performance" }, t("performance"))), form);
}

function indicatorRows(given) {
  const list = el("ol", { class: "lib-rows" });
  const rows = [];
  const add = (one) => {
    const row = {
      kind: kindSelect("kind", "targetKind", Object.keys(GROUP_OF), one.kind),
      name: el("input", { required: true, maxlength: 200, value: one.name }),
      operator: kindSelect("operator", "targetOperator", OPERATORS, one.operator),
      value: el("input", { maxlength: one.operator === "text" ? 200 : 20, value: one.operator === "text" ? one.words : one.value }),
      unit: el("input", { maxlength: 20, value: one.unit }),
      core: el("input", { type: "checkbox" }),
    };
    row.core.checked = one.core;
    const ofOperator = () => {
      row.value.maxLength = row.operator.value === "text" ? 200 : 20;
      row.unit.disabled = row.operator.value === "text";
    };
    row.operator.addEventListener("change", ofOperator);
    ofOperator();
    const gone = el("button", { type: "button", class: "quiet", on: { click: () => { rows.splice(rows.indexOf(row), 1); node.remove(); } } }, t("remove"));
    const node = el("li", { class: "lib-indicator" }, field(t("secondLevel"), row.kind), field(t("thirdLevel"), row.name), field(t("operatorOf"), row.operator), field(t("targetValue"), row.value), field(t("unitOf"), row.unit), el("label", { class: "check" }, row.core, el("span", {}, t("core"))), gone);
    rows.push(row);
    list.append(node);
  };
  given.forEach(add);
  const more = el("button", { type: "button", class: "plain", on: { click: () => add({ kind: "quantity", name: "", operator: ">=", value: "", unit: "", words: "", core: false }) } }, t("addIndicator"));
  const value = () => rows.map((row) => {
    const inWords = row.operator.value === "text";
    return { kind: row.kind.value, name: row.name.value.trim(), operator: row.operator.value, value: inWords ? "" : row.value.value.trim(), unit: inWords ? "" : row.unit.value.trim(), words: inWords ? row.value.value.trim() : "", core: row.core.checked };
  });
  return { node: el("div", {}, list, el("div", { class: "add" }, more)), value };
}
