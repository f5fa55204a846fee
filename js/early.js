// Input that comes before Go runs. What Turbo would handle is held back until then.
// The page's own listeners have had the event, so only our part of it is made up
// for. After a while, or if Go cannot start or has ended, the browser handles the
// input instead, except for what only Turbo would confirm or send.
// The rules are those of wasm/link and wasm/form.

import { enter } from "./dom.js"
import { captured } from "./forms.js"
import { CLICK, CLICK_IN_FRAME, LINK, SUBMIT, SUBMIT_IN_FRAME, SUBMIT_OUTSIDE } from "./numbers.js"
import { clicked, last, Observer, submitted } from "./observers.js"
import * as runtime from "./runtime.js"
import { config, session } from "./session.js"
import { world } from "./values.js"

const held = []
let timer, passing

const { getAttribute } = Element.prototype
const value = (element, name) => element && getAttribute.call(element, name)

function closest(node, selector) {
  for (let found; node; node = node.assignedSlot || node.getRootNode().host) if (found = node.closest?.(selector)) return found
}

function drives(node) {
  const value = closest(node, "[data-turbo]")?.getAttribute("data-turbo")
  return config.drive.enabled || closest(node, "turbo-frame") ? value != "false" : value == "true"
}

function visitable({ href, pathname }) {
  const root = [...document.querySelectorAll('meta[name="turbo-root"]')].at(-1)?.content ?? "/"
  return (href + "/").startsWith(new URL(root, document.baseURI).href.replace(/\/?$/, "/")) && !config.drive.unvisitableExtensions.has(/\.[^./]*$/.exec(pathname)?.[0])
}

// The link that Turbo would follow for a click, the question to confirm, and whether
// the browser would send something else.
function link(event) {
  const element = closest(event.composedPath()[0], "a[href]")
  if (!element || event.target.isContentEditable || event.which > 1 || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey ||
    element.hasAttribute("download") || !/^(_self)?$/.test(element.target) || !drives(element)) return
  const url = new URL(element.href, document.baseURI), method = value(element, "data-turbo-method")
  if (method == null && value(element, "data-turbo-stream") == null ? visitable(url) && !url.href.startsWith(document.URL.split("#")[0] + "#") : visitable(url) || closest(element, "turbo-frame")) {
    return { element, message: value(element, "data-turbo-confirm"), unsafe: method && !/^get$/i.test(method), act: () => element.click() }
  }
}

// The same for the form of a submit event.
function form({ target: element, submitter }) {
  const either = (name) => value(submitter, "form" + name) || value(element, name)
  const method = either("method"), { mode } = config.forms
  if (!/^dialog$/i.test(method) && /^(_(self|top|parent))?$/.test(either("target") ?? "") && mode != "off" && (!submitter || drives(submitter)) &&
    (mode == "optin" ? closest(element, '[data-turbo="true"]') : drives(element)) && visitable(new URL(either("action") ?? document.URL, document.baseURI))) {
    return { element, submitter, message: value(submitter, "data-turbo-confirm") || value(element, "data-turbo-confirm"), unsafe: /^(put|patch|delete)$/i.test(method),
      act: () => HTMLFormElement.prototype.requestSubmit.call(element, submitter?.form == element ? submitter : null) }
  }
}

const notice = (accepts, find) => (event) => {
  const { earlyInputTimeout } = config
  if (runtime.running || event.defaultPrevented || !accepts(event) || !runtime.over && !session.started) return
  let input
  try { input = find(event) } catch { /* leads to no URL */ }
  if (!input || (runtime.over || !earlyInputTimeout) && !input.message && !input.unsafe) return
  event.preventDefault()
  if (find == form) event.stopImmediatePropagation()
  if (runtime.over) return plainly(input)
  // What is typed later is not submitted.
  if (find == form) input.data = new FormData(input.element)
  Object.assign(input, { event, path: event.composedPath(), target: event.target })
  // If an element is clicked again while its input is held, the last click counts.
  const again = held.findIndex(({ element }) => element == input.element)
  held.splice(again < 0 ? held.length : again, 1, input)
  timer ??= setTimeout(release, earlyInputTimeout)
}

// Leaves to the browser what it can do by itself.
async function plainly({ element, submitter, message, unsafe, act }) {
  if (unsafe) return console.warn("turbo: not sent, because its method needs the runtime:", element)
  if (message && !await world.confirm(message, element, submitter)) return
  passing = true
  try { act() } finally { passing = false }
}

// Stops waiting, except for what the browser cannot do.
function release() {
  timer = null
  for (const input of held.splice(0)) {
    if (input.unsafe && !runtime.over) held.push(input)
    else plainly(input)
  }
}

// Hands an event to Go as if it came now.
function replay(input) {
  const { event, path, target, element, data } = input
  let going = true
  const set = (name, value) => Object.defineProperty(event, name, { value, configurable: true })
  const hand = (number, node) => {
    set("currentTarget", node)
    if (going) enter("ask", event, number)
  }
  set("target", target)
  set("composedPath", () => path)
  set("preventDefault", () => set("defaultPrevented", true))
  set("stopImmediatePropagation", () => { going = false })
  set("defaultPrevented", false)
  captured.set(element, data)
  for (const node of path) if (node.delegate?.formSubmitObserver) hand(data ? SUBMIT_IN_FRAME : CLICK_IN_FRAME, node)
  hand(data ? SUBMIT_OUTSIDE : LINK)
  hand(data ? SUBMIT : CLICK)
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
