// The files of a new document: each goes up as soon as it is chosen, and the document names them.

import { upload } from "../api.js";
import { el, show } from "../dom.js";
import { percent } from "../money.js";
import { t } from "../words.js";

const FILES_MAX = 20;
const BYTES_MAX = 10 * 1024 ** 2;
const TAKEN = ".pdf,.ofd,.png,.jpg,.jpeg,.tif,.tiff,.doc,.docx,.xls,.xlsx,.wps,.et";

// node: the field. value(): what the document names. busy(): whether a file is still on its way.
export function fileField() {
  const chosen = [];
  const list = el("ul", { class: "named-files", "aria-live": "polite" });
  const input = el("input", { type: "file", multiple: true, accept: TAKEN, class: "unseen", id: "document-files" });
  const said = el("small", { role: "status" }, t("filesHint"));
  const remove = (one) => {
    chosen.splice(chosen.indexOf(one), 1);
    one.row.remove();
  };
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = "";
    show(said, chosen.length + files.length > FILES_MAX ? t("tooManyFiles", { n: FILES_MAX }) : t("filesHint"));
    for (const file of files.slice(0, Math.max(0, FILES_MAX - chosen.length))) take(file);
  });
  const take = async (file) => {
    const state = el("span", { class: "state" });
    const one = { name: file.name, sha256: "", failed: false };
    one.row = el("li", {}, el("span", { class: "name" }, file.name), state, el("button", { type: "button", class: "link", "aria-label": `${t("removeFile")} ${file.name}`, on: { click: () => remove(one) } }, t("removeFile")));
    chosen.push(one);
    list.append(one.row);
    try {
      if (file.size > BYTES_MAX) throw new Error(t("fileTooLarge"));
      const stored = await upload("/attachments", file, {}, (sent, size) => show(state, percent(size ? Math.floor((sent * 10_000) / size) : 10_000)));
      const twin = chosen.some((other) => other.sha256 === stored.sha256);
      if (twin) remove(one);
      one.sha256 = stored.sha256;
      show(state, t("fileStored"));
    } catch (error) {
      one.failed = true;
      show(state, el("span", { class: "problem", role: "alert" }, error.message));
    }
  };
  const node = el("div", { class: "field files" }, el("span", {}, t("attachments")), el("div", { class: "choose" }, input, el("label", { for: "document-files", class: "button" }, t("chooseFiles")), said), list);
  return {
    node,
    value: () => chosen.filter((one) => one.sha256).map((one) => ({ sha256: one.sha256, file_name: one.name })),
    unfinished: () => chosen.find((one) => !one.sha256) || null,
  };
}
