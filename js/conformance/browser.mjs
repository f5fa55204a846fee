// The browsers: where they are, and a page of one for a run.
import puppeteer from "puppeteer-core"
import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

const [probe, leaks, hurry] = ["probe", "leaks", "hurry"].map((name) => readFileSync(path.join(path.dirname(fileURLToPath(import.meta.url)), `page/${name}.js`), "utf8"))

const engines = {
  chromium: {
    product: "chrome", variable: "CHROMIUM", names: ["chromium", "chromium-browser", "google-chrome"], install: "apt-get install chromium-headless-shell",
    // The same engine without the program around it: a run costs a third less.
    shells: ["chromium-headless-shell", "chrome-headless-shell", "headless-shell"],
    // Without toolbars, as below, and with one frame host for all documents of a tab: a navigation takes a third less.
    args: ["--no-sandbox", "--disable-gpu", "--kiosk", "--disable-background-networking", "--disable-features=BackForwardCache,RenderDocument", "--disable-component-update", "--no-first-run", "--disable-dev-shm-usage"],
    hurry: ["--disable-frame-rate-limit"]
  },
  firefox: {
    product: "firefox", variable: "FIREFOX", names: ["firefox-esr", "firefox"], install: "apt-get install firefox-esr", shells: [],
    // Without toolbars and in a small window: drawing them took half of the time. The page has a viewport of its own.
    args: ["--kiosk", "--width=450", "--height=300"],
    hurry: []
  }
}

export const browserNames = Object.keys(engines)

export function executable(name, shell) {
  const { variable, names: visible, install, shells } = engines[name]
  const names = shell ? [...shells, ...visible] : visible
  const places = (process.env.PATH ?? "").split(path.delimiter).concat("/usr/bin", "/usr/local/bin")
  const candidates = process.env[variable] ? [process.env[variable]] : names.flatMap((file) => places.map((place) => path.join(place, file)))
  const found = candidates.find((file) => existsSync(file))
  if (!found) throw new Error(`conformance: no ${name} found (looked for ${names.join(", ")} on PATH); install it with: ${install}, or name it in ${variable}`)
  return found
}

// version is the major version of the browser that launch starts.
export const version = (name) => /\d+/.exec(execFileSync(executable(name, true), ["--version"]).toString())[0]

// launch starts a browser, or its shell where one is installed. Unpaced, Chromium's frames come as fast as they can, which
// its view transitions do not stand; Firefox's always do, unless it is visible: order is compared, never milliseconds.
// With backForward the browser keeps pages that were left, as browsers do.
export async function launch(name, { headful = false, shell = !headful, unpaced = false, backForward = false } = {}) {
  const { product, hurry: hurries } = engines[name], args = engines[name].args.map((arg) => backForward ? arg.replace("BackForwardCache,", "") : arg)
  const browser = await puppeteer.launch({
    browser: product, executablePath: executable(name, shell), args: unpaced ? [...args, ...hurries] : args, headless: !headful, networkEnabled: false, handleSIGTERM: false,
    // The runtime lives for a second here: compiling it twice is not worth it, nor is writing it to the disk each time.
    extraPrefsFirefox: { "layout.frame_rate": headful ? -1 : 500, "javascript.options.wasm_optimizingjit": false, "browser.cache.disk.enable": false, "browser.tabs.unloadOnLowMemory": false, "browser.sessionhistory.max_total_viewers": backForward ? -1 : 0 }
  })
  if (unpaced && hurries.length) unpacedBrowsers.add(browser)
  return browser
}

// Puppeteer's own handler knows nothing of browsers that are being started. Each leads a group of processes.
process.once("SIGTERM", () => {
  for (const pid of spawnSync("ps", ["-o", "pid=", "--ppid", String(process.pid)]).stdout.toString().trim().split(/\s+/)) {
    try { process.kill(-pid, "SIGKILL") } catch { /* ps itself, or none */ }
  }
  process.exit(143)
})

// openPage gives a page with the probe in it, and a function that gives it back. Each scenario has an origin of
// its own and a new document; the tab itself serves a number of runs, since opening one costs more than a run.
// A tab that a run left in the middle is closed; one with cookies is always new.
export async function openPage(browser, { isolated = false } = {}) {
  let tab = openTabs.get(browser)
  // There is one tab at a time: two would hide each other, and hidden pages have no frames.
  // A tab remembers 50 entries of history at most: one that is half full is given up, so that lengths can be compared.
  if (tab && (isolated || tab.runs >= runsPerTab || await tab.page.evaluate(() => history.length) > 25)) {
    openTabs.delete(browser)
    await tab.page.close()
    tab = undefined
  }
  if (!tab) {
    const context = isolated ? await browser.createBrowserContext() : undefined
    const page = await (context ?? browser).newPage()
    page.setDefaultTimeout(15000)
    page.on("dialog", (dialog) => dialog.accept().catch(() => {}))
    await page.evaluateOnNewDocument(probe)
    if (unpacedBrowsers.has(browser)) {
      await page.evaluateOnNewDocument(hurry)
      // A page that is loaded natively while a request for it waits would wait for that in the browser's cache, 20 s at most.
      const client = await page.createCDPSession()
      await client.send("Network.enable")
      await client.send("Network.setCacheDisabled", { cacheDisabled: true })
    }
    await page.evaluateOnNewDocument(leaks)
    tab = { page, context, runs: 0 }
    if (!isolated) openTabs.set(browser, tab)
  }
  tab.runs += 1
  const discard = async () => { openTabs.delete(browser); await (tab.context ?? tab.page).close() }
  return { page: tab.page, close: async (finished) => { if (isolated || !finished) await discard() } }
}

const openTabs = new WeakMap(), unpacedBrowsers = new WeakSet()
const runsPerTab = 20
