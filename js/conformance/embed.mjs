// Builds each site of testdata/embed, serves it as its folder asks, and opens
// it in Chromium; those that differ in how the wasm is preloaded in Firefox too:
//
//   node conformance/embed.mjs [FOLDER...]
import assert from "node:assert/strict"
import { execFile, spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises"
import http from "node:http"
import { tmpdir } from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { launch } from "./browser.mjs"

const run = promisify(execFile)
const js = path.join(path.dirname(fileURLToPath(import.meta.url)), "..")
const sites = path.join(js, "../testdata/embed")

// What is served otherwise than as plain files.
const own = {
  "csp-nonce": { policy: "default-src 'none'; script-src 'nonce-n0nce' 'wasm-unsafe-eval'; connect-src 'self'; style-src 'nonce-n0nce'; img-src data:" },
  "trusted-types": { policy: "script-src 'self' 'wasm-unsafe-eval'; require-trusted-types-for 'script'; trusted-types turbowasm" },
  "wrong-content-type": { wasm: "text/plain" },
  "cdn": { policy: "script-src {{cdn}} 'wasm-unsafe-eval'; connect-src 'self' {{cdn}}" },
  "subfolder": { prefix: "/shop", page: "app/" },
  "static-site": { prefix: "/shop", wasm: "application/octet-stream" }
}

// Where the example of a static site has its streams from; in the test another server is there.
const feedName = "https://live.example.com"

// The hash of a file, as subresource integrity wants it.
const integrity = async (file) => "sha384-" + createHash("sha384").update(await readFile(file)).digest("base64")

const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".wasm": "application/wasm" }

// A server of a folder's files; cdn is the address of another, whose name the files may have.
async function serve(folder, { policy, wasm, prefix = "", cdn = "", feed = feedName, cors } = {}) {
  const asked = [] // the files that pages asked for
  const server = http.createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost"), name = pathname.slice(prefix.length).replace(/\/$/, "/index.html")
    try {
      if (!pathname.startsWith(prefix + "/")) throw new Error("outside")
      let body = await readFile(path.join(folder, path.normalize(name)))
      if (!request.headers.referer?.endsWith("/worker.js")) asked.push(name)
      const extension = path.extname(name)
      if (extension == ".html") {
        body = body.toString().replaceAll("{{cdn}}", cdn).replaceAll(feedName, feed)
        for (const [place, file] of body.matchAll(/\{\{integrity (.*?)\}\}/g)) body = body.replaceAll(place, await integrity(path.join(folder, file)))
      }
      response.setHeader("Content-Type", extension == ".wasm" && wasm || types[extension] || "application/octet-stream")
      if (policy && extension == ".html") response.setHeader("Content-Security-Policy", policy.replaceAll("{{cdn}}", cdn))
      if (cors) response.setHeader("Access-Control-Allow-Origin", "*")
      response.end(body)
    } catch {
      response.writeHead(404).end()
    }
  })
  return { ...await listen(server), asked }
}

async function listen(server) {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections() }) }
}

// Streams by Server-Sent Events, for pages of other origins that bring the cookie of their visitor.
async function serveFeed() {
  const open = new Set()
  const site = await listen(http.createServer((request, response) => {
    if (request.headers.cookie != "visitor=ann") return response.writeHead(401).end()
    response.writeHead(200, { "Content-Type": "text/event-stream", "Access-Control-Allow-Origin": request.headers.origin, "Access-Control-Allow-Credentials": "true" })
    response.write(`data: <turbo-stream action="update" target="list"><template><li>news</li></template></turbo-stream>\n\n`)
    open.add(response)
    response.on("close", () => open.delete(response))
  }))
  return { ...site, open }
}

// The example of a static site: a fragment in a frame, streams of another origin, and without WebAssembly an ordinary page.
async function worksStatically(page, url, feed) {
  await page.setCookie({ url: feed.url, name: "visitor", value: "ann" })
  await page.goto(url)
  await page.waitForFunction(`document.querySelector("#list li")?.textContent == "news"`)
  await page.waitForFunction(`document.querySelector("#hours p")?.textContent == "Open until six."`)
  await page.evaluate(`document.querySelector("#more").click()`)
  await page.waitForFunction(`document.querySelector("#hours p")?.textContent == "Closed on Sundays."`)
}

async function isOrdinary(page, url, feed) {
  const without = await page.evaluateOnNewDocument("delete globalThis.WebAssembly")
  await page.goto(url)
  assert.equal(await page.evaluate("Turbo.ready.catch(() => 'rejected')"), "rejected")
  const deadline = Date.now() + 10_000
  while (feed.open.size) {
    assert(Date.now() < deadline, "the source stays open")
    await page.evaluate("new Promise((resolve) => requestAnimationFrame(resolve))")
  }
  assert.equal(await page.evaluate("document.body.appendChild(document.createElement('turbo-stream-source')).streamSource"), null)
  await Promise.all([page.waitForNavigation(), page.click("#hours a")])
  assert.match(page.url(), /hours\.html$/)
  await Promise.all([page.waitForNavigation(), page.click("#hours a")])
  assert.match(page.url(), /holidays\.html$/)
  await page.removeScriptToEvaluateOnNewDocument(without.identifier)
}

// Runs a site that is a Go program of its own, which prints its address.
async function serveProgram(directory, binary, ...args) {
  await run("go", ["build", "-o", binary, "."], { cwd: directory })
  const program = spawn(binary, args, { stdio: ["ignore", "pipe", "inherit"] })
  const ended = new Promise((resolve) => program.once("exit", resolve))
  const url = await Promise.race([new Promise((resolve) => program.stdout.once("data", (data) => resolve(data.toString().trim()))), ended.then((code) => { throw new Error(`the server ended with ${code}`) })])
  return { url, close: () => { program.kill(); return ended } }
}

// Packs the distribution, and unpacks it as npm installs it.
async function pack(directory) {
  await run("npm", ["pack", "--silent", "--pack-destination", directory], { cwd: path.join(js, "dist") })
  const [archive] = await readdir(directory)
  await run("tar", ["xzf", archive], { cwd: directory })
  return path.join(directory, "package")
}

async function build(site, directory, installed) {
  await cp(path.join(sites, site), directory, { recursive: true })
  const bundled = (await readdir(directory)).includes("build.sh")
  if (!bundled) {
    await cp(installed, path.join(directory, "turbo"), { recursive: true })
    return directory
  }
  const modules = path.join(directory, "node_modules")
  await mkdir(modules)
  for (const name of ["vite", "webpack", "esbuild", "rollup", "@rollup", "parcel", "@parcel", ".bin"]) await symlink(path.join(js, "node_modules", name), path.join(modules, name))
  await symlink(installed, path.join(modules, "turbowasm"))
  await run("sh", ["-e", "build.sh"], { cwd: directory, env: { ...process.env, PATH: path.join(modules, ".bin") + path.delimiter + process.env.PATH } })
  return path.join(directory, "out")
}

// The page runs, performs a stream, and is left by a visit without a new document. The wasm is fetched once, by the
// preload and the script together.
async function works(page, url, asked) {
  const said = []
  page.on("console", (message) => { if (/error|warn/.test(message.type())) said.push(message.text()) })
  page.on("pageerror", (error) => said.push(error.message))
  asked?.splice(0)
  await page.goto(url)
  await page.waitForFunction("window.Turbo")
  await page.evaluate("Turbo.ready")
  await page.evaluate(`window.same = true; Turbo.renderStreamMessage('<turbo-stream action="append" target="list"><template><li>1</li></template></turbo-stream>')`)
  await page.waitForFunction(`document.querySelector("#list li")`)
  await page.evaluate(`document.querySelector("#link").click()`)
  await page.waitForFunction(`document.querySelector("h1").textContent == "Two"`)
  assert.equal(await page.evaluate("window.same"), true, "the document was replaced")
  assert.deepEqual(said, [])
  if (asked) assert.equal(asked.filter((name) => name.endsWith(".wasm")).length, 1, `asked for ${asked.join(" ")}`)
}

// A wasm with another hash than the page says does not run, and the console says which.
async function refusesAnother(page, folder, url) {
  await writeFile(path.join(folder, "index.html"), (await readFile(path.join(folder, "index.html"))).toString().replace("{{integrity turbo/turbo.wasm}}", await integrity(path.join(folder, "turbo/turbo.js"))))
  const said = []
  page.removeAllListeners("console").on("console", (message) => said.push(message.text()))
  await page.goto(url)
  assert.equal(await page.evaluate("Turbo.ready.catch(() => 'rejected')"), "rejected")
  assert.match(said.join("\n"), /turbo\.wasm cannot be fetched as sha384-/)
}

// Without a network, a site with a worker works as before.
async function worksOffline(page, site, url) {
  await page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
  await page.waitForFunction("navigator.serviceWorker.controller")
  await site.close()
  page.removeAllListeners("console")
  await works(page, url)
}

// The sites that are opened in Firefox too.
const inFirefox = ["module", "plain-script", "cdn"]

const chosen = process.argv.slice(2)
const all = (await readdir(sites, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name)
const temporary = await mkdtemp(path.join(tmpdir(), "turbowasm-embed-"))
const browser = await launch("chromium")
let firefox, failed = 0
try {
  await mkdir(path.join(temporary, "npm"))
  const installed = await pack(path.join(temporary, "npm"))
  for (const name of chosen.length ? chosen : all) {
    const servers = []
    const page = await browser.newPage()
    try {
      if ((await readdir(path.join(sites, name))).includes("main.go")) {
        servers.push(await serveProgram(path.join(sites, name), path.join(temporary, name), installed))
        await works(page, servers[0].url)
        continue
      }
      const folder = await build(name, path.join(temporary, name), installed)
      const options = { ...own[name] }
      if (name == "cdn") {
        servers.push(await serve(folder, { cors: true }))
        options.cdn = servers[0].url
      }
      const feed = name == "static-site" && await serveFeed()
      if (feed) {
        servers.push(feed)
        options.feed = feed.url
      }
      const site = await serve(folder, options)
      servers.push(site)
      const url = `${site.url}${options.prefix ?? ""}/${options.page ?? ""}`
      if (feed) await worksStatically(page, url, feed)
      const { asked } = name == "cdn" ? servers[0] : site
      await works(page, url, asked)
      if (inFirefox.includes(name)) {
        firefox ??= await launch("firefox")
        const tab = await firefox.newPage()
        await works(tab, url, asked)
        await tab.close()
      }
      if (feed) await isOrdinary(page, url, feed)
      if (name == "integrity") await refusesAnother(page, folder, url)
      if (feed || name == "service-worker") await worksOffline(page, servers.pop(), url)
    } catch (error) {
      failed++
      console.error(`embed: ${name}:`, error.stderr || error)
    } finally {
      await page.close()
      for (const server of servers) await server.close()
    }
  }
} finally {
  await browser.close()
  await firefox?.close()
  await rm(temporary, { recursive: true })
}
console.log(`embed: ${chosen.length || all.length} sites, ${failed} failed`)
process.exitCode = failed ? 1 : 0
