// Whether anybody could see a stream element or its event. Creating them may
// be left out only when it is certain that nobody can: this script ran before
// every other one, and since then nobody has listened for the event or
// observed the html element's children. Once seen, always seen.

import { AFTER_ELEMENT, BEFORE_ATTRIBUTE, BEFORE_ELEMENT } from "./numbers.js"

const EVENT = "turbo:before-stream-render"

let observed = true
let heardEvents = BEFORE_ELEMENT | BEFORE_ATTRIBUTE | AFTER_ELEMENT

export const isObserved = () => observed

// The events of single elements in a morph that anybody could hear.
const elementEvents = { "turbo:before-morph-element": BEFORE_ELEMENT, "turbo:before-morph-attribute": BEFORE_ATTRIBUTE, "turbo:morph-element": AFTER_ELEMENT }
export const heard = () => heardEvents

// As the browser has it: what this runtime watches is no sign of anybody else.
export const { observe } = MutationObserver.prototype

// For tests alone, which choose the path of a message.
export function setObserved(value) { observed = value }

// The scripts that the parser has met: data blocks do not run.
const runs = (script) => !script.type || script.type == "module" || /(java|ecma)script$/.test(script.type)

function first(source) {
  const script = document.currentScript ?? [...document.scripts].find((script) => runs(script) && script.src == source)
  return script && [...document.scripts].find(runs) == script &&
    // A module runs late: classic scripts behind it have run already.
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
