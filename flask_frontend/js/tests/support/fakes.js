/** Timers that run when the test says so. */
export class FakeTimers {
  now = 0;
  #jobs = new Map();
  #last = 0;

  setTimeout = (job, wait) => {
    this.#jobs.set(++this.#last, { job, at: this.now + wait });
    return this.#last;
  };

  clearTimeout = (timer) => this.#jobs.delete(timer);

  get waits() {
    return [...this.#jobs.values()].map(({ at }) => at - this.now);
  }

  async advance(wait) {
    const end = this.now + wait;
    for (;;) {
      const due = [...this.#jobs].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      this.#jobs.delete(due[0]);
      this.now = due[1].at;
      due[1].job();
      await settled();
    }
    this.now = end;
    await settled();
  }
}

/** A WebSocket that the test speaks through. */
export class FakeSocket {
  sent = [];
  isClosed = false;
  /** @type {any} */
  onopen = null;
  /** @type {any} */
  onmessage = null;
  /** @type {any} */
  onclose = null;

  constructor(url, protocols) {
    this.url = url;
    this.protocols = protocols;
  }

  send(text) {
    this.sent.push(text);
  }

  close() {
    this.isClosed = true;
  }

  opens() {
    this.onopen?.();
  }

  says(event) {
    this.onmessage?.({ data: typeof event === "string" ? event : JSON.stringify(event) });
  }

  async closes(code) {
    this.onclose?.({ code });
    await settled();
  }
}

/** A storage that lives in memory. */
export class FakeStorage {
  #items = new Map();
  getItem = (key) => this.#items.get(key) ?? null;
  setItem = (key, value) => void this.#items.set(key, String(value));
  removeItem = (key) => void this.#items.delete(key);
}

/** A promise that the test resolves. */
export function deferred() {
  let resolve;
  let reject;
  const promise = new Promise((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
}

/** After everything that was waiting has gone on. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

/** An answer as fetch gives it. */
export function answer(status, body, headers = {}) {
  return new Response(JSON.stringify(body), { status, headers });
}

/**
 * A fake in the place of something that has more to it.
 * @param {object} fake
 * @returns {any}
 */
export const standIn = (fake) => fake;
