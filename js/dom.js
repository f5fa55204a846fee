// The DOM primitives that the Go program imports, and the memory it shares
// with the page. A primitive does one thing to the page and decides nothing:
// Go decides what an action means.
//
// Nodes cross as handles: indices into a stack that every entry into Go
// releases down to where it found it. Text crosses as (pointer, length).

import { NODE_DOCUMENT, NODE_FALSE, NODE_NULL, NODE_TEXTS, NODE_TRUE, NODE_WHOLE, NODE_WRAPPERS, NODE_ZERO, PANIC, PLACE_AFTER, PLACE_APPEND, PLACE_BEFORE, PLACE_PREPEND, PLACE_REPLACE, THROWN } from "./numbers.js"
import { begin, end } from "./settled.js"
import { html as trusted, script as trustedScript, setAttribute } from "./trusted.js"

const HUGE = 1 << 20 // bytes: a larger buffer is not kept

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const scratchpad = document.createElement("template")

let go = {} // the exports of the running program, without their prefix
let bytes = new Uint8Array() // a view of its memory, renewed when that has grown
let integers = new Int32Array() // another
let scratch = 0 // where text for Go is written
let room = 0 // how many bytes fit there

export const nodes = Object.assign([undefined], { [NODE_TRUE]: true, [NODE_FALSE]: false, [NODE_NULL]: null, [NODE_DOCUMENT]: document })
let top = nodes.length

// Places for values that Go keeps beyond a call. When more are needed, they are
// taken from the end of the stack, which begins above them from then on.
const places = new Set()
const free = []
let floor = top
let below = top // what the stack held below the floor, up to here, is still there

const reserve = (at) => { free.push(at); places.add(at) }

export function keep(value) {
  if (!free.length) {
    for (let i = 0; i < 1024; i++) {
      reserve(top)
      nodes[top++] = null
    }
    floor = below = top
  }
  const at = free.pop()
  nodes[at] = value
  return at
}

function drop(...all) {
  for (const at of all) if (at) {
    nodes[at] = null
    free.push(at)
  }
}

const timers = new Map() // by the slot of what waits for them
export const messages = [] // the texts of the waiting batch, as far as they are ASCII

// What a primitive threw last; Go reports it back as status -1.
let thrown
export const rejected = () => void Promise.reject(thrown)

// By template of a message: the copies in it that stand in for permanent elements
// of the page, each with its element and the copies that were made of it.
const standIns = new WeakMap()

const memory = () => bytes.byteLength ? bytes : (bytes = new Uint8Array(go.mem.buffer))
const whole = () => integers.byteLength ? integers : (integers = new Int32Array(go.mem.buffer))

// Go's literals, which most names and paths are, are decoded once.
let literals = 0 // they lie below this address
let boxed = 0 // where the texts are that handles stand for
function remembered(read) {
  const known = new Map()
  return (at, length) => {
    if (at >= literals) return read(at, length)
    const key = at * 65536 + length
    let value = known.get(key)
    if (value == undefined) known.set(key, value = read(at, length))
    return value
  }
}

export const text = remembered((at, length) => decoder.decode(memory().subarray(at, at + length)))
export const path = remembered((at, length) => text(at, length).split("."))
export const paths = remembered((at, length) => text(at, length).split("|").map((path) => path.split(".")))

// Writes a string into memory and returns its length in bytes. For a short one
// that is ASCII, a loop is faster than the encoder.
function write(string, at) {
  const { length } = string, view = memory()
  if (length < 1000) {
    let i = 0
    for (let code; i < length && (code = string.charCodeAt(i)) < 128; i++) view[at + i] = code
    if (i == length) return length
  }
  return encoder.encodeInto(string, view.subarray(at, at + length * 3)).written
}

// Writes a string where Go can read it and returns its length in bytes.
export function put(string) {
  provideFor(string.length * 3)
  return write(string, scratch)
}

// Enlarges the buffer, or makes it small again after a huge text.
function provideFor(size) {
  if (size > room || room > HUGE && size < HUGE) scratch = go.scratch(room = size + 4096)
}

// Writes whole numbers where Go can read them and returns how many they are.
export function putNumbers(list) {
  provideFor(list.length * 4)
  whole()
  for (let i = 0, at = scratch >> 2; i < list.length; i++) integers[at + i] = list[i]
  return list.length
}

// The text that Go left in the scratch buffer.
export const taken = (length) => text(scratch, length)

// A handle to any value; null, undefined, "", 0 and false have none.
export function handle(node) {
  return node ? push(node) : 0
}

export function push(value) {
  nodes[top] = value
  return top++
}

export function handles(list) {
  const from = top
  for (const node of list) nodes[top++] = node
  return top - from
}

// What Go keeps the state of has a number here, and no more: its wrapper.
export const wrappers = new Map()

// What a handle stands for.
export function value(n) {
  if (n < NODE_WHOLE) return nodes[n]
  if (n < NODE_WRAPPERS) return n - NODE_ZERO
  if (n < NODE_TEXTS) return wrappers.get(n - NODE_WRAPPERS)?.deref()
  const at = boxed + (n - NODE_TEXTS) * 4
  return text(whole()[at], integers[at + 2])
}

// An error of the Go program.
export class RuntimeError extends Error {}

// Calls an export with handles that last as long as the call. If it fails, throws
// a RuntimeError, or the very value that the page has thrown.
export function enter(name, node, a, b, c, d) {
  const mark = top
  try {
    return call(name, node, a, b, c, d)
  } finally {
    release(mark)
  }
}

// Where an object that Go keeps the state of has its number.
export const object = Symbol("object")

// Calls a method of Go on behalf of an object and returns its result.
export function ask(owner, method, ...args) {
  const mark = top
  try {
    return value(call("ask", owner, method, owner?.[object] ?? 0, ...args.map((value) => value === false ? NODE_FALSE : handle(value))))
  } finally {
    release(mark)
  }
}

// Calls an export that pushes nodes, and returns them.
export function list(name, node, a) {
  const mark = top
  try {
    const count = call(name, node, a)
    return nodes.slice(top - count, top)
  } finally {
    release(mark)
  }
}

function call(name, node, a, b, c, d, e, f) {
  const status = go[name](handle(node), a, b, c, d, e, f)
  if (status == -1) throw thrown
  if (status < -1) throw new RuntimeError(taken(-2 - status))
  return status
}

function release(mark) {
  while (top > mark && top > floor) nodes[--top] = null
  if (mark < below) {
    for (let at = mark; at < below; at++) {
      if (places.has(at)) continue
      nodes[at] = null
      reserve(at)
    }
    below = mark
  }
}

// The message whose streams are being made, and how many are made already.
export let source = { message: "", count: 0 }

// Hands a message to Go. Returns false if the page must parse it.
export function offer(message, observed) {
  const at = go.arena(message.length * 3 + 64)
  const written = write(message, at)
  const mark = top
  const ascii = written == message.length
  // Half of a surrogate pair would not survive the way through Go.
  if (!ascii && !(message.isWellFormed?.() ?? !/\p{Surrogate}/u.test(message))) return false
  source = { message, count: 0 }
  const taken = go.message(written, ascii ? messages.push(message) - 1 : -1, +observed) != 0
  if (!taken && ascii) messages.pop()
  release(mark)
  return taken
}

// A stream element waits for the repaint of its batch, or for its own.
export const announced = (envelope) => envelope == null ? go.seal() : go.announced(envelope)

// Calls back before the next repaint. A hidden page has none, so there the callback does not wait for it.
const repaints = new Set()
const hidden = () => { for (const once of repaints) setTimeout(once) }
export function repaint(callback) {
  begin(callback)
  const once = () => {
    if (!repaints.delete(once)) return
    if (!repaints.size) document.removeEventListener("visibilitychange", hidden)
    end(callback)
    callback()
  }
  repaints.add(once)
  document.addEventListener("visibilitychange", hidden)
  document.visibilityState == "hidden" ? setTimeout(once) : requestAnimationFrame(once)
}

export function fragment(html) {
  const template = document.createElement("template")
  if (html) template.innerHTML = trusted(html)
  return template.content
}

const active = new WeakSet() // scripts that are to run, and the templates that had them

// A deep copy of a template's content. Firefox does not trust the copy of a script
// as it does the script, so scripts that are to run are made again. Those that came
// later, as with a permanent element, are copied as they are.
export function content(template) {
  const copy = template.content.cloneNode(true)
  if (active.has(template)) {
    const originals = template.content.querySelectorAll("script")
    for (const [index, script] of copy.querySelectorAll("script").entries()) if (active.has(originals[index])) script.replaceWith(activated(script, true, true))
  }
  return copy
}

export function openingTag(element) {
  const html = element.outerHTML
  return html.slice(0, html.indexOf(">") + 1)
}

export function nonce() {
  const meta = document.querySelector('meta[name="csp-nonce"]')
  return meta && (meta.nonce || meta.content)
}

export const scripts = { requireNonce: false }

// The nonces of head elements, which Turbo removes in order to compare the elements.
export const headNonces = new WeakMap()

// A copy of a script that runs (Turbo 8.0.23, activated script elements). It gets
// the page's nonce if it has none, except in streams: a broadcast script needs its
// own nonce under a policy that asks for one. In the page itself the browser hides
// a nonce from its attribute.
export function activated(inert, inStream, isCopy) {
  const inHead = headNonces.has(inert), own = inHead ? headNonces.get(inert) : inert.nonce
  if (inert.getAttribute("data-turbo-eval") == "false" || scripts.requireNonce && own != nonce()) return inert
  const script = document.createElement("script")
  if (!inStream && nonce()) script.nonce = nonce()
  script.textContent = trustedScript(inert.textContent)
  if (!isCopy) script.async = false // which a copy by the browser would forget
  for (const { name, value } of inert.attributes) setAttribute(script, name, value)
  if (own && !inHead) script.nonce = own
  return script
}

// The node in a copy that corresponds to a node below from.
function counterpart(node, from, copy) {
  if (node == from || !node) return node && copy
  return counterpart(node.parentNode, from, copy)?.childNodes[[...node.parentNode.childNodes].indexOf(node)]
}

// A copy of a template's content. Notes which nodes in it stand in for which elements.
function standing(template) {
  const copy = content(template)
  for (const { standIn, copies } of standIns.get(template) ?? []) copies.push(counterpart(standIn, template.content, copy))
  return copy
}

// The elements in which an HTML parser reads ordinary content just as in a template.
const flow = new Set("div section main article aside header footer nav body ul ol li span p dl dd dt blockquote figure figcaption label strong em b i small td th form fieldset address h1 h2 h3 h4 h5 h6".split(" "))
const xhtml = "http://www.w3.org/1999/xhtml"
const positions = { [PLACE_APPEND]: "beforeend", [PLACE_PREPEND]: "afterbegin", [PLACE_BEFORE]: "beforebegin", [PLACE_AFTER]: "afterend" }

const beside = (where) => where >= PLACE_BEFORE && where <= PLACE_REPLACE

function place(target, where, content) {
  switch (where) {
    case PLACE_APPEND: return target.appendChild(content)
    case PLACE_PREPEND: return target.prepend(content)
    case PLACE_BEFORE: return target.parentElement?.insertBefore(content, target)
    case PLACE_AFTER: return target.parentElement?.insertBefore(content, target.nextSibling)
    case PLACE_REPLACE: return target.replaceWith(content)
    default:
      target.innerHTML = trusted("")
      target.append(content)
  }
}

// A part of a message: a slice of its string, or decoded from memory.
export const piece = (message, at, length) => message < 0 ? text(at, length) : messages[message].slice(at, at + length)

function twins(parent, id, property) {
  if (!document.getElementById(id)) return []
  return [...parent.querySelectorAll("#" + CSS.escape(id))].filter((child) => parentOf(child) == parent && (!property || child.id === id))
}

// Those of several ids, in the order in which they are in the page.
function twinsOf(parent, ids, property) {
  const all = new Set(ids.flatMap((id) => id ? twins(parent, id, property) : []))
  return [...all].sort((a, b) => compareDocumentPosition.call(a, b) & 4 ? -1 : 1) // 4: b follows
}

// A form's control may have a name like these.
const { compareDocumentPosition, getAttribute } = Element.prototype
export const getter = (name) => Object.getOwnPropertyDescriptor(Node.prototype, name).get
const parent = getter("parentNode")
export const parentOf = (node) => parent.call(node)

const primitives = {
  scratch(at, length) { scratch = at; room = length },
  literals(end, at) { literals = end; boxed = at >> 2 },
  mark: () => top,
  release,
  drop,

  element_by_id: (message, at, length) => handle(document.getElementById(piece(message, at, length))),
  element_named(n, at, length) {
    const id = nodes[n].getAttribute(text(at, length))
    return id ? handle(document.getElementById(id)) : -2
  },
  select_named(n, at, length) {
    const selector = nodes[n].getAttribute(text(at, length))
    return selector ? handles(document.querySelectorAll(selector)) : -2
  },
  select_all: (n, at, length) => handles(nodes[n].querySelectorAll(text(at, length))),
  opening_tag: (n) => put(openingTag(nodes[n])),

  attribute(n, at, length) {
    const value = getAttribute.call(nodes[n], text(at, length))
    return value == null ? -2 : put(value)
  },
  set_attribute: (n, name, size, at, length) => setAttribute(nodes[n], text(name, size), text(at, length)),

  // The first element child: 0 if there is none, -2 if it is not a template.
  template(n) {
    const first = nodes[n].firstElementChild
    return first && !(first instanceof HTMLTemplateElement) ? -2 : handle(first)
  },
  // The stream elements below a node, without those of SVG.
  streams: (n) => handles([...nodes[n].querySelectorAll("turbo-stream")].filter((stream) => stream.namespaceURI == xhtml)),
  activate(n) {
    active.add(nodes[n])
    for (const inert of nodes[n].content.querySelectorAll("script")) {
      const script = activated(inert, true)
      active.add(script)
      inert.replaceWith(script)
    }
  },
  permanent: (template, n) => handle(nodes[template].content.querySelector(`[id="${CSS.escape(getAttribute.call(nodes[n], "id"))}"][data-turbo-permanent]`)),
  stand_in(template, n, element) {
    const standIn = nodes[element].cloneNode(true)
    nodes[n].replaceWith(standIn)
    standIns.set(nodes[template], [...standIns.get(nodes[template]) ?? [], { standIn, element: nodes[element], copies: [] }])
  },
  come_back(template) {
    for (const { element, copies } of standIns.get(nodes[template]) ?? []) {
      const place = !element.isConnected && copies.find((copy) => copy?.isConnected && copy.isEqualNode(element))
      if (place) place.replaceWith(element)
      copies.length = 0
    }
  },

  remove: (n) => nodes[n].remove(),
  place: (n, where, template) => place(nodes[n], where, standing(nodes[template])),
  twins(n, template, property) {
    if (!nodes[n]) return (nodes[n] ?? null).children // throws, as upstream does
    const ids = [...nodes[template].content.children].map((child) => property ? child.id : getAttribute.call(child, "id"))
    return handles(twinsOf(nodes[n], ids.filter((id) => typeof id == "string"), property))
  },
  remove_twins(n, at, length, property) {
    for (const ids of text(at, length).split("\0\0")) for (const twin of twinsOf(nodes[n], ids.split("\0"), property)) twin.remove()
  },
  insert_html(n, where, joinable, message, at, length) {
    const target = nodes[n]
    const context = beside(where) ? target.parentElement : target
    const html = piece(message, at, length)
    // Chromium merges the texts at the ends of an outerHTML with those beside it.
    if (joinable && context && flow.has(context.localName) && context.namespaceURI == xhtml && (where != PLACE_REPLACE || html[0] == "<" && html.at(-1) == ">")) {
      const source = trusted(html)
      if (positions[where]) target.insertAdjacentHTML(positions[where], source)
      else if (where == PLACE_REPLACE) target.outerHTML = source
      else target.innerHTML = source
    } else {
      scratchpad.innerHTML = trusted(html)
      place(target, where, scratchpad.content)
    }
  },
  add_text: (n, message, at, length) => nodes[n].append(piece(message, at, length)),

  view_listener: () => handle((event) => enter("view", event)),

  repaint(slot) { repaint(() => fire(slot)) },
  await_repaint(slot) {
    begin(slot)
    requestAnimationFrame(() => fire(slot))
  },
  timeout(slot, ms, idle) {
    if (!idle) begin(slot)
    timers.set(slot, setTimeout(() => fire(slot), ms))
  },
  forget(slot) {
    end(slot)
    clearTimeout(timers.get(slot))
    timers.delete(slot)
  },
  report(kind, at, length) {
    const message = text(at, length)
    console.error(kind == THROWN ? thrown : message)
    if (kind == PANIC) document.documentElement.dispatchEvent(new CustomEvent("turbo:error", { bubbles: true, detail: { message } }))
  },
}

export function fire(slot, value, failed) {
  timers.delete(slot)
  end(slot)
  enter("fire", value, slot, failed)
}

// Adds to the primitives.
export function provide(more) { Object.assign(primitives, more) }

// The module for a program's import object. Nothing may be thrown through Go's
// stack: a primitive that throws returns -1 and leaves what it threw to the caller
// outside.
export const imports = () => Object.fromEntries(Object.entries(primitives).map(([name, primitive]) => [name, (a, b, c, d, e, f, g) => {
  try {
    return primitive(a, b, c, d, e, f, g)
  } catch (error) {
    thrown = error
    return -1
  }
}]))

export function connect({ mem, ...exports }) {
  go = { mem }
  for (const name in exports) if (name.startsWith("turbo_")) go[name.slice(6)] = exports[name]
}

// Calls of a program that has ended do nothing.
export function disconnect() {
  for (const name in go) if (name !== "mem") go[name] = () => 0
}
