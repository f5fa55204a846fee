// The ES module.

import { Go } from "go-wasm-exec"
import { api, boot } from "./api.js"

boot(Go, import.meta.url)

export const { StreamActions, StreamElement, config, fetch, ready, renderStreamMessage, session, start, visit } = api
