// Listeners that can be started and stopped, and what they hand to Go.

import { enter } from "./dom.js"
import * as runtime from "./runtime.js"

export const tell = (number, accepts) => (event) => { if (runtime.running && (!accepts || accepts(event))) enter("ask", event, number) }
export const clicked = (event) => event instanceof MouseEvent
export const submitted = ({ target }) => target instanceof HTMLFormElement

// Listens after all other listeners: when an event comes, the listener of the
// capture phase makes the one of the bubble phase the last.
export function last(target, type, listener) {
  const again = () => {
    target.removeEventListener(type, listener)
    target.addEventListener(type, listener)
  }
  return [[target, type, again, true], [target, type, listener]]
}

export class Observer {
  started = false
  #listeners

  constructor(...listeners) { this.#listeners = listeners }

  start() { this.#turn("addEventListener", true) }
  stop() { this.#turn("removeEventListener", false) }

  #turn(how, started) {
    if (this.started == started) return
    this.started = started
    for (const [target, ...rest] of this.#listeners) target[how](...rest)
  }
}
