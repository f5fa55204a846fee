// Scenarios: folders of plain files under testdata/scenarios/<area>/<sentence>/, read and filled with defaults.
import { readdirSync, readFileSync, existsSync, statSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

export const streamType = "text/vnd.turbo-stream.html; charset=utf-8"

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../testdata/scenarios")

const fields = new Set(["rules", "about", "page", "headers", "load", "routes", "cable", "steps", "observe", "mutations", "compare", "differs", "early", "browsers", "cookies"])
const answerFields = new Set(["status", "headers", "type", "body", "redirect", "hold", "truncate", "drop", "events", "raw"])
const stepNames = new Set(["stream", "eval", "click", "follow", "hover", "type", "key", "focus", "select", "submit", "back", "forward", "reload", "visit", "push", "cut", "cable", "release", "advance", "wait", "documents", "requests", "snapshot"])
export const aspects = ["log", "dom", "focus", "place", "requests", "cable", "mutations"]

const defaultPage = readFileSync(path.join(root, "page.html"), "utf8")

// loadPending reads what the runtime cannot do yet: whole scenarios, which must still differ, and single lines.
export function loadPending() {
  const file = path.join(root, "pending.json")
  const { scenarios = {}, lines = [] } = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {}
  return { scenarios, lines }
}

export function loadAll({ only } = {}) {
  const matches = only && glob(only)
  const scenarios = []
  for (const area of directories(root)) {
    for (const sentence of directories(path.join(root, area))) {
      const name = `${area}/${sentence}`
      if (!matches || matches(name)) scenarios.push(load(name))
    }
  }
  return scenarios
}

export function load(name) {
  const folder = path.join(root, name)
  const problem = (text) => new Error(`conformance: read scenario "${name}": ${text}`)
  const file = path.join(folder, "scenario.json")
  if (!existsSync(file)) throw problem("it has no scenario.json")
  let written
  try { written = JSON.parse(readFileSync(file, "utf8")) } catch (error) { throw problem(error.message) }
  for (const field of Object.keys(written)) if (!fields.has(field)) throw problem(`unknown field "${field}"`)
  const files = readdirSync(folder).filter((entry) => entry !== "scenario.json").sort()
  const resolve = (text) => {
    if (typeof text !== "string" || !text.startsWith("@")) return text
    if (!files.includes(text.slice(1))) throw problem(`it names the file ${text.slice(1)}, which is not there`)
    return readFileSync(path.join(folder, text.slice(1)), "utf8")
  }

  const page = layout(resolve(written.page) ?? (files.includes("page.html") ? resolve("@page.html") : defaultPage))
  const routes = { "GET /": { body: page, headers: written.headers } }
  for (const [key, answer] of Object.entries(written.routes ?? {})) {
    const one = (value) => {
      const route = typeof value === "string" ? { body: value } : { ...value }
      for (const field of Object.keys(route)) if (!answerFields.has(field)) throw problem(`unknown field "${field}" in the answer to ${key}`)
      route.body = resolve(route.body)
      if (route.body !== undefined && !/^\s*<turbo-stream/.test(route.body) && route.raw !== true && /^text\/.*html/.test(route.type ?? streamType)) route.body = layout(route.body)
      return route
    }
    routes[key] = Array.isArray(answer) ? answer.map(one) : one(answer)
  }
  const steps = (written.steps ?? files.filter((entry) => /^stream.*\.html$/.test(entry)).map((entry) => ({ stream: `@${entry}` })))
    .map((step) => {
      const command = Object.keys(step).find((key) => stepNames.has(key))
      if (!command) throw problem(`unknown step ${JSON.stringify(step)}`)
      const argument = step[command]
      const filled = Array.isArray(argument) && command === "stream" ? argument.map(resolve)
        : command === "cable" && argument.broadcast !== undefined ? { broadcast: resolve(argument.broadcast) } : resolve(argument)
      return { command, argument: filled, data: resolve(step.data), drain: step.drain ?? true }
    })
  if (steps.length === 0 && written.steps === undefined) throw problem("it has neither steps nor a stream.html")

  const text = JSON.stringify([routes, steps])
  const observable = /before-stream-render|MutationObserver/.test(text) || written.mutations === true
  const observe = written.observe ?? (observable || !text.includes("<turbo-stream") ? true : "both")
  return filled({ ...written, name, folder, routes, steps, modes: observe === "both" ? [true, false] : [observe] })
}

// filled is a scenario with all that it does not say.
export const filled = (scenario) => ({
  rules: [], load: "umd", cable: {}, mutations: false, early: false, cookies: [], compare: aspects, differs: [],
  browsers: ["chromium", "firefox"], modes: [true], ...scenario
})

function layout(html) {
  if (/^\s*(<!doctype|<html)/i.test(html)) return html
  return `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Page</title></head>\n<body>\n${html.trim()}\n</body></html>`
}

function directories(folder) {
  return readdirSync(folder).filter((entry) => statSync(path.join(folder, entry)).isDirectory()).sort()
}

// glob knows * within a name, ** across, and matches part of a name when it has neither.
export function glob(pattern) {
  if (!/[*?]/.test(pattern)) return (name) => name.includes(pattern)
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*\*/g, "\u0000").replace(/\*/g, "[^/]*").replace(/\?/g, "[^/]").replace(/\u0000/g, ".*")
  return (name) => new RegExp(`^${source}$`).test(name)
}
