/**
 * What a session is made of: the links that its runs work with.
 * @typedef {import("../links/media.js").MediaListener} MediaListener
 * @typedef {import("../links/socket.js").Listener} SocketListener
 *
 * @typedef {Object} Parts
 * @property {import("../links/backend.js").Backend} backend
 * @property {import("../links/microphone.js").Microphone} microphone
 * @property {(listener: MediaListener) => import("../links/media.js").Media} makeMedia
 * @property {(url: () => string, listener: SocketListener) => import("../links/socket.js").TranscriptSocket} makeSocket
 */
export {};
