/** @typedef {import("livekit-client").RemoteTrack} RemoteTrack */

/** The elements that play what is received, each as loud as the person wants. */
export class Playing {
  #container;
  #volume;

  /**
   * @param {Element} container
   * @param {number} volume between 0 and 1
   */
  constructor(container, volume) {
    this.#container = container;
    this.#volume = volume;
  }

  /** @param {number} volume between 0 and 1 */
  setVolume(volume) {
    this.#volume = volume;
    for (const element of this.#container.querySelectorAll("audio")) element.volume = volume;
  }

  /** @param {RemoteTrack} track */
  add(track) {
    const element = track.attach();
    element.volume = this.#volume;
    this.#container.append(element);
  }

  /** @param {RemoteTrack} track */
  remove(track) {
    for (const element of track.detach()) element.remove();
  }

  /** Nothing is played any more. */
  clear() {
    this.#container.replaceChildren();
  }
}
