// What a person says of a payment by hand: parts of it and their quotas, or that it is unrelated.

import { documentKey } from "../drafts.js";
import { el, show } from "../dom.js";
import { fenOf, yuan } from "../money.js";
import { field } from "../parts.js";
import { t } from "../words.js";

// `decide` posts a decision, tells a refusal in the place it is given, and reloads what is shown.
export function ownLink(payment, best, decide) {
  return el("details", { class: "link-own" }, el("summary", {}, t("ownLink")), el("div", {}, partsForm(payment, best, decide), unrelatedForm(payment, decide)));
}

function partsForm(payment, best, decide) {
  const key = documentKey();
  const said = el("div", { role: "alert" });
  const rows = el("div", { class: "link-parts" });
  const reason = el("input", { maxlength: 500 });
  const parts = [];
  const add = (quotaKey = "", fen = "") => {
    const one = {
      quota: el("input", { required: true, maxlength: 200, value: quotaKey }),
      project: el("input", { maxlength: 200 }),
      fen: el("input", { required: true, inputmode: "decimal", value: fen }),
    };
    const remove = el("button", { type: "button", class: "quiet", on: { click: () => { parts.splice(parts.indexOf(one), 1); one.node.remove(); } } }, t("removePart"));
    one.node = el("div", { class: "link-part" }, field(t("partQuota"), one.quota), field(t("partProject"), one.project), field(t("partAmount"), one.fen), parts.length ? remove : null);
    parts.push(one);
    rows.append(one.node);
  };
  add(best?.quota_key, yuan(payment.unlinked_fen));
  const form = el(
    "form",
    {},
    rows,
    field(t("linkReason"), reason),
    el("div", { class: "link-actions" }, el("button", { type: "submit" }, t("linkNow")), el("button", { type: "button", class: "quiet", on: { click: () => add() } }, t("addPart"))),
    said,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const lines = parts.map((one) => ({ payment_key: payment.key, quota_key: one.quota.value.trim(), project_key: one.project.value.trim(), amount_fen: fenOf(one.fen.value)?.toString() }));
    if (lines.some((line) => line.amount_fen === undefined)) return show(said, el("p", { class: "problem" }, t("wrongAmount")));
    return decide("/links", { key, division_code: payment.division_code, reason: reason.value, lines }, said, "linkDone");
  });
  return form;
}

function unrelatedForm(payment, decide) {
  const key = documentKey();
  const said = el("div", { role: "alert" });
  const reason = el("input", { required: true, maxlength: 500 });
  const form = el("form", {}, field(t("unrelatedReason"), reason, t("unrelatedNote")), el("div", { class: "link-actions" }, el("button", { type: "submit", class: "quiet" }, t("markUnrelated"))), said);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    decide("/links/unrelated", { key, division_code: payment.division_code, reason: reason.value, lines: [{ payment_key: payment.key }] }, said, "unrelatedDone");
  });
  return form;
}
