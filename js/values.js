// Values of the page's as Go sees them: properties, calls, events, promises.
// For what happens once per event; what is hot has primitives of its own.

import { ask, enter, fire, handle, handles, keep, nodes, object, path, paths, provide, push, put, text, value, wrappers } from "./dom.js"
import { FULFILLED, LOST, methods, REJECTED } from "./numbers.js"
import * as runtime from "./runtime.js"
import { aside, begin } from "./settled.js"
import { html } from "./trusted.js"

// What Go finds under the handle 0.
export const world = { window, document }

// Goes to where the first keys of a path lead. One is a property, with parentheses what a method returns, or with a # an
// attribute.
function walk(n, keys, to = keys.length) {
  let found = n ? value(n) : world
  for (let i = 0; i < to; i++) {
    const key = keys[i]
    found = key[0] == "#" ? found?.getAttribute(key.slice(1)) : key.endsWith("()") ? found?.[key.slice(0, -2)]() : found?.[key]
  }
  return found
}
const reach = (n, keys) => keys[0] ? walk(n, keys) : value(n)
const dig = (n, at, length) => reach(n, path(at, length))

// The object that has what a path leads to, its name there, and how far that is.
function find(n, at, length) {
  const keys = path(at, length), last = keys.length - 1
  return [walk(n, keys, last), keys[last], last]
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
  keep: (n) => keep(value(n)),
  get: (n, at, length) => handle(dig(n, at, length)),
  get_number: (n, at, length) => dig(n, at, length),
  // Several texts at once, each with a character before it unless there is none.
  get_texts(n, at, length) {
    return put(paths(at, length).map((keys) => {
      const it = reach(n, keys)
      return it == null ? "" : "=" + it
    }).join("\0"))
  },
  // Two lists without what is equal in both: how many are left of the first, and above 16 bits of the second.
  differing(before, after) {
    const title = (element) => element.localName == "title" ? element.innerHTML : element
    const come = [...value(after)]
    const gone = [...value(before)].filter((element) => {
      const at = come.findIndex((other) => other.isEqualNode(element) || title(other) == title(element))
      return at < 0 || !come.splice(at, 1)
    })
    return handles(gone) + handles(come) * 65536
  },
  // The closest element around a node, through shadow roots, that matches a selector.
  around(n, at, length) {
    const selector = text(at, length)
    for (let node = value(n), found; node; node = node.assignedSlot ?? node.getRootNode().host) if ((found = node.closest?.(selector))) return push(found)
  },
  box_number: push,
  object: (at, length, ...values) => handle(Object.fromEntries(text(at, length).split(" ").map((name, i) => [name, value(values[i])]))),
  items: (n) => handles([...value(n)]),
  delete(n, at, length) {
    const [object, name] = find(n, at, length)
    delete object[name]
  },
  set(n, at, length, to) {
    const [object, name] = n ? [value(n), text(at, length)] : find(n, at, length)
    object[name] = name == "innerHTML" ? html(value(to)) : value(to)
  },
  // A method that is Go's own, whatever it is called by, is not called but named: -2 less its number,
  // less its object's handle above 16 bits.
  call(n, at, length, a, b, c, d) {
    const [object, name, steps] = find(n, at, length), method = object[name], number = numbers.get(method)
    if (typeof method != "function") throw new TypeError(`${name} is not a function`)
    return number >= 0 ? -2 - number - (steps ? push(object) : n) * 65536 : handle(object[name](...[a, b, c, d].slice(0, d ? 4 : c ? 3 : b ? 2 : a ? 1 : 0).map(value)))
  },
  own: (n, at, length) => numbers.get(dig(n, at, length)) ?? -1,
  // A rejection stays an unhandled one.
  then(n, slot) {
    const promise = value(n)
    if (!aside.has(promise)) begin(slot)
    const settled = (value) => fire(slot, value, FULFILLED)
    lost.register(settled, slot)
    Promise.resolve(promise).then(settled, (error) => {
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

// Go hears when nobody has a wrapper any more.
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
  wrapped: (n) => value(n)[object] ?? 0
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
