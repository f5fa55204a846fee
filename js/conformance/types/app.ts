// An application as it is written with the types that npm has for @hotwired/turbo (@types/hotwired__turbo). It must
// compile under --strict with those and with ours; own.ts uses what only ours have.
import * as Turbo from "@hotwired/turbo"
import {
  cache, config, connectStreamSource, disconnectStreamSource, FrameElement, morphBodyElements, morphChildren, morphElements, morphTurboFrameElements,
  navigator, registerAdapter, renderStreamMessage, session, setFormMode, start, StreamActions, StreamElement, visit
} from "@hotwired/turbo"
import type {
  Action, Adapter, BrowserAdapter, FetchRequest, FetchRequestHeaders, FetchResponse, FormSubmission, FormSubmissionResult, MorphOptions, PageSnapshot, ProgressBar, SnapshotCache,
  StreamMessage, StreamSource, TurboBeforeFetchRequestEvent, TurboBeforeRenderEvent, TurboBeforeStreamRenderEvent, TurboClickEvent, TurboFrameMissingEvent, TurboHistory, TurboLoadEvent,
  TurboStreamAction, TurboStreamActions, TurboSubmitEndEvent, TurboSubmitStartEvent, Visit, VisitOptions
} from "@hotwired/turbo"

// Streams: messages, actions of the application's own, sources.
renderStreamMessage(`<turbo-stream action="log" message="hello"></turbo-stream>`)
const log: TurboStreamAction = function () {
  console.log(this.getAttribute("message"), this.action.length, this.targetElements.map(({ id }) => id))
  for (const target of this.targetElements) target.append(this.templateContent)
}
StreamActions.log = log
StreamActions.redirect = function () { visit(this.target, { action: "replace" }) }
const own: TurboStreamActions = { ...StreamActions, async later() { await this.render() } }
Object.assign(StreamActions, own)

class Feed implements StreamSource {
  #target = new EventTarget()
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void { this.#target.addEventListener(type, listener as EventListener) }
  removeEventListener(type: "message", listener: (event: MessageEvent) => void): void { this.#target.removeEventListener(type, listener as EventListener) }
  say(data: string) { this.#target.dispatchEvent(new MessageEvent("message", { data })) }
}
const feed = new Feed()
connectStreamSource(feed)
connectStreamSource(new EventSource("/events"))
disconnectStreamSource(new WebSocket("ws://example.org"))
feed.say("<turbo-stream></turbo-stream>")

document.addEventListener("turbo:before-stream-render", (event) => {
  const { newStream, render } = event.detail
  event.detail.render = async (element: StreamElement) => {
    if (newStream.action == "none") return
    await render(element)
  }
})
const told = (event: TurboBeforeStreamRenderEvent) => event.detail.newStream.templateElement.innerHTML
addEventListener("turbo:before-stream-render", told)
const message: StreamMessage = { fragment: document.createDocumentFragment() }
Turbo.renderStreamMessage(message)

// Visits.
start()
visit("/two")
const options: VisitOptions = { action: "advance", frame: "messages" }
Turbo.visit("/three", options)
const actions: Action[] = ["advance", "replace", "restore"]
for (const action of actions) visit("/", { action })

document.addEventListener("turbo:click", (event: TurboClickEvent) => { if (event.detail.originalEvent.detail > 1) event.preventDefault() })
document.addEventListener("turbo:before-visit", ({ detail: { url } }) => console.log(new URL(url).pathname))
document.addEventListener("turbo:visit", ({ detail }) => console.log(detail.url.length, detail.action == "restore"))
document.addEventListener("turbo:load", (event: TurboLoadEvent) => console.log(event.detail.url))
document.addEventListener("turbo:render", () => document.body.classList.remove("loading"))
document.addEventListener("turbo:before-cache", () => document.querySelectorAll(".flash").forEach((element) => element.remove()))
document.addEventListener("turbo:before-prefetch", (event) => event.preventDefault())
document.addEventListener("turbo:reload", (event) => console.log(event.type))
document.documentElement.addEventListener("turbo:before-render", async (event: TurboBeforeRenderEvent) => {
  event.preventDefault()
  await Promise.all(document.getAnimations().map(({ finished }) => finished))
  const { render } = event.detail
  event.detail.newBody.dataset.method = event.detail.renderMethod
  event.detail.render = (currentBody, newBody) => {
    if (event.detail.renderMethod == "morph") morphBodyElements(currentBody, newBody)
    else render(currentBody, newBody)
  }
  event.detail.resume()
})

// Requests.
document.addEventListener("turbo:before-fetch-request", async (event: TurboBeforeFetchRequestEvent) => {
  event.preventDefault()
  const { fetchOptions, url } = event.detail
  const headers: FetchRequestHeaders = fetchOptions.headers
  headers["Authorization"] = `Bearer ${await Promise.resolve("token")}`
  fetchOptions.headers["X-Page"] = url.searchParams.get("page") ?? undefined
  if (fetchOptions.method == "POST" && fetchOptions.body instanceof FormData) fetchOptions.body.append("own", "1")
  event.detail.resume()
})
document.addEventListener("turbo:before-fetch-response", ({ detail: { fetchResponse } }) => {
  const { succeeded, statusCode, location, isHTML } = fetchResponse
  const html: boolean = isHTML
  const token = fetchResponse.header("X-Token")
  if (succeeded && html && token) console.log(statusCode, location.href, token.length)
})
document.addEventListener("turbo:fetch-request-error", ({ detail: { request, error } }) => console.error((request as FetchRequest).url.href, error.message))
const read = async (response: FetchResponse): Promise<string> => (await response.responseHTML) + (await response.responseText) + response.response.statusText
read

// Forms.
config.forms.mode = "optin"
config.forms.confirm = async (message, element, submitter) => element.checkValidity() && submitter !== null && window.confirm(message)
config.forms.submitter = "aria-disabled"
config.forms.submitter = { beforeSubmit: (submitter) => submitter.classList.add("busy"), afterSubmit: (submitter) => submitter.classList.remove("busy") }
setFormMode("off")
document.addEventListener("turbo:submit-start", (event: TurboSubmitStartEvent) => {
  const { formSubmission } = event.detail
  if (formSubmission.submitter?.disabled && !formSubmission.isSafe) formSubmission.stop()
  formSubmission.body.append("at", formSubmission.location.pathname)
  formSubmission.fetchRequest.headers["X-Form"] = formSubmission.formElement.id
})
const ended = (event: TurboSubmitEndEvent) => {
  if (event.detail.success) console.log(event.detail.fetchResponse.statusCode)
  else console.log(event.detail.error?.message, event.detail.fetchResponse?.statusCode)
}
document.querySelector("form")!.addEventListener("turbo:submit-end", ended)
const reset = ({ formSubmission: { formElement } }: FormSubmissionResult) => formElement.reset()
addEventListener("turbo:submit-end", ({ detail }) => reset(detail))
navigator.submitForm(document.forms[0]!)

// Frames.
const frame = document.querySelector("turbo-frame")!
frame.src = "/messages"
frame.loading = "lazy"
frame.refresh = "morph"
frame.disabled = frame.complete && !frame.isActive
frame.reload().then(() => frame.loaded).then(() => console.log(frame.isPreview, frame.autoscroll))
frame.addEventListener("turbo:frame-load", () => console.log("loaded"))
frame.addEventListener("turbo:frame-render", ({ detail: { fetchResponse } }) => console.log(fetchResponse.redirected))
frame.addEventListener("turbo:before-frame-render", (event) => {
  const { newFrame } = event.detail
  event.detail.render = (currentFrame, nextFrame) => { morphTurboFrameElements(currentFrame, nextFrame); newFrame.remove() }
})
frame.addEventListener("turbo:frame-missing", (event: TurboFrameMissingEvent) => {
  event.preventDefault()
  event.detail.visit(event.detail.response, { action: "advance" })
})
class Panel extends FrameElement {
  toggle() { this.disabled = !this.disabled }
}
customElements.define("app-panel", Panel)
document.createElement("turbo-frame").reload()

// Morphs.
const morphing: MorphOptions = { morphStyle: "innerHTML", callbacks: { beforeNodeMorphed: (current, next) => current.id == next.id } }
morphElements(document.body, document.createElement("body"), morphing)
morphElements(document.body, [document.createElement("p")])
morphChildren(frame, document.createElement("div"))
document.addEventListener("turbo:before-morph-element", (event) => { if (event.detail.currentElement.id == event.detail.newElement?.id) event.preventDefault() })
document.addEventListener("turbo:before-morph-attribute", (event) => { if (event.detail.mutationType == "remove" && event.detail.attributeName == "open") event.preventDefault() })
document.addEventListener("turbo:morph-element", ({ detail: { currentElement, newElement } }) => console.log(currentElement.isEqualNode(newElement)))
document.addEventListener("turbo:morph", ({ detail: { currentElement } }) => console.log(currentElement.children.length))
document.addEventListener("turbo:before-frame-morph", ({ detail: { currentElement } }) => console.log(currentElement.src))

// The session, its cache and its adapter.
config.drive.enabled = session.drive
config.drive.progressBarDelay = 100
config.drive.unvisitableExtensions.add(".epub")
cache.clear()
cache.exemptPageFromCache()
cache.exemptPageFromPreview()
cache.resetCacheControl()
const history: TurboHistory = session.history
history.replace(new URL("/now", location.href))
const snapshots: SnapshotCache = session.view.snapshotCache
const snapshot: PageSnapshot | undefined = snapshots.get(session.location)
if (snapshot?.isPreviewable) snapshots.put(history.location, snapshot.clone())
session.view.clearSnapshotCache()
const bar: ProgressBar = (session.adapter as BrowserAdapter).progressBar
bar.setValue(0.5)
bar.show()

class NativeAdapter implements Adapter {
  visits = new Map<string, Visit>()
  visitProposedToLocation(location: URL, options?: VisitOptions) { console.log(location.href, options?.action) }
  visitStarted(visit: Visit) {
    this.visits.set(visit.location.href, visit)
    if (visit.hasCachedSnapshot()) visit.complete()
  }
  visitRequestStarted() {}
  visitRequestCompleted() {}
  visitRequestFailedWithStatusCode(visit: Visit, statusCode: number) { if (statusCode == 0) visit.cancel() }
  visitRequestFinished() {}
  visitRendered() {}
  visitCompleted(visit: Visit) { this.visits.delete(visit.location.href) }
  visitFailed() {}
  pageInvalidated(reason: { reason: string }) { console.log(reason.reason) }
  formSubmissionStarted(submission: FormSubmission) { console.log(submission.action) }
}
registerAdapter(new NativeAdapter())
console.log(navigator.delegate.adapter === session.adapter)
