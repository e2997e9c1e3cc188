/** @typedef {{session_id: string, room: string, identity: string}} SavedSession */

/** What the page remembers; a browser that forbids storage only forgets sooner. */
export class Memory {
  #local;
  #tab;

  /**
   * @param {() => Storage} local
   * @param {() => Storage} tab
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

  /** Between 0 and 1. */
  get volume() {
    const volume = Number(read(this.#local, "volume") ?? 1);
    return volume >= 0 && volume <= 1 ? volume : 1;
  }

  set volume(volume) {
    write(this.#local, "volume", String(volume));
  }

  /** Whether the person in this tab's session is muted. */
  get muted() {
    return read(this.#tab, "muted") === "yes";
  }

  set muted(muted) {
    write(this.#tab, "muted", muted ? "yes" : null);
  }

  /** This tab's session, or null. @returns {SavedSession|null} */
  get session() {
    try {
      const saved = JSON.parse(read(this.#tab, "session") ?? "null");
      return saved?.session_id && saved.room && saved.identity ? saved : null;
    } catch {
      return null;
    }
  }

  set session(saved) {
    write(this.#tab, "session", saved && JSON.stringify(saved));
  }
}

/**
 * @param {() => Storage} storage
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
 * @param {() => Storage} storage
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
