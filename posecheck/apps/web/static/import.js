// Takes in a folder that was chosen: report after report, each with the clip that lies with it.
import { OURS, send } from "./forms.js";

const FILES = ["report.json", "angles.csv", "poses.npz"];
const ANNOTATED = "annotated.mp4";
const words = JSON.parse(document.getElementById("import-words").textContent);
const suffixes = JSON.parse(document.getElementById("import-suffixes").textContent);

const filled = (text, values) =>
  text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const folderOf = (path) => path.slice(0, Math.max(0, path.lastIndexOf("/")));
const nameOf = (path) => path.slice(path.lastIndexOf("/") + 1);
const isClip = (name) =>
  name !== ANNOTATED && !name.startsWith(".") &&
  suffixes.some((suffix) => name.toLowerCase().endsWith(suffix));

/** The reports among files of a folder, each with its files and the clips that may be its own. */
export function reportsOf(files) {
  const all = [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
  const clips = all.filter(({ path }) => isClip(nameOf(path)));
  return all
    .filter(({ path }) => nameOf(path) === "report.json")
    .map(({ file, path }) => ({
      report: file,
      folder: folderOf(path),
      files: all.filter((one) => folderOf(one.path) === folderOf(path) && FILES.includes(nameOf(one.path))),
      clips,
    }))
    .sort((one, other) => one.folder.localeCompare(other.folder));
}

/** The clip that a report is of: by the name it had, else the only one in its folder or above. */
async function clipOf({ report, folder, clips }) {
  let called = "";
  try {
    const name = JSON.parse(await report.text()).clip.name;
    called = nameOf(String(name).replaceAll("\\", "/"));
  } catch {
    return null; // the server says what is wrong with it
  }
  const near = (one) => Number(folder.startsWith(folderOf(one.path)));
  const same = clips.filter(({ path }) => nameOf(path) === called);
  same.sort((one, other) => near(other) - near(one));
  if (same.length) return same[0];
  const beside = clips.filter(({ path }) => folderOf(path) === folder);
  return beside.length === 1 ? beside[0] : null;
}

/** Sends a file in pieces; a connection that breaks is tried again where it broke. */
async function sendFile(id, { file, path }, most, tell) {
  let at = 0;
  let failed = 0;
  do {
    const piece = file.slice(at, at + most);
    const query = new URLSearchParams({ path, offset: String(at) });
    let answer;
    try {
      answer = await fetch(`/api/uploads/imports/${id}/files?${query}`, {
        method: "PATCH",
        headers: { ...OURS, "Content-Type": "application/octet-stream" },
        body: piece,
      });
    } catch (error) {
      failed += 1;
      if (failed > 5) throw new Error(words.no_connection);
      await new Promise((done) => setTimeout(done, 1000 * failed));
      continue;
    }
    const value = await answer.json().catch(() => null);
    if (answer.status === 409 && value && Number.isInteger(value.detail?.bytes)) {
      at = value.detail.bytes; // the piece had arrived, and its answer had not
      continue;
    }
    if (!answer.ok) {
      const detail = value && value.detail;
      throw new Error(typeof detail === "string" ? detail : answer.statusText);
    }
    failed = 0;
    at = value.bytes;
    tell(at / Math.max(1, file.size));
  } while (at < file.size);
}

async function take(patient, report, tell) {
  const { id, piece_bytes_max: most } = await send("POST", `/api/patients/${patient}/imports`, {});
  try {
    const clip = await clipOf(report);
    for (const one of clip ? [...report.files, clip] : report.files) {
      await sendFile(id, one, most, (share) => tell(nameOf(one.path), share));
    }
    return await send("POST", `/api/imports/${id}/take-in`, {});
  } catch (error) {
    send("DELETE", `/api/imports/${id}`).catch(() => {});
    throw error;
  }
}

function line(list, folder, state, why, clip) {
  const item = document.createElement("li");
  item.dataset.state = state;
  const text = filled(words[state], { folder, why });
  if (clip) {
    const link = document.createElement("a");
    link.href = `/clips/${clip}`;
    link.textContent = text;
    item.append(link);
  } else {
    item.textContent = text;
  }
  list.append(item);
}

for (const form of document.querySelectorAll("form[data-import]")) {
  const now = document.querySelector("[data-import-now]");
  const list = document.querySelector("[data-import-done]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    const reports = reportsOf(form.querySelector("input[type=file]").files);
    list.replaceChildren();
    if (!reports.length) {
      now.textContent = words.none;
      return;
    }
    button.disabled = true;
    for (const [i, report] of reports.entries()) {
      const tell = (name, share) => {
        now.textContent = filled(words.now, {
          number: i + 1, of: reports.length, name, percent: Math.round(100 * share),
        });
      };
      try {
        for (const one of await take(form.dataset.import, report, tell)) {
          line(list, report.folder || one.folder, one.state, one.why, one.clip_id);
        }
      } catch (error) {
        line(list, report.folder, "refused", error.message, null);
      }
    }
    now.textContent = filled(words.done, { of: reports.length });
    button.disabled = false;
  });
}
