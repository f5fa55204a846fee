// Stream elements: shells that hand over to Go.

import { announced, content, enter, fragment, handle, list, messages, openingTag, piece, provide, repaint, RuntimeError, source, text } from "./dom.js"
import { fill, isLazy, makeLazy, revealing } from "./lazy-templates.js"
import { actions, ALL_TARGETS, MATCHING_TARGETS, NAMED_TARGETS, PLACE_APPEND, PLACE_BEFORE } from "./numbers.js"
import * as runtime from "./runtime.js"
import { begin, end } from "./settled.js"

export const StreamActions = {} // refresh is the session's

// A function that performs an action of Go's on a stream element. Its errors
// begin with the opening tag of the stream.
export const perform = (index) => function () {
  try { enter("perform", this, index) } catch (error) { throw this.explain(error) }
}

for (const [index, name] of actions.entries()) StreamActions[name] = perform(index)

const builtin = { ...StreamActions }
const own = new Set(Object.values(builtin))
// Whether no application has changed what stream elements do.
export const intact = () => unchanged() && actions.every((name) => StreamActions[name] == builtin[name])

// What a batch has made; its streams go by the numbers of their envelopes.
const made = [] // by envelope: the element, and the shell that it is a clone of
const shells = new Map() // by the source of a stream, without the content of its template
let shell // the last one used
const assembly = fragment("") // elements on their way into the page, of a document in which nothing is upgraded
let first // the first envelope in the assembly
let upcoming // the envelope of the element that is upgraded next

function shellOf(html) {
  if (shells.size > 999) shells.clear()
  let shell = shells.get(html)
  if (!shell) {
    shells.set(html, shell = fragment(html).firstChild)
    if (!shell.firstElementChild) shell.append(document.createElement("template"))
  }
  return shell
}

export class StreamElement extends HTMLElement {
  #state = "" // then "started", when it is to be performed, then "over"
  #connected = false // whether it ever was: then it leaves the page when it is over
  #envelope = made[upcoming]?.element == this ? upcoming++ : -1 // of the batch that made it, if one did
  #event // that announced it; listeners may have replaced its render
  #promised // the promise of render() and what settles it, once it is asked for

  static async renderElement(element) { await element.performAction() }

  connectedCallback() {
    if (!this.#state && this.render != render) return this.#renderAndLeave()
    this.#connected = true
    if (!this.#state) this.#start()
    else if (this.#state == "over") queueMicrotask(() => this.disconnect())
  }

  // An application that has replaced render says by it when the element is over.
  async #renderAndLeave() {
    try {
      await this.render()
    } catch (error) {
      console.error(error)
    } finally {
      this.disconnect()
    }
  }

  async render() {
    const { promise, resolve, reject } = this.#promise()
    if (!this.#state) this.#start()
    else if (this.#state == "over") resolve()
    else if (runtime.over) reject(runtime.over)
    return promise
  }

  #promise() {
    if (!this.#promised) {
      const settle = {}
      const promise = new Promise((resolve, reject) => Object.assign(settle, { resolve, reject }))
      this.#promised = { promise, ...settle }
    }
    return this.#promised
  }

  #start() {
    this.#state = "started"
    // Elements that are in the page before Go runs wait for it, in order.
    if (runtime.running) this.#announce()
    else runtime.when(() => this.#announce(), () => this.#promised?.reject(runtime.over))
  }

  #announce() {
    let event
    try {
      this.#event = event = this.beforeRenderEvent
      if (!this.dispatchEvent(event)) return queueMicrotask(() => this.#end())
    } catch (error) {
      return this.#end([error])
    }
    // A batch performs what is the runtime's own; anything else may be asynchronous and waits for a repaint by itself.
    if (this.#envelope >= 0 && !this.#promised && event.detail.render == renderElement && own.has(StreamActions[this.action])) return announced(this.#envelope)
    announced()
    repaint(() => this.#perform())
  }

  // Most actions are over when their function returns. No promise is made for
  // these, so that a burst costs little.
  #perform() {
    let result
    try {
      if ((this.hasAttribute("version") || this.hasAttribute("except")) && enter("outdated", this)) return this.#end()
      const { render } = this.#event.detail
      result = render == renderElement ? this.performAction() : render(this)
    } catch (error) {
      return this.#end([error])
    }
    if (typeof result?.then != "function") return this.#end()
    begin(this)
    result.then(() => this.#end(), (error) => this.#end([error]))
  }

  #end(failure) {
    this.#state = "over"
    end(this)
    if (failure) this.#promise().reject(failure[0])
    else this.#promised?.resolve()
    if (!this.#connected) return
    if (failure) {
      this.#promised.promise.catch(() => {})
      console.error(failure[0])
    }
    this.disconnect()
  }

  static {
    const primitives = {
      // No source stands for the one before.
      add_stream(at, length, envelope) {
        if (length) shell = shellOf(text(at, length))
        const element = shell.cloneNode(true)
        made[envelope] = { element, shell }
        first ??= envelope
        makeLazy(element.firstElementChild, source)
        assembly.appendChild(element)
      },
      add_stray(at, length) { assembly.append(text(at, length)) },
      insert_streams() {
        const outer = upcoming // an element that is upgraded may insert others
        upcoming = first
        first = undefined
        document.documentElement.appendChild(assembly)
        upcoming = outer
      },
      stream_intact(envelope, action) {
        if (StreamActions[actions[action]] != builtin[actions[action]] || !unchanged()) return 0
        if (envelope < 0) return 1
        const { element, shell } = made[envelope]
        return +(element.#event.detail.render == renderElement && !element.#promised && !Object.getOwnPropertyNames(element).length &&
          element.isEqualNode(shell) && isLazy(element.firstElementChild))
      },
      perform_stream(envelope) { made[envelope].element.#perform() },
      // The element of a stream, also of one that was to have none.
      late_stream(message, at, length, envelope) {
        let element = made[envelope]?.element
        if (!element) {
          element = document.importNode(fragment(piece(message, at, length)).firstChild, true)
          if (!element.firstElementChild) element.append(document.createElement("template"))
          element.#state = "started"
          element.#event = { detail: { render: renderElement } }
          document.documentElement.append(element)
          made[envelope] = { element }
        }
        return handle(element)
      },
      stream_done(envelope) { made[envelope].element.#end() },
      batch_done() { messages.length = made.length = 0 }
    }
    provide(primitives)
  }

  disconnect() { try { this.remove() } catch {} }

  // The error to throw for what a call into Go threw: texts of Go's own errors follow the opening tag.
  explain(error) {
    return error instanceof RuntimeError ? new Error(`${this.description}: ${error.message}`) : error
  }

  #list(name, which) {
    try { return list(name, this, which) } catch (error) { throw this.explain(error) }
  }

  fail(text) { throw new Error(`${this.description}: ${text}`) }

  get performAction() {
    const { action } = this
    if (!action) this.fail("action attribute is missing")
    return StreamActions[action] || this.fail("unknown action")
  }

  get targetElements() { return this.#list("targets", ALL_TARGETS) }
  get targetElementsById() { return this.#list("targets", NAMED_TARGETS) }
  get targetElementsByQuery() { return this.#list("targets", MATCHING_TARGETS) }
  get duplicateChildren() { return this.#list("duplicates", PLACE_APPEND) }
  get duplicateSiblings() { return this.#list("duplicates", PLACE_BEFORE) }
  removeDuplicateTargetChildren() { for (const child of this.duplicateChildren) child.remove() }
  removeDuplicateTargetSiblings() { for (const sibling of this.duplicateSiblings) sibling.remove() }

  get templateElement() { return this.#list("template")[0] }

  get templateContent() { return content(this.templateElement) }
  get action() { return this.getAttribute("action") }
  get target() { return this.getAttribute("target") }
  get targets() { return this.getAttribute("targets") }
  get requestId() { return this.getAttribute("request-id") }

  get description() { return openingTag(this) }

  get beforeRenderEvent() {
    return new CustomEvent("turbo:before-stream-render", {
      bubbles: true,
      cancelable: true,
      detail: { newStream: this, render: StreamElement.renderElement }
    })
  }
}

const { prototype, renderElement } = StreamElement
const { render, disconnect } = prototype

const getters = ["performAction", "beforeRenderEvent"].map((name) => [name, Object.getOwnPropertyDescriptor(prototype, name).get])

// Whether what an element does when it is connected is ours. Looking at getters takes a while, so they are looked at once
// in a task of the page.
let trusted
function unchanged() {
  if (prototype.render != render || prototype.disconnect != disconnect || StreamElement.renderElement != renderElement) return false
  if (trusted == undefined) {
    trusted = getters.every(([name, get]) => Object.getOwnPropertyDescriptor(prototype, name)?.get == get)
    queueMicrotask(() => trusted = undefined)
  }
  return trusted
}

// Whoever looks at a stream's source looks at its template.
for (const name of revealing) {
  Object.defineProperty(StreamElement.prototype, name, {
    get() {
      if (this.firstElementChild) fill(this.firstElementChild)
      return Reflect.get(HTMLElement.prototype, name, this)
    },
    set(value) { Reflect.set(HTMLElement.prototype, name, value, this) },
    configurable: true
  })
}

// Actions of the application written in Go.
provide({
  add_action(at, length, index) {
    const name = actions[index] = text(at, length)
    own.add(builtin[name] = StreamActions[name] = perform(index))
  }
})

// Whether stream elements are ours: the first definition of a custom element stays.
let ours
export const isOurs = () => ours ??= customElements.get("turbo-stream") == StreamElement

export function define(name, constructor) {
  if (!customElements.get(name)) customElements.define(name, constructor)
}
