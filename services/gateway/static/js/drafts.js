// Documents before they are sent, and quotas as sums: what needs no browser, and is tested without one.

import { fenOf, sum } from "./money.js";

const OPENING = "[\\[({【〔<〈《［（]";
const CLOSING = "[\\])}】〕>〉》］）]";
const YEAR = new RegExp(`${OPENING}([0-9]{4})${CLOSING}`);
const REGULAR = /^[一-鿿]{1,20}〔[0-9]{4}〕第?[0-9]{1,6}号$/;

// What each kind of document asks for. source: all lines draw on one quota. makes: the field with the key of a quota to be
// made. fields: of a line, beside its amount. modes: how much a line takes. draws: which balances of the quota it uses.
export const KINDS = {
  register: { makes: "quota_key", fields: ["quota_key", "fund_code", "pending", "function_class", "upper_document_number", "issuer_division_code"], advance: true },
  issue: { source: true, fields: ["to_division_code"], draws: ["pending_fen", "free_fen"], advance: true },
  release: { fields: ["quota_key"], draws: ["pending_fen"] },
  allot: { source: true, fields: ["project_key"], draws: ["free_fen"] },
  adjust: { fields: ["quota_key"], modes: ["add", "reduce", "reduce_rest", "reduce_all"], draws: ["pending_fen", "free_fen"] },
  transfer: { source: true, fields: ["to_quota_key"], draws: ["pending_fen", "free_fen"] },
  integrate: { source: true, fields: ["to_quota_key"], draws: ["pending_fen", "free_fen"] },
  freeze: { fields: ["quota_key"], draws: ["free_fen"] },
  unfreeze: { fields: ["quota_key"], draws: ["frozen_fen"] },
  recover: { fields: ["quota_key"], modes: ["amount", "rest", "all"], draws: ["pending_fen", "free_fen"], below: true },
  carry_over: { makes: "to_quota_key", fields: ["quota_key", "to_quota_key"], modes: ["rest", "amount"], draws: ["pending_fen", "free_fen"], fromYearBefore: true },
};

const CAME = ["arranged", "received", "adjusted", "transferred", "carried_over", "integrated"];
const THERE = ["pending", "free", "frozen", "in_transit", "issued", "allotted_unpaid", "paid", "intermediate"];

// The two sides of the equation of a quota, as [name, fen] pairs; what was recovered is taken off the first.
export function sides(quota) {
  const came = CAME.map((name) => [name, BigInt(quota[`${name}_fen`])]);
  const there = THERE.map((name) => [name, BigInt(quota[`${name}_fen`])]);
  return { came: [...came, ["recovered", -BigInt(quota.recovered_fen)]], there };
}

export function totalOf(quota) {
  return sum(sides(quota).came.map(([, fen]) => fen));
}

// Spent of what is to be spent here, in basis points, rounded half up once; null if nothing is to be spent here.
export function progressOf(quota) {
  const here = totalOf(quota) - BigInt(quota.issued_fen) - BigInt(quota.in_transit_fen);
  return here > 0n ? Number((BigInt(quota.paid_fen) * 20_000n + here) / (here * 2n)) : null;
}

export function drawable(kind, quota) {
  return sum((KINDS[kind].draws || []).map((name) => quota[name]));
}

export function normalNumber(written) {
  return written.normalize("NFKC").replace(/\s+/g, "").replace(YEAR, "〔$1〕");
}

export function isRegular(number) {
  return REGULAR.test(number);
}

// A key for a quota that is to be made: readable, and different from every other because the seed is.
export function newQuotaKey(division, year, seed, number) {
  return `${division}-${year}-${seed.replace(/[^0-9A-Za-z]/g, "").slice(0, 40)}-${number}`;
}

// "D:3" is line 3 of document D: a key for the quota that receives it. A receipt that was undone leaves its key taken, so
// each proposal ends in letters of its own.
export function receivingKey(division, year, lineKey) {
  const at = lineKey.lastIndexOf(":");
  return newQuotaKey(division, year, lineKey.slice(0, at), `${lineKey.slice(at + 1)}-${documentKey().slice(-4)}`);
}

// A key of its own for a document. Pages on a plain intranet address have no crypto.randomUUID.
export function documentKey() {
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export function chinaDay(now) {
  return new Date(now.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
}

export function modesOf(kind) {
  return KINDS[kind].modes || ["amount"];
}

export function needsAmount(mode) {
  return ["amount", "add", "reduce"].includes(mode);
}

// What a line draws of its quota: fen, 0 for what adds or is not typed yet. The rest or all of it is not known in advance.
export function drawn(line) {
  const fen = line.mode === "add" || !needsAmount(line.mode) ? 0n : fenOf(line.amount);
  return fen === null || fen < 0n ? 0n : fen;
}

// What a line says, with its sign: fen, null if that is no amount or is not said.
export function signed(line) {
  const fen = needsAmount(line.mode) ? fenOf(line.amount) : null;
  return fen !== null && line.mode === "reduce" ? -fen : fen;
}

// The body of the request. Lines are as the form keeps them: texts, and `amount` in yuan.
export function requestOf(kind, head, source, lines) {
  const { fields, source: hasSource, advance } = KINDS[kind];
  const body = { ...head, kind, document_number: normalNumber(head.document_number), fiscal_year: Number(head.fiscal_year) };
  body.advance = Boolean(advance && head.advance);
  body.lines = lines.map((line) => {
    const asked = { summary: line.summary.trim() };
    if (hasSource) asked.quota_key = source.trim();
    for (const name of fields) asked[name] = typeof line[name] === "string" ? line[name].trim() : line[name];
    if (needsAmount(line.mode)) asked.amount_fen = String(signed(line));
    else asked.take = line.mode.replace("reduce_", "");
    return asked;
  });
  return body;
}
