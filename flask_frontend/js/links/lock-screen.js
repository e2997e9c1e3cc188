/**
 * @typedef {Object} Keys what a person presses on the lock screen or on a headset
 * @property {(muted: boolean) => void} mute
 * @property {() => void} stop
 */

/** What the lock screen shows of a session, and the keys that it has for it. */
export class LockScreen {
  /** The actions of Media Session that mean something here; browsers know some of them. @type {Record<string, (keys: Keys) => () => void>} */
  #handlers = {
    play: (keys) => () => keys.mute(false),
    pause: (keys) => () => keys.mute(true),
    togglemicrophone: (keys) => () => keys.mute(!this.#isMuted),
    stop: (keys) => () => keys.stop(),
    hangup: (keys) => () => keys.stop(),
  };
  #isMuted = false;

  /** @param {string} title @param {Keys} keys */
  show(title, keys) {
    if (!navigator.mediaSession) return;
    navigator.mediaSession.metadata = new MediaMetadata({ title });
    for (const [action, handler] of Object.entries(this.#handlers)) handle(action, handler(keys));
  }

  /** Whether the person is heard is told as whether it plays. @param {boolean} isMuted */
  tell(isMuted) {
    if (!navigator.mediaSession) return;
    this.#isMuted = isMuted;
    navigator.mediaSession.playbackState = isMuted ? "paused" : "playing";
    const isTold = /** @type {any} */ (navigator.mediaSession).setMicrophoneActive?.(!isMuted);
    Promise.resolve(isTold).catch(() => {}); // a hidden page may not say that it hears again
  }

  clear() {
    if (!navigator.mediaSession) return;
    navigator.mediaSession.metadata = null;
    navigator.mediaSession.playbackState = "none";
    for (const action of Object.keys(this.#handlers)) handle(action, null);
  }
}

/**
 * @param {string} action
 * @param {(() => void)|null} handler
 */
function handle(action, handler) {
  try {
    navigator.mediaSession.setActionHandler(/** @type {MediaSessionAction} */ (action), handler);
  } catch {
    // a browser that does not know the action has no key for it
  }
}
