vite build --outDir out --logLevel warn
