// What the types have beyond those that npm has for @hotwired/turbo.
import * as module from "@hotwired/turbo"
import { cable, FetchEnctype, FetchMethod, fetchMethodFromString, FetchRequest, FrameLoadingStyle, FrameRenderer, isSafe, PageRenderer, PageSnapshot, ready, settled } from "@hotwired/turbo"
import type { CableSubscription, FetchRequestDelegate, Visit } from "@hotwired/turbo"

ready.then(() => module.visit(new URL("/two", location.href)), (reason: Error) => console.error(reason.message))
settled().then(() => console.log(module.session.pending.size))
document.addEventListener("turbo:error", ({ detail: { message } }) => console.error(message))

document.addEventListener("turbo:cable-gap", (event) => { if (event.detail.identifier) event.preventDefault() })
document.addEventListener("turbo:cable-rejected", ({ detail }) => console.warn(detail?.reason ?? "rejected"))
document.addEventListener("turbo:cable-disconnected", ({ detail: { willAttemptReconnect, reason } }) => console.log(willAttemptReconnect, reason))

// The global of the classic script has all exports.
const { visit, StreamActions, setConfirmMethod, setProgressBarDelay } = Turbo
visit("/", { willRender: false, snapshotHTML: "<p>", refresh: { method: "morph", scroll: "preserve" }, direction: "none", response: { statusCode: 200, redirected: false } })
StreamActions.append!.call(document.createElement("turbo-stream"))
setConfirmMethod((message) => message.length > 1)
setProgressBarDelay(100)

const delegate: FetchRequestDelegate = {
  prepareRequest(request) { request.acceptResponseType("text/plain") },
  requestStarted() {}, requestFinished() {}, requestPreventedHandlingResponse() {},
  requestSucceededWithResponse(_, response) { response.responseText.then(console.log) },
  requestFailedWithResponse(_, response) { console.log(response.serverError) },
  requestErrored(_, error) { console.error(error) }
}
const request = new FetchRequest(delegate, FetchMethod.post, new URL(location.href), new FormData(), null, FetchEnctype.multipart)
request.perform().then((response) => response && response.statusCode)
request.cancel()
console.log(isSafe("GET"), fetchMethodFromString("PATCH") === "patch", FrameLoadingStyle.lazy, PageSnapshot.fromHTMLString("<p>").refreshMethod)
PageRenderer.renderElement(document.body as HTMLBodyElement, document.createElement("body"))
FrameRenderer.renderElement(document.createElement("turbo-frame"), document.createElement("turbo-frame"))
Turbo.fetch("/streams", { headers: { accept: "text/vnd.turbo-stream.html" } }).then((response) => response.text()).then(Turbo.renderStreamMessage)

const running: Visit | undefined = Turbo.navigator.currentVisit
if (running?.state == "started") running.issueRequest()
Turbo.navigator.proposeVisit(new URL("/two", location.href), { action: "replace" })
Turbo.session.refresh(location.href, { method: "morph", requestId: "1" })
Turbo.session.pageRefreshDebouncePeriod = 10
console.log(Turbo.session.recentRequests.has("1"), Turbo.session.elementIsNavigatable(document.body), Turbo.session.snapshot.refreshScroll)

cable.subscribeTo({ channel: "RoomChannel", room: 1 }, {
  connected({ reconnected }) { console.log(reconnected, this.identifier) },
  received(data) { if (typeof data == "string") Turbo.renderStreamMessage(data) },
  speak(text: string) { this.perform("speak", { text }) }
}).then((subscription: CableSubscription) => subscription.unsubscribe())

import { cable as railsCable, Turbo } from "@hotwired/turbo-rails"

Turbo.config.earlyInputTimeout = 2000
Turbo.config.forms.confirm = async (message) => confirm(message)
Turbo.Turbo.visit("/messages")
await (await railsCable.getConsumer()).connect()
