import { byId, setText } from "../../base/dom.js";
import { Listeners } from "../../base/listeners.js";
import { clock } from "../../words/insight.js";

/**
 * Where one is in a session, and its sound where it was recorded. `onMove` is told the second, again and
 * again while it plays, and whether it was gone to.
 */
export class Player {
  #root = byId("player");
  #audio = /** @type {?HTMLAudioElement} */ (document.querySelector("#recorded-sound"));
  #listeners = new Listeners();
  #seconds;
  #onMove;
  #second = 0;
  #frame = 0;

  /**
   * @param {number} seconds how long the time line is
   * @param {(second: number, isSought: boolean) => void} onMove
   */
  constructor(seconds, onMove) {
    this.#seconds = seconds;
    this.#onMove = onMove;
  }

  connect() {
    this.#root.hidden = false;
    setText(byId("time-whole", this.#root), clock(this.#seconds));
    if (this.#audio) this.#connectSound(this.#audio);
  }

  /** The element that plays; null where nothing was recorded. */
  get audio() {
    return this.#audio;
  }

  get second() {
    return this.#audio?.currentTime ?? this.#second;
  }

  get isPlaying() {
    return this.#audio ? !this.#audio.paused : false;
  }

  /** Plays from there; without sound it only goes there. @param {number} second */
  hear(second) {
    this.goTo(second);
    this.#play();
  }

  /** @param {number} second */
  goTo(second) {
    this.#second = Math.min(Math.max(second, 0), this.#seconds);
    if (this.#audio) this.#audio.currentTime = this.#second;
    this.#move(true);
  }

  /** @param {HTMLAudioElement} audio */
  #connectSound(audio) {
    const speed = /** @type {HTMLSelectElement} */ (byId("speed", this.#root));
    const [play, pause] = [byId("play-name", this.#root), byId("pause-name", this.#root)];
    audio.controls = false;
    audio.hidden = true;
    this.#listeners.on(byId("play", this.#root), "click", () => this.#toggle(audio));
    this.#listeners.on(speed, "change", () => {
      audio.playbackRate = Number(speed.value);
    });
    for (const type of ["play", "pause", "ended"])
      this.#listeners.on(audio, type, () => {
        [play.hidden, pause.hidden] = [!audio.paused, audio.paused];
        if (this.#frame === 0 && !audio.paused) this.#run();
      });
    this.#listeners.on(audio, "seeked", () => this.#move(true));
    this.#listeners.on(audio, "error", () => {
      byId("sound-trouble").hidden = false;
    });
  }

  /** @param {HTMLAudioElement} audio */
  #toggle(audio) {
    if (!audio.paused) audio.pause();
    else if (audio.ended) this.hear(0);
    else this.#play();
  }

  #play() {
    if (this.#audio) void this.#audio.play().catch(() => {}); // "error" tells what cannot be played
  }

  /** Tells each frame where it is, until it pauses. */
  #run() {
    this.#move(false);
    this.#frame = this.isPlaying ? requestAnimationFrame(() => this.#run()) : 0;
  }

  /** @param {boolean} isSought */
  #move(isSought) {
    setText(byId("time-now", this.#root), clock(this.second));
    this.#onMove(this.second, isSought);
  }
}
