// Sends one file by the tus protocol, and goes on wherever it was broken off.
//
// const upload = new Upload(file, { endpoint, said, tell });  upload.start();  upload.pause();
// tell({ state, share, why, clip }) hears every change; state is one of
// queued, sending, checking, paused, waiting, sent, refused.

import { OURS } from "/static/forms.js";

const PIECE = 2 << 20; // bytes: small enough for a slow phone to show that it goes on
const SOONEST_MS = 1000, LATEST_MS = 30000;
const HEADERS = { ...OURS, "Tus-Resumable": "1.0.0" };

function coded(text) {
  const bytes = new TextEncoder().encode(String(text));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

async function detailOf(answer) {
  try {
    const { detail } = await answer.json();
    return typeof detail === "string" ? detail : detail.map((one) => one.msg).join("; ");
  } catch {
    return answer.statusText;
  }
}

class Refused extends Error {}

export class Upload {
  #running = false;
  #offset = 0;
  #paused = null; // an AbortController of what is under way

  constructor(file, { endpoint, said = () => ({}), tell = () => {} }) {
    this.file = file;
    this.endpoint = endpoint;
    this.said = said;
    this.tell = tell;
    this.key = ["posecheck-upload", endpoint, file.name, file.size, file.lastModified].join(":");
  }

  get share() {
    return this.file.size ? this.#offset / this.file.size : 0;
  }

  /** Sends until the end, a refusal, or `pause`. */
  async start() {
    if (this.#running) return;
    this.#running = true;
    this.#paused = new AbortController();
    let wait = SOONEST_MS;
    while (this.#running) {
      const before = this.#offset;
      try {
        const clip = await this.#send();
        if (clip !== undefined) return this.#end({ state: "sent", clip });
      } catch (error) {
        if (error instanceof Refused) return this.#end({ state: "refused", why: error.message });
        if (!this.#running) break;
        if (this.#offset > before) wait = SOONEST_MS;
        this.tell({ state: "waiting", share: this.share });
        await this.#waited(wait);
        wait = Math.min(2 * wait, LATEST_MS);
      }
    }
    return this.tell({ state: "paused", share: this.share });
  }

  /** Ends at once, but for the last piece: nobody knows whether it has become a clip by then. */
  pause() {
    this.#running = false;
    this.#paused?.abort();
  }

  #waited(ms) {
    return new Promise((resolve) => {
      window.setTimeout(resolve, ms);
      this.#paused.signal.addEventListener("abort", resolve);
    });
  }

  /** Has the room forget what has arrived. */
  async remove() {
    this.pause();
    const place = this.#place();
    this.#remember(null);
    if (place) await fetch(place, { method: "DELETE", headers: HEADERS }).catch(() => {});
  }

  #end(told) {
    this.#running = false;
    this.#remember(null);
    this.tell({ share: this.share, ...told });
  }

  async #send() {
    const place = await this.#begun();
    while (this.#running) {
      const end = Math.min(this.#offset + PIECE, this.file.size);
      const isLast = end === this.file.size;
      this.tell({ state: "sending", share: this.share });
      const sending = fetch(place, {
        method: "PATCH",
        headers: {
          ...HEADERS,
          "Upload-Offset": String(this.#offset),
          "Content-Type": "application/offset+octet-stream",
        },
        body: this.file.slice(this.#offset, end),
        signal: isLast ? null : this.#paused.signal,
      });
      if (isLast) this.tell({ state: "checking", share: 1 });
      const answer = await sending;
      if (answer.status === 409 && !isLast) throw new Error("another offset"); // asked again
      if (answer.status >= 500 || answer.status === 423) throw new Error(await detailOf(answer));
      if (answer.status === 409 && (await this.#standing(place)) !== null) throw new Error("asked");
      if (answer.status === 404) {
        this.#remember(null);
        throw new Error("given up there");
      }
      if (!answer.ok) throw new Refused(await detailOf(answer));
      this.#offset = end;
      if (isLast) return Number(answer.headers.get("Posecheck-Clip")) || null;
    }
    return undefined;
  }

  /** Returns where the upload is, begun anew or remembered from before a reload. */
  async #begun() {
    const kept = this.#place();
    const have = kept ? await this.#standing(kept) : null;
    if (have !== null) {
      this.#offset = have;
      return kept;
    }
    const said = { name: this.file.name, ...this.said() };
    const known = Object.entries(said).filter(([, value]) => value !== null && value !== "");
    const answer = await fetch(this.endpoint, {
      method: "POST",
      headers: {
        ...HEADERS,
        "Upload-Length": String(this.file.size),
        "Upload-Metadata": known.map(([name, value]) => `${name} ${coded(value)}`).join(","),
      },
    });
    if (answer.status >= 500 && answer.status !== 507) throw new Error(await detailOf(answer));
    if (answer.status === 429) throw new Error(await detailOf(answer));
    if (!answer.ok) throw new Refused(await detailOf(answer));
    this.#offset = 0;
    this.#remember(answer.headers.get("Location"));
    return answer.headers.get("Location");
  }

  async #standing(place) {
    const answer = await fetch(place, { method: "HEAD", headers: HEADERS });
    if (answer.status === 404) return null;
    if (!answer.ok) throw new Error(answer.statusText);
    return Number(answer.headers.get("Upload-Offset"));
  }

  #place() {
    try {
      return localStorage.getItem(this.key);
    } catch {
      return this.place ?? null; // a browser that keeps nothing
    }
  }

  #remember(place) {
    this.place = place;
    try {
      if (place) localStorage.setItem(this.key, place);
      else localStorage.removeItem(this.key);
    } catch {
      // it lasts as long as the page then
    }
  }
}
