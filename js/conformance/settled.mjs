// Drives a page with Playwright and waits for it by data-turbo-settled alone:
//
//   node conformance/settled.mjs
import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import http from "node:http"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { chromium } from "playwright-core"
import { executable } from "./browser.mjs"

const dist = path.join(path.dirname(fileURLToPath(import.meta.url)), "../dist")
const types = { ".js": "text/javascript", ".wasm": "application/wasm" }
const page = (body) => `<!doctype html><html><head><link rel="icon" href="data:,"><script type="module" src="/turbo.js"></script></head><body>${body}</body></html>`
const slowly = (respond) => setTimeout(respond, 300)

const server = http.createServer(async ({ method, url }, response) => {
  const respond = (body, status = 200, headers = { "content-type": "text/html" }) => response.writeHead(status, headers).end(body)
  if (types[path.extname(url)]) return respond(await readFile(path.join(dist, url)), 200, { "content-type": types[path.extname(url)] })
  if (method == "POST") return slowly(() => respond("", 303, { location: "/thanks" }))
  switch (url) {
    case "/": return respond(page(`<turbo-frame id="news" src="/news"></turbo-frame><form action="/send" method="post"><input name="line"><button>Send</button></form>`))
    case "/news": return slowly(() => respond(`<turbo-frame id="news">It is done</turbo-frame>`))
    case "/thanks": return slowly(() => respond(page(`<h1>Thanks</h1><a href="/plain" data-turbo="false">On</a>`)))
    default: slowly(() => respond(page(`<h1>${url}</h1>`)))
  }
}).listen(0, "127.0.0.1")
await new Promise((resolve) => server.once("listening", resolve))

const browser = await chromium.launch({ executablePath: executable("chromium"), args: ["--no-sandbox"] })
try {
  const tab = await browser.newPage()
  const settled = () => tab.waitForSelector("html[data-turbo-settled]")

  await tab.goto(`http://127.0.0.1:${server.address().port}/`)
  await settled()
  assert.equal(await tab.textContent("#news"), "It is done")

  await tab.fill("[name=line]", "hello")
  await tab.click("button")
  await settled()
  assert.equal(await tab.textContent("h1"), "Thanks")

  await tab.click("a") // a page that the browser loads
  await settled()
  assert.equal(await tab.textContent("h1"), "/plain")
} finally {
  await browser.close()
  server.close()
}
console.log("settled: a page driven by Playwright")
