/**
 * What the page is made of: each view owns one element, shows the state in it, and tells the actions what a
 * person does there.
 * @typedef {import("../session/state.js").State} State
 * @typedef {{connect(): void, disconnect(): void, render(state: State): void}} View
 */

/** Gives a button the focus, unless the person is elsewhere than in the card. @param {HTMLElement} button */
export function takeFocus(button) {
  const { activeElement, body } = document;
  const card = button.closest("[data-phase]");
  if (activeElement === body || card?.contains(activeElement)) button.focus();
}
