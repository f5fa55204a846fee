// Fetches and starts the Go program, and holds what waits for it.

import { connect, disconnect, imports } from "./dom.js"
import * as settled from "./settled.js"

export let running = false // Go answers calls
export let over = null // the error for which it never will, or no longer does

let resuming // the timer, while there is one

let resolve, reject
// Settles when Go runs, or cannot.
export const ready = new Promise((...settle) => [resolve, reject] = settle)
// A failure is reported to whatever awaits this, and once on the console.
ready.catch(() => {})

const waiting = [] // calls that wait for Go, in order, each with what to do if Go never runs
const stops = [] // what to call when Go has ended

// Calls back at once if Go runs, or as soon as it does. If it never will, calls the other callback.
export function when(callback, otherwise = () => {}) {
  if (running) return callback()
  if (over) return otherwise()
  waiting.push([callback, otherwise])
}

// Go's loader, with our imports and exports.
export function adopt(Go) {
  return class extends Go {
    constructor() {
      super()
      // Only with package syscall/js does the program have values of the page, and can be resumed by an event.
      const resume = () => {
        resuming = 0
        this.exited || this._resume()
        settled.end(resume)
      }
      this.importObject.turbo = { ...imports(), ready: began, resume: () => {
        if (!this._values[7]) return 0
        settled.begin(resume)
        return resuming ||= setTimeout(resume)
      } }
    }

    run(instance) {
      connect(instance.exports)
      return super.run(instance)
    }
  }
}

// An error whose message is complete.
export class Trouble extends Error {}

export const hint = 'Say where turbo.wasm is: <meta name="turbo-wasm" content="URL">'

// Starts the program at the URL that locate returns. Whatever goes wrong becomes
// one line on the console.
export async function start(Go, locate) {
  let url, forbidden
  document.addEventListener("securitypolicyviolation", ({ blockedURI, effectiveDirective }) => { if (blockedURI == "wasm-eval" || url?.startsWith(blockedURI)) forbidden = effectiveDirective })
  try {
    url = locate()
    if (!globalThis.WebAssembly) throw new Trouble("this browser has no WebAssembly.")
    const go = new (adopt(Go))()
    const module = await compile(url)
    const [build] = WebAssembly.Module.customSections(module, "turbowasm")
    if (!build || new TextDecoder().decode(build) != BUILD) throw new Trouble(`${url} and this script are of different versions: one of them may come from a cache.`)
    const instance = await WebAssembly.instantiate(module, go.importObject)
    go.exit = (code) => ended(new Error(`turbo: the program has ended with exit code ${code}`))
    await go.run(instance)
  } catch (error) {
    if (running) return ended(error)
    await new Promise((resolve) => setTimeout(resolve, 50)) // violations are reported in a later task
    if (/unsafe-eval|CSP/.test(error.message)) forbidden ??= "script-src"
    end(error, "could not start", ": " + (
      !url || error instanceof Trouble ? error.message :
      forbidden ? `the content security policy forbids it. ${forbidden} must allow ${/^script/.test(forbidden) ? "'wasm-unsafe-eval'" : url}.` :
      error instanceof TypeError ? `${url} cannot be fetched${pin && " as " + pin}.` : `${url} is not turbo.wasm, or not all of it.`))
  }
}

let pin = "" // the hash that the page says the program has: a browser that checks it compiles only when it has all

async function compile(url) {
  const response = await fetch(url, { integrity: pin = document.querySelector('meta[name="turbo-wasm"]')?.getAttribute("integrity") ?? "" })
  if (!response.ok) throw new Trouble(`${url} answers ${response.status} ${response.statusText}. ${hint}`)
  const type = response.headers.get("content-type")
  if (/html/i.test(type)) throw new Trouble(`${url} answers ${type}. ${hint}`)
  if (/^application\/wasm\b/.test(type)) return WebAssembly.compileStreaming(response)
  return WebAssembly.compile(await response.arrayBuffer())
}

// Go calls this from its main function, before that starts to wait.
function began() {
  queueMicrotask(() => {
    if (over) return
    running = true
    for (let call; call = waiting.shift();) {
      try { call[0]() } catch (error) { console.error(error) }
    }
    resolve()
  })
}

// Go has ended, perhaps within a call.
function ended(error) {
  end(error, "has ended" + (running ? "" : " before it was ready"), running ? ". Reload it to start anew." : ".")
}

// Ends all waiting for Go and all interception: the page becomes an ordinary page.
export function end(error, what, more) {
  if (over) return
  running = false
  over = error
  disconnect()
  if (what) console.error(`turbo: the runtime ${what}, so this page works as an ordinary page${more}`, error)
  reject(error)
  for (const callback of [...waiting.splice(0).map((call) => call[1]), ...stops.splice(0)]) {
    try { callback() } catch (error) { console.error(error) }
  }
}

// Registers what to call when Go has ended.
export function stop(callback) { stops.push(callback) }
