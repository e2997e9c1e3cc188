/**
 * @typedef {Object} Look the sizes of bars in CSS pixels
 * @property {number} pitch from one bar to the next
 * @property {number} width
 * @property {number} least the height of silence
 */

/** The levels of the last seconds as bars on a canvas, the newest at the right. */
export class Bars {
  #canvas;
  #look;
  /** @type {number[]} */
  #levels = [];

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Look} look
   */
  constructor(canvas, look) {
    this.#canvas = canvas;
    this.#look = look;
  }

  /** @param {number} level between 0 and 1 */
  add(level) {
    this.#levels.push(level);
    this.#levels.splice(0, this.#levels.length - this.#fit - 2);
  }

  clear() {
    this.#levels = [];
  }

  /** @param {number} [shift] how far the newest bar has come in, between 0 and 1 */
  draw(shift = 1) {
    const { clientWidth, clientHeight } = this.#canvas;
    const { pitch, width, least } = this.#look;
    const pen = cleared(this.#canvas, clientWidth, clientHeight);
    if (!pen) return;
    pen.fillStyle = getComputedStyle(this.#canvas).color;
    pen.beginPath();
    for (let place = 0; place <= this.#fit; place++) {
      const level = this.#levels.at(-1 - place) ?? 0;
      const size = least + level * (clientHeight - least);
      const x = clientWidth - width - (place - 1 + shift) * pitch;
      pen.roundRect(x, (clientHeight - size) / 2, width, size, width / 3);
    }
    pen.fill();
  }

  /** How many bars have room. */
  get #fit() {
    return Math.max(1, Math.floor(this.#canvas.clientWidth / this.#look.pitch));
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
function cleared(canvas, width, height) {
  const ratio = devicePixelRatio;
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== across || canvas.height !== down)
    Object.assign(canvas, { width: across, height: down });
  const pen = canvas.getContext("2d");
  pen?.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen?.clearRect(0, 0, width, height);
  return pen;
}
