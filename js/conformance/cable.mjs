// A small Action Cable server, scripted by a scenario's steps; it speaks actioncable-v1-json.

export class Cable {
  // By default it welcomes and confirms by itself; { welcome: false } and { confirm: false } leave that to steps.
  // With { pings: true } it pings every 3 seconds of the page's clock.
  constructor({ path = "/cable", welcome = true, confirm = true, pings = false, protocol = "actioncable-v1-json" } = {}, changed) {
    Object.assign(this, { path, welcome, confirm, pings, protocol, changed })
    this.connections = []
    this.log = []
    this.refusing = false
    this.sent = 0
  }

  serves(pathname) {
    return pathname === this.path
  }

  choose(offered) {
    return offered.has(this.protocol) ? this.protocol : offered.size ? [...offered][0] : false
  }

  connect(client, request) {
    const connection = { client, number: this.connections.length + 1, identifiers: [], pending: [] }
    this.connections.push(connection)
    // Another protocol offered first is a superset's business; the base ones are compared.
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(/, */).filter((name) => name !== "actioncable-v1-ext-json")
    this.log.push(`#${connection.number} open ${request.url} [${offered.join(", ")}]`)
    client.on("message", (data) => this.receive(connection, String(data)))
    client.on("close", (code) => { this.log.push(`#${connection.number} closed ${code}`); this.changed() })
    client.on("error", () => {})
    if (this.welcome) this.send(connection, { type: "welcome" })
    this.changed()
  }

  get latest() {
    return this.connections.at(-1)
  }

  receive(connection, text) {
    this.log.push(`#${connection.number} < ${text}`)
    let message = {}
    try { message = JSON.parse(text) } catch { /* logged as it came */ }
    const { command, identifier } = message
    if (command === "subscribe") {
      const known = connection.identifiers.includes(identifier)
      if (!connection.pending.includes(identifier) && !known) connection.pending.push(identifier)
      if (this.confirm && !known) this.confirmSubscription(connection, identifier)
    } else if (command === "unsubscribe") {
      connection.identifiers = connection.identifiers.filter((other) => other !== identifier)
    }
    this.changed()
  }

  confirmSubscription(connection, identifier) {
    connection.pending = connection.pending.filter((other) => other !== identifier)
    connection.identifiers.push(identifier)
    this.send(connection, { identifier, type: "confirm_subscription" })
  }

  send(connection, message) {
    const text = typeof message === "string" ? message : JSON.stringify(message)
    this.log.push(`#${connection.number} > ${text}`)
    connection.client.send(text)
    this.sent += 1
  }

  // ping sends one on the open connection, unlogged, and tells whether there was one.
  ping() {
    if (!this.pings || this.latest?.client.readyState !== 1) return false
    this.latest.client.send(`{"type":"ping","message":1700000000}`)
    this.sent += 1
    return true
  }

  // lines is the log with the connections one after another, since their ends overlap.
  get lines() {
    const number = (line) => Number(/^#(\d+)/.exec(line)?.[1] ?? 0)
    return this.log.map((line, index) => [number(line), index, line]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, , line]) => line)
  }

  // perform carries out one step; see testdata/scenarios/README.md.
  async perform(step, until) {
    const [command, value] = typeof step === "string" ? [step] : Object.entries(step)[0]
    if (command === "refuse") { this.refusing = true; return }
    if (command === "accept") { this.refusing = false; return }
    if (command === "automatic") { Object.assign(this, { welcome: true, confirm: true }); return }
    if (command === "expect") return until(() => this.log.filter((line) => line.includes(value.line)).length >= (value.times ?? 1), `the cable line ${value.line}`)
    await until(() => this.latest?.client.readyState === 1, "an open cable connection")
    const connection = this.latest
    switch (command) {
      case "welcome": return this.send(connection, { type: "welcome" })
      case "ping": return this.send(connection, { type: "ping", message: 1700000000 })
      case "confirm":
      case "reject": {
        await until(() => connection.pending.length > 0, "a pending subscription")
        const identifier = connection.pending[0]
        if (command === "confirm") return this.confirmSubscription(connection, identifier)
        connection.pending.shift()
        return this.send(connection, { identifier, type: "reject_subscription" })
      }
      case "broadcast": {
        await until(() => connection.identifiers.length > 0, "a confirmed subscription")
        for (const identifier of connection.identifiers) this.send(connection, { identifier, message: value })
        return
      }
      case "data": {
        const { subscription, message } = value
        return this.send(connection, { identifier: (connection.identifiers.concat(connection.pending))[subscription], message })
      }
      case "raw": return this.send(connection, value)
      case "disconnect": {
        this.send(connection, { type: "disconnect", reason: null, reconnect: true, ...value })
        return connection.client.close()
      }
      case "close": return connection.client.close()
      case "cut": return connection.client.terminate()
      default: throw new Error(`conformance: unknown cable step ${JSON.stringify(step)}`)
    }
  }
}
