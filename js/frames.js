// Frames as pages see them; Go decides.

import { FetchResponse, requests } from "./fetch.js"
import { CLICK_IN_FRAME, clicked, last, Observer, session, SUBMIT_IN_FRAME, submitted, tell } from "./session.js"
import { morphTurboFrameElements } from "./morph.js"
import { forward, world } from "./values.js"

export const FrameLoadingStyle = { eager: "eager", lazy: "lazy" }

const appearance = new IntersectionObserver((entries) => {
  const seen = new Map(entries.map((entry) => [entry.target, entry.isIntersecting]))
  for (const [frame, intersecting] of seen) if (intersecting) frame.delegate.appeared()
})

class FrameController {
  restorationIdentifier = crypto.randomUUID()
  action = null

  constructor(element) {
    this.element = element
    this.observer = new Observer(...last(element, "click", tell(CLICK_IN_FRAME, clicked)), ...last(element, "submit", tell(SUBMIT_IN_FRAME, submitted)))
  }

  // The page that is left is cached with what the frame held.
  visitCachedSnapshot = ({ element }) => {
    const frame = element.querySelector("#" + this.element.id)
    if (frame && this.previousFrameElement) frame.replaceChildren(...this.previousFrameElement.children)
    delete this.previousFrameElement
  }

  appear() { appearance.observe(this.element) }
  disappear() { appearance.unobserve(this.element) }
}
forward(FrameController.prototype, 11, requests + " connect disconnect disabledChanged sourceURLChanged loadingStyleChanged sourceURLReloaded isComplete appeared")

export class FrameElement extends HTMLElement {
  static delegateConstructor = FrameController
  static observedAttributes = ["disabled", "loading", "src"]

  loaded = Promise.resolve()
  delegate = new FrameElement.delegateConstructor(this)

  connectedCallback() { this.delegate.connect() }
  disconnectedCallback() { this.delegate.disconnect() }
  attributeChangedCallback(name) { if (this.isConnected) this.delegate[{ disabled: "disabledChanged", loading: "loadingStyleChanged", src: "sourceURLChanged" }[name]]() }
  reload() { return this.delegate.sourceURLReloaded() }

  get loading() { return /^lazy$/i.test(this.getAttribute("loading")) ? "lazy" : "eager" }
  set loading(value) { reflect(this, "loading", value) }
  get shouldReloadWithMorph() { return this.src && this.refresh === "morph" }
  get complete() { return this.delegate.isComplete() }
  get isActive() { return this.ownerDocument === document && !this.isPreview }
  get isPreview() { return this.ownerDocument?.documentElement?.hasAttribute("data-turbo-preview") }
}

function reflect(element, name, value) {
  if (value) element.setAttribute(name, value === true ? "" : value)
  else element.removeAttribute(name)
}

for (const name of ["src", "refresh", "disabled", "autoscroll"]) {
  const flag = name == "disabled" || name == "autoscroll"
  Object.defineProperty(FrameElement.prototype, name, {
    get() { return flag ? this.hasAttribute(name) : this.getAttribute(name) },
    set(value) { reflect(this, name, flag ? !!value : value) },
    configurable: true
  })
}

// A renderer of frames, for its function that others can use or replace.
export class FrameRenderer {
  static renderElement(current, next) {
    const range = document.createRange()
    range.selectNodeContents(current)
    range.deleteContents()
    range.selectNodeContents(next)
    current.appendChild(range.extractContents())
  }
}

class TurboFrameMissingError extends Error {}

Object.assign(world, {
  renderFrame: FrameRenderer.renderElement,
  morphFrame: morphTurboFrameElements,
  frameMissing(text) { Promise.reject(new TurboFrameMissingError(text)) },
  // Visits a URL, or the page that a response holds.
  async visitAny(location, options) {
    if (!(location instanceof Response)) return session.visit(location, options)
    const response = new FetchResponse(location), responseHTML = await response.responseHTML
    session.visit(response.location, { response: { statusCode: response.statusCode, redirected: response.redirected, responseHTML } })
  }
})
