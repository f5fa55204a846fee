// The Go program: fetched, started, and what waits for it.

import { connect, disconnect, imports } from "./dom.js"

export const runtime = {
  running: false, // Go answers calls
  over: null, // the error for which it never will, or no longer does
  ready: null, // settles when it does, or cannot
  adopt,
  end,
  start,
  when,
  stop
}

let resolve, reject
runtime.ready = new Promise((...settle) => [resolve, reject] = settle)
// Whoever awaits it hears of a failure; the console tells of it once.
runtime.ready.catch(() => {})

const waiting = [] // calls that came before Go, in order, and what becomes of each without it
const stops = [] // what takes the runtime off the page again

// Calls back at once while Go runs, once it does otherwise; where it never will, calls the other.
function when(callback, otherwise = () => {}) {
  if (runtime.running) return callback()
  if (runtime.over) return otherwise()
  waiting.push([callback, otherwise])
}

// A program's imports and exports are ours; Go's loader knows the rest.
function adopt(Go) {
  return class extends Go {
    constructor() {
      super()
      this.importObject.turbo = { ...imports(), ready: began }
    }

    run(instance) {
      connect(instance.exports)
      return super.run(instance)
    }
  }
}

// Says what is wrong so well that there is nothing to add.
export class Trouble extends Error {}

const elsewhere = '<meta name="turbo-wasm" content="URL"> names another place.'

// Starts the program at the URL that locate gives. All that can be thrown
// becomes one line on the console.
async function start(Go, locate) {
  let url, forbidden
  document.addEventListener("securitypolicyviolation", ({ blockedURI, effectiveDirective }) => { if (blockedURI == "wasm-eval" || url?.startsWith(blockedURI)) forbidden = effectiveDirective })
  try {
    url = locate()
    if (!globalThis.WebAssembly) throw new Trouble("this browser has no WebAssembly, or it is turned off.")
    const go = new (adopt(Go))()
    const module = await compile(url)
    const [build] = WebAssembly.Module.customSections(module, "turbowasm")
    if (!build || new TextDecoder().decode(build) != BUILD) throw new Trouble(`${url} and this script are of different versions. Take both from one build, and see that no cache keeps an old one.`)
    const instance = await WebAssembly.instantiate(module, go.importObject)
    go.exit = (code) => ended(new Error(`turbo: the program has ended with exit code ${code}`))
    await go.run(instance)
  } catch (error) {
    if (runtime.running) return ended(error)
    await new Promise((resolve) => setTimeout(resolve, 50)) // violations come in tasks of their own
    if (/unsafe-eval|CSP/.test(error.message)) forbidden ??= "script-src"
    end(error, "turbo: the runtime could not start, so this page works as an ordinary page: " + (
      !url || error instanceof Trouble ? error.message :
      forbidden ? `the content security policy forbids it. ${forbidden} must allow ${/^script/.test(forbidden) ? "'wasm-unsafe-eval'" : url}.` :
      error instanceof TypeError ? `${url} cannot be fetched.` : `${url} is not turbo.wasm, or not all of it.`))
  }
}

async function compile(url) {
  const response = await fetch(url)
  if (!response.ok) throw new Trouble(`${url} answers ${response.status} ${response.statusText}. ${elsewhere}`)
  const type = response.headers.get("content-type")
  if (/html/i.test(type)) throw new Trouble(`${url} answers ${type} for turbo.wasm. ${elsewhere}`)
  if (/^application\/wasm\b/.test(type)) return WebAssembly.compileStreaming(response)
  return WebAssembly.compile(await response.arrayBuffer())
}

// Called by Go from its main function, before that parks.
function began() {
  queueMicrotask(() => {
    if (runtime.over) return
    runtime.running = true
    for (let call; call = waiting.shift();) {
      try { call[0]() } catch (error) { console.error(error) }
    }
    resolve()
  })
}

// Go has ended, perhaps within a call.
function ended(error) {
  end(error, runtime.running
    ? "turbo: the runtime has ended, so this page works as an ordinary page from here on. Reload it to start anew."
    : "turbo: the runtime has ended before it was ready, so this page works as an ordinary page.")
}

// Nothing waits for Go any more, interception is taken off: the page is an ordinary page.
function end(error, message) {
  if (runtime.over) return
  runtime.running = false
  runtime.over = error
  disconnect()
  if (message) console.error(message, error)
  reject(error)
  for (const callback of [...waiting.splice(0).map((call) => call[1]), ...stops.splice(0)]) {
    try { callback() } catch (error) { console.error(error) }
  }
}

// Registers what ends with Go.
function stop(callback) { stops.push(callback) }
