// Keeps the site, the runtime too, for times without a network. The name of the
// cache changes with every release: script and wasm must be of one build.
const name = "site-1"
const files = ["./", "two.html", "hours.html", "holidays.html", "turbo/turbo.js", "turbo/turbo.wasm"]

addEventListener("install", (event) => event.waitUntil(caches.open(name).then((cache) => cache.addAll(files)).then(() => skipWaiting())))
addEventListener("activate", (event) => event.waitUntil(
  caches.keys().then((names) => Promise.all(names.map((other) => other == name || caches.delete(other)))).then(() => clients.claim())))
addEventListener("fetch", (event) => {
  if (new URL(event.request.url).origin == location.origin) {
    event.respondWith(fetch(event.request).catch(() => caches.match(event.request, { ignoreVary: true })))
  }
})
