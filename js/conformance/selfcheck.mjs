// The harness must be able to fail: it breaks the runtime on purpose, one thing at a time, and sees that a scenario
// notices. Each sabotage is a script that the page runs behind the runtime's, or before it.
import { check } from "./check.mjs"
import { load } from "./scenario.mjs"

const dispatching = (code) => `{
  const { dispatchEvent } = EventTarget.prototype
  const native = (target, event) => dispatchEvent.call(target, event)
  EventTarget.prototype.dispatchEvent = function (event) { ${code}; return native(this, event) }
}`
const on = (type, code) => `addEventListener("${type}", (event) => { ${code} })`

const submitted = "form/a-post-that-redirects-is-a-visit"
const visited = "form/a-get-form-is-a-visit"
const framed = "frame/a-link-loads-its-frame"
export const sabotages = [
  { what: "two events change places", scenario: submitted, after: `let late; ` + dispatching(`
    if (event.type == "turbo:submit-start" && !late) { late = [this, event]; return true }
    if (event.type == "turbo:before-fetch-response" && late?.length) { const result = native(this, event); native(...late); late = []; return result }`) },
  { what: "an event is lost", scenario: submitted, after: dispatching(`if (event.type == "turbo:submit-end") return true`) },
  { what: "an event comes twice", scenario: visited, after: dispatching(`if (event.type == "turbo:render") native(this, new CustomEvent(event.type, event))`) },
  { what: "a detail of an event changes", scenario: visited, after: dispatching(`if (event.type == "turbo:visit") event.detail.action = "replace"`) },
  { what: "a request lacks a header", scenario: framed, after: on("turbo:before-fetch-request", `setTimeout(() => {}); delete event.detail.fetchOptions.headers["Turbo-Frame"]`) },
  { what: "there is one request more", scenario: visited, after: on("turbo:load", `fetch("/extra")`) },
  { what: "the page has one attribute more", scenario: visited, after: on("turbo:load", `document.body.setAttribute("data-extra", "")`) },
  { what: "the page lacks an attribute", scenario: framed, after: on("turbo:frame-load", `event.target.removeAttribute("complete")`) },
  { what: "a text is another", scenario: visited, after: on("turbo:load", `document.querySelector("h1") && document.querySelector("h1").append("!")`) },
  { what: "an element is replaced by its copy", scenario: framed, after: on("turbo:frame-load", `event.target.replaceWith(event.target.cloneNode(true))`) },
  { what: "the focus is lost", scenario: "form/a-refused-form-is-rendered-in-place", after: on("focusin", `event.target.id == "field" && event.target.blur()`) },
  { what: "the history has one entry more", scenario: visited, after: on("turbo:load", `history.pushState(history.state, "")`) },
  { what: "the page is scrolled elsewhere", scenario: "form/a-refused-form-goes-to-the-top", after: on("turbo:render", `setTimeout(() => scrollTo(0, 50), 10)`) },
  { what: "an error is not told", scenario: "form/a-post-answered-with-200-is-an-error", after: `console.error = () => {}` },
  { what: "a script runs twice", scenario: "frame/scripts-in-a-frame-run", after: on("turbo:frame-load", `const script = document.createElement("script"); script.textContent = event.target.querySelector("script").textContent; event.target.append(script); script.remove()`) },
  { what: "what nobody can resume is held", scenario: "drive/a-rendering-that-nobody-resumes-holds-nothing", before: `FinalizationRegistry.prototype.register = () => {}` },
  { what: "a custom element is not told", scenario: "frame/custom-elements-in-a-frame-connect-once", after: `{
    const { define } = customElements
    customElements.define = function (name, element) { if (name == "x-recorder") delete element.prototype.connectedCallback; return define.call(this, name, element) }
  }` }
]

// selfCheck returns what was broken and nobody noticed.
export async function selfCheck(browser, browserName, runtimes) {
  const problems = []
  for (const { what, scenario, before, after } of sabotages) {
    const [{ problems: noticed }] = await check(browser, browserName, load(scenario), { ...runtimes, pending: [], sabotage: { before, after }, modes: [true] })
    if (noticed.length === 0 || noticed.some(({ aspect }) => aspect === "run")) problems.push(`${what}: ${scenario} did not notice${noticed.map(({ text }) => ` but broke off: ${text}`)}`)
  }
  return problems
}
