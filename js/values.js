// Values of the page's as Go sees them: properties, calls, events, promises.
// For what happens once per event; what is hot has primitives of its own.

import { ask, drop, enter, fire, handle, handles, keep, nodes, object, path, provide, push, put, text } from "./dom.js"
import { FULFILLED, LOST, methods, REJECTED } from "./numbers.js"
import * as runtime from "./runtime.js"
import { aside, begin } from "./settled.js"
import { html } from "./trusted.js"

// What Go finds under the handle 0.
export const world = { window, document }

function dig(n, at, length) {
  if (!length) return nodes[n]
  let value = n ? nodes[n] : world
  for (const key of path(at, length)) value = value?.[key]
  return value
}

// Every event of the runtime's but one: on its target while that is on the
// page, else on the html element (Turbo 8.0.23, events).
export function dispatch(name, target, cancelable, detail) {
  const event = new CustomEvent(name, { bubbles: true, cancelable, composed: true, detail })
  void (target?.isConnected ? target : document.documentElement).dispatchEvent(event)
  return event
}

// Go hears of a function that nobody can call any more, and gives up what
// waits for it.
const lost = new FinalizationRegistry((slot) => fire(slot, null, LOST))

provide({
  keep: (n) => keep(nodes[n]),
  drop,
  get: (n, at, length) => handle(dig(n, at, length)),
  is: (n, at, length) => +!!dig(n, at, length),
  get_number: (n, at, length) => dig(n, at, length),
  get_text(n, at, length) {
    const value = dig(n, at, length)
    return value == null ? -2 : put(String(value))
  },
  box_text: (at, length) => push(text(at, length)),
  box_number: (number) => push(number),
  object: () => handle({}),
  items: (n) => handles([...nodes[n]]),
  delete(n, at, length) { delete nodes[n][text(at, length)] },
  set(n, at, length, value) {
    const name = text(at, length)
    ;(n ? nodes[n] : world)[name] = name == "innerHTML" ? html(nodes[value]) : nodes[value]
  },
  // A method that is Go's own, whatever it is called by, is not called but named: -2 less its number.
  call(n, at, length, a, b, c, d) {
    const object = n ? nodes[n] : world, name = text(at, length), method = object[name], number = numbers.get(method)
    if (typeof method != "function") throw new TypeError(`${name} is not a function`)
    return number >= 0 ? -2 - number : handle(object[name](...[a, b, c, d].slice(0, d ? 4 : c ? 3 : b ? 2 : a ? 1 : 0).map((value) => nodes[value])))
  },
  own: (n, at, length) => numbers.get(nodes[n][text(at, length)]) ?? -1,
  dispatch: (at, length, n, cancelable, detail) => +!dispatch(text(at, length), nodes[n], !!cancelable, nodes[detail]).defaultPrevented,
  // A rejection stays an unhandled one.
  then(n, slot) {
    if (!aside.has(nodes[n])) begin(slot)
    const settled = (value) => fire(slot, value, FULFILLED)
    lost.register(settled, slot)
    Promise.resolve(nodes[n]).then(settled, (error) => {
      fire(slot, error, REJECTED)
      throw error
    })
  },
  once(slot, again) {
    let called
    if (!again) begin(slot)
    const once = (value) => { if (!called) called = !fire(slot, value, FULFILLED) && !again }
    lost.register(once, slot)
    return handle(once)
  }
})

// What Go keeps the state of has a number here, and no more: its wrapper. Go
// hears when nobody has that any more.
const wrappers = new Map()
const collected = new FinalizationRegistry((number) => {
  wrappers.delete(number)
  enter("collected", null, number)
})

export function wrap(wrapper, number) {
  wrapper[object] = number
  wrappers.set(number, new WeakRef(wrapper))
  collected.register(wrapper, number)
}

provide({
  wrap: (n, number) => wrap(nodes[n], number),
  wrapper: (number) => handle(wrappers.get(number)?.deref()),
  wrapped: (n) => nodes[n][object] ?? 0
})

// The methods that Go answers, and their numbers. Where Go makes a step that is
// a method of some object, it makes it by way of that object: one that the
// application has put in the place of Go's, on whatever level, is called.
const numbers = new Map()

// Classes keep their names, which reports show, in the minified script.
export function named(classes) {
  for (const name in classes) Object.defineProperty(classes[name], "name", { value: name })
}

// Gives a class, or one object, by its name the methods and getters that Go
// answers; before Go runs calls wait for it.
export function forward(classes) {
  const [[name, object]] = Object.entries(classes), target = object.prototype ?? object
  if (target != object) named(classes)
  const [first, ...names] = methods[name].split(" ")
  for (const [index, word] of names.entries()) {
    const number = +first + index, [, kind, name] = /([.=]?)(.*)/.exec(word)
    const method = function (a, b, c, d) {
      let result
      runtime.when(() => result = ask(this, number, a, b, c, d))
      return result
    }
    numbers.set(method, number)
    Object.defineProperty(target, name, { configurable: true, ...kind ? { [kind == "." ? "get" : "set"]: method } : { value: method, writable: true } })
  }
  return object
}
