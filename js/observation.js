// Whether anything could observe a stream element or its event. They are not
// created only if it is certain that nothing can: this script ran before every
// other one, and since then nothing has listened to the event or observed the html
// element's children. What was observed once counts as observed from then on.

import { AFTER_ELEMENT, BEFORE_ATTRIBUTE, BEFORE_ELEMENT } from "./numbers.js"

const EVENT = "turbo:before-stream-render"

let observed = true
let heardEvents = BEFORE_ELEMENT | BEFORE_ATTRIBUTE | AFTER_ELEMENT

export const isObserved = () => observed

// Which events of single elements in a morph something may listen to.
const elementEvents = { "turbo:before-morph-element": BEFORE_ELEMENT, "turbo:before-morph-attribute": BEFORE_ATTRIBUTE, "turbo:morph-element": AFTER_ELEMENT }
export const heard = () => heardEvents

// The browser's own, for what the runtime itself observes.
export const { observe } = MutationObserver.prototype

// For tests only, which choose the path of a message.
export function setObserved(value) { observed = value }

// Whether a script runs. Data blocks do not.
const runs = (script) => !script.type || script.type == "module" || /(java|ecma)script$/.test(script.type)

function first(source) {
  const script = document.currentScript ?? [...document.scripts].find((script) => runs(script) && script.src == source)
  return script && [...document.scripts].find(runs) == script &&
    // A module runs late, after the classic scripts that follow it.
    (document.currentScript || [...document.scripts].every((s) => !runs(s) || s.type == "module"))
}

export function watch(source) {
  if (!first(source)) return
  observed = false
  heardEvents = 0
  const { addEventListener } = EventTarget.prototype
  EventTarget.prototype.addEventListener = function (type) {
    if (type == EVENT) observed = true
    heardEvents |= elementEvents[type]
    return addEventListener.apply(this, arguments)
  }
  MutationObserver.prototype.observe = function (target, options) {
    if (options?.childList && (target == document.documentElement || options.subtree && target == document)) observed = true
    return observe.apply(this, arguments)
  }
}
