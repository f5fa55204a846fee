// Input that comes before the program. What Turbo would handle is held until
// Go runs and is handled then: the page has seen the event, so only our part
// of it is made up for. After a while, or where Go cannot start or has ended,
// the browser does it instead, but for what only Turbo would ask for or send.
// The rules are those of wasm/link and wasm/form.

import { captured } from "./forms.js"
import { runtime } from "./runtime.js"
import { clicked, config, last, Observer, observers, session, submitted } from "./session.js"
import { world } from "./values.js"

const held = []
let timer, passing

const UNSAFE = /^(post|put|patch|delete)$/i // for a link
const { getAttribute } = Element.prototype
const attribute = (element, name) => getAttribute.call(element, name)

function closest(node, selector) {
  for (let found; node; node = node.assignedSlot || node.getRootNode().host) if (found = node.closest?.(selector)) return found
}

function drives(node) {
  const value = closest(node, "[data-turbo]")?.getAttribute("data-turbo")
  return config.drive.enabled || closest(node, "turbo-frame") ? value != "false" : value == "true"
}

const elsewhere = (target) => target == "_blank" || target && [...document.getElementsByName(target)].some(({ localName }) => localName == "iframe")

const below = (path) => path.replace(/\/?$/, "/")

function visitable(url) {
  const root = new URL([...document.querySelectorAll('meta[name="turbo-root"]')].at(-1)?.content ?? "/", document.baseURI)
  const prefix = below(root.origin + root.pathname)
  return (url.href.startsWith(prefix) || below(url.href) == prefix) && !config.drive.unvisitableExtensions.has(/\.[^./]*$/.exec(url.pathname)?.[0])
}

// The link that a click follows by Turbo, and what is special about it.
function link(event) {
  if (event.target.isContentEditable || event.which > 1 || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
  const element = closest(event.composedPath()[0], "a[href], a[xlink\\:href]")
  if (!element || element.hasAttribute("download") || element.href.baseVal != null || !drives(element)) return
  const target = element.getAttribute("target"), url = new URL(element.href, document.baseURI)
  if (target && target != "_self" || elsewhere(element.target)) return
  const method = element.dataset.turboMethod, submits = method ?? element.dataset.turboStream
  if (submits == null ? !visitable(url) || url.hash && url.href.split("#")[0] == location.href.split("#")[0] : !visitable(url) && !closest(element, "turbo-frame")) return
  return { element, message: element.dataset.turboConfirm, unsafe: UNSAFE.test(method), act: () => element.click() }
}

// The same of the form that is submitted.
function form({ target: element, submitter }) {
  const value = (name) => submitter && attribute(submitter, "form" + name) || attribute(element, name)
  const method = value("method")
  const { mode } = config.forms
  if (/^dialog$/i.test(method) || elsewhere(value("target")) || mode == "off" || submitter && !drives(submitter) ||
    !(mode == "optin" ? closest(element, '[data-turbo="true"]') : drives(element)) || !visitable(new URL(value("action") ?? location.href, document.baseURI))) return
  const message = submitter && attribute(submitter, "data-turbo-confirm") || attribute(element, "data-turbo-confirm")
  return { element, submitter, message, unsafe: UNSAFE.test(method) && !/^post$/i.test(method), act: () => HTMLFormElement.prototype.requestSubmit.call(element, submitter?.form == element ? submitter : null) }
}

const notice = (accepts, find) => (event) => {
  if (runtime.running || event.defaultPrevented || !accepts(event) || !runtime.over && !session.started) return
  let input
  try { input = find(event) } catch { /* leads to no URL */ }
  if (!input || (runtime.over || !config.earlyInputTimeout) && !input.message && !input.unsafe) return
  event.preventDefault()
  if (event.type == "submit") event.stopImmediatePropagation()
  if (runtime.over) return plainly(input)
  Object.assign(input, { event, path: event.composedPath(), target: event.target })
  // What is typed from here on is not part of it.
  if (input.element instanceof HTMLFormElement) input.data = new FormData(input.element)
  // Of what is clicked again while it is held the last counts.
  const again = held.findIndex(({ element }) => element == input.element)
  if (again < 0) held.push(input)
  else held[again] = input
  timer ??= setTimeout(release, config.earlyInputTimeout)
}

// Leaves to the browser what it can do by itself.
async function plainly({ element, submitter, message, unsafe, act }) {
  if (unsafe) return console.warn("turbo: this was not sent, for without the runtime its method would be another.", element)
  if (message && !await world.confirm(message, element, submitter)) return
  passing = true
  try { act() } finally { passing = false }
}

// Waits no longer, save for what the browser cannot do.
function release() {
  timer = null
  for (const input of held.splice(0)) {
    if (input.unsafe && !runtime.over) held.push(input)
    else plainly(input)
  }
}

// Lets Turbo's listeners hear of an event as if it came now.
function replay(input) {
  const { event, path, target, element, data } = input
  let going = true
  const set = (name, value) => Object.defineProperty(event, name, { value, configurable: true })
  const prevented = (value) => set("defaultPrevented", value)
  set("target", target)
  set("composedPath", () => path)
  set("preventDefault", () => prevented(true))
  set("stopImmediatePropagation", () => { going = false })
  prevented(false)
  captured.set(element, data)
  for (const node of path) {
    set("currentTarget", node)
    for (const observer of [node.delegate?.observer, ...Object.values(observers)]) if (going && observer instanceof Observer) observer.deliver(event, node)
  }
  captured.delete(element)
  if (!event.defaultPrevented) plainly(input)
}

const hide = (event) => { if (passing) event.stopImmediatePropagation() }

export function listen() {
  new Observer(
    [window, "click", hide, true], [window, "submit", hide, true],
    ...last(window, "click", notice(clicked, link)), ...last(document, "submit", notice(submitted, form)),
    [window, "pagehide", () => { held.length = 0 }]
  ).start()
  runtime.ready.then(() => { for (const input of held.splice(0)) replay(input) }, release)
}
