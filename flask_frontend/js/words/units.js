import { LOCALE, number, word } from "./catalogue.js";

/** A few seconds, such as "1.2 s"; from ten on without a fraction. @param {number} milliseconds */
export function seconds(milliseconds) {
  return word("units.seconds", { number: number(milliseconds / 1000, milliseconds < 9950 ? 1 : 0) });
}

/** Up to a second in milliseconds, more in seconds. @param {number} milliseconds */
export function shortTime(milliseconds) {
  if (milliseconds >= 1000) return word("units.seconds", { number: number(milliseconds / 1000, 1) });
  return word("units.milliseconds", { number: number(milliseconds) });
}

/** A length of time in its one nearest unit, such as "5 minutes". @param {number} milliseconds */
export function lasting(milliseconds) {
  const minutes = milliseconds / 60_000;
  if (minutes < 2) return inUnit(milliseconds / 1000, "second");
  if (minutes < 120) return inUnit(minutes, "minute");
  return minutes < 2880 ? inUnit(minutes / 60, "hour") : inUnit(minutes / 1440, "day");
}

/** Loudness below full scale. @param {number} decibels */
export function loudness(decibels) {
  return word("units.decibels", { number: number(Math.abs(decibels)) });
}

/** @param {number} value @param {string} unit */
function inUnit(value, unit) {
  const options = { style: /** @type {const} */ ("unit"), unit, unitDisplay: /** @type {const} */ ("long") };
  return new Intl.NumberFormat(LOCALE, { ...options, maximumFractionDigits: 0 }).format(value);
}
