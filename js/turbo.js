// The ES module.

import { Go } from "go-wasm-exec"
import { boot } from "./api.js"

export const Turbo = boot(Go, import.meta.url, import.meta.url && new URL("./turbo.wasm", import.meta.url).href)

export const {
  FetchEnctype, FetchMethod, FetchRequest, FetchResponse, FrameElement, FrameLoadingStyle, FrameRenderer, PageRenderer, PageSnapshot, StreamActions, StreamElement, StreamSourceElement,
  cable, cache, config, connectStreamSource, disconnectStreamSource, fetch, fetchEnctypeFromString, fetchMethodFromString,
  isSafe, morphBodyElements, morphChildren, morphElements, morphTurboFrameElements, navigator, ready, registerAdapter, renderStreamMessage, session,
  setConfirmMethod, setFormMode, setProgressBarDelay, settled, start, visit
} = Turbo
