#!/usr/bin/env node
// What a page holds after hours: streams, frames with and without their part in the answer, and visits, one after the
// other in one document. After each tenth it prints the memory of WebAssembly, the heap of JavaScript once garbage is
// collected, and what Go keeps and waits for. Nothing may grow.
//   node bench/soak.mjs [streams] [frames] [visits]
import http from "node:http"
import { launch } from "../conformance/browser.mjs"
import { runtimes } from "./windows.mjs"

const [streams, frames, visits] = [200000, 5000, 2000].map((count, i) => Number(process.argv[2 + i] ?? count))
const { ours } = await runtimes()

const list = Array.from({ length: 200 }, (_, i) => `<li id="item_${i}"><a href="/page/${i}">Item ${i}</a></li>`).join("")
const page = (number) => `<!doctype html><html><head><title>${number}</title><link rel="icon" href="data:,"><meta name="turbo-prefetch" content="false"><script src="/turbo.umd.js"></script></head>
<body><p>${number}</p><ul id="list">${list}</ul><div id="frames"></div><p id="kept" data-turbo-permanent>Kept</p></body></html>`

const server = http.createServer(({ url }, response) => {
  const [, name, number] = url.split("/"), file = ours.files.get(name)
  if (file) return response.writeHead(200, { "content-type": name.endsWith(".wasm") ? "application/wasm" : "text/javascript" }).end(file)
  // Of every four frames one is missing.
  const body = name === "frame" ? number % 4 ? `<turbo-frame id="frame_${number}"><p>Frame ${number}</p></turbo-frame>` : "<p>No frame</p>" : page(number ?? 0)
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(body)
})
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
const browser = await launch("chromium", { unpaced: true })
const tab = await browser.newPage()
await tab.evaluateOnNewDocument(() => {
  const { instantiate } = WebAssembly
  WebAssembly.instantiate = async (...values) => {
    const result = await instantiate.apply(WebAssembly, values)
    window.go = (result.instance ?? result).exports
    return result
  }
  addEventListener("unhandledrejection", (event) => event.preventDefault())
})
await tab.goto(`http://127.0.0.1:${server.address().port}/page/0`)
await tab.evaluate(() => window.Turbo.ready)
const client = await tab.createCDPSession()

// One part of a load: from the number of its first deed to that of its last.
const loads = {
  streams: [streams, async (from, to) => {
    const frame = () => new Promise(requestAnimationFrame)
    for (let at = from; at < to;) {
      // Messages of one stream and of many, actions that add, change and take away: the list stays as long as it is.
      const many = Math.min(to - at, at % 3 ? 1 : 100)
      let message = ""
      for (let i = 0; i < many; i++, at++) {
        const id = `item_${at % 200}`
        message += [`<turbo-stream action="append" target="list"><template><li id="${id}">Again ${at}</li></template></turbo-stream>`,
          `<turbo-stream action="replace" target="${id}"><template><li id="${id}"><b>New ${at}</b></li></template></turbo-stream>`,
          `<turbo-stream action="update" target="${id}" method="morph"><template><i>Morphed ${at}</i></template></turbo-stream>`,
          `<turbo-stream action="before" target="${id}" maintain_scroll="true"><template><li id="gone_${at}">For a moment</li></template></turbo-stream><turbo-stream action="remove" target="gone_${at}"></turbo-stream>`][at % 4]
      }
      window.Turbo.renderStreamMessage(message)
      if (at % 7 === 0 || many > 1) await frame()
    }
    await frame()
    await frame()
  }],
  frames: [frames, async (from, to) => {
    const box = document.getElementById("frames")
    for (let at = from; at < to; at += 50) {
      box.innerHTML = Array.from({ length: Math.min(50, to - at) }, (_, i) => `<turbo-frame id="frame_${at + i}" src="/frame/${at + i}"></turbo-frame>`).join("")
      while (box.querySelector("turbo-frame:not([complete]), [busy]")) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    box.replaceChildren()
  }],
  visits: [visits, async (from, to) => {
    for (let at = from; at < to; at++) {
      await new Promise((resolve) => {
        addEventListener("turbo:load", resolve, { once: true })
        window.Turbo.visit(`/page/${at % 20}`, { action: at % 3 ? "advance" : "replace" })
      })
    }
  }]
}

const mb = (bytes) => (bytes / 2 ** 20).toFixed(1)
async function state() {
  await tab.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)))
  for (let i = 0; i < 3; i++) await client.send("HeapProfiler.collectGarbage")
  const { JSHeapUsedSize, Nodes } = await tab.metrics()
  const held = await tab.evaluate(() => [window.go.mem.buffer.byteLength, window.go.turbo_kept(0, 0), window.go.turbo_kept(0, 1), window.go.turbo_kept(0, 2)])
  return `${mb(held[0])} | ${mb(JSHeapUsedSize)} | ${Nodes} | ${held.slice(1).join(" | ")}`
}

console.log(`${await browser.version()}\n\n| after | wasm, MB | JavaScript, MB | nodes | values kept | callbacks waiting | values held |\n|---|---|---|---|---|---|---|`)
console.log(`| nothing | ${await state()} |`)
for (const [what, [count, load]] of Object.entries(loads)) {
  for (let tenth = 1; tenth <= 10; tenth++) {
    const [from, to] = [tenth - 1, tenth].map((part) => Math.round(count * part / 10))
    if (from < to) await tab.evaluate(load, from, to)
    console.log(`| ${to} ${what} | ${await state()} |`)
  }
}
await browser.close()
server.close()
