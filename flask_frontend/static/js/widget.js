// Puts a button on somebody else's page that opens a conversation with an agent in a frame. Served at /widget.js.
(() => {
  /** @type {Record<string, {talk: string, close: string, live: string}>} filled in by the site, in every language */
  const WORDS = {};
  const MARK = "data-voice-agent";
  const script = document.currentScript;
  const { origin } = new URL(script instanceof HTMLScriptElement ? script.src : location.href);
  const agent = script?.dataset.agent ?? "";
  const language = (script?.dataset.language || document.documentElement.lang || navigator.language).slice(
    0,
    2,
  );
  const words = WORDS[language.toLowerCase()] ?? WORDS.en;
  const STYLE = `
    :host { all: initial; color-scheme: light dark; font: 16px/1.4 system-ui, sans-serif; }
    button { font: inherit; cursor: pointer; border: 0; }
    button:focus-visible { outline: 3px solid light-dark(#0f766e, #2dd4bf); outline-offset: 2px; }
    .open { position: fixed; inset: auto 20px 20px auto; z-index: 2147483000; display: flex; gap: 10px;
      align-items: center; max-width: calc(100vw - 40px); min-height: 52px; padding: 0 22px; border-radius: 26px;
      background: light-dark(#0f766e, #2dd4bf); color: light-dark(#fff, #0c1f1c); font-weight: 600;
      box-shadow: 0 6px 24px rgb(0 0 0 / 25%); }
    .open:dir(rtl) { inset: auto auto 20px 20px; }
    .dot { flex: none; width: 10px; height: 10px; border-radius: 50%; background: currentcolor; opacity: .55; }
    .live .dot { background: light-dark(#7dffd9, #064e3b); opacity: 1; }
    .panel { position: fixed; inset: auto 20px 84px auto; z-index: 2147483001; display: flex; flex-direction: column;
      width: 400px; height: min(640px, calc(100dvh - 104px)); overflow: hidden; border-radius: 16px;
      border: 1px solid light-dark(#e8e4de, #2e2b28); background: light-dark(#fff, #1c1b19);
      box-shadow: 0 12px 48px rgb(0 0 0 / 30%); }
    .panel:dir(rtl) { inset: auto auto 84px 20px; }
    .panel[hidden] { display: none; }
    .close { align-self: flex-end; min-width: 48px; min-height: 44px; background: none; font-size: 22px;
      color: light-dark(#1c1b1a, #f2efea); }
    iframe { flex: 1; width: 100%; border: 0; color-scheme: light dark; }
    @media (max-width: 480px) { .panel, .panel:dir(rtl) { inset: 0; width: auto; height: auto; border: 0;
      border-radius: 0; } }
    @media print { .open, .panel { display: none; } }
  `;

  /** @type {HTMLIFrameElement | undefined} */
  let frame;
  let isHeardFrom = false;

  /**
   * @template {keyof HTMLElementTagNameMap} K
   * @param {K} name
   * @param {Record<string, string>} attributes
   * @param {(Node|string)[]} inside
   */
  function made(name, attributes, ...inside) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...inside);
    return element;
  }

  const label = made("span", {}, script?.dataset.label || words.talk);
  const button = made("button", { type: "button", class: "open", "aria-expanded": "false" });
  button.append(made("span", { class: "dot", "aria-hidden": "true" }), label);
  const close = made("button", { type: "button", class: "close", "aria-label": words.close }, "×");
  const panel = made(
    "section",
    { class: "panel", role: "dialog", "aria-label": label.textContent ?? "" },
    close,
  );
  panel.hidden = true;

  /** Tells the frame alone, and only while it is ours, that it is seen. */
  function tellShown() {
    if (isHeardFrom && !panel.hidden) frame?.contentWindow?.postMessage({ voiceAgent: "shown" }, origin);
  }

  function show() {
    if (!frame) {
      const site = encodeURIComponent(location.origin);
      frame = made("iframe", {
        src: `${origin}/embed/${encodeURIComponent(agent)}?site=${site}&language=${language.toLowerCase()}`,
        allow: "microphone; autoplay; screen-wake-lock; speaker-selection; clipboard-write",
        title: label.textContent ?? "",
      });
      panel.append(frame);
    }
    panel.hidden = false;
    button.setAttribute("aria-expanded", "true");
    frame.focus();
    tellShown();
  }

  /** The conversation goes on: the button says so, and opens it again. */
  function hide() {
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
    button.focus();
  }

  /** @param {MessageEvent} event */
  function hear({ source, origin: from, data }) {
    if (!frame || source !== frame.contentWindow || from !== origin) return;
    if (!isHeardFrom) {
      isHeardFrom = true;
      tellShown();
    }
    if (data?.voiceAgent === "close") hide();
    else if (typeof data?.voiceAgent === "string") {
      const isLive = data.voiceAgent === "live";
      button.classList.toggle("live", isLive);
      button.setAttribute("aria-description", isLive ? words.live : "");
    }
  }

  function place() {
    if (!agent || document.querySelector(`[${MARK}="${CSS.escape(agent)}"]`)) return;
    const host = made("div", { [MARK]: agent });
    const root = host.attachShadow({ mode: "closed" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    root.append(panel, button);
    document.body.append(host);
    button.addEventListener("click", () => (panel.hidden ? show() : hide()));
    close.addEventListener("click", hide);
    panel.addEventListener("keydown", ({ key }) => key === "Escape" && hide());
    addEventListener("message", hear);
  }

  if (document.body) place();
  else addEventListener("DOMContentLoaded", place);
})();
