// The lines of a new document: which fields each has, and what its quota has left.

import { get } from "../api.js";
import { divisionName, divisionsBelow, divisionsWhere, fundOptions } from "../base.js";
import { drawable, KINDS, modesOf, needsAmount } from "../drafts.js";
import { el, show } from "../dom.js";
import { fenOf, yuan } from "../money.js";
import { field, select } from "../parts.js";
import { t, word } from "../words.js";

const CENTRAL = "000000";

export function lineFields(form) {
  const { draft, head } = form;
  const spec = KINDS[draft.kind];

  const keep = (line, name) => ({ input: (event) => { line[name] = event.target.value; form.tell(); }, change: (event) => { line[name] = event.target.value; form.tell(); } });

  // Type or choose a key; below it stands what the quota has, and what this document leaves of it.
  const quotaField = (label, line, name, withBalance) => {
    const said = el("small", { "aria-live": "polite" });
    const input = el("input", { required: true, maxlength: 200, list: "quotas-offered", value: line[name], placeholder: t("pickQuota"), on: keep(line, name) });
    input.addEventListener("change", async () => {
      const key = input.value.trim();
      if (key && !draft.known.has(key)) {
        const found = await get("/quotas", { key, limit: 1 }).catch(() => ({ quotas: [] }));
        draft.known.set(key, found.quotas[0] || null);
        form.tell();
      }
    });
    draft.tellers.push((used) => {
      const quota = draft.known.get(line[name].trim());
      show(said, quota === null ? t("unknownQuota") : quota ? describe(quota, withBalance ? used.get(quota.key) || 0n : null) : "");
      const over = quota && withBalance && (used.get(quota.key) || 0n) > drawable(draft.kind, quota);
      said.className = quota === null || over ? "unsure" : "";
    });
    return el("label", { class: "field key" }, el("span", {}, label), input, said);
  };

  const describe = (quota, used) => {
    const words = [quota.document_number, quota.fund_code].filter(Boolean).join(" · ");
    if (used === null) return words;
    const has = drawable(draft.kind, quota);
    return `${words} · ${t("canDraw")} ${yuan(has)}${used ? ` · ${t("leftOver")} ${yuan(has - used)}` : ""}`;
  };

  const amountField = (line) => {
    const input = el("input", { class: "money", inputmode: "decimal", maxlength: 24, value: line.amount, placeholder: "0.00", on: keep(line, "amount") });
    const check = () => {
      const fen = fenOf(input.value);
      const mayBeZero = draft.kind === "register";
      const needed = needsAmount(line.mode);
      input.disabled = !needed;
      input.setCustomValidity(!needed || (fen !== null && (fen > 0n || (mayBeZero && fen === 0n))) ? "" : fen === null ? t("badAmount") : t("badPositive"));
    };
    input.addEventListener("input", check);
    input.addEventListener("change", () => {
      const fen = fenOf(input.value);
      if (fen !== null) line.amount = input.value = yuan(fen);
    });
    draft.tellers.push(check);
    return field(t("amountYuan"), input);
  };

  const text = (label, line, name, more = {}) => field(label, el("input", { maxlength: 200, value: line[name], placeholder: more.required ? null : t("optional"), on: keep(line, name), ...more }));
  const choice = (label, line, name, options, more = {}) => field(label, select("", [["", more.required ? t("pleaseChoose") : t("optional")], ...options], line[name], { on: keep(line, name), ...more }));
  const made = (line, name) => el("label", { class: "field key" }, el("span", {}, t("newQuotaKey")), el("input", { maxlength: 200, value: line[name], required: true, on: keep(line, name) }));

  const FIELD = {
    quota_key: (line) => (spec.makes === "quota_key" ? made(line, "quota_key") : quotaField(t("quotaKey"), line, "quota_key", true)),
    to_quota_key: (line) => (spec.makes === "to_quota_key" ? made(line, "to_quota_key") : quotaField(t("toQuota"), line, "to_quota_key", false)),
    to_division_code: (line) => choice(t("toDivision"), line, "to_division_code", below(line.to_division_code, head.division.value), { required: true }),
    project_key: (line) => text(t("projectKey"), line, "project_key", { required: true }),
    fund_code: (line) => choice(t("fundItem"), line, "fund_code", fundOptions(), { required: true }),
    function_class: (line) => text(t("functionClass"), line, "function_class", { inputmode: "numeric" }),
    upper_document_number: (line) => text(t("upperNumber"), line, "upper_document_number"),
    issuer_division_code: (line) => choice(t("issuerDivision"), line, "issuer_division_code", above(head.division.value)),
    pending: (line) => el("label", { class: "check" }, el("input", { type: "checkbox", checked: line.pending, on: { change: (event) => { line.pending = event.target.checked; } } }), t("isPending")),
  };

  const modeField = (line) => {
    const modes = modesOf(draft.kind);
    if (modes.length === 1) return null;
    return field(t("takes"), select("", modes.map((mode) => [mode, word("mode", mode)]), line.mode, { on: keep(line, "mode") }));
  };

  return {
    source: () => el("div", { class: "source" }, quotaField(t("sourceQuota"), draft, "source", true)),
    row: (line, at) => {
      const [first, ...rest] = spec.fields;
      const remove = el("button", { type: "button", class: "quiet remove", "aria-label": t("removeLine", { n: at + 1 }), title: t("removeLine", { n: at + 1 }), on: { click: () => { draft.lines.splice(at, 1); form.redraw(); } } }, "✕");
      return el(
        "li",
        { class: spec.fields.length > 3 ? "long" : null },
        el("span", { class: "no", "aria-hidden": "true" }, at + 1),
        el("div", { class: "cells" }, FIELD[first](line), modeField(line), draft.kind === "register" ? null : amountField(line), rest.map((name) => (draft.kind === "register" && name === "pending" ? [amountField(line), FIELD[name](line)] : FIELD[name](line))), text(t("summaryText"), line, "summary", { maxlength: 500 })),
        remove,
      );
    },
  };
}

function below(chosen, division) {
  const some = divisionsBelow(division).map((one) => [one.code, one.name]);
  return chosen && !some.some(([code]) => code === chosen) ? [[chosen, divisionName(chosen)], ...some] : some;
}

function above(division) {
  const roots = divisionsWhere((code) => code !== division && division.startsWith(code.replace(/(00)+$/, "")));
  return [[CENTRAL, word("level", "central")], ...roots.map((one) => [one.code, one.name])];
}

// The divisions below as a tree to tick; what is chosen becomes a line each.
export function divisionTree(division, onPick) {
  const ones = divisionsBelow(division);
  if (!ones.length) return null;
  const inside = new Map(ones.map((one) => [one.code, []]));
  const roots = ones.filter((one) => !inside.has(one.parent_code) || !inside.get(one.parent_code).push(one));
  const box = (one) => el("label", { class: "check" }, el("input", { type: "checkbox", value: one.code }), one.name);
  const branch = (one) => el("li", {}, box(one), inside.get(one.code).length ? el("ul", {}, inside.get(one.code).map(branch)) : null);
  const tree = el("ul", { class: "tree picks" }, roots.map(branch));
  const add = el("button", { type: "button", class: "plain", on: { click: () => onPick([...tree.querySelectorAll("input:checked")].map((input) => input.value)) } }, t("addPicked"));
  return el("details", { class: "pick" }, el("summary", {}, t("pickDivisions")), tree, add);
}
