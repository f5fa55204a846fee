// Loads the built scripts where there is no page, or one that lacks much, as servers and test runners do:
//
//   node conformance/load.mjs
//
// They must load, and be as in a page whose runtime has not started.
import assert from "node:assert/strict"
import { createRequire } from "node:module"
import { fork } from "node:child_process"
import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

const dist = path.join(path.dirname(fileURLToPath(import.meta.url)), "../dist")
const page = `<!doctype html><html><head></head><body><a href="/two">Two</a><turbo-frame id="frame" src="/frame"></turbo-frame><turbo-stream action="append" target="list"></turbo-stream></body></html>`

// Node takes the one as a module and the other as CommonJS by their names.
async function files(use) {
  const directory = await mkdtemp(path.join(tmpdir(), "turbowasm-load-"))
  try {
    const paths = { module: "turbo.mjs", rails: "turbo-rails.mjs", umd: "turbo.umd.cjs" }
    for (const [kind, name] of Object.entries(paths)) {
      paths[kind] = path.join(directory, name)
      await copyFile(path.join(dist, name.replace(/[mc]js$/, "js")), paths[kind])
    }
    return await use(paths)
  } finally {
    await rm(directory, { recursive: true })
  }
}

// What an application does with the API while it loads.
function configure(Turbo) {
  Turbo.config.forms.confirm = async () => true
  Turbo.StreamActions.log = () => {}
  Turbo.session.drive = false
  Turbo.registerAdapter({})
  Turbo.visit("/")
  Turbo.renderStreamMessage("<turbo-stream></turbo-stream>")
  Turbo.cache.clear()
}

async function settles(Turbo) {
  await assert.rejects(Turbo.ready)
  await assert.rejects(Turbo.cable.getConsumer())
  configure(Turbo)
}

const cases = {
  async "Node imports the modules"({ module, rails }) {
    const Turbo = await import(pathToFileURL(module))
    configure(Turbo)
    await settles(Turbo)
    assert.equal(typeof (await import(pathToFileURL(rails))).Turbo.visit, "function")
    assert.ok(Turbo.StreamElement.prototype && !("Turbo" in globalThis))
  },

  async "Node requires the classic script"({ umd }) {
    const Turbo = createRequire(import.meta.url)(umd)
    configure(Turbo)
    await settles(Turbo)
  },

  async "jsdom runs the classic script"({ umd }) {
    const { JSDOM } = await import("jsdom")
    const { window } = new JSDOM(page, { url: "http://localhost/", runScripts: "outside-only" })
    assert.equal(window.IntersectionObserver, undefined)
    window.console.error = () => {}
    window.eval(await readFile(umd, "utf8"))
    configure(window.Turbo)
    await settles(window.Turbo)
    assert.ok(window.document.querySelector("turbo-frame") instanceof window.Turbo.FrameElement)
  },

  // As vitest does it: what the page has becomes global, Node's stays.
  async "a module is imported into a page of jsdom"({ module }) {
    const { JSDOM } = await import("jsdom")
    const { window } = new JSDOM(page, { url: "http://localhost/" })
    for (const name of Object.getOwnPropertyNames(window)) {
      if (!(name in globalThis) || /Event|^addEventListener$/.test(name)) Object.defineProperty(globalThis, name, { get: () => window[name], configurable: true })
    }
    console.error = () => {}
    const Turbo = await import(pathToFileURL(module))
    configure(Turbo)
    await settles(Turbo)
    assert.equal(window.Turbo.visit, Turbo.visit)
  }
}

const [only] = process.argv.slice(2)
if (only) {
  await files(cases[only])
  process.exit() // a page of jsdom has timers
}
let failed = 0
for (const name of Object.keys(cases)) {
  const code = await new Promise((resolve) => fork(fileURLToPath(import.meta.url), [name]).on("exit", resolve))
  console.log(code === 0 ? "ok" : "FAIL", name)
  failed += code !== 0
}
process.exit(failed ? 1 : 0)
