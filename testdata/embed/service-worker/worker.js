// Keeps the site, the runtime too, for times without a network.
const files = ["./", "two.html", "turbo/turbo.js", "turbo/turbo.wasm"]

addEventListener("install", (event) => event.waitUntil(caches.open("site").then((cache) => cache.addAll(files)).then(() => skipWaiting())))
addEventListener("activate", (event) => event.waitUntil(clients.claim()))
addEventListener("fetch", (event) => event.respondWith(fetch(event.request).catch(() => caches.match(event.request, { ignoreVary: true }))))
