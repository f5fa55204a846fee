// Form submissions as pages see them; Go decides.

import { enter } from "./dom.js"
import { FetchRequest, FetchResponse, Requester } from "./fetch.js"
import { runtime } from "./runtime.js"
import { renderStreamMessage } from "./streams.js"
import { forward, world } from "./values.js"

const ariaDisabled = (event) => {
  event.preventDefault()
  event.stopImmediatePropagation()
}

const submitters = {
  disabled: {
    beforeSubmit(submitter) { submitter.disabled = true },
    afterSubmit(submitter) { submitter.disabled = false }
  },
  "aria-disabled": {
    beforeSubmit(submitter) {
      submitter.setAttribute("aria-disabled", "true")
      submitter.addEventListener("click", ariaDisabled)
    },
    afterSubmit(submitter) {
      submitter.removeAttribute("aria-disabled")
      submitter.removeEventListener("click", ariaDisabled)
    }
  }
}

export const forms = {
  mode: "on",
  confirm: undefined,
  get submitter() { return submitters.current },
  set submitter(value) { submitters.current = submitters[value] || value }
}
forms.submitter = "disabled"

export class FormSubmission extends Requester {
  state = "initialized"

  constructor(formElement, submitter, mustRedirect, method, action, enctype) {
    super()
    Object.assign(this, { formElement, submitter, mustRedirect })
    const data = new FormData(formElement)
    const name = submitter?.getAttribute("name")
    if (name) data.append(name, submitter.getAttribute("value") || "")
    this.formData = data
    this.fetchRequest = new FetchRequest(this, method, new URL(action), data, formElement, enctype)
  }

  get method() { return this.fetchRequest.method }
  set method(value) { this.fetchRequest.method = value }
  get action() { return this.fetchRequest.url.toString() }
  set action(value) { this.fetchRequest.url = new URL(value, document.baseURI) }
  get body() { return this.fetchRequest.body }
  get enctype() { return this.fetchRequest.enctype }
  get isSafe() { return this.fetchRequest.isSafe }
  get location() { return this.fetchRequest.url }
}
forward(FormSubmission.prototype, 1, "stop")

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content

Object.assign(world, {
  forms,
  Object,
  console,
  submission: (form, submitter, { mustRedirect, method, action, enctype }) => new FormSubmission(form, submitter ?? undefined, mustRedirect, method, action, enctype),
  confirm: async (message, form, submitter) => typeof forms.confirm == "function" ? forms.confirm(message, form, submitter) : window.confirm(message),
  error: (text) => new Error(text),
  isNode: (value) => value instanceof Node,
  isFrame: (name) => [...document.getElementsByName(name)].some((element) => element instanceof HTMLIFrameElement),
  resolve: (location) => new URL(location, document.baseURI),
  rootLocation: () => new URL(document.head.querySelector('meta[name="turbo-root"]')?.content ?? "/", document.baseURI),
  // The closest element that matches, through the shadow roots around it.
  closest(element, selector) {
    for (; element; element = element.assignedSlot ?? element.getRootNode()?.host) {
      const found = element.closest(selector)
      if (found) return found
    }
  },
  link: (event) => world.closest(event.composedPath?.()[0] ?? event.target, "a[href], a[xlink\\:href]"),
  csrfToken() {
    const name = meta("csrf-param")
    const cookie = name && document.cookie.split("; ").find((entry) => entry.startsWith(name))
    const value = cookie && decodeURIComponent(cookie.split("=").slice(1).join("="))
    return value || meta("csrf-token")
  },
  hiddenForm({ href, search, searchParams }) {
    const form = document.createElement("form")
    form.hidden = true
    form.setAttribute("data-turbo", "true")
    form.setAttribute("action", href.replace(search, ""))
    for (const [name, value] of searchParams) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }))
    return form
  },
  submitSoon(form) {
    document.body.appendChild(form)
    form.addEventListener("turbo:submit-end", () => form.remove(), { once: true })
    requestAnimationFrame(() => form.requestSubmit())
  },
  // A page that is not visited yet by the runtime is left to the browser.
  visit(href) { location.href = href },
  render(html) {
    document.open()
    document.write(html)
    document.close()
  }
})

// Listens to an event behind all that listen when it comes: the listener of
// the capture phase puts the one of the bubble phase last.
export function listenLast(target, type, listener) {
  const last = () => {
    target.removeEventListener(type, listener)
    target.addEventListener(type, listener)
  }
  target.addEventListener(type, last, true)
  return () => {
    target.removeEventListener(type, last, true)
    target.removeEventListener(type, listener)
  }
}

// Takes the page's forms over until Go ends.
export function observeForms() {
  const stops = [
    listenLast(document, "submit", (event) => { if (event.target instanceof HTMLFormElement) enter("submit", event) }),
    listenLast(document.documentElement, "click", (event) => { if (event instanceof MouseEvent) enter("click_form_link", event) })
  ]
  for (const stop of stops) runtime.stop(stop)
}

// Streams are rendered whatever they answer (Turbo 8.0.23, stream observer).
export async function renderStreams(event) {
  const { fetchResponse } = event.detail ?? {}
  if (!(fetchResponse instanceof FetchResponse) || !fetchResponse.contentType?.startsWith("text/vnd.turbo-stream.html")) return
  event.preventDefault()
  const html = await fetchResponse.responseText
  if (html) renderStreamMessage(html)
}
