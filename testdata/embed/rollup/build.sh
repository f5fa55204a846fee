rollup --config rollup.config.mjs --silent
cp index.html two.html out
