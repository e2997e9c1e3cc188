/** An element as views see it, with the few things that they ask of one. */
export class FakeElement extends EventTarget {
  value = "";
  textContent = "";
  hidden = true;
  ariaInvalid = "false";
  isFocused = false;
  dataset = {};
  #children;

  /** @param {Record<string, FakeElement>} [children] by id */
  constructor(children = {}) {
    super();
    this.#children = children;
  }

  querySelector(selector) {
    return this.#children[selector.slice(1)] ?? null;
  }

  focus() {
    this.isFocused = true;
  }
}

/** A document that has these elements. @param {Record<string, any>} elements */
export function showDocument(elements) {
  Object.assign(globalThis, { document: new FakeElement(elements) });
}

export function hideDocument() {
  Reflect.deleteProperty(globalThis, "document");
}
