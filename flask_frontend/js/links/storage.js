/** @typedef {{session_id: string, room: string, identity: string, recorded?: boolean}} SavedSession */
/** @typedef {{session: string, id: string, text: string}} Outgoing a typed line, and the session it goes to */
/** @typedef {{echoCancellation: boolean, noiseSuppression: boolean, autoGainControl: boolean}} Processing */

/** @typedef {Pick<Storage, "getItem"|"setItem"|"removeItem">} Shelf */

/** What the page remembers; a browser that forbids storage only forgets sooner. */
export class Memory {
  #local;
  #tab;

  /**
   * @param {() => Shelf} local
   * @param {() => Shelf} tab
   */
  constructor(local = () => localStorage, tab = () => sessionStorage) {
    this.#local = local;
    this.#tab = tab;
  }

  get identity() {
    return read(this.#local, "identity") ?? "";
  }

  set identity(identity) {
    write(this.#local, "identity", identity);
  }

  get microphone() {
    return read(this.#local, "microphone") ?? "";
  }

  set microphone(deviceId) {
    write(this.#local, "microphone", deviceId);
  }

  /** @returns {"hands-free"|"hold"} */
  get talkMode() {
    return read(this.#local, "talk") === "hold" ? "hold" : "hands-free";
  }

  set talkMode(mode) {
    write(this.#local, "talk", mode);
  }

  /** The device that plays the agent's voice; empty for the browser's own choice. */
  get speaker() {
    return read(this.#local, "speaker") ?? "";
  }

  set speaker(deviceId) {
    write(this.#local, "speaker", deviceId);
  }

  /** What the browser does with the microphone's sound; all of it unless the person said otherwise. */
  get processing() {
    const off = (read(this.#local, "unprocessed") ?? "").split(" ");
    return {
      echoCancellation: !off.includes("echoCancellation"),
      noiseSuppression: !off.includes("noiseSuppression"),
      autoGainControl: !off.includes("autoGainControl"),
    };
  }

  /** @param {Processing} processing */
  set processing(processing) {
    const off = Object.entries(processing).filter(([, isOn]) => !isOn);
    write(this.#local, "unprocessed", off.map(([name]) => name).join(" ") || null);
  }

  /** Between 0 and 1. */
  get volume() {
    const volume = Number(read(this.#local, "volume") ?? 1);
    return volume >= 0 && volume <= 1 ? volume : 1;
  }

  set volume(volume) {
    write(this.#local, "volume", String(volume));
  }

  /** Whether the person agreed to be recorded; null until they said. @returns {boolean|null} */
  get recorded() {
    const answer = read(this.#local, "recorded");
    return answer === null ? null : answer === "yes";
  }

  set recorded(agreed) {
    write(this.#local, "recorded", agreed ? "yes" : "no");
  }

  /** Whether the person in this tab's session is muted. */
  get muted() {
    return read(this.#tab, "muted") === "yes";
  }

  set muted(muted) {
    write(this.#tab, "muted", muted ? "yes" : null);
  }

  /** Whether this tab's session goes on without a microphone. */
  get leftOut() {
    return read(this.#tab, "microphone-left-out") === "yes";
  }

  set leftOut(leftOut) {
    write(this.#tab, "microphone-left-out", leftOut ? "yes" : null);
  }

  /** What was being typed in this tab. */
  get draft() {
    return read(this.#tab, "draft") ?? "";
  }

  set draft(draft) {
    write(this.#tab, "draft", draft || null);
  }

  /** What was sent and is not known to have arrived, oldest first. @returns {Outgoing[]} */
  get outgoing() {
    const kept = parsed(read(this.#tab, "outgoing"));
    return Array.isArray(kept) ? kept.filter((line) => line?.session && line.id && line.text) : [];
  }

  /** @param {Outgoing[]} lines */
  set outgoing(lines) {
    write(this.#tab, "outgoing", lines.length ? JSON.stringify(lines) : null);
  }

  /** This tab's session, or null. @returns {SavedSession|null} */
  get session() {
    const saved = parsed(read(this.#tab, "session"));
    return saved?.session_id && saved.room && saved.identity ? saved : null;
  }

  set session(saved) {
    write(this.#tab, "session", saved && JSON.stringify(saved));
  }
}

/** A shelf that is empty again when the page is left. @returns {Shelf} */
export function ownShelf() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

/**
 * What a text says in JSON; null where it says nothing.
 * @param {string|null} text
 * @returns {any}
 */
function parsed(text) {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

/**
 * @param {() => Shelf} storage
 * @param {string} key
 */
function read(storage, key) {
  try {
    return storage().getItem(`voice-agent.${key}`);
  } catch {
    return null;
  }
}

/**
 * @param {() => Shelf} storage
 * @param {string} key
 * @param {string|null} value
 */
function write(storage, key, value) {
  try {
    if (value === null) storage().removeItem(`voice-agent.${key}`);
    else storage().setItem(`voice-agent.${key}`, value);
  } catch {
    // Storage is full or forbidden: the page works without it.
  }
}
