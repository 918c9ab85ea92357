/** What may change: the numbers; the step; what is selected; how much is shown and what is open; how much room there is;
 *  colours; which tab is shown; learning, its rate and rows; what the pointer is on in a list; whether and how fast steps
 *  are played; what can be undone; practice and the tour, and what was answered there. learned: learning has come to its
 *  end. restored: everything may have changed, and everyone is told.
 *  @typedef {"numbers" | "step" | "selection" | "boxes" | "size" | "look" | "tab" | "learning" | "learned" | "hover" | "playing"
 *   | "history" | "practice" | "tour" | "restored"} Aspect */
/** @typedef {{aspects: Aspect[], listener: (changed: Aspect[]) => void}} Subscription */

/** Tells those who asked for it of what has changed. */
export class Notifier {
  /** @type {Subscription[]} */
  subscriptions = [];

  /** Be told of changes of these aspects, in the order of subscribing. @param {Aspect[]} aspects
   *  @param {(changed: Aspect[]) => void} listener */
  subscribe(aspects, listener) {
    this.subscriptions.push({ aspects: [...aspects, "restored"], listener });
  }

  /** @param {Aspect[]} changed */
  notify(...changed) {
    for (const { aspects, listener } of this.subscriptions) {
      if (changed.some((aspect) => aspects.includes(aspect))) listener(changed);
    }
  }
}
