// The rules in force, and how far each category's evaluator is.

import { get } from "../api.js";
import { el } from "../dom.js";
import { chip, heading, panel, table, tag } from "../parts.js";
import { count } from "../money.js";
import { t, word } from "../words.js";

const SHORT = 12;

export async function rules() {
  const [{ rules: inForce }, { evaluators }] = await Promise.all([get("/rules"), get("/evaluators")]);
  const columns = [
    { name: t("severity"), tight: true, cell: (row) => chip(row.severity) },
    { name: t("rule"), wide: true, cell: (row) => [el("b", {}, row.title), el("p", { class: "note" }, el("code", {}, row.rule_id))] },
    { name: t("category"), tight: true, cell: (row) => word("category", row.category) },
    { name: t("form"), tight: true, cell: (row) => word("form", row.form) },
    { name: t("basis"), wide: true, cell: (row) => row.basis.join("；") },
    { name: t("standing"), number: true, cell: (row) => el("a", { href: `#/warnings?rule_id=${encodeURIComponent(row.rule_id)}&category=${row.category}` }, count(row.standing)) },
    { name: t("cannotJudge"), number: true, cell: (row) => count(row.cannot_judge) },
  ];
  const states = [
    { name: t("category"), cell: (row) => word("category", row.category) },
    { name: t("bundle"), cell: (row) => el("code", { title: row.bundle_hash }, row.bundle_hash.slice(0, SHORT)) },
    { name: t("place"), number: true, cell: (row) => count(row.log_place) },
    { name: t("day"), cell: (row) => row.closed_to || "—" },
    { name: t("rowsQuarantined"), number: true, cell: (row) => count(row.quarantined) },
    { name: t("state"), wide: true, cell: (row) => (row.last_error ? tag(row.last_error, "bad") : tag(t("active"), "good")) },
  ];
  return el("div", { class: "page" }, heading(t("rules")), panel(null, table(t("rules"), columns, inForce)), panel(t("bundle"), table(t("bundle"), states, evaluators)));
}
