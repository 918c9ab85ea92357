/*! Decompression by fflate, (c) Arjun Barrett, MIT license */
import { unzlibSync } from "fflate";

/** What Python packed, as text: compressed by zlib, in base 64.
 *  @param {string} text @returns {{data: import("./types.js").Data, words: import("./types.js").Words, css: string}} */
export function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(unzlibSync(bytes)));
}
