// Plays a scenario in one browser under one runtime and returns what there was to see, as lines per aspect.
import { openPage } from "./browser.mjs"
import { ScenarioServer } from "./server.mjs"

const limit = ({ steps }) => 60000 + 500 * steps.length

export async function play(browser, scenario, runtime, { observe = true, sabotage, keepOpen } = {}) {
  const server = await new ScenarioServer(scenario, runtime, { observe, sabotage }).start()
  const { page, close } = await openPage(browser, { isolated: scenario.cookies.length > 0 })
  const player = new Player(scenario, server, page)
  let timer, result
  try {
    result = await Promise.race([
      player.run(),
      new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`not done after ${limit(scenario) / 1000} s, at ${player.at}`)), keepOpen ? 2 ** 30 : limit(scenario)) })
    ])
    return result
  } finally {
    clearTimeout(timer)
    if (keepOpen) await keepOpen()
    // A tab whose last page still waits for something might navigate by itself.
    await close(result !== undefined && server.open === 0).catch(() => {})
    await server.stop()
  }
}

// What is held from its first use on: by package browser (its watch), by prefetching, by a cable.
const lasting = { "held values": 4, "keydown listeners on document": 1, "visibilitychange listeners on window": 1, "pagehide listeners on window": 3, "freeze listeners on document": 1, "pageshow listeners on window": 1, "resume listeners on document": 1, "online listeners on window": 1, sockets: 1, "progress bars": 1 }

class Player {
  constructor(scenario, server, page) {
    Object.assign(this, { scenario, server, page, at: "the start", snapshots: [], expected: 0, unheard: 0 })
  }

  async run() {
    const { scenario, server, page } = this
    for (const cookie of scenario.cookies) await page.browserContext().setCookie({ domain: "127.0.0.1", path: "/", ...cookie })
    this.at = "opening the page"
    await page.goto(`${server.origin}/`, { waitUntil: scenario.load === "module" ? "load" : "domcontentloaded" })
    if (!scenario.early) await this.evaluate(async () => {
      if (!window.Turbo) throw new Error("the runtime did not load: there is no window.Turbo")
      await window.Turbo.ready
    })
    await this.drain()
    if (/^Chrom|^Headless/.test(await page.browser().version()) && server.runtime.files.has("turbo.wasm")) this.baseline = await this.evaluate(() => window.conformance.held?.())
    // Before the runtime is ready one may have added what the other has not yet.
    if (!scenario.early) await this.evaluate(() => window.conformance.mark())
    let drained = true
    for (const [index, step] of scenario.steps.entries()) {
      this.at = `step ${index + 1}: ${step.command} ${JSON.stringify(step.argument)}`.slice(0, 200)
      try {
        await this.perform(step)
        if (step.drain) await this.drain({ answering: step.drain !== "page" })
        drained = step.drain === true
      } catch (error) {
        throw new Error(`${this.at}: ${error.message}`)
      }
    }
    this.at = "the end"
    if (scenario.early) await this.evaluate(() => window.Turbo?.ready)
    if (scenario.early || !drained) await this.drain()
    const last = await this.evaluate(() => window.conformance.snapshot())
    const result = this.result(last)
    result.leaks = await this.leaks()
    // The tab's next page shall not find the mouse over one of its links.
    if (scenario.steps.some(({ command }) => command === "click" || command === "hover")) await page.mouse.move(0, 0)
    return result
  }

  // leaks returns what our runtime still holds when the scenario is over and its page empty, beyond what it held when
  // it was ready, as lines: in Chromium, which collects garbage when told to, and where nothing is under way.
  async leaks() {
    const { page, server } = this
    if (!this.baseline || server.open > 0 || server.held.length > 0) return []
    this.at = "looking for leaks"
    const client = await page.createCDPSession()
    try {
      let lines
      await this.evaluate(() => window.conformance.leave())
      for (let round = 0; round < 4; round++) {
        await this.evaluate(() => window.conformance.quiet())
        const held = await this.evaluate(() => window.conformance.held())
        // A progress bar and a cable that is open have a timer.
        const allowed = { ...lasting, timers: held?.sockets + held?.["progress bars"], "waiting callbacks": held?.["progress bars"] }
        lines = Object.entries(held ?? {}).filter(([kind, count]) => count > Math.max(this.baseline[kind] ?? 0, allowed[kind] ?? 0))
          .map(([kind, count]) => `${count} ${kind}, ${this.baseline[kind] ?? 0} at the start`)
        if (!lines.length) break
        await client.send("HeapProfiler.collectGarbage")
      }
      return lines
    } finally {
      await client.detach().catch(() => {})
    }
  }

  result(last) {
    const { server } = this
    const dom = this.snapshots.flatMap(({ label, lines }) => [`— ${label} —`, ...lines]).concat(this.snapshots.length ? ["— end —"] : [], last.dom)
    const result = { ...last, dom, requests: server.requests.flat(), cable: server.cable.lines }
    for (const [aspect, lines] of Object.entries(result)) {
      result[aspect] = lines.map((line) => line.replaceAll(server.origin, "http://host").replaceAll(`ws://${server.host}`, "ws://host")
        .replaceAll(encodeURIComponent(server.origin), "http%3A%2F%2Fhost").replaceAll(server.host, "host"))
    }
    return result
  }

  // evaluate runs in the page, again if a navigation took the document away meanwhile.
  async evaluate(code, ...values) {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.page.evaluate(code, ...values)
      } catch (error) {
        if (attempt >= 20 || !/context was destroyed|Cannot find context|detached|no such frame|navigat|discarded|inactive|conformance is undefined|reading '(quiet|snapshot|dom|mark)'|(quiet|snapshot|dom|mark) is not a function/i.test(error.message)) throw error
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }

  // drain lets everything come to rest: messages arrive, requests are answered one by one while the page is still, or
  // not at all.
  async drain({ answering = true } = {}) {
    const { server } = this
    let previous = "", lost = 0
    const deadline = Date.now() + 15000
    for (;;) {
      const state = await this.evaluate(() => window.conformance.quiet())
      const sent = server.cable.sent + [...server.sent.values()].reduce((sum, count) => sum + count, 0) - this.expected
      const said = state.said - this.unheard
      // A message to a socket that closed meanwhile never arrives; after some rounds it counts as lost.
      const waiting = state.connecting > 0 || (state.delivered < sent || server.heard < said || state.closing > 0) && ++lost < 15
      // What the page waits for has reached the server and waits there, save what has no connection: there are six.
      const unanswered = server.ready.length + server.held.length
      const travelling = state.pending > unanswered && unanswered < 6
      const now = JSON.stringify([state, server.open, server.requests.length])
      const still = state.still && !waiting && !travelling && (previous === "" || now === previous)
      previous = now
      if (still && !answering) return
      if (still && server.answerNext()) { previous = "answering"; continue }
      if (still && server.open === server.held.length && state.pending <= server.held.length) { this.expected += sent - state.delivered; this.unheard += said - server.heard; return }
      if (Date.now() > deadline) throw new Error(`the page did not become quiet: ${now}`)
    }
  }

  // wait drains until condition() holds.
  async wait(condition, what) {
    const deadline = Date.now() + 20000
    while (!await condition()) {
      if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`)
      await this.drain()
    }
  }

  async perform({ command, argument, data }) {
    const { page, server } = this
    switch (command) {
      case "stream": return this.evaluate((messages) => {
        for (const message of messages) {
          try { window.Turbo.renderStreamMessage(message) } catch (error) { window.log(`threw ${error.name}: ${error.message}`) }
        }
      }, [argument].flat().map((message) => server.fill(message)))
      case "eval":
        // What the code itself waits for is answered at once.
        server.immediate = /\b(await|return)\b/.test(argument)
        await this.evaluate(async (code) => {
          try { await new (async () => {}).constructor(code)() } catch (error) { window.log(`threw ${error.name}: ${error.message}`) }
        }, server.fill(argument))
        server.immediate = false
        return
      case "click": return page.click(argument)
      case "follow": return this.evaluate((selector) => document.querySelector(selector).click(), argument)
      case "hover": return argument === "" ? page.mouse.move(0, 0) : page.hover(argument)
      case "type": await page.focus(argument[0]); return page.keyboard.type(argument[1])
      case "key": return page.keyboard.press(argument)
      case "focus": return this.evaluate((selector) => document.querySelector(selector).focus(), argument)
      case "select": return this.evaluate(([selector, start, end]) => document.querySelector(selector).setSelectionRange(start, end), argument)
      case "submit": return this.evaluate((selector) => {
        const element = document.querySelector(selector)
        element.form ? element.form.requestSubmit(element) : element.requestSubmit()
      }, argument)
      case "back": return this.evaluate(() => history.back())
      case "forward": return this.evaluate(() => history.forward())
      case "reload": return page.reload({ waitUntil: "load" })
      case "visit": return page.goto(server.origin + argument, { waitUntil: "load" })
      case "push": return server.push(argument, server.fill(data))
      case "cut": return server.cut(argument)
      case "cable": return server.cable.perform(argument, (condition, what) => server.until(condition, what))
      case "release": return server.release(argument)
      case "advance": {
        let now = await this.evaluate(() => window.conformance.clock())
        for (const end = now + argument; now < end;) {
          now = server.cable.pings ? Math.min(end, now + 3000) : end
          while (await this.evaluate((now) => window.conformance.fireNext(now), now)) await this.drain()
          if (server.cable.ping()) await this.drain()
        }
        return
      }
      case "wait": return this.wait(() => this.evaluate(`Boolean(${argument})`), argument)
      case "documents": return this.wait(() => this.evaluate(async (count) => {
        if (window.conformance.log.filter(({ text }) => text === "— a new document —").length < count - 1 || document.readyState !== "complete") return false
        await window.Turbo?.ready
        return true
      }, argument), `document ${argument}`)
      case "requests": return this.wait(() => server.requests.length >= argument, `request ${argument}`)
      case "snapshot": this.snapshots.push({ label: argument, lines: await this.evaluate(() => window.conformance.dom()) })
    }
  }
}
