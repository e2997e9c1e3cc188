import WaveSurfer from "wavesurfer.js";

/**
 * @typedef {{person: number[], agent: number[]}} Loudness of each voice, 0 to 255, in steps of equal length
 *
 * @typedef {Object} Drawn
 * @property {HTMLElement} container as wide as what is seen of the time line
 * @property {HTMLAudioElement} audio
 * @property {Loudness} waveform
 * @property {number} seconds
 * @property {string} nonce which lets the library's own style in
 */

/** Pixels of a lane, as the style has it. */
const LANE = 36;

/** Both voices above each other, the person's first, behind the marks. Nothing is decoded for it. */
export class Waveform {
  #surfer;
  #scrolled = 0;

  /** @param {Drawn} drawn */
  constructor({ container, audio, waveform, seconds, nonce }) {
    container.parentElement?.style.setProperty("--recorded", String(seconds));
    this.#surfer = WaveSurfer.create({
      container,
      media: audio,
      peaks: [waveform.person, waveform.agent].map((voice) => voice.map((loudness) => loudness / 255)),
      duration: seconds,
      height: LANE,
      barWidth: 2,
      barGap: 1,
      barRadius: 1,
      cursorWidth: 0,
      cspNonce: nonce,
      interact: false,
      autoScroll: false,
      hideScrollbar: true,
      normalize: true,
      ...colours(),
    });
    this.#surfer.on("redrawcomplete", () => this.#surfer.setScroll(this.#scrolled));
    const redraw = () => this.#surfer.setOptions(colours());
    new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  }

  /** @param {number} level pixels for a second */
  zoom(level) {
    this.#surfer.setOptions({ minPxPerSec: level });
  }

  /** @param {number} pixels of the time line that are out of sight on the left */
  scrollTo(pixels) {
    this.#scrolled = pixels;
    this.#surfer.setScroll(pixels);
  }
}

/** What the theme has for it now. */
function colours() {
  const [ink, accent, quiet] = ["--ink", "--accent", "--edge"].map(computed);
  const voice = (/** @type {string} */ progressColor) => ({ waveColor: quiet, progressColor });
  return { cursorColor: ink, splitChannels: [voice(ink), voice(accent)] };
}

/** A colour of the tokens, as canvases take it. @param {string} name */
function computed(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
