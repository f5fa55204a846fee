// Each runtime in windows of its own, in one browser, where a script of this folder measures it. Each window has a
// process of its own, which pays for its own garbage, and is isolated from other origins: only then clocks are precise.
import { readFile } from "node:fs/promises"
import http from "node:http"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { launch } from "../conformance/browser.mjs"
import { built, oracle } from "../conformance/runtime.mjs"

const here = path.dirname(fileURLToPath(import.meta.url))

// The runtime that was built into a folder, js/dist if none is named, beside the oracle, or the oracle twice.
export async function runtimes(folder) {
  const theirs = await oracle()
  return { theirs, ours: folder === "oracle" ? theirs : await built(path.resolve(folder ?? path.join(here, "../dist"))) }
}

// Opens the pages of both sides, one for each query. The first script is what they load; it sets window.bench, whose
// methods bench(side, query, method, ...args) calls.
export async function openWindows({ ours, queries, body, scripts }) {
  const sides = await runtimes(ours)
  const server = http.createServer(async (request, response) => {
    const [, side, name] = new URL(request.url, "http://localhost").pathname.split("/")
    const send = (type, body) => {
      response.writeHead(200, { "content-type": type, "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" })
      response.end(body)
    }
    const file = sides[side]?.files.get(name)
    if (file) send(name.endsWith(".wasm") ? "application/wasm" : "text/javascript", file)
    else if (scripts.includes(side)) send("text/javascript", await readFile(path.join(here, side)))
    else if (sides[side] && name === "page") send("text/html", `<!doctype html><title>${side}</title><link rel="icon" href="data:,"><script src="/${side}/turbo.umd.js"></script>${body}<script type="module" src="/${scripts[0]}"></script>`)
    else response.writeHead(404).end()
  })
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
  const browser = await launch("chromium", { shell: false })
  const close = async () => {
    await browser.close()
    server.close()
  }
  try {
    const windows = {}
    for (const side of Object.keys(sides)) {
      for (const query of queries) {
        const page = windows[side + query] = await (await browser.createBrowserContext()).newPage()
        page.setDefaultTimeout(60000)
        page.on("console", (message) => console.error(`${side}: ${message.text()}`))
        await page.goto(`http://127.0.0.1:${server.address().port}/${side}/page?${query}`)
        await page.waitForFunction(() => window.bench)
        await page.evaluate(() => window.Turbo.ready)
      }
    }
    const bench = (side, query, method, ...args) => windows[side + query].evaluate((method, args) => window.bench[method](...args), method, args)
    return { bench, version: await browser.version(), close }
  } catch (error) {
    await close()
    throw error
  }
}
