// Measures one runtime in one page.
//
// What is measured is how long the main thread is busy with a load: from the
// call to the end of the task and its microtasks, and in every animation frame
// from its first callback to its last, until the last message is applied. The
// waits between them, and style and layout, are the browser's and are left out:
// the list is not displayed.

import { loads, paced, pacedList } from "./loads.js"

const observed = new URLSearchParams(location.search).has("observed")
let events = 0
if (observed) addEventListener("turbo:before-stream-render", () => events++)

const list = document.getElementById("list")

// Where no program brings actions of its own (./actions), JavaScript does.
const { StreamActions } = await Promise.resolve(window.Turbo.ready).then(() => window.Turbo)
if (!StreamActions.toast) Object.assign(StreamActions, {
  toast() {
    for (const target of this.targetElements) {
      const toast = document.createElement("p")
      toast.setAttribute("role", "status")
      toast.textContent = this.getAttribute("message")
      target.append(toast)
    }
  },
  add() { for (const target of this.targetElements) target.append(this.templateContent) },
  mark() { for (const target of this.targetElements) target.classList.toggle(this.getAttribute("class"), this.getAttribute("on") == "true") },
  count() { for (const target of this.targetElements) target.textContent = Number(target.textContent) + Number(this.getAttribute("by")) }
})

const callback = () => new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now())))

// The busy time of a frame, and of a call before it.
async function frame(call) {
  const first = callback()
  const start = performance.now()
  call?.()
  // What the call left to microtasks, which asks for its own frames there.
  for (let i = 0; i < 100; i++) await null
  const busy = performance.now() - start
  const last = callback()
  return busy + await last - await first
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

// The busy time of one load, in ms, and what the list holds after it. With least, of the least that the page must do.
export async function measure(load, n, withLeast) {
  const { list: before, messages, last, least } = loads[load](n)
  list.innerHTML = before
  events = 0
  await frame()
  await frame()

  const { renderStreamMessage } = window.Turbo
  let busy = await frame(() => {
    if (withLeast) least(list)
    else for (const message of messages) renderStreamMessage(message)
  })
  for (let frames = 0; !document.getElementById(last); frames++) {
    if (frames > 600) throw new Error(`bench: "${load}" of ${n} was not applied`)
    busy += await frame()
  }
  const content = list.innerHTML
  list.innerHTML = ""
  await frame()
  return { busy, events, length: content.length, digest: await digest(content) }
}

async function digest(text) {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))
  return Array.from(sum.slice(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("")
}

// The latencies, in ms, of n messages that arrive back to back, one in each
// task: from the arrival to the change of the page.
export async function latencies(n) {
  list.innerHTML = pacedList
  const arrived = new Float64Array(n), latency = new Float64Array(n).fill(NaN)
  const done = new Promise((resolve) => {
    new MutationObserver((records) => {
      const now = performance.now()
      for (const { addedNodes } of records) {
        for (const node of addedNodes) if (node.localName == "b") latency[+node.textContent] = now - arrived[+node.textContent]
      }
      if (!isNaN(latency[n - 1])) resolve()
    }).observe(list, { childList: true, subtree: true })
  })
  const { renderStreamMessage } = window.Turbo
  const { port1, port2 } = new MessageChannel()
  const start = performance.now()
  let next = 0
  port1.onmessage = () => {
    arrived[next] = performance.now()
    renderStreamMessage(paced(next++))
    if (next < n) port2.postMessage(0)
    else port1.close()
  }
  port2.postMessage(0)
  await Promise.race([done, wait(120_000)])
  const total = performance.now() - start
  list.innerHTML = ""
  const sorted = latency.filter((ms) => !isNaN(ms)).sort()
  const at = (q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]
  return { applied: sorted.length, p50: at(0.5), p99: at(0.99), total }
}

window.bench = { measure, latencies }
