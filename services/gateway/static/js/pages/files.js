// Uploads with their progress, imports, and the rows that wait in quarantine.

import { get, upload } from "../api.js";
import { divisionName, divisionSelect } from "../base.js";
import { el, show } from "../dom.js";
import { moment } from "../moments.js";
import { byLanguage, bytes, field, heading, pager, panel, select, table, tag } from "../parts.js";
import { count, percent } from "../money.js";
import { t, word } from "../words.js";

const PROFILES = ["voucher_5201", "payment_table", "quota_table", "allotment_table", "project_table", "disbursement_table", "register_table", "reference_list"];
const POLL_MS = 1000;
const IMPORTS = 30;
const QUARANTINED = 100;

export async function files({ key, query, reload, isOpen }) {
  const [imports, quarantine] = await Promise.all([
    get("/imports", { limit: IMPORTS, page_token: key ? "" : query.get("page_token") }),
    get("/quarantine", { limit: QUARANTINED, import_id: key, page_token: key ? query.get("page_token") : "" }),
  ]);
  if (imports.imports.some((item) => item.state === "running" || item.state === "waiting")) {
    setTimeout(() => isOpen() && !uploading && reload(), POLL_MS * 2);
  }
  const rows = panel(
    t("quarantine"),
    el("p", { class: "note" }, t("quarantineNote")),
    table(t("quarantine"), QUARANTINE(), quarantine.rows),
    key ? pager(`#/files/${key}`, query, quarantine.next_page_token) : null,
  );
  const list = panel(t("imports"), table(t("imports"), COLUMNS(key), imports.imports), key ? null : pager("#/files", query, imports.next_page_token));
  return el("div", { class: "page" }, heading(t("files")), uploadPanel(reload), list, rows);
}

function COLUMNS(chosen) {
  const number = (name, key) => ({ name, number: true, cell: (row) => count(row[key]) });
  return [
    {
      name: t("fileName"),
      wide: true,
      cell: (row) => [
        el("a", { href: `#/files/${row.import_id}`, "aria-current": row.import_id === chosen ? "true" : null }, row.file_name),
        row.error_code ? el("p", { class: "problem" }, byLanguage(row.error_zh, row.error_en)) : null,
      ],
    },
    { name: t("profile"), tight: true, cell: (row) => word("profile", row.profile) || "—" },
    { name: t("state"), tight: true, cell: state },
    number(t("rowsRead"), "rows_read"),
    number(t("rowsPosted"), "rows_posted"),
    number(t("rowsKnown"), "rows_known"),
    number(t("rowsQuarantined"), "rows_quarantined"),
    { name: t("size"), number: true, cell: (row) => bytes(row.size_bytes) },
    { name: t("division"), tight: true, cell: (row) => divisionName(row.division_code) },
    { name: t("uploadedAt"), tight: true, cell: (row) => moment(row.uploaded_at_us) },
  ];
}

function state(row) {
  if (row.state === "running") return progress(Number(row.bytes_read), Number(row.size_bytes));
  return tag(word("import", row.state), { finished: "good", failed: "bad" }[row.state] || "open");
}

function QUARANTINE() {
  return [
    { name: t("fileName"), cell: (row) => row.file_name },
    { name: t("line"), number: true, cell: (row) => (row.line ? count(row.line) : t("wholeFile")) },
    { name: t("field"), cell: (row) => row.field || "—" },
    { name: t("reason"), wide: true, cell: (row) => [byLanguage(row.reason_zh, row.reason_en), " ", el("code", { class: "faint" }, row.reason)] },
    { name: t("when"), tight: true, cell: (row) => moment(row.quarantined_at_us) },
  ];
}

// Outlives the page being drawn anew: a refusal must stay to be read.
const uploads = el("ul", { class: "uploads" });
let uploading = false;

function uploadPanel(reload) {
  const input = el("input", { type: "file", multiple: true, class: "unseen", id: "file-input" });
  const profile = select("profile", [["", t("profileAny")], ...PROFILES.map((name) => [name, word("profile", name)])], "");
  const division = divisionSelect("division_code", "", t("ownDivision"));
  const zone = el("div", { class: "drop" }, el("span", {}, t("drop")), input, el("label", { for: "file-input", class: "button" }, t("choose")));
  const take = async (chosen) => {
    uploading = true;
    show(uploads);
    for (const file of chosen) await one(file, { profile: profile.value, division_code: division.value });
    uploading = false;
    input.value = "";
    setTimeout(reload, POLL_MS);
  };
  input.addEventListener("change", () => take([...input.files]));
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    take([...event.dataTransfer.files]);
  });
  return panel(t("uploadTitle"), el("div", { class: "upload" }, zone, el("div", { class: "options" }, field(t("profile"), profile), field(t("division"), division))), uploads);
}

// Uploads one file, then watches its import to the end.
async function one(file, parameters) {
  const place = el("span", { class: "state" });
  uploads.append(el("li", {}, el("b", {}, file.name), el("small", {}, bytes(file.size)), place));
  try {
    const taken = await upload("/imports", file, { ...parameters, file_name: file.name }, (sent, size) => show(place, `${t("uploading")} `, progress(sent, size)));
    if (taken.known) show(place, tag(t("knownFile")));
    else await watch(taken.import_id, place);
  } catch (error) {
    show(place, el("span", { class: "problem", role: "alert" }, error.message));
  }
}

async function watch(importId, place) {
  for (;;) {
    const { import: row } = await get(`/imports/${importId}`);
    show(place, state(row), " ", `${t("rowsPosted")} ${count(row.rows_posted)} · ${t("rowsQuarantined")} ${count(row.rows_quarantined)}`);
    if (row.state === "finished" || row.state === "failed") return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function progress(done, size) {
  const share = size ? Math.min(Math.floor((done * 10_000) / size), 10_000) : 10_000;
  return el("span", { class: "bar" }, el("progress", { max: 10_000, value: share }), el("span", {}, percent(share)));
}
