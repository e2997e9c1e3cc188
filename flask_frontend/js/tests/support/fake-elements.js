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

/** An element that keeps what is put into it. @returns {any} */
export function makeElement(tag = "div", children = {}) {
  const inside = [];
  const byTag = (name) =>
    inside.reduce(
      (found, part) =>
        found ?? (part.tagName === name.toUpperCase() ? part : (part.querySelector(name) ?? null)),
      null,
    );
  return Object.assign(new FakeElement(children), {
    querySelector: (selector) => children[selector.slice(1)] ?? byTag(selector),
    replaceChildren: (...parts) => inside.splice(0, inside.length, ...parts),
    tagName: tag.toUpperCase(),
    className: "",
    dir: "",
    children: inside,
    append: (...parts) => inside.push(...parts),
    insertBefore: (item) => inside.push(item),
  });
}
