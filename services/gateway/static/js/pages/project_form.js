// The form of a project's card: to propose, revise or change it.

import { get, send } from "../api.js";
import { divisionsWhere, levelOf } from "../base.js";
import { documentKey } from "../drafts.js";
import { el, show } from "../dom.js";
import { fenOf, yuan } from "../money.js";
import { field, heading, panel, select } from "../parts.js";
import { t, word } from "../words.js";
import { kindSelect, sendingForm } from "./steps.js";

const SOURCES = ["central_budget", "central_other", "local", "self_raised", "special_bond", "loan", "other"];
const TYPES = ["产业", "基础设施", "生活条件改善", "教育扶贫", "就业扶贫", "项目管理费"];
const SHORT = [["project_type", "projectType"], ["construction_nature", "nature"], ["place", "site"], ["responsible_unit", "responsibleUnit"]];
const LONG = [["tasks", "tasks"], ["goal", "goalWords"], ["participation", "participation"], ["mechanism", "mechanism"]];

export async function projectForm({ me, query }) {
  const known = query.get("project") || "";
  const action = known ? query.get("action") || "revise" : "propose";
  const found = known ? await get(`/projects/${encodeURIComponent(known)}`) : null;
  const card = found?.cards[0]?.card || null;
  const key = documentKey();
  const counties = divisionsWhere((code) => levelOf(code) === "county" && inScope(me, code)).map((one) => [one.code, one.name]);
  const text = (value, more = {}) => el("input", { required: true, maxlength: 200, value: value || "", ...more });
  const input = {
    project_key: text(known, known ? { readonly: true } : {}),
    division_code: select("division_code", counties, card?.division_code || found?.project.division_code || me.division_code, { required: true, disabled: Boolean(found) }),
    township_code: text(card?.township_code, { required: false, maxlength: 12 }),
    fiscal_year: el("input", { type: "number", required: true, min: 2000, max: 2100, value: card?.fiscal_year || found?.project.fiscal_year || new Date().getFullYear() }),
    name: text(card?.name || found?.project.name),
    planned_start_on: el("input", { type: "date", required: true, value: card?.planned_start_on || found?.planned_start_on || "" }),
    planned_end_on: el("input", { type: "date", required: true, value: card?.planned_end_on || found?.planned_end_on || "" }),
    households: el("input", { type: "number", required: true, min: 0, value: card?.households ?? found?.project.households ?? 0 }),
    persons: el("input", { type: "number", required: true, min: 0, value: card?.persons ?? 0 }),
    beneficiaries: text(card?.beneficiaries, { required: false }),
  };
  for (const [name] of SHORT) input[name] = text(card?.[name]);
  input.project_type.setAttribute("list", "project-types");
  for (const [name] of LONG) input[name] = el("textarea", { required: true, maxlength: 2000, value: card?.[name] || "" });
  const reason = el("input", { required: action === "change", maxlength: 200 });
  const way = kindSelect("change_kind", "changeKind", ["yearly", "dynamic"], "yearly");
  const money = sources(card?.funding || []);
  const parts = [
    panel(null, el("div", { class: "grid" },
      field(t("projectCode"), input.project_key), field(t("projectName"), input.name), field(t("division"), input.division_code), field(t("year"), input.fiscal_year),
      SHORT.map(([name, label]) => field(t(label), input[name])),
      field(t("plannedStart"), input.planned_start_on), field(t("plannedEnd"), input.planned_end_on), field(t("township"), input.township_code, t("optional"))),
    el("datalist", { id: "project-types" }, TYPES.map((one) => el("option", { value: one })))),
    panel(t("fundingPlan"), money.node),
    panel(t("benefits"), el("div", { class: "grid" }, field(t("households"), input.households), field(t("persons"), input.persons), field(t("beneficiaries"), input.beneficiaries, t("optional")))),
    panel(null, el("div", { class: "lib-form" }, LONG.map(([name, label]) => field(t(label), input[name])),
      action === "change" ? el("div", { class: "grid" }, field(t("changeWay"), way), field(t("stepReason"), reason, t("stepReasonHint"))) : null)),
  ];
  const form = sendingForm(parts, t("sendProposal"), async () => {
    const said = Object.fromEntries(Object.entries(input).map(([name, node]) => [name, node.type === "number" ? Number(node.value) : node.value.trim()]));
    const { project_key: projectKey, ...rest } = said;
    const body = { key, project_key: projectKey, action, card: { ...rest, funding: money.value() } };
    if (action === "change") Object.assign(body, { reason: reason.value.trim(), change_kind: way.value });
    await send("POST", "/projects/steps", body);
    location.hash = `#/projects/${encodeURIComponent(projectKey)}`;
  });
  return el("div", { class: "page" }, heading(known ? `${word("libraryAction", action)} · ${input.name.value}` : t("newProject"), null, el("a", { class: "quiet", href: "#/projects" }, t("projects"))), form);
}

function inScope(me, code) {
  const own = me.division_code || "";
  if (!own || own.endsWith("0000")) return code.startsWith(own.slice(0, 2));
  return own.endsWith("00") && own.length === 6 ? code.startsWith(own.slice(0, 4)) : code === own.slice(0, 6);
}

function sources(given) {
  const list = el("ol", { class: "lib-rows" });
  const rows = [];
  const add = (source, fen) => {
    const kind = kindSelect("source", "fundingSource", SOURCES, source);
    const money = el("input", { class: "money", required: true, inputmode: "decimal", value: fen === null ? "" : yuan(fen) });
    const row = { kind, money };
    const node = el("li", { class: "lib-source" }, field(t("fundingPlan"), kind), field(t("amountYuan"), money), el("button", { type: "button", class: "quiet", on: { click: () => { rows.splice(rows.indexOf(row), 1); node.remove(); } } }, t("remove")));
    rows.push(row);
    list.append(node);
  };
  if (given.length) given.forEach((part) => add(part.source, part.amount_fen));
  else add("central_other", null);
  const more = el("button", { type: "button", class: "plain", on: { click: () => add(SOURCES.find((one) => rows.every((row) => row.kind.value !== one)) || "other", null) } }, t("addSource"));
  const node = el("div", {});
  show(node, list, el("div", { class: "add" }, more));
  return { node, value: () => rows.map((row) => ({ source: row.kind.value, amount_fen: String(fenOf(row.money.value)) })) };
}
