// The ES module.

import { Go } from "go-wasm-exec"
import { api, boot } from "./api.js"

boot(Go, import.meta.url)

export const {
  FetchEnctype, FetchMethod, FetchRequest, FetchResponse, StreamActions, StreamElement, StreamSourceElement,
  cable, config, connectStreamSource, disconnectStreamSource, fetch, fetchEnctypeFromString, fetchMethodFromString,
  isSafe, ready, renderStreamMessage, session, start, visit
} = api
