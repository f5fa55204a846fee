esbuild main.js --bundle --format=iife --outfile=out/main.js --log-level=error # import.meta is empty there: the wasm is found beside the bundle
cp index.html two.html node_modules/turbowasm/turbo.wasm out
