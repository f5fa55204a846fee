// Form submissions as pages see them; Go decides.

import { FetchRequest } from "./fetch.js"
import { aside } from "./settled.js"
import { forward, world, wrap } from "./values.js"

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

// What forms held when they were submitted, where they could not be taken at once.
export const captured = new WeakMap()

class FormSubmission {
  static confirmMethod(message) { return Promise.resolve(confirm(message)) }

  constructor(number, formElement, { delegate, submitter, method, action, enctype }) {
    wrap(this, number)
    Object.assign(this, { delegate, formElement, submitter })
    const data = captured.get(formElement) ?? new FormData(formElement)
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
  get submitsWith() { return this.submitter?.getAttribute("data-turbo-submits-with") }
}
forward({ FormSubmission })

const submissions = new Set()

// A copy of a part of the page as it is at rest: without the marks of what is
// under way, and frames with the source of what they show.
function copied(element) {
  const copy = element.cloneNode(true)
  const twin = (node) => copy.querySelectorAll("*")[[...element.querySelectorAll("*")].indexOf(node)]
  const builtIn = ["disabled", "aria-disabled"].find((name) => submitters[name] == forms.submitter)
  for (const { formElement, submitter, originalSubmitText: text, untitled } of submissions) {
    twin(formElement)?.removeAttribute("aria-busy")
    const button = twin(submitter)
    if (!button) continue
    if (builtIn) button.removeAttribute(builtIn)
    if (untitled) button.removeAttribute("value")
    else if (text != null) button[button.localName == "button" ? "innerHTML" : "value"] = text
  }
  const frames = copy.querySelectorAll("turbo-frame")
  for (const [index, frame] of element.querySelectorAll("turbo-frame").entries()) {
    if (frame.hasAttribute("busy")) for (const name of ["busy", "aria-busy"]) frames[index].removeAttribute(name)
    const { shown, whole } = frame.delegate ?? {}
    if (shown == null) continue
    shown ? frames[index].setAttribute("src", shown) : frames[index].removeAttribute("src")
    frames[index].toggleAttribute("complete", whole)
  }
  return copy
}

Object.assign(world, {
  submissions,
  copied,
  submission: (...of) => new FormSubmission(...of),
  confirm(message, form, submitter) {
    const answer = (async () => (typeof forms.confirm == "function" ? forms : FormSubmission)[typeof forms.confirm == "function" ? "confirm" : "confirmMethod"](message, form, submitter))()
    aside.add(answer)
    return answer
  },
  error: (text) => new Error(text)
})
