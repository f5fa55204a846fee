// The ES module that replaces @hotwired/turbo-rails (8.0.23).

import { Go } from "go-wasm-exec"
import { boot } from "./api.js"

export const Turbo = boot(Go, import.meta.url, import.meta.url && new URL("./turbo.wasm", import.meta.url).href, true)
export const { cable } = Turbo

// A method in a button or in the data takes precedence over that of the form.
function methodOf(form, submitter, data) {
  if (submitter?.name == "_method") return submitter.value
  if (submitter?.hasAttribute("formmethod")) return submitter.formMethod
  return data.get("_method") ?? form.getAttribute("method") ?? "get"
}

// Forms are sent with GET or POST. Rails reads other methods from the data.
globalThis.addEventListener?.("turbo:before-fetch-request", ({ target: form, detail: { fetchOptions } }) => {
  if (!(form instanceof HTMLFormElement)) return
  form.addEventListener("turbo:submit-start", ({ detail: { formSubmission: { submitter } } }) => {
    const { body } = fetchOptions
    const data = body instanceof FormData || body instanceof URLSearchParams ? body : new URLSearchParams()
    const method = methodOf(form, submitter, data)
    if (/get/i.test(method)) return
    if (/post/i.test(method)) data.delete("_method")
    else data.set("_method", method)
    fetchOptions.method = "post"
  }, { once: true })
})
