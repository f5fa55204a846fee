// The Go program: fetched, started, and what waits for it.

import { connect, disconnect, imports } from "./dom.js"

export const runtime = {
  running: false, // Go answers calls
  ready: null, // settles when it does, or cannot
  adopt,
  start,
  when,
  stop
}

let resolve, reject
runtime.ready = new Promise((...settle) => [resolve, reject] = settle)
// Whoever awaits it hears of a failure; the console tells of it once.
runtime.ready.catch(() => {})

const waiting = [] // calls that came before Go, in order
const stops = [] // what takes the runtime off the page again

// Calls back at once while Go runs, once it does otherwise.
function when(callback) {
  if (runtime.running) return callback()
  waiting.push(callback)
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

async function start(Go, url) {
  try {
    const go = new (adopt(Go))()
    const instance = await WebAssembly.instantiate(await compile(url), go.importObject)
    go.exit = (code) => ended(`exit code ${code}`)
    go.run(instance)
  } catch (error) {
    console.error(`turbo: the runtime could not start, so this page works as an ordinary page. Is ${url} there, and does a content security policy allow 'wasm-unsafe-eval'?`, error)
    reject(error)
  }
}

async function compile(url) {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`GET ${url}: ${response.status} ${response.statusText}`)
  if (/^application\/wasm\b/.test(response.headers.get("content-type"))) return WebAssembly.compileStreaming(response)
  return WebAssembly.compile(await response.arrayBuffer())
}

// Called by Go from its main function, before that parks.
function began() {
  queueMicrotask(() => {
    runtime.running = true
    for (let call; call = waiting.shift();) {
      try { call() } catch (error) { console.error(error) }
    }
    resolve()
  })
}

// Go has ended, perhaps within a call: interception is taken off, the page is an ordinary page.
function ended(reason) {
  if (!runtime.running) return
  runtime.running = false
  disconnect()
  console.error("turbo: the runtime has ended, so this page works as an ordinary page from here on. Reload it to start anew.", reason)
  for (const stop of stops.splice(0)) stop()
}

// Registers what ends with Go.
function stop(callback) { stops.push(callback) }
