esbuild main.js --bundle --format=esm --outfile=out/main.js --log-level=warning
cp index.html two.html node_modules/turbowasm/turbo.wasm out
